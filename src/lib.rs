//! The doors of Certus: the server's library, which the program `certus` starts.
//!
//! A door parses, admits, asks and answers. It decides nothing about orders or stock.

pub mod admin;
pub mod admission;
pub mod ask;
pub mod auth;
pub mod bench;
pub mod cli;
pub mod config;
pub mod connections;
pub mod failure;
pub mod feed;
pub mod http;
pub mod limits;
mod listener;
pub mod metrics;
pub mod outside;
mod patience;
pub mod recovering;
mod secrets;
pub mod server;
pub mod shards;
mod source;
pub mod telemetry;
pub mod tls;
pub mod unsubscribe;
pub mod webhooks;
