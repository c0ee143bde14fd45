//! The doors of Certus.

pub mod admission;
pub mod ask;
pub mod auth;
pub mod bench;
pub mod failure;
pub mod http;
pub mod limits;
