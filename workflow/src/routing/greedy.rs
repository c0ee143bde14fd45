//! A whole plan that is found at once, if it is: for orders that the search cannot finish.
//!
//! A file of its own because it has no bound on its work to obey: before an order is called
//! short, these attempts are made whatever the search has cost (S5). It never says "none".

use smallvec::SmallVec;

use super::cover::Rows;
use super::table::Table;

/// Each attempt begins with another giver of the scarcest need; so many are made.
const ATTEMPTS_MAX: usize = 16;
/// A need counts as much as any other, however many pieces it has.
const SHARE: u64 = 1 << 24;

/// The whole plan with the fewest parts, then the nearest, of some that are easy to find.
pub(super) fn greedy(table: &Table) -> Option<Rows> {
    let givers = |need: usize| (0..table.rows.len()).filter(move |&row| table.row(row)[need] > 0);
    let scarcest = (0..table.needs.len()).min_by_key(|&need| givers(need).count())?;
    let mut starts: SmallVec<[usize; 64]> = givers(scarcest).collect();
    starts.sort_by_key(|&row| u64::MAX - gain(table, &table.needs, row));
    let attempts = starts.iter().take(ATTEMPTS_MAX).filter_map(|&start| attempt(table, start));
    attempts.min_by_key(|rows| {
        let metres: u64 = rows.iter().map(|&row| u64::from(table.rows[row].metres)).sum();
        (rows.len(), metres, table.ids(rows))
    })
}

/// Takes `start`, and then whatever fills most of what is open.
fn attempt(table: &Table, start: usize) -> Option<Rows> {
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
        next = rest.max_by_key(|&row| (gain(table, &open, row), usize::MAX - row))?;
    }
    prune(table, &mut rows);
    Some(rows)
}

/// What a row fills of the open needs, each as a share of the whole need.
fn gain(table: &Table, open: &[u32], row: usize) -> u64 {
    let each = open.iter().zip(table.row(row)).zip(&table.needs);
    each.map(|((&open, &gives), &need)| u64::from(open.min(gives)) * SHARE / u64::from(need)).sum()
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
