//! The fewest locations that fill every need, and of those the nearest.
//!
//! A file of its own because filling everything is the common case and has the stronger rule to
//! search by: some location must give of the need that the fewest locations have. How much can
//! be held when not everything can is another file's question ([`most`](super::most)).

use smallvec::{SmallVec, smallvec};

use super::bounds::{Bounds, Effort};
use super::table::Table;

/// Rows of a table.
pub(super) type Rows = SmallVec<[usize; 10]>;

/// What came of the search for a whole plan.
pub(super) enum Cover {
    /// The best whole plan.
    Best(Rows),
    /// A whole plan with the fewest parts; a nearer one may exist.
    Some(Rows),
    /// No allowed plan is whole.
    None,
    /// Nothing was found before the search had to end.
    Unknown,
}

/// Searches one number of parts after the other, so that the first that is found are the fewest.
pub(super) fn cover(table: &Table, bounds: &Bounds) -> Cover {
    let Some(parts_min) = bounds.parts_min(table) else { return Cover::None };
    if parts_min == 0 {
        return Cover::Best(Rows::new()); // nothing is needed that anybody has
    }
    let mut search = Hunt::new(table, bounds);
    for parts in parts_min..=table.parts_max {
        search.parts = parts;
        search.open[..table.needs.len()].copy_from_slice(&table.needs);
        search.choose(0, 0);
        match (search.best.take(), search.effort.is_left()) {
            (Some((_, rows)), true) => return Cover::Best(rows),
            (Some((_, rows)), false) => return Cover::Some(rows),
            (None, true) => {}
            (None, false) => return Cover::Unknown,
        }
    }
    Cover::None
}

/// A depth-first search for whole plans of exactly `parts` parts.
struct Hunt<'a> {
    table: &'a Table,
    bounds: &'a Bounds,
    effort: Effort,
    parts: usize,
    /// The rows that give of each need, nearest first; need after need.
    givers: SmallVec<[u32; 64]>,
    /// Where each need's givers begin, and where the last one's end.
    begins: SmallVec<[u32; 8]>,
    /// What is still open, by depth and need.
    open: SmallVec<[u32; 64]>,
    /// By row: at which depth it was chosen or done with (counted from 1), or 0.
    barred: SmallVec<[u8; 64]>,
    chosen: Rows,
    best: Option<(u64, Rows)>,
}

impl<'a> Hunt<'a> {
    fn new(table: &'a Table, bounds: &'a Bounds) -> Hunt<'a> {
        let mut hunt = Hunt {
            table,
            bounds,
            effort: Effort::new(table.needs.len()),
            parts: 0,
            givers: SmallVec::new(),
            begins: smallvec![0; table.needs.len() + 1],
            open: smallvec![0; table.needs.len() * (table.parts_max + 1)],
            barred: smallvec![0; table.rows.len()],
            chosen: Rows::new(),
            best: None,
        };
        for row in 0..table.rows.len() {
            for (need, _) in table.row(row).iter().enumerate().filter(|(_, gives)| **gives > 0) {
                hunt.begins[need + 1] += 1;
            }
        }
        for need in 0..table.needs.len() {
            hunt.begins[need + 1] += hunt.begins[need];
        }
        hunt.givers.resize(hunt.begins[table.needs.len()] as usize, 0);
        let mut ends = hunt.begins.clone();
        for row in 0..table.rows.len() {
            for (need, _) in table.row(row).iter().enumerate().filter(|(_, gives)| **gives > 0) {
                hunt.givers[ends[need] as usize] = row as u32;
                ends[need] += 1;
            }
        }
        hunt
    }

    /// Chooses the part at `depth`, and then those after it. Every plan has some giver of the
    /// scarcest open need; each is tried in turn, and then barred, for all plans that have it
    /// have been seen.
    fn choose(&mut self, depth: usize, metres: u64) {
        let slots = self.parts - depth;
        let Some(need) = self.scarcest(depth, slots) else { return };
        let weight = self.bounds.weight(self.open_at(depth));
        let level = depth as u8 + 1;
        let (begin, end) = (self.begins[need] as usize, self.begins[need + 1] as usize);
        let mut at = begin;
        while at < end {
            let row = self.givers[at] as usize;
            at += 1;
            if self.barred[row] != 0 {
                continue;
            }
            let sum = metres + u64::from(self.table.rows[row].metres);
            let hopeless = |&(best, _): &(u64, Rows)| sum + self.bounds.near(slots - 1) > best;
            if self.best.as_ref().is_some_and(hopeless) || !self.effort.look(1) {
                break; // the givers after this one are no nearer
            }
            if !self.bounds.reaches(row, slots - 1, weight) {
                continue;
            }
            self.chosen.push(row);
            if slots > 1 {
                self.barred[row] = level;
                self.take(depth, row);
                self.choose(depth + 1, sum);
                self.chosen.pop();
            } else {
                let whole = self.fills_the_rest(depth, row);
                if whole {
                    self.keep(sum);
                }
                self.chosen.pop();
                if whole {
                    break; // and what comes after it is worse
                }
            }
        }
        for &row in &self.givers[begin..at] {
            if self.barred[row as usize] == level {
                self.barred[row as usize] = 0;
            }
        }
    }

    /// The open need with the fewest givers; none if `slots` more rows cannot fill the open needs.
    fn scarcest(&self, depth: usize, slots: usize) -> Option<usize> {
        let mut scarcest = None;
        for (need, &open) in self.open_at(depth).iter().enumerate().filter(|(_, open)| **open > 0) {
            if self.bounds.most(need, slots) < open {
                return None;
            }
            let givers = self.begins[need + 1] - self.begins[need];
            if scarcest.is_none_or(|(fewest, _)| givers < fewest) {
                scarcest = Some((givers, need));
            }
        }
        scarcest.map(|(_, need)| need)
    }

    fn open_at(&self, depth: usize) -> &[u32] {
        &self.open[depth * self.table.needs.len()..][..self.table.needs.len()]
    }

    fn take(&mut self, depth: usize, row: usize) {
        let width = self.table.needs.len();
        let (before, after) = self.open[depth * width..].split_at_mut(width);
        let open = before.iter().zip(self.table.row(row));
        for (after, (open, gives)) in after.iter_mut().zip(open) {
            *after = open.saturating_sub(*gives);
        }
    }

    fn fills_the_rest(&self, depth: usize, row: usize) -> bool {
        self.open_at(depth).iter().zip(self.table.row(row)).all(|(open, gives)| gives >= open)
    }

    /// Keeps the chosen rows if they make a better plan: nearer, or as near with smaller ids.
    fn keep(&mut self, metres: u64) {
        let better = self.best.as_ref().is_none_or(|(best, rows)| {
            let ids = |rows: &[usize]| self.table.ids(rows);
            metres < *best || (metres == *best && ids(&self.chosen) < ids(rows))
        });
        if better {
            self.best = Some((metres, self.chosen.clone()));
        }
    }
}
