//! What happened, told outside: the journal's records as named events (D12).
//!
//! ```text
//!  journal ── Record ──▶ news ──▶ events with names, subjects, data ──▶ /feed, webhooks
//! ```
//!
//! A record is told the same way whoever asks and however often: what is told depends on the
//! record alone, on no state and no clock. So a reader that resumes gets the same bytes again.

mod bell;
mod buffer;
mod crew;
mod desk;
mod kind;
mod news;
mod reading;

pub use buffer::buffer;
pub use desk::{Desk, Figures, Options, Seat};
pub use kind::Kind;
pub use news::{News, Planned, Subject, Waiting, event_id, news, waiting};
pub use reading::{Form, From, Reading, Wanted};
pub(crate) use reading::{before, decoded};
