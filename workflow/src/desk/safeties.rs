//! The safety stocks of a tenant: those that hold everywhere, and where all of them are.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::id::{ArticleId, LocationId, StockId};
use crate::location::{SafetyStock, ShelfEvent};
use crate::quantity::Units;

/// The safety stocks of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safeties {
    /// Those that hold at every location that has none of its own.
    defaults: BTreeMap<ArticleId, SafetyStock>,
    /// Where each is: at a location, or everywhere.
    spots: BTreeMap<StockId, (Option<LocationId>, ArticleId)>,
}

impl Safeties {
    /// Notes one that holds everywhere.
    pub fn put_default(&mut self, article: &ArticleId, safety: SafetyStock) {
        self.defaults.insert(article.clone(), safety);
        self.spots.insert(safety.id, (None, article.clone()));
    }

    /// Forgets the one that holds everywhere.
    pub fn remove_default(&mut self, article: &ArticleId) {
        if let Some(safety) = self.defaults.remove(article) {
            self.spots.remove(&safety.id);
        }
    }

    /// Notes what happened to a location's own.
    pub fn note(&mut self, at: LocationId, article: &ArticleId, event: &ShelfEvent) {
        match event {
            ShelfEvent::Secured(safety) => {
                self.spots.insert(safety.id, (Some(at), article.clone()));
            }
            ShelfEvent::Unsecured { stock, .. } => {
                self.spots.remove(stock);
            }
            _ => {}
        }
    }

    /// Forgets those of a location.
    pub fn close(&mut self, id: LocationId) {
        self.spots.retain(|_, (at, _)| *at != Some(id));
    }

    /// The one that holds everywhere.
    pub fn default_of(&self, article: &ArticleId) -> Option<&SafetyStock> {
        self.defaults.get(article)
    }

    /// How many pieces hold where a location has no number of its own, if anybody has said.
    pub fn default_units<'a>(
        &self,
        articles: impl Iterator<Item = &'a ArticleId>,
    ) -> BTreeMap<ArticleId, Units> {
        if self.defaults.is_empty() {
            return BTreeMap::new(); // the usual case
        }
        let units =
            |article: &ArticleId| Some((article.clone(), self.defaults.get(article)?.units));
        articles.filter_map(units).collect()
    }

    /// All that hold everywhere, by article.
    pub fn defaults(&self) -> &BTreeMap<ArticleId, SafetyStock> {
        &self.defaults
    }

    /// Where one is.
    pub fn spot(&self, id: StockId) -> Option<&(Option<LocationId>, ArticleId)> {
        self.spots.get(&id)
    }

    /// Those after `after` with where they are, in the order of their ids.
    pub fn after(
        &self,
        after: Option<StockId>,
    ) -> impl Iterator<Item = (StockId, &(Option<LocationId>, ArticleId))> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.spots.range((from, Bound::Unbounded)).map(|(id, spot)| (*id, spot))
    }
}
