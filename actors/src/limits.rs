//! The bounds of the actors, each with its reason.

/// Promises that one sweep expires before others get their turn: well below a millisecond.
pub(crate) const EXPIRED_PER_SWEEP_MAX: usize = 64;

/// Closed orders that leave memory with one command; more than commands close, so none pile up.
pub(crate) const DISMISSED_PER_COMMAND_MAX: usize = 4;
