//! Moving pieces of a lot to another place within their location.

use smol_str::SmolStr;

use super::decide::{Done, Relocation, Row, RowStatus};
use super::settle::Draft;
use super::{Location, Lot};
use crate::id::{StockId, Version};
use crate::limits::{LOTS_PER_SHELF_MAX, STOCK_UNITS_MAX};
use crate::quantity::Units;
use crate::refusal::Refusal;
use crate::time::Time;

/// Moves pieces to a lot in the other place that is like this one, or to a new one. Reservations
/// go with their pieces, each whole, so that none loses its stock by a move. The first row is
/// the lot they came from, the second the one they came to.
pub(super) fn relocate(
    location: &Location,
    relocation: &Relocation,
    now: Time,
) -> Result<Done, Refusal> {
    let Relocation { from, to, units, removes_empty, new } = relocation;
    let unknown = Refusal::UnknownStock { row: None };
    let (article, shelf, old) = location.lot(*from).ok_or(unknown)?;
    let row = |status, id| Row { status, article: article.clone(), id };
    if *units > old.value {
        return Err(Refusal::TooFewPieces { value: old.value, free: old.value.less(old.reserved) });
    }
    if old.storage() == Some(to) {
        let stays = row(RowStatus::Unchanged, *from);
        return Ok(Done { events: vec![], rows: vec![stays.clone(), stays] });
    }
    let arrival = arrival(old, to, *new, now);
    let has_room = |lot: &Lot| lot.value.with(*units).get() <= STOCK_UNITS_MAX;
    let twin = shelf.lots.iter().filter(|lot| is_like(lot, &arrival) && has_room(lot));
    let twin = twin.min_by_key(|lot| lot.id);
    let (status, mut arrived) = match twin {
        Some(twin) => {
            let version = twin.version.next();
            (RowStatus::Updated, Lot { version, modified: now, ..twin.clone() })
        }
        None => (RowStatus::Created, arrival),
    };
    arrived.value = arrived.value.with(*units);

    let mut done = Done::default();
    let mut draft = Draft::of(article, shelf);
    let left = old.value.minus(*units);
    draft.put(arrived.clone(), &mut done.events);
    if draft.carry(*from, arrived.id, (*units, left), &mut done.events) > left {
        return Err(Refusal::TooFewPieces { value: old.value, free: old.value.less(old.reserved) });
    }
    if left.is_zero() && *removes_empty {
        draft.remove(*from, &mut done.events);
    } else {
        let version = old.version.next();
        let lot = Lot { value: left, version, modified: now, ..old.clone() };
        draft.put(lot, &mut done.events);
    }
    draft.moved(*from, arrived.id, *units, &mut done.events);
    if draft.is_over_full() {
        return Err(Refusal::TooManyLots { limit: LOTS_PER_SHELF_MAX });
    }
    draft.settle(now, &mut done.events);
    done.rows = vec![row(RowStatus::Updated, *from), row(status, arrived.id)];
    Ok(done)
}

/// An empty lot like `old` in the other place. What the shop calls the old one stays its own.
fn arrival(old: &Lot, to: &SmolStr, new: StockId, now: Time) -> Lot {
    let mut details = old.details.clone().unwrap_or_default();
    (details.reference, details.storage) = (None, Some(to.clone()));
    let (value, reserved) = (Units::ZERO, Units::ZERO);
    Lot {
        id: new,
        version: Version::FIRST,
        value,
        reserved,
        created: now,
        modified: now,
        details: Some(details),
        ..old.clone()
    }
}

/// Whether a lot is the same as the arriving one, but for its name and number.
fn is_like(lot: &Lot, arriving: &Lot) -> bool {
    let mut details = lot.details.clone().unwrap_or_default();
    details.reference = None;
    let Lot { id, version, value, reserved, created, modified, .. } = *arriving;
    let same = Lot {
        id,
        version,
        value,
        reserved,
        created,
        modified,
        details: Some(details),
        ..lot.clone()
    };
    same == *arriving
}
