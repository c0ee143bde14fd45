//! The core from outside: scripts in, transcripts out; one table; properties; a small space.
//!
//! Everything here drives `World` alone. What needs an actor, a disk or a port is tested where
//! those live. `CERTUS_BLESS=1` rewrites the golden files, `CERTUS_BUDGET` sizes the random tests.

mod account;
mod addresses;
mod budget;
mod caps;
mod golden;
mod history;
mod keys;
mod ledger;
mod model;
mod properties;
mod room;
mod shop;
mod space;
mod stories;
mod subscriptions;
mod table;
