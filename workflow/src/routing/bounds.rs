//! What no set of so many locations can beat, and how long a search may look.
//!
//! A file of its own because both searches prune by the same numbers. It knows nothing of plans.

use smallvec::{SmallVec, smallvec};

use super::table::Table;
use crate::limits::PARTS_PER_ORDER_MAX;

/// By number of locations, from none to the most an order may be split over.
type ByParts<T> = [T; PARTS_PER_ORDER_MAX as usize + 1];

/// The best that any `n` rows of a table can do.
pub(super) struct Bounds {
    /// By need: the most that `n` rows give of it.
    most: SmallVec<[ByParts<u32>; 4]>,
    /// The smallest sum of metres of `n` rows.
    near: ByParts<u64>,
    /// By need: what one piece of it weighs, so that all needs weigh the same when they are full.
    shares: SmallVec<[u64; 16]>,
    /// By row: what all that it gives weighs.
    weights: SmallVec<[u64; 32]>,
    /// The largest sum of weights of `n` rows.
    heaviest: ByParts<u64>,
}

/// How much a search may still look at: a number of rows, never a time, so that the same order
/// gets the same plan on a slow machine.
pub(super) struct Effort {
    left: u32,
    price: u32,
}

/// Rows of up to 16 needs that one search looks at before it answers with the best it has found:
/// about a millisecond, in which the shard does nothing else.
const ROWS_LOOKED_AT_MAX: u32 = 100_000;
/// What a full need weighs; at most 2^32 pieces of 500 needs stay far below 2^64.
const SHARE: u64 = 1 << 32;
/// Needs that are compared for the price of one row.
const NEEDS_PER_LOOK: usize = 16;

impl Bounds {
    pub(super) fn of(table: &Table) -> Bounds {
        let parts = table.parts_max;
        let mut most: SmallVec<[ByParts<u32>; 4]> =
            smallvec![Default::default(); table.needs.len()];
        for row in 0..table.rows.len() {
            for (most, &gives) in most.iter_mut().zip(table.row(row)) {
                insert(&mut most[1..=parts], gives);
            }
        }
        for (most, &need) in most.iter_mut().zip(&table.needs) {
            for n in 1..=parts {
                most[n] = most[n].saturating_add(most[n - 1]).min(need);
            }
        }
        let mut near: ByParts<u64> = Default::default();
        for n in 1..=parts {
            let metres = table.rows.get(n - 1).map_or(0, |row| row.metres); // rows are by distance
            near[n] = near[n - 1] + u64::from(metres);
        }
        let mut bounds = Bounds {
            most,
            near,
            shares: table.needs.iter().map(|&need| SHARE / u64::from(need)).collect(),
            weights: SmallVec::new(),
            heaviest: Default::default(),
        };
        for row in 0..table.rows.len() {
            let weight = bounds.weight(table.row(row));
            bounds.weights.push(weight);
            insert(&mut bounds.heaviest[1..=parts], weight);
        }
        for n in 1..=parts {
            bounds.heaviest[n] += bounds.heaviest[n - 1];
        }
        bounds
    }

    /// What so many pieces of each need weigh together.
    pub(super) fn weight(&self, pieces: &[u32]) -> u64 {
        pieces.iter().zip(&self.shares).map(|(&pieces, share)| u64::from(pieces) * share).sum()
    }

    /// What a row adds at most when some pieces of each need are open.
    pub(super) fn gain(&self, open: &[u32], gives: &[u32]) -> u64 {
        let each = open.iter().zip(gives).zip(&self.shares);
        each.map(|((&open, &gives), share)| u64::from(open.min(gives)) * share).sum()
    }

    /// Whether this row and `parts` others may fill what weighs so much.
    pub(super) fn reaches(&self, row: usize, parts: usize, weight: u64) -> bool {
        self.weights[row] + self.heaviest[parts] >= weight
    }

    /// The most that any `parts` rows give of a need.
    pub(super) fn most(&self, need: usize, parts: usize) -> u32 {
        self.most[need][parts]
    }

    /// The smallest sum of metres of any `parts` rows.
    pub(super) fn near(&self, parts: usize) -> u64 {
        self.near[parts]
    }

    /// The fewest rows that might fill every need, if any number that is allowed might.
    pub(super) fn parts_min(&self, table: &Table) -> Option<usize> {
        let weight = self.weight(&table.needs);
        (0..=table.parts_max).filter(|&parts| self.heaviest[parts] >= weight).find(|&parts| {
            table.needs.iter().enumerate().all(|(at, &need)| self.most(at, parts) >= need)
        })
    }
}

/// Puts `value` into a list of the largest values, largest first.
fn insert<T: Ord>(largest: &mut [T], mut value: T) {
    if largest.last().is_none_or(|last| value <= *last) {
        return;
    }
    for slot in largest {
        if value > *slot {
            std::mem::swap(slot, &mut value);
        }
    }
}

impl Effort {
    /// What a search of a table with so many needs may spend.
    pub(super) fn new(needs: usize) -> Effort {
        let price = u32::try_from(needs / NEEDS_PER_LOOK).unwrap_or(u32::MAX).saturating_add(1);
        Effort { left: ROWS_LOOKED_AT_MAX, price }
    }

    /// Pays for looking at `rows` rows; false when that is more than is left.
    pub(super) fn look(&mut self, rows: usize) -> bool {
        let price = u32::try_from(rows).unwrap_or(u32::MAX).saturating_mul(self.price);
        self.left = self.left.saturating_sub(price);
        self.left > 0
    }

    /// Whether the search came to its end before this was used up.
    pub(super) fn is_left(&self) -> bool {
        self.left > 0
    }
}
