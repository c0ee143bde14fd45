//! What is due, as plain data.

mod deadlines;

pub use deadlines::Deadlines;
