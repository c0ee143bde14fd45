//! The doors of Certus: the server's library, which the program `certus` starts.
//!
//! A door parses, admits, asks and answers. It decides nothing about orders or stock.

pub mod admission;
pub mod ask;
pub mod auth;
pub mod bench;
pub mod cli;
pub mod config;
pub mod failure;
pub mod http;
pub mod limits;
pub mod metrics;
pub mod server;
pub mod telemetry;
pub mod unsubscribe;
