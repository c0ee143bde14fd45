//! What this door answers: outcomes of the core in the words of the contract.

mod item;
pub(crate) mod order;
pub(crate) mod parcel;
pub(crate) mod picking;
pub(crate) mod route;
pub(crate) mod words;

use workflow::order::Shortage;

/// What becomes of a short line, in this door's words; where nothing was said it is kept.
pub(crate) fn flag(shortage: Shortage) -> &'static str {
    match shortage {
        Shortage::Substitute => "SUBSTITUTE",
        Shortage::Unsaid | Shortage::Wait => "BACKORDER",
        Shortage::Critical => "CRITICAL",
        Shortage::Skip => "SKIP",
    }
}
