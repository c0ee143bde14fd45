//! What a customer asked for, and what is held for it.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::{ArticleId, LocationId, StockId};
use crate::kept::Kept;
use crate::place::Place;
use crate::quantity::Units;
use crate::time::Time;

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Line {
    /// What is wanted.
    pub article: ArticleId,
    /// What it is called, for people.
    pub title: SmolStr,
    /// How many pieces, 1 to 1,000,000.
    pub quantity: Units,
    /// The rest of the line, for doors.
    pub kept: Kept,
}

/// Everything that came with the request; of it, only lines may be added while the order lives.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Asked {
    /// Up to 500 lines, none only of an order that is received; an article may stand in several.
    pub lines: Vec<Line>,
    /// When the source system made the order.
    pub ordered: Time,
    /// The shop's name for the customer.
    pub consumer: Option<SmolStr>,
    /// Where it goes, if that is known.
    pub destination: Option<Place>,
    /// How it gets there.
    pub delivery: Delivery,
    /// The rest of the request, for doors.
    pub kept: Kept,
}

/// How an order reaches its customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Delivery {
    /// It is shipped; when any location is named, only from those.
    Ship {
        /// The locations that may ship; empty means all.
        from: Vec<LocationId>,
    },
    /// The customer collects it there.
    Collect {
        /// The location where it is collected.
        at: LocationId,
    },
}

/// Pieces of one line held at one location.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hold {
    /// Which of the order's reservations this is; with the order's id, the reservation's id.
    pub index: u16,
    /// The line, counted from 0.
    pub line: u16,
    /// Where it is held.
    pub location: LocationId,
    /// The lot it is held of; none while it waits for stock.
    pub stock: Option<StockId>,
    /// How many pieces.
    pub units: Units,
}
