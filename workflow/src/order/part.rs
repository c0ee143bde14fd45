//! A part of an order: what one location gives to it, from the shelf to the doorstep.
//!
//! ```text
//!  Unpicked ──► Picking ──► Staged ──► Out ──► Near ──► Delivered
//! ```
//!
//! A part that nobody has begun is nowhere written down: it follows from what is held.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use smol_str::SmolStr;

use super::{Hold, Order, Shipment, Stage};
use crate::id::LocationId;
use crate::quantity::Units;

/// What one location gives to an order, once somebody has begun with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Part {
    /// The location.
    pub location: LocationId,
    /// How far it has come.
    pub step: Step,
    /// Who picks it, or has; whoever took it first comes first.
    pub pickers: Vec<SmolStr>,
    /// Who brings it, once it is on the way.
    pub driver: Option<SmolStr>,
    /// What was found, line by line; each line at most once.
    pub found: Vec<Found>,
}

/// How far a part has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Step {
    /// Somebody picks it.
    Picking,
    /// It is picked, and waits for a driver.
    Staged,
    /// It is with the driver: what was held of it has left the location.
    Out,
    /// The driver is near.
    Near,
    /// It is at the door.
    Delivered,
}

/// What was found of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Found {
    /// The line, counted from 0.
    pub line: u16,
    /// Pieces in the picker's hands; once it is out, those that have left.
    pub picked: Units,
    /// Pieces that were not on the shelf.
    pub missing: Units,
}

/// A list in which an order stands, at the desk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Queue {
    /// Its part at this location waits for a picker.
    Unpicked(LocationId),
    /// This picker picks its part at this location.
    Picking(SmolStr, LocationId),
    /// All that is held of it is staged, and waits for a driver.
    Staged,
    /// This driver brings it.
    Route(SmolStr),
}

impl Part {
    /// What was found of a line.
    pub fn found(&self, line: u16) -> Found {
        let found = self.found.iter().find(|found| found.line == line).copied();
        found.unwrap_or(Found { line, picked: Units::ZERO, missing: Units::ZERO })
    }

    pub(super) fn found_mut(&mut self, line: u16) -> &mut Found {
        let at = self.found.iter().position(|found| found.line == line);
        let at = at.unwrap_or_else(|| {
            self.found.push(Found { line, picked: Units::ZERO, missing: Units::ZERO });
            self.found.len() - 1
        });
        &mut self.found[at]
    }
}

impl Order {
    /// The parts that somebody has begun with.
    pub fn parts(&self) -> &[Part] {
        self.work.as_ref().map_or(&[], |work| &work.parts)
    }

    /// The locations that give something to it, or gave: each once, in the order of their ids.
    pub fn locations(&self) -> Vec<LocationId> {
        let parts = self.parts().iter().map(|part| part.location);
        let mut at: Vec<LocationId> =
            self.holds.iter().map(|hold| hold.location).chain(parts).collect();
        at.sort_unstable();
        at.dedup();
        at
    }

    /// The location where pieces of a line were found, or looked for: where most were, of several.
    pub fn found_at(&self, line: u16) -> Option<LocationId> {
        let parts = self.parts().iter();
        let looked = parts.filter(|part| part.found.iter().any(|found| found.line == line));
        looked.max_by_key(|part| part.found(line).picked).map(|part| part.location)
    }

    /// The part at a location that has been begun and is not out.
    pub fn open_part(&self, location: LocationId) -> Option<&Part> {
        self.parts().iter().find(|part| part.location == location && part.step < Step::Out)
    }

    /// The part that this picker picks, with the line if one is named.
    pub fn part_of(&self, picker: &str, line: Option<u16>) -> Option<&Part> {
        let is_his = |part: &&Part| {
            part.step == Step::Picking
                && part.pickers.iter().any(|it| it == picker)
                && line.is_none_or(|line| {
                    !self.held_at(line, part.location).is_zero()
                        || part.found.iter().any(|found| found.line == line)
                })
        };
        self.parts().iter().find(is_his)
    }

