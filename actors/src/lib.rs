//! The waiting room of Certus: actix actors that own memory and time.
//!
//! ```text
//!  door ── ask ──► Router ──► Location, Location, …
//!                    │  └───► Order, Order, …
//!                    │ ▲ Sweep
//!                    ▼ │
//!                Scheduler (sleeps until the next deadline)
//!
//!  Router ── record, answer ──► journal ── answer, once it is durable ──► door
//! ```
//!
//! A [`Mailer`] beside the shard asks it for mails that are due, and carries them out.
//!
//! A [`Shard`] is one such set on a thread of its own, with its journal and its snapshot.
//! No rule lives here: an actor looks up, calls the core, carries out.

mod figures;
mod kept;
mod limits;
mod location;
mod mailer;
mod notice;
mod order;
mod pace;
mod random;
mod router;
mod scheduler;
mod shard;
mod submit;
mod tell;

pub use figures::{Figures, LATENESS_BUCKETS};
pub use mailer::{
    Error as MailError, Item, MailFigures, MailOptions, Mailer, Parcel, Product, Security, Sender,
    Span, Supplies,
};
pub use notice::KeyWatch;
pub use pace::{Clock, ClockView, Pace};
pub use random::Random;
pub use shard::{Closed, Error, Options, Shard, ShardHandle, folders};
pub use submit::{Answer, Render, Shown, Verdict, Words, Work};
