//! What clients of this door send. The only way out of a body is a conversion that names every
//! fault by its path; so members are read as any JSON first, and wrong types are faults as well.

mod cancel;
mod field;
mod lines;
mod order;

pub(crate) use cancel::CancelBody;
pub(crate) use lines::{KeptLine, LinesBody};
pub(crate) use order::{Head, KeptHead, OrderBody};