    /// Pieces of a line that are held of stock at a location.
    pub fn held_at(&self, line: u16, location: LocationId) -> Units {
        let here = self
            .holds
            .iter()
            .filter(|hold| hold.line == line && hold.location == location && hold.stock.is_some());
        here.map(|hold| hold.units).sum()
    }

    /// Pieces of a line that have left.
    pub fn shipped(&self, line: u16) -> Units {
        let out = self.parts().iter().filter(|part| part.step >= Step::Out);
        out.map(|part| part.found(line).picked).sum()
    }

    /// What a driver takes of what is held: of parts that are staged all that was picked. What has
    /// found stock there since is still to be picked.
    pub fn packed(&self) -> Vec<&Hold> {
        let mut packed = Vec::new();
        for part in self.parts().iter().filter(|part| part.step == Step::Staged) {
            let mut left: BTreeMap<u16, Units> = BTreeMap::new();
            let here = self.holds.iter().filter(|hold| hold.location == part.location);
            for hold in here.filter(|hold| hold.stock.is_some()) {
                let left = left.entry(hold.line).or_insert(part.found(hold.line).picked);
                if hold.units <= *left {
                    *left = left.minus(hold.units);
                    packed.push(hold);
                }
            }
        }
        packed
    }

    /// What a driver would take now.
    pub(super) fn shipment(&self) -> Shipment {
        let mut lines: BTreeMap<u16, Units> = BTreeMap::new();
        for hold in self.packed() {
            let units = lines.entry(hold.line).or_insert(Units::ZERO);
            *units = units.plus(hold.units);
        }
        Shipment { lines: lines.into_iter().collect(), window: self.window() }
    }

    /// Whether a piece of it was ever picked.
    pub fn is_begun(&self) -> bool {
        let mut found = self.parts().iter().flat_map(|part| &part.found);
        found.any(|found| !found.picked.is_zero())
    }

    /// Whether any of it has left.
    pub fn has_left(&self) -> bool {
        self.parts().iter().any(|part| part.step >= Step::Out)
    }

    /// Whether any of it is with a driver now.
    pub fn is_under_way(&self) -> bool {
        self.parts().iter().any(|part| matches!(part.step, Step::Out | Step::Near))
    }

    /// Whether everything that is held for a part is picked.
    pub fn is_picked(&self, part: &Part) -> bool {
        let here = self.holds.iter().filter(|hold| hold.location == part.location);
        let mut held = here.filter(|hold| hold.stock.is_some());
        held.all(|hold| part.found(hold.line).picked >= self.held_at(hold.line, part.location))
    }

    /// The locations that hold something of a sale, and with which nobody has begun.
    pub fn unpicked(&self) -> SmallVec<[LocationId; 2]> {
        let mut at = SmallVec::new();
        if !matches!(self.stage, Stage::Confirmed { .. }) {
            return at;
        }
        for hold in self.holds.iter().filter(|hold| hold.stock.is_some()) {
            if !at.contains(&hold.location) && self.open_part(hold.location).is_none() {
                at.push(hold.location);
            }
        }
        at
    }

    /// Whether a driver may take it: something is staged, and nothing has still to be picked.
    pub fn is_staged(&self) -> bool {
        let steps = || self.parts().iter().map(|part| part.step);
        matches!(self.stage, Stage::Confirmed { .. })
            && steps().any(|step| step == Step::Staged)
            && !steps().any(|step| step == Step::Picking)
            && self.unpicked().is_empty()
    }

    /// The lists in which the order stands.
    pub fn queues(&self) -> SmallVec<[Queue; 2]> {
        let mut queues: SmallVec<[Queue; 2]> =
            self.unpicked().into_iter().map(Queue::Unpicked).collect();
        if self.stage.is_closed() {
            return queues;
        }
        for part in self.parts() {
            match part.step {
                Step::Picking => {
                    let pickers = part.pickers.iter().cloned();
                    queues.extend(pickers.map(|picker| Queue::Picking(picker, part.location)));
                }
                Step::Out | Step::Near => {
                    queues.extend(part.driver.iter().cloned().map(Queue::Route));
                }
                Step::Staged | Step::Delivered => {}
            }
        }
        if self.is_staged() {
            queues.push(Queue::Staged);
        }
        queues
    }
}
