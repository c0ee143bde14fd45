//! What became of an order's pieces besides being held, and when it is brought.
//!
//! A file of its own because most orders have none of it: a promise that is only held keeps
//! nothing here, and takes up no room for it.

use serde::{Deserialize, Serialize};

use super::Order;
use super::notice::Notice;
use super::part::Part;
use crate::quantity::Units;
use crate::time::{Millis, Time};

/// What became of an order's pieces besides being held, and when it is brought.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Work {
    /// When it is brought, if a date is known. Computed once, and written down (P4).
    pub window: Option<Window>,
    /// Line, and how many of its pieces nobody will bring: each line at most once.
    pub dropped: Vec<(u16, Units)>,
    /// What locations give to it, once somebody has begun with that.
    pub parts: Vec<Part>,
    /// A line, and the line that takes its place.
    pub replaced: Vec<(u16, u16)>,
    /// The mails that tell its customer how far it has come.
    pub notices: Vec<Notice>,
    /// Lines with pieces that had a place and wait for another one: each line at most once.
    pub displaced: Vec<u16>,
}

/// When an order is brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// The earliest.
    pub start: Time,
    /// How long after that at most.
    pub length: Millis,
}

impl Order {
    /// When it is brought, if a date is known.
    pub fn window(&self) -> Option<Window> {
        self.work.as_ref()?.window
    }
}

impl Work {
    /// Pieces of a line that nobody will bring.
    pub fn dropped(&self, line: u16) -> Units {
        let dropped = self.dropped.iter().filter(|(it, _)| *it == line);
        dropped.map(|(_, units)| *units).sum()
    }

    pub(super) fn drop_pieces(&mut self, line: u16, units: Units) {
        match self.dropped.iter_mut().find(|(it, _)| *it == line) {
            Some((_, dropped)) => *dropped = dropped.plus(units),
            None => self.dropped.push((line, units)),
        }
    }

    pub(super) fn displace(&mut self, line: u16) {
        if !self.displaced.contains(&line) {
            self.displaced.push(line);
        }
    }

    /// The same, if there is anything in it.
    pub fn boxed(self) -> Option<Box<Work>> {
        (self != Work::default()).then(|| Box::new(self))
    }
}
