//! The rules of Certus: pure functions and the state they fold.
//!
//! `decide(state, command, now)` says what happens, `apply(state, event)` makes it so.
//! Nothing here reads a clock, draws a random number or does I/O: time, ids and chance come in
//! as arguments, so the same inputs give the same events in a live actor, in the snapshot, in a
//! restore and in a simulation.

pub mod id;
pub mod limits;
pub mod place;
pub mod quantity;
pub mod routing;
pub mod time;
