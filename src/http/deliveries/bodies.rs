//! What clients of this door send: members that may be empty, and numbers that may be texts.

mod decimal;
mod instant;
mod item;
mod order;
pub(crate) mod picking;
mod reader;
mod sheet;
mod totals;
pub(crate) mod wish;

pub(crate) use order::{DELIVERY_OPTIONS, OrderBody};
pub(crate) use sheet::Sheet;
