//! The handlers of this door: parse, admit, ask, answer.

pub(crate) mod list;
pub(crate) mod order;
pub(crate) mod place;
