//! The memory of Certus: bytes that last.
//!
//! What is durable when:
//!
//! | what                 | is on disk                                                        |
//! |----------------------|-------------------------------------------------------------------|
//! | a record             | when its release runs; [`commit::Commits::durable`] is at its LSN |
//! | a whole batch        | when [`journal::Journal::append`] has returned                    |
//! | what a reader yields | before it is yielded                                              |
//! | what recovery kept   | before [`journal::Local::open`] has returned                      |
//!
//! [`journal`] keeps the records, [`commit`] groups them for one thread that waits for the disk so
//! that nobody else does, and [`disk`] is the only way to a disk.
//! Nothing in here knows a rule, an actor or a status code; a record is bytes.

pub mod codec;
pub mod commit;
pub mod disk;
pub mod follower;
pub mod journal;
pub mod limits;
pub mod recovery;
pub mod repair;
pub mod store;
pub mod verify;

mod error;
mod position;

pub use error::Error;
pub use position::{Lsn, Position};
