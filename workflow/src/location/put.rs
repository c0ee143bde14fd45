//! Making, changing and removing lots: what each row makes of its lot, and who must move.

use std::collections::BTreeMap;

use super::decide::{Done, LotRow, LotTarget, Row, RowStatus};
use super::settle::Draft;
use super::{Location, Lot, LotDetails, Shelf};
use crate::id::{ArticleId, StockId, Version};
use crate::limits::LOTS_PER_SHELF_MAX;
use crate::quantity::Units;
use crate::refusal::Refusal;
use crate::time::Time;

/// Makes or replaces lots.
pub(super) fn put(location: &Location, rows: &[LotRow], now: Time) -> Result<Done, Refusal> {
    let none = Shelf::default();
    let mut done = Done::default();
    let mut plans: BTreeMap<ArticleId, Vec<Lot>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let (article, lot, status) = plan_lot(location, index, row, now)?;
        done.rows.push(Row { status, article: article.clone(), id: lot.id });
        if status != RowStatus::Unchanged {
            plans.entry(article).or_default().push(lot);
        }
    }
    for (article, lots) in &plans {
        let mut draft = Draft::of(article, location.shelves.get(article).unwrap_or(&none));
        for lot in lots {
            draft.put(lot.clone(), &mut done.events);
        }
        if draft.is_over_full() {
            return Err(Refusal::TooManyLots { limit: LOTS_PER_SHELF_MAX });
        }
        draft.settle(now, &mut done.events);
    }
    Ok(done)
}

/// What one row makes of its lot.
fn plan_lot(
    location: &Location,
    index: usize,
    row: &LotRow,
    now: Time,
) -> Result<(ArticleId, Lot, RowStatus), Refusal> {
    let known = match &row.target {
        LotTarget::Existing(id) => match location.lot(*id) {
            Some((article, _, lot)) => Some((article, lot)),
            None => return Err(Refusal::UnknownStock { row: index }),
        },
        LotTarget::New { .. } => row.change.reference.as_ref().and_then(|wanted| {
            location.lots.keys().find_map(|id| {
                let (article, _, lot) = location.lot(*id)?;
                (lot.reference() == Some(wanted)).then_some((article, lot))
            })
        }),
    };
    let (article, old) = match (known, &row.target) {
        (Some((article, lot)), _) => (article.clone(), Some(lot)),
        (None, LotTarget::New { article, .. }) => (article.clone(), None),
        (None, LotTarget::Existing(_)) => return Err(Refusal::UnknownStock { row: index }),
    };
    if let (Some(asked), Some(old)) = (row.version, old)
        && asked != old.version
    {
        return Err(Refusal::WrongVersion { asked, current: old.version });
    }
    let lot = changed(old, row, now);
    let status = match old {
        None => RowStatus::Created,
        Some(old) if Lot { version: lot.version, modified: lot.modified, ..old.clone() } == lot => {
            RowStatus::Unchanged
        }
        Some(_) => RowStatus::Updated,
    };
    Ok((article, lot, status))
}

fn changed(old: Option<&Lot>, row: &LotRow, now: Time) -> Lot {
    let change = &row.change;
    let mut lot = old.cloned().unwrap_or(Lot {
        id: match row.target {
            LotTarget::New { id, .. } | LotTarget::Existing(id) => id,
        },
        version: Version(0),
        value: change.value,
        reserved: Units::ZERO,
        received: now,
        available_until: None,
        sellable: true,
        accessible: true,
        defective: false,
        created: now,
        modified: now,
        details: None,
    });
    lot.version = lot.version.next();
    lot.modified = now;
    lot.value = change.value;
    lot.received = change.received.unwrap_or(lot.received);
    lot.available_until = change.available_until.or(lot.available_until);
    lot.defective = change.defective.unwrap_or(lot.defective);
    if let Some((pickable, accessible)) = change.traits {
        lot.accessible = accessible;
        lot.sellable = pickable && accessible;
    }
    if change.traits.is_some() || change.defective.is_some() {
        lot.sellable = !lot.defective
            && change
                .traits
                .map_or(lot.accessible, |(pickable, accessible)| pickable && accessible);
    }
    let mut details = lot.details.take().map(|details| *details).unwrap_or_default();
    if change.reference.is_some() {
        details.reference.clone_from(&change.reference);
    }
    if change.storage.is_some() {
        details.storage.clone_from(&change.storage);
    }
    if let Some(kept) = &change.kept {
        details.kept.clone_from(kept);
    }
    lot.details = (details != LotDetails::default()).then(|| Box::new(details));
    lot
}

/// Takes lots away; what was reserved of them waits.
pub(super) fn remove(location: &Location, stocks: &[StockId], now: Time) -> Done {
    let mut done = Done::default();
    let mut by_article: BTreeMap<&ArticleId, Vec<StockId>> = BTreeMap::new();
    for stock in stocks {
        if let Some(article) = location.lots.get(stock) {
            by_article.entry(article).or_default().push(*stock);
            done.rows.push(Row {
                status: RowStatus::Updated,
                article: article.clone(),
                id: *stock,
            });
        }
    }
    for (article, stocks) in by_article {
        let mut draft = Draft::of(article, &location.shelves[article]);
        for stock in stocks {
            draft.remove(stock, &mut done.events);
        }
        draft.settle(now, &mut done.events);
    }
    done
}
