//! The memory of Certus.

mod position;

pub use position::{Lsn, Position};
