//! Writing stock at any locations, all of it or nothing.

use std::collections::BTreeMap;

use super::{Cast, Look, Scene, Seen};
use crate::command::{LocationRef, StockRow};
use crate::id::{ArticleId, LocationId, StockId};
use crate::limits::EVENTS_BYTES_MAX;
use crate::location::{self, LotRow, LotTarget, Row};
use crate::outcome::{Outcome, StockView};
use crate::quantity::Units;
use crate::record::Owner;
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// Makes or replaces lots. All locations decide before any applies (S6).
    pub(super) async fn put_stocks(
        &mut self,
        rows: Vec<StockRow>,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let is_alone = rows.len() == 1;
        let mut places: Vec<LocationId> = Vec::with_capacity(rows.len());
        let mut by_location: BTreeMap<LocationId, Vec<(StockId, LotRow)>> = BTreeMap::new();
        // Which of all rows those of a location are.
        let mut numbers: BTreeMap<LocationId, Vec<usize>> = BTreeMap::new();
        for (index, row) in rows.into_iter().enumerate() {
            let location = self.place_of(index, is_alone, &row)?;
            places.push(location);
            numbers.entry(location).or_default().push(index);
            by_location.entry(location).or_default().push((self.new_stock_id(index), row.row));
        }
        let puts = by_location.into_iter().map(|(at, rows)| (at, self.put_of(rows)));
        let puts: Vec<_> = puts.collect();
        let decided = self.decide_each(puts.into_iter()).await;
        let decided = decided.map_err(|(at, refusal)| match refusal {
            Refusal::InRow { why, .. } if is_alone => *why,
            Refusal::InRow { row, why } => Refusal::InRow { row: numbers[&at][row], why },
            other => other,
        })?;
        let mut results: BTreeMap<LocationId, std::vec::IntoIter<Row>> = BTreeMap::new();
        for (location, done) in decided {
            results.insert(location, done.rows.into_iter());
            self.carry_out(location, done.events).await;
        }
        self.place_unplaced().await; // what is shown is what is left
        let mut shown = Vec::with_capacity(places.len());
        for location in &places {
            let row = results.get_mut(location).and_then(Iterator::next);
            let row = row.expect("a location answers every row");
            shown.push((row.status, self.stock_view(*location, row.id).await));
        }
        let total = shown.len();
        let owner = places.first().map(|location| Owner::Location(*location));
        Ok((Outcome::Stocks { rows: shown, total }, owner))
    }

    /// A location is told with the lots what it keeps back of articles that may be new there.
    fn put_of(&self, rows: Vec<(StockId, LotRow)>) -> location::Command {
        let articles = rows.iter().filter_map(|(_, row)| match &row.target {
            LotTarget::New(article) => Some(article),
            LotTarget::Existing(_) => None,
        });
        let defaults = self.tenant.safeties.default_units(articles);
        location::Command::Put { rows, defaults }
    }

    /// Asks all locations before any changes, so that one refusal refuses all (S6). What they would
    /// do must fit in one record.
    pub(super) async fn decide_all(
        &mut self,
        commands: impl Iterator<Item = (LocationId, location::Command)>,
    ) -> Result<Vec<(LocationId, location::Done)>, Refusal> {
        self.decide_each(commands).await.map_err(|(_, refusal)| refusal)
    }

    /// The same, and which location refuses.
    async fn decide_each(
        &mut self,
        commands: impl Iterator<Item = (LocationId, location::Command)>,
    ) -> Result<Vec<(LocationId, location::Done)>, (LocationId, Refusal)> {
        let mut decided = Vec::new();
        let mut bytes = 0;
        for (location, command) in commands {
            let done = self.cast.decide(location, command, self.now).await;
            let done = done.map_err(|refusal| (location, refusal))?;
            bytes += done.events.iter().map(location::Event::bytes_max).sum::<usize>();
            decided.push((location, done));
        }
        match decided.last() {
            Some((last, _)) if bytes > EVENTS_BYTES_MAX => Err((*last, Refusal::TooMuchAtOnce)),
            _ => Ok(decided),
        }
    }

    /// The id of what the row at `index` makes: only the command's own time and random number may
    /// name new things.
    pub(super) fn new_stock_id(&self, index: usize) -> StockId {
        let row = u16::try_from(index).expect("a batch has at most 500 rows");
        StockId::of(self.now, self.random, row)
    }

    pub(super) async fn carry_out(&mut self, location: LocationId, events: Vec<location::Event>) {
        let (events, published) = self.cast.apply(location, events, self.now).await;
        self.took_place(location, events, published).await;
    }

    /// Where a row's lot lies or will lie.
    fn place_of(
        &self,
        index: usize,
        is_alone: bool,
        row: &StockRow,
    ) -> Result<LocationId, Refusal> {
        let LotTarget::Existing(stock) = &row.row.target else {
            return self.find(&row.at);
        };
        let location = self.tenant.places.location_of(*stock);
        let location =
            location.ok_or(Refusal::UnknownStock { row: (!is_alone).then_some(index) })?;
        let names_one = row.at.names() != (None, None);
        if names_one && self.find(&row.at)? != location {
            return Err(no_such_location(&row.at));
        }
        Ok(location)
    }

    /// The location that a request names.
    pub(super) fn find(&self, name: &LocationRef) -> Result<LocationId, Refusal> {
        self.tenant.places.find(name).ok_or_else(|| no_such_location(name))
    }

    pub(super) async fn stock_view(&mut self, location: LocationId, id: StockId) -> StockView {
        let seen = self.cast.look(location, Look::Lot(id), self.now).await;
        let Seen::Lots(lots, _) = seen else { unreachable!("a look at a lot sees lots") };
        let mut views = self.stock_views(location, lots);
        views.pop().expect("the lot was just put")
    }

    pub(super) fn stock_views(
        &self,
        location: LocationId,
        lots: Vec<(ArticleId, location::Lot, Units, Units)>,
    ) -> Vec<StockView> {
        let card = self.tenant.places.card(location);
        let reference = card.and_then(|card| card.reference.clone());
        let views = lots.into_iter().map(|(article, lot, reserved_there, free)| StockView {
            location,
            reference: reference.clone(),
            article,
            lot,
            free,
            reserved_there,
        });
        views.collect()
    }
}

fn no_such_location(name: &LocationRef) -> Refusal {
    Refusal::NoSuchLocation { named: Box::new(name.clone()) }
}
