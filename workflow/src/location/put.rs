//! Making, changing and removing lots: what each row makes of its lot, and who must move.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::decide::{Done, LotRow, LotTarget, Row, RowStatus};
use super::settle::Draft;
use super::{Location, Lot, LotDetails, Shelf};
use crate::id::{ArticleId, StockId, Version};
use crate::limits::LOTS_PER_SHELF_MAX;
use crate::quantity::Units;
use crate::refusal::Refusal;
use crate::time::Time;

/// Makes or replaces lots. Rows about the same lot follow one another, and make one change of it.
pub(super) fn put(
    location: &Location,
    rows: &[(StockId, LotRow)],
    defaults: &BTreeMap<ArticleId, Units>,
    now: Time,
) -> Result<Done, Refusal> {
    let none = Shelf::default();
    let mut drawing = Drawing::of(location, rows);
    let mut done = Done::default();
    for (index, (new, row)) in rows.iter().enumerate() {
        let drawn = drawing.draw(*new, row, now);
        done.rows.push(drawn.map_err(|why| why.in_row(index))?);
    }
    let mut by_article: BTreeMap<ArticleId, Vec<(Lot, bool)>> = BTreeMap::new();
    for drawn in drawing.lots.into_iter().filter(Drawn::is_change) {
        let is_move = drawn.is_move();
        by_article.entry(drawn.article).or_default().push((drawn.lot, is_move));
    }
    for (article, lots) in by_article {
        let shelf = location.shelves.get(&article).unwrap_or(&none);
        let mut draft = Draft::of(&article, shelf);
        if let (None, Some(units)) = (&shelf.own_safety, defaults.get(&article)) {
            draft.keep(*units, &mut done.events);
        }
        for (lot, is_move) in lots {
            let (id, units) = (lot.id, lot.value);
            draft.put(lot, &mut done.events);
            if is_move {
                draft.moved(id, id, units, &mut done.events);
            }
        }
        if draft.is_over_full() {
            let last = done.rows.iter().rposition(|row| row.article == article);
            let why = Refusal::TooManyLots { limit: LOTS_PER_SHELF_MAX };
            return Err(why.in_row(last.unwrap_or_default()));
        }
        draft.settle(now, &mut done.events);
    }
    Ok(done)
}

/// The lots as the rows so far make them.
struct Drawing<'a> {
    location: &'a Location,
    /// In the order of first mention.
    lots: Vec<Drawn<'a>>,
    by_id: BTreeMap<StockId, usize>,
    /// The lots that rows may mean by the shop's reference.
    by_reference: BTreeMap<&'a SmolStr, StockId>,
}

/// One lot that rows are about.
struct Drawn<'a> {
    article: ArticleId,
    /// As it lies there, if it does.
    old: Option<&'a Lot>,
    /// As it will be.
    lot: Lot,
}

