//! What is behind the number of an address in a customer's profile, if an operator has said so.
//!
//! Shops of that door send numbers only; without this nobody knows how far a customer is.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::Version;
use crate::place::Place;
use crate::time::Time;

/// An address of a customer's profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// Its number in the profile.
    pub number: u32,
    /// Grows by one per change.
    pub version: Version,
    /// When it was last written.
    pub modified: Time,
    /// Where it is.
    pub place: Place,
    /// Its country, as `DE`; given back, and read by no rule.
    pub country: Option<SmolStr>,
}
