//! The real server from outside: HTTP on port 0, a directory of its own, time by hand.
//!
//! What a rule says belongs to `workflow`, what a disk does to `snapshots`, what an actor does to
//! `actors`. Here is what a client, an operator and a crash can see.

mod bad_input;
mod crash;
mod deliveries;
mod feed;
mod idempotency;
mod invitations;
mod openapi;
mod operating;
mod orders;
mod overload;
mod promises;
mod security;
mod subscriptions;
mod support;
mod syscalls;
mod tidy;
mod webhooks;
