//! Safety stocks: setting, removing and reading them.

use std::collections::BTreeMap;

use super::{Cast, Look, Scene, Seen};
use crate::command::{Page, SafetyAsk, SafetyFilter};
use crate::id::{ArticleId, LocationId, StockId, Version};
use crate::location::{Command, RowStatus, SafetyRow, SafetyStock};
use crate::outcome::{Outcome, SafetyView};
use crate::quantity::Units;
use crate::record::{Event, Owner};
use crate::refusal::Refusal;

/// What one location is told: numbers of its own, and those that hold where it has none.
#[derive(Default)]
struct Told {
    rows: Vec<SafetyRow>,
    defaults: BTreeMap<ArticleId, Units>,
}

impl<C: Cast> Scene<'_, C> {
    /// Sets safety stocks: at a location, or wherever there is none of its own.
    pub(super) async fn keep_stocks(
        &mut self,
        asks: Vec<SafetyAsk>,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let mut told: BTreeMap<LocationId, Told> = BTreeMap::new();
        let mut everywhere: BTreeMap<ArticleId, SafetyStock> = BTreeMap::new();
        // What became of each row, or the location that will say it.
        let mut rows: Vec<Result<RowStatus, LocationId>> = Vec::with_capacity(asks.len());
        for (index, SafetyAsk { at, article, units }) in asks.into_iter().enumerate() {
            let new = self.new_stock_id(index);
            match at {
                Some(at) => {
                    let location = self.find(&at).map_err(|why| why.in_row(index))?;
                    told.entry(location).or_default().rows.push(SafetyRow { article, units, new });
                    rows.push(Err(location));
                }
                None => {
                    let old = everywhere.get(&article);
                    let old = old.or(self.tenant.safeties.default_of(&article));
                    let (status, safety) = SafetyStock::set(old, new, units, self.now);
                    everywhere.insert(article, safety);
                    rows.push(Ok(status));
                }
            }
        }
        everywhere.retain(|article, safety| {
            let old = self.tenant.safeties.default_of(article).copied();
            safety.version = old.map_or(safety.version, |old| old.version.next());
            old.map(|old| old.units) != Some(safety.units)
        });
        for (article, safety) in &everywhere {
            self.spread(article, safety.units, &mut told);
        }
        let mut said = self.tell_places(told).await?;
        for (article, safety) in everywhere {
            self.tenant.safeties.put_default(&article, safety);
            self.events.push(Event::Secured { article, safety });
        }
        let status = |row: Result<RowStatus, LocationId>| {
            row.unwrap_or_else(|location| {
                let said = said.get_mut(&location).and_then(Iterator::next);
                said.expect("a location answers every row")
            })
        };
        Ok((Outcome::Kept(rows.into_iter().map(status).collect()), None))
    }

    /// Takes a safety stock away. A location whose own it was keeps back what holds everywhere.
    pub(super) async fn unkeep_stock(
        &mut self,
        id: StockId,
        version: Option<Version>,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let spot = self.tenant.safeties.spot(id).cloned();
        let (place, article) = spot.ok_or(Refusal::UnknownSafetyStock)?;
        if let Some(asked) = version {
            let known = match place {
                Some(location) => self.own_safety(location, &article).await,
                None => self.tenant.safeties.default_of(&article).copied(),
            };
            let current = known.ok_or(Refusal::UnknownSafetyStock)?.version;
            if asked != current {
                return Err(Refusal::WrongVersion { asked, current });
            }
        }
        match (place, article) {
            (Some(location), article) => {
                let default = self.tenant.safeties.default_of(&article);
                let default = default.map(|safety| safety.units).unwrap_or_default();
                let unkeep = [(location, Command::Unkeep { article, default })].into_iter();
                for (location, done) in self.decide_all(unkeep).await? {
                    self.carry_out(location, done.events).await;
                }
            }
            (None, article) => {
                let mut told = BTreeMap::new();
                self.spread(&article, Units::ZERO, &mut told);
                self.tell_places(told).await?;
                self.tenant.safeties.remove_default(&article);
                self.events.push(Event::Unsecured { article });
            }
        }
        Ok((Outcome::Gone, None))
    }

    /// A page of safety stocks.
    pub(super) async fn safety_stocks(
        &mut self,
        filter: SafetyFilter,
        page: Page<StockId>,
    ) -> Result<Outcome, Refusal> {
        let at = filter.at.as_ref().map(|name| self.find(name)).transpose()?;
        let fits = |(_, (place, article)): &(StockId, &(Option<LocationId>, ArticleId))| {
            (at.is_none() || *place == at) && filter.article.as_ref().is_none_or(|it| it == article)
        };
        let safeties = &self.tenant.safeties;
        let total = safeties.after(None).filter(fits).count();
        let spots = safeties.after(page.after).filter(fits).take(page.size);
        let spots: Vec<_> = spots.map(|(_, spot)| spot.clone()).collect();
        let mut rows = Vec::with_capacity(spots.len());
        for (location, article) in spots {
            let safety = match location {
                None => self.tenant.safeties.default_of(&article).copied(),
                Some(id) => self.own_safety(id, &article).await,
            };
            let safety = safety.expect("the desk knows where safety stocks are");
            rows.push(SafetyView { location, article, safety });
        }
        Ok(Outcome::SafetyStocks { rows, total })
    }

    async fn own_safety(&mut self, id: LocationId, article: &ArticleId) -> Option<SafetyStock> {
        match self.cast.look(id, Look::Safety(article.clone()), self.now).await {
            Seen::Safety(safety) => safety,
            _ => unreachable!("a look at a safety stock sees that"),
        }
    }

    /// Every location that has to do with the article is told what holds where there is none.
    fn spread(&self, article: &ArticleId, units: Units, told: &mut BTreeMap<LocationId, Told>) {
        for (seat, _) in self.tenant.places.offers(article) {
            let location = self.tenant.places.seat(*seat).id;
            told.entry(location).or_default().defaults.insert(article.clone(), units);
        }
    }

    /// Tells locations, and answers with what became of their rows.
    async fn tell_places(
        &mut self,
        told: BTreeMap<LocationId, Told>,
    ) -> Result<BTreeMap<LocationId, std::vec::IntoIter<RowStatus>>, Refusal> {
        let keeps = told
            .into_iter()
            .map(|(at, Told { rows, defaults })| (at, Command::Keep { rows, defaults }));
        let mut said = BTreeMap::new();
        for (location, done) in self.decide_all(keeps).await? {
            let statuses: Vec<RowStatus> = done.rows.iter().map(|row| row.status).collect();
            said.insert(location, statuses.into_iter());
            self.carry_out(location, done.events).await;
        }
        Ok(said)
    }
}
