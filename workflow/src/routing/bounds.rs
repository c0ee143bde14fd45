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
        Bounds { most, near }
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
        (0..=table.parts_max).find(|&parts| {
            table.needs.iter().enumerate().all(|(at, &need)| self.most(at, parts) >= need)
        })
    }
}

/// Puts `value` into a list of the largest values, largest first.
fn insert(largest: &mut [u32], mut value: u32) {
    for slot in largest {
        if value > *slot {
            std::mem::swap(slot, &mut value);
        } else if value == 0 {
            break;
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
