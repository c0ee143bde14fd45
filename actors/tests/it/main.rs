//! A whole shard with time by hand: actors, journal and snapshot in a directory of its own.
//!
//! What a rule says is tested in `workflow`, what a disk does in `snapshots`; here is what the
//! waiting room adds: that it loses, reorders and invents nothing, and that it comes back.

mod credentials;
mod joining;
mod keys;
mod life;
mod same_as_world;
mod support;
