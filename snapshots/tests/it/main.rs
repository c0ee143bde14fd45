//! The memory from outside: what a journal promises, on real files and on a simulated disk.
//!
//! One binary, so that it links once. What needs a private type is tested beside that type.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test, like the test itself")]

mod commits;
mod cuts;
mod damage;
mod directory;
mod failures;
mod formats;
mod history;
mod joining;
mod memory;
mod mutations;
mod repair;
mod retention;
mod room;
mod snapshot;
mod snapshot_damage;
mod snapshot_follower;
mod snapshot_verify;
mod stalls;
mod suite;
mod support;