impl<'a> Drawing<'a> {
    fn of(location: &'a Location, rows: &'a [(StockId, LotRow)]) -> Drawing<'a> {
        let rows = rows.iter().map(|(_, row)| row);
        let wanted: BTreeSet<_> = rows.filter_map(|row| row.change.reference.as_ref()).collect();
        let mut by_reference: BTreeMap<&SmolStr, StockId> = BTreeMap::new();
        if !wanted.is_empty() {
            for lot in location.shelves.iter().flat_map(|(_, shelf)| &shelf.lots) {
                if let Some(reference) = lot.reference().filter(|it| wanted.contains(it)) {
                    let id = by_reference.entry(reference).or_insert(lot.id);
                    *id = lot.id.min(*id);
                }
            }
        }
        Drawing { location, lots: Vec::new(), by_id: BTreeMap::new(), by_reference }
    }

    /// Draws what one row makes of its lot, which is `new` if there is none yet.
    fn draw(&mut self, new: StockId, row: &'a LotRow, now: Time) -> Result<Row, Refusal> {
        let (id, article) = match &row.target {
            LotTarget::Existing(id) => (*id, None),
            LotTarget::New(article) => {
                let reference = row.change.reference.as_ref();
                let known = reference.and_then(|it| self.by_reference.get(it));
                (known.copied().unwrap_or(new), Some(article))
            }
        };
        let before = self.by_id.get(&id).map(|at| &self.lots[*at]);
        let (article, old) = match (before, self.location.lot(id), article) {
            (Some(drawn), ..) => (drawn.article.clone(), drawn.old),
            (None, Some((article, _, lot)), _) => (article.clone(), Some(lot)),
            (None, None, Some(article)) => (article.clone(), None),
            (None, None, None) => return Err(Refusal::UnknownStock { row: None }),
        };
        if let (LotTarget::New(asked), Some(reference)) = (&row.target, &row.change.reference)
            && *asked != article
        {
            let (reference, article) = (reference.clone(), Box::new(article));
            return Err(Refusal::LotOfAnother { reference, article });
        }
        if let (Some(asked), Some(old)) = (row.version, old)
            && asked != old.version
        {
            return Err(Refusal::WrongVersion { asked, current: old.version });
        }
        let last = before.map(|drawn| &drawn.lot).or(old);
        self.is_free(id, last.and_then(Lot::reference), row.change.reference.as_ref())?;
        let mut lot = changed(last, row, id, now);
        lot.version = old.map_or(Version::FIRST, |old| old.version.next());
        let status = match last {
            None => RowStatus::Created,
            Some(last) if is_same(last, &lot) => RowStatus::Unchanged,
            Some(_) => RowStatus::Updated,
        };
        if let Some(reference) = &row.change.reference {
            self.by_reference.retain(|_, named| *named != id);
            self.by_reference.insert(reference, id);
        }
        let at = *self.by_id.entry(id).or_insert(self.lots.len());
        let drawn = Drawn { article: article.clone(), old, lot };
        if at < self.lots.len() {
            self.lots[at] = drawn;
        } else {
            self.lots.push(drawn);
        }
        Ok(Row { status, article, id })
    }

    /// Whether a lot that is called `own` may be called `wanted`: a name is one lot's.
    fn is_free(
        &self,
        id: StockId,
        own: Option<&SmolStr>,
        wanted: Option<&SmolStr>,
    ) -> Result<(), Refusal> {
        let Some(reference) = wanted.filter(|wanted| own != Some(*wanted)) else { return Ok(()) };
        let Some(other) = self.by_reference.get(reference).filter(|other| **other != id) else {
            return Ok(());
        };
        let drawn = self.by_id.get(other).map(|at| &self.lots[*at].article);
        let article = drawn.or_else(|| self.location.lot(*other).map(|(article, ..)| article));
        let article = Box::new(article.expect("a lot with a name is drawn or there").clone());
        Err(Refusal::LotOfAnother { reference: reference.clone(), article })
    }
}

impl Drawn<'_> {
    fn is_change(&self) -> bool {
        self.old.is_none_or(|old| !is_same(old, &self.lot))
    }

    /// Whether it lies in another place than before.
    fn is_move(&self) -> bool {
        self.old.is_some_and(|old| old.storage() != self.lot.storage())
    }
}

/// Whether two drawings of a lot differ in nothing that a row says.
fn is_same(one: &Lot, other: &Lot) -> bool {
    Lot { version: other.version, modified: other.modified, ..one.clone() } == *other
}

fn changed(old: Option<&Lot>, row: &LotRow, id: StockId, now: Time) -> Lot {
    let change = &row.change;
    let mut lot = old.cloned().unwrap_or(Lot {
        id,
        version: Version::FIRST,
        value: change.value,
        reserved: Units::ZERO,
        received: now,
        available_until: None,
        pickable: true,
        accessible: true,
        defective: false,
        created: now,
        modified: now,
        details: None,
    });
    lot.modified = now;
    lot.value = change.value;
    lot.received = change.received.unwrap_or(lot.received);
    lot.available_until = change.available_until.or(lot.available_until);
    lot.defective = change.defective.unwrap_or(lot.defective);
    if let Some((pickable, accessible)) = change.traits {
        (lot.pickable, lot.accessible) = (pickable, accessible);
    }
    let mut details = lot.details.take().map(|details| *details).unwrap_or_default();
    if change.reference.is_some() {
        details.reference.clone_from(&change.reference);
    }
    if change.storage.is_some() {
        details.storage.clone_from(&change.storage);
    }
    for (name, kept) in &change.kept {
        details.kept.insert(name.clone(), kept.clone());
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
