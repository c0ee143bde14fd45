//! Lists of lots: whatever narrows them, no lot is looked at that cannot be in the answer.

use super::{Cast, Look, Scene, Seen};
use crate::command::{Page, StockFilter};
use crate::id::{ArticleId, LocationId, StockId};
use crate::location::RowStatus;
use crate::outcome::{Outcome, StockView};
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// A page of lots, and how many fit.
    pub(super) async fn lots(
        &mut self,
        filter: StockFilter,
        page: Page<StockId>,
    ) -> Result<Outcome, Refusal> {
        let at = filter.at.as_ref().map(|name| self.find(name)).transpose()?;
        let (mut rows, total) = if !filter.articles.is_empty() {
            self.lots_of(at, &filter, page.after).await
        } else if !filter.storage.is_empty() {
            self.lots_in(at, &filter, &page).await
        } else if let Some(location) = at {
            self.lots_at(location, &[], (page.after, page.size)).await
        } else {
            let after = self.tenant.places.stocks_after(page.after).take(page.size);
            let page: Vec<(StockId, LocationId)> = after.collect();
            (self.views_of(page).await, self.tenant.places.stocks())
        };
        rows.truncate(page.size);
        let rows = rows.into_iter().map(|row| (RowStatus::Unchanged, row)).collect();
        Ok(Outcome::Stocks { rows, total })
    }

    /// Lots of articles: the locations that have them say where they lie.
    async fn lots_of(
        &mut self,
        at: Option<LocationId>,
        filter: &StockFilter,
        after: Option<StockId>,
    ) -> (Vec<StockView>, usize) {
        let mut rows = Vec::new();
        for location in at.map_or_else(|| self.locations_with(&filter.articles), |at| vec![at]) {
            rows.extend(self.lots_at(location, &filter.articles, (None, usize::MAX)).await.0);
        }
        rows.retain(|row| {
            let storage = row.lot.storage();
            filter.storage.is_empty() || storage.is_some_and(|it| filter.storage.contains(it))
        });
        let total = rows.len();
        rows.retain(|row| after.is_none_or(|after| row.lot.id > after));
        rows.sort_unstable_by_key(|row| row.lot.id);
        (rows, total)
    }

    /// Lots in named places: the desk knows where those are.
    async fn lots_in(
        &mut self,
        at: Option<LocationId>,
        filter: &StockFilter,
        page: &Page<StockId>,
    ) -> (Vec<StockView>, usize) {
        let places = &self.tenant.places;
        let lots = places.lots_in(&filter.storage).into_iter();
        let lots = lots.filter_map(|id| Some((id, places.location_of(id)?)));
        let lots: Vec<_> = lots.filter(|(_, here)| at.is_none_or(|at| at == *here)).collect();
        let total = lots.len();
        let first = page.after.map_or(0, |after| lots.partition_point(|(id, _)| *id <= after));
        let page = lots[first..].iter().take(page.size).copied().collect();
        (self.views_of(page).await, total)
    }

    async fn lots_at(
        &mut self,
        location: LocationId,
        articles: &[ArticleId],
        (after, size): (Option<StockId>, usize),
    ) -> (Vec<StockView>, usize) {
        let look = Look::Lots(articles.to_vec(), after, size);
        match self.cast.look(location, look, self.now).await {
            Seen::Lots(lots, total) => (self.stock_views(location, lots), total),
            _ => unreachable!("a look at lots sees lots"),
        }
    }

    async fn views_of(&mut self, lots: Vec<(StockId, LocationId)>) -> Vec<StockView> {
        let mut views = Vec::with_capacity(lots.len());
        for (id, location) in lots {
            views.push(self.stock_view(location, id).await);
        }
        views
    }

    fn locations_with(&self, articles: &[ArticleId]) -> Vec<LocationId> {
        let places = &self.tenant.places;
        let offers = articles.iter().flat_map(|article| places.offers(article));
        let mut locations: Vec<_> = offers.map(|(seat, _)| places.seat(*seat).id).collect();
        locations.sort_unstable();
        locations.dedup();
        locations
    }
}
