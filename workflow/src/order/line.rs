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
    /// What becomes of pieces that no stock has.
    pub shortage: Shortage,
}

/// What becomes of a line's pieces that no stock has, as far as the order itself says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Shortage {
    /// It does not say: they wait where a listing lets them, else the operator decides.
    #[default]
    Unsaid,
    /// They stay open until something else takes their place.
    Substitute,
    /// They wait for stock, whatever the listing says.
    Wait,
    /// Without them the customer wants nothing: the order is refused, or later cancelled.
    Critical,
    /// They are dropped.
    Skip,
}

impl Shortage {
    /// Whether pieces of a sale that have no place wait for one.
    pub fn waits(self) -> bool {
        match self {
            Shortage::Unsaid | Shortage::Wait => true,
            Shortage::Substitute | Shortage::Critical | Shortage::Skip => false,
        }
    }
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
    /// How it is brought to its customer, if somebody here brings it.
    pub handover: Option<Box<Handover>>,
}

/// How an order is brought to its customer, and by what they find it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Handover {
    /// The web shop: within it, the shop's name for an order is unique.
    pub shop: Option<SmolStr>,
    /// Whoever knows it may see the order; nobody can guess it.
    pub secret: [u8; 32],
    /// The earliest that the customer wants it.
    pub wanted: Option<Time>,
    /// Where mails about it go: an address that was checked. None if there is none that a mail
    /// server would take.
    pub email: Option<SmolStr>,
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

/// Bytes of a line besides its texts, at most.
const LINE_BYTES: usize = 32;

impl Line {
    /// How many bytes it takes in a record, at most.
    pub fn bytes_max(&self) -> usize {
        LINE_BYTES + self.article.as_str().len() + self.title.len() + self.kept.bytes()
    }
}

impl Asked {
    /// How many bytes its texts take in a record, at most.
    pub fn bytes_max(&self) -> usize {
        let lines: usize = self.lines.iter().map(Line::bytes_max).sum();
        lines + self.kept.bytes()
    }
}

/// An order's lines are numbered within so many numbers of its own.
const NUMBERS_PER_ORDER: u64 = 1_000;

/// The number of a line within the tenant: that of its order, and its place there from 1.
pub fn line_number(order: u64, line: u16) -> u64 {
    order * NUMBERS_PER_ORDER + u64::from(line) + 1
}

/// The order's number and the line, counted from 0, that such a number names.
pub fn of_line_number(number: u64) -> Option<(u64, u16)> {
    let line = u16::try_from((number % NUMBERS_PER_ORDER).checked_sub(1)?).ok()?;
    Some((number / NUMBERS_PER_ORDER, line))
}
