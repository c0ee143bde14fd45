//! A whole plan that is found at once, if it is: for orders that the search cannot finish.
//!
//! A file of its own because it has no bound on its work to obey: before an order is called
//! short, these attempts are made whatever the search has cost (S5). It never says "none".

use std::cmp::Reverse;

use smallvec::SmallVec;

use super::bounds::Bounds;
use super::cover::Rows;
use super::table::Table;

/// Each attempt begins with another giver of the scarcest need; so many are made.
const ATTEMPTS_MAX: usize = 16;
/// Attempts at a large table may look at so many cells of it; two attempts are always made.
const CELLS_LOOKED_AT_MAX: usize = 2_000_000;
const ATTEMPTS_MIN: usize = 2;
/// The whole plan with the fewest parts, then the nearest, of some that are easy to find.
pub(super) fn greedy(table: &Table, bounds: &Bounds) -> Option<Rows> {
    let givers = |need: usize| (0..table.rows.len()).filter(move |&row| table.row(row)[need] > 0);
    let scarcest = (0..table.needs.len()).min_by_key(|&need| givers(need).count())?;
    let mut starts: SmallVec<[usize; 64]> = givers(scarcest).collect();
    starts.sort_by_cached_key(|&row| Reverse(bounds.gain(&table.needs, table.row(row))));
    let cells = table.parts_max * table.rows.len() * table.needs.len();
    let attempts = (CELLS_LOOKED_AT_MAX / cells).clamp(ATTEMPTS_MIN, ATTEMPTS_MAX);
    let plans = starts.iter().take(attempts).filter_map(|&start| attempt(table, bounds, start));
    plans.min_by_key(|rows| {
        let metres: u64 = rows.iter().map(|&row| u64::from(table.rows[row].metres)).sum();
        (rows.len(), metres, table.ids(rows))
    })
}

/// Takes `start`, and then whatever fills most of what is open, each need as a share of itself.
fn attempt(table: &Table, bounds: &Bounds, start: usize) -> Option<Rows> {
    let mut open: SmallVec<[u32; 16]> = table.needs.clone();
    let mut rows = Rows::new();
    let mut next = start;
    loop {
        rows.push(next);
        for (open, &gives) in open.iter_mut().zip(table.row(next)) {
            *open = open.saturating_sub(gives);
        }
        if open.iter().all(|&open| open == 0) {
            break;
        }
        if rows.len() == table.parts_max {
            return None;
        }
        let rest = (0..table.rows.len()).filter(|row| !rows.contains(row));
        next = rest.max_by_key(|&row| (bounds.gain(&open, table.row(row)), Reverse(row)))?;
    }
    prune(table, &mut rows);
    Some(rows)
}

/// Drops the rows without which the plan is whole as well, farthest first.
fn prune(table: &Table, rows: &mut Rows) {
    rows.sort_unstable();
    for at in (0..rows.len()).rev() {
        let whole = table.needs.iter().enumerate().all(|(need, &wanted)| {
            let others = rows.iter().enumerate().filter(|(other, _)| *other != at);
            others.map(|(_, &row)| u64::from(table.row(row)[need])).sum::<u64>() >= wanted.into()
        });
        if whole {
            rows.remove(at);
        }
    }
}
