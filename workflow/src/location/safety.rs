//! Safety stock: pieces of an article that routing never gives away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::decide::{Done, Row, RowStatus, SafetyRow};
use super::settle::Draft;
use super::{Location, Shelf};
use crate::id::{ArticleId, StockId, Version};
use crate::quantity::Units;
use crate::refusal::Refusal;
use crate::time::Time;

/// How many pieces are kept back, as somebody has said: at one location, or at all that have no
/// such number of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SafetyStock {
    /// Its id.
    pub id: StockId,
    /// Grows by one per change.
    pub version: Version,
    /// When it was made.
    pub created: Time,
    /// When it last changed.
    pub modified: Time,
    /// How many pieces.
    pub units: Units,
}

impl SafetyStock {
    /// What `old` becomes when it is set to so many pieces; a new one has the id `new`.
    pub fn set(
        old: Option<&SafetyStock>,
        new: StockId,
        units: Units,
        now: Time,
    ) -> (RowStatus, SafetyStock) {
        match old {
            None => {
                let version = Version::FIRST;
                let made = SafetyStock { id: new, version, created: now, modified: now, units };
                (RowStatus::Created, made)
            }
            Some(old) if old.units == units => (RowStatus::Unchanged, *old),
            Some(old) => {
                let version = old.version.next();
                (RowStatus::Updated, SafetyStock { version, modified: now, units, ..*old })
            }
        }
    }
}

/// Sets the location's own safety stocks, and those that hold where it has none. Of rows for the
/// same article the last one counts. What is kept no longer goes to who waits.
pub(super) fn keep(
    location: &Location,
    rows: &[SafetyRow],
    defaults: &BTreeMap<ArticleId, Units>,
    now: Time,
) -> Done {
    let none = Shelf::default();
    let shelf = |article: &ArticleId| location.shelves.get(article).unwrap_or(&none);
    let mut done = Done::default();
    let mut last: BTreeMap<&ArticleId, SafetyStock> = BTreeMap::new();
    for SafetyRow { article, units, new } in rows {
        let old = last.get(article).or(shelf(article).own_safety.as_deref());
        let (status, safety) = SafetyStock::set(old, *new, *units, now);
        last.insert(article, safety);
        done.rows.push(Row { status, article: article.clone(), id: safety.id });
    }
    for (article, safety) in &last {
        let old = shelf(article).own_safety.as_deref();
        if old.map(|old| old.units) != Some(safety.units) {
            let version = old.map_or(Version::FIRST, |old| old.version.next());
            let mut draft = Draft::of(article, shelf(article));
            draft.secure(SafetyStock { version, ..*safety }, &mut done.events);
            draft.settle(now, &mut done.events);
        }
    }
    for (article, units) in defaults.iter().filter(|(article, _)| !last.contains_key(article)) {
        let shelf = shelf(article);
        let mut draft = Draft::of(article, shelf);
        if shelf.own_safety.is_none() && draft.keep(*units, &mut done.events) {
            draft.settle(now, &mut done.events);
        }
    }
    done
}

/// Takes the location's own safety stock of an article away: the default holds from now on.
pub(super) fn unkeep(
    location: &Location,
    article: &ArticleId,
    default: Units,
    now: Time,
) -> Result<Done, Refusal> {
    let shelf = location.shelves.get(article).ok_or(Refusal::UnknownSafetyStock)?;
    let own = shelf.own_safety.as_deref().ok_or(Refusal::UnknownSafetyStock)?;
    let mut done = Done::default();
    let mut draft = Draft::of(article, shelf);
    draft.unsecure(own.id, default, &mut done.events);
    draft.settle(now, &mut done.events);
    Ok(done)
}
