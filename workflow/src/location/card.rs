//! What a location is, apart from what lies there.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::kept::Kept;
use crate::place::Place;

/// A location's name, place and what it does. Replaced whole, never changed in place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Card {
    /// Its name, for people.
    pub name: SmolStr,
    /// What the shop calls it, unique within the tenant.
    pub reference: Option<SmolStr>,
    /// Whether it takes orders.
    pub status: Status,
    /// Whether the shop runs it or buys from it.
    pub kind: Kind,
    /// Whether it ships to customers.
    pub ships: bool,
    /// Whether customers collect there.
    pub serves_pickup: bool,
    /// The postal code of its address, by which lists may be sorted.
    pub postal_code: Option<SmolStr>,
    /// Where it is, if known.
    pub place: Option<Place>,
    /// The rest, for doors.
    pub kept: Kept,
    /// The name of the zone whose clocks it goes by, if it said: one of the database.
    pub zone: Option<SmolStr>,
}

/// Whether a location takes orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    /// It does.
    Online,
    /// No new ones; it finishes its work.
    Suspended,
    /// Neither.
    Offline,
}

/// Whose a location is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// The shop runs it.
    Managed,
    /// Somebody who delivers for the shop.
    Supplier,
}
