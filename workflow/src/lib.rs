//! The rules of Certus: pure functions and the state they fold.
//!
//! `decide(state, command, now)` says what happens, `apply(state, event)` makes it so.
//! Nothing here reads a clock, draws a random number or does I/O: time, ids and chance come in
//! as arguments, so the same inputs give the same events in a live actor, in the snapshot, in a
//! restore and in a simulation.
//!
//! ```text
//!  Ask ──► flow (the story) ──► order::decide, location::decide, routing::plan
//!              │                         │
//!              │                       events ──► apply ──► Order, Location, Desk
//!              └──► Outcome, Record
//! ```

pub mod address;
pub mod area;
pub mod calendar;
pub mod command;
pub mod desk;
pub mod flow;
pub mod id;
pub mod invitation;
pub mod kept;
pub mod keyring;
pub mod limits;
pub mod location;
pub mod order;
pub mod outcome;
pub mod permission;
pub mod place;
pub mod quantity;
pub mod record;
pub mod refusal;
pub mod reply;
pub mod routing;
pub mod schedule;
pub mod settings;
pub mod stores;
pub mod subscription;
pub mod time;
pub mod world;
