//! The most that an allowed number of locations can hold, when they cannot hold everything.
//!
//! A file of its own because a shortage is rare and searched for in another way than a whole
//! plan: by what a location would add, most first. Its first way down is the greedy plan, and
//! that way is walked to its end whatever it costs, so there is always an answer.

use std::cmp::Reverse;

use smallvec::{SmallVec, smallvec};

use super::bounds::{Bounds, Effort};
use super::cover::Rows;
use super::table::Table;

/// The rows that hold the most pieces, and whether that is certain.
pub(super) fn most(table: &Table, bounds: &Bounds) -> (Rows, bool) {
    let mut climb = Climb {
        table,
        bounds,
        effort: Effort::new(table.needs.len()),
        open: smallvec![0; table.needs.len() * (table.parts_max + 1)],
        barred: smallvec![false; table.rows.len()],
        chosen: Rows::new(),
        best: Best { held: 0, metres: 0, rows: Rows::new() },
    };
    climb.open[..table.needs.len()].copy_from_slice(&table.needs);
    climb.choose(0, 0);
    (climb.best.rows, climb.effort.is_left())
}

/// A depth-first search over sets of rows.
struct Climb<'a> {
    table: &'a Table,
    bounds: &'a Bounds,
    effort: Effort,
    /// What is still open, by depth and need.
    open: SmallVec<[u32; 64]>,
    /// By row: whether it is chosen or done with.
    barred: SmallVec<[bool; 64]>,
    chosen: Rows,
    best: Best,
}

/// The best set so far.
struct Best {
    held: u64,
    metres: u64,
    rows: Rows,
}

/// What a row would add to the chosen ones.
struct Gain {
    units: u64,
    row: usize,
}

impl Climb<'_> {
    /// Adds each row that adds something, in turn; a row that was tried is barred, for all sets
    /// with it have been seen.
    fn choose(&mut self, held: u64, metres: u64) {
        self.keep(held, metres);
        let slots = self.table.parts_max - self.chosen.len();
        if slots == 0 {
            return;
        }
        let gains = self.gains();
        let fillable = self.fillable(slots);
        let mut done = 0;
        for at in 0..gains.len() {
            if at > 0 && !self.effort.look(1) {
                break;
            }
            if self.is_hopeless(&gains[at..], slots, fillable, (held, metres)) {
                break; // the rows after this one add no more
            }
            let row = gains[at].row;
            self.barred[row] = true;
            done = at + 1;
            self.take(row);
            self.chosen.push(row);
            let sum = metres + u64::from(self.table.rows[row].metres);
            self.choose(held + gains[at].units, sum);
            self.chosen.pop();
        }
        for gain in &gains[..done] {
            self.barred[gain.row] = false;
        }
    }

    /// What each free row would add, most first, the nearest of equals first.
    fn gains(&mut self) -> SmallVec<[Gain; 32]> {
        self.effort.look(self.table.rows.len());
        let free = (0..self.table.rows.len()).filter(|&row| !self.barred[row]);
        let gain = |row: usize| {
            let both = self.open_now().iter().zip(self.table.row(row));
            Gain { units: both.map(|(open, gives)| u64::from(*open.min(gives))).sum(), row }
        };
        let mut gains: SmallVec<[Gain; 32]> =
            free.map(gain).filter(|gain| gain.units > 0).collect();
        gains.sort_unstable_by_key(|gain| (Reverse(gain.units), gain.row));
        gains
    }

    /// The most of the open needs that any `slots` rows could fill.
    fn fillable(&self, slots: usize) -> u64 {
        let open = self.open_now().iter().enumerate();
        open.map(|(need, &open)| u64::from(open.min(self.bounds.most(need, slots)))).sum()
    }

    /// Whether no set with the chosen rows and only `gains` is better than the best.
    fn is_hopeless(
        &self,
        gains: &[Gain],
        slots: usize,
        fillable: u64,
        (held, metres): (u64, u64),
    ) -> bool {
        let lacking = self.best.held.saturating_sub(held);
        let (mut more, mut parts) = (0, 0);
        while parts < slots.min(gains.len()) && more < lacking {
            more += gains[parts].units;
            parts += 1;
        }
        if more < lacking || fillable < lacking {
            return true;
        }
        let reach: u64 = gains.iter().take(slots).map(|gain| gain.units).sum();
        if reach.min(fillable) > lacking {
            return false; // it might hold more
        }
        // It holds as much at best: then it must not have more parts, or as many and farther.
        let parts = self.chosen.len() + parts.max(1);
        let near = metres + self.bounds.near(parts - self.chosen.len());
        parts > self.best.rows.len() || (parts == self.best.rows.len() && near > self.best.metres)
    }

    fn open_now(&self) -> &[u32] {
        &self.open[self.chosen.len() * self.table.needs.len()..][..self.table.needs.len()]
    }

    fn take(&mut self, row: usize) {
        let width = self.table.needs.len();
        let (before, after) = self.open[self.chosen.len() * width..].split_at_mut(width);
        let open = before.iter().zip(self.table.row(row));
        for (after, (open, gives)) in after.iter_mut().zip(open) {
            *after = open.saturating_sub(*gives);
        }
    }

    /// Keeps the chosen rows if they are better: more held, fewer, nearer, or smaller ids.
    fn keep(&mut self, held: u64, metres: u64) {
        let order = |held, parts, metres| (Reverse(held), parts, metres);
        let this = order(held, self.chosen.len(), metres);
        let best = order(self.best.held, self.best.rows.len(), self.best.metres);
        let ids = |rows: &[usize]| self.table.ids(rows);
        if this < best || (this == best && ids(&self.chosen) < ids(&self.best.rows)) {
            self.best = Best { held, metres, rows: self.chosen.clone() };
        }
    }
}
