//! The waiting room of Certus: actix actors that own memory and time.
//!
//! ```text
//!  door ── Submit ──► Router ──► Location, Location, …
//!                       │  └───► Order, Order, …
//!                       │        Scheduler ── Submit ──► Router
//!                       └─ record, reply ──► journal ── Answer ──► door
//! ```

mod submit;

pub use submit::{Answer, Render, Shown, Submit, Verdict, Work};
