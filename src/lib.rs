//! The doors of Certus.

pub mod bench;
