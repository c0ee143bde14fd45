//! Looking without changing anything.

use super::{Cast, Look, Scene, Seen};
use crate::command::{LocationFilter, OrderFilter, Page, Query, StockFilter, SummaryFilter};
use crate::id::{ArticleId, LocationId, OrderId, ReservationId, StockId};
use crate::location::{RowStatus, Totals};
use crate::order::Order;
use crate::outcome::{Outcome, ReservationView, SummaryView};
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// Plays a query.
    pub(super) async fn read(&mut self, query: Query) -> Result<Outcome, Refusal> {
        match query {
            Query::Order(id) if self.tenant.book.holds(id) => {
                Ok(Outcome::Order(Box::new(self.order_now(id).await)))
            }
            Query::Order(_) => Err(Refusal::UnknownOrder),
            Query::Orders(filter, page) => Ok(self.orders(filter, page).await),
            Query::Location(name) => {
                let id = self.tenant.places.find(&name).ok_or(Refusal::UnknownLocation)?;
                Ok(self.view(id).await)
            }
            Query::Locations(filter, page) => Ok(self.locations(filter, page).await),
            Query::Listings(name, articles, page) => {
                let location = self.tenant.places.find(&name).ok_or(Refusal::UnknownLocation)?;
                let look = Look::Listings(articles, page.after, page.size);
                let seen = self.cast.look(location, look, self.now).await;
                let Seen::Listings(rows, total) = seen else {
                    unreachable!("a look at listings sees listings")
                };
                let unchanged = |(article, listing)| (RowStatus::Unchanged, article, listing);
                let rows = rows.into_iter().map(unchanged).collect();
                Ok(Outcome::Listings { location, rows, total })
            }
            Query::Stock(id) => {
                let unknown = Refusal::UnknownStock { row: None };
                let location = self.tenant.places.location_of(id).ok_or(unknown)?;
                let row = (RowStatus::Unchanged, self.stock_view(location, id).await);
                Ok(Outcome::Stocks { rows: vec![row], total: 1 })
            }
            Query::Stocks(filter, page) => self.stocks(filter, page).await,
            Query::Summaries(filter, page) => self.summaries(filter, page).await,
            Query::Reservation(id) => self.reservation(id).await,
            Query::Reservations(page) => Ok(self.reservations(page).await),
            Query::Settings => Ok(self.settings()),
            Query::OrderAt(name) => {
                let id = self.order_named(name)?;
                Ok(Outcome::Order(Box::new(self.order_now(id).await)))
            }
            Query::Numbered(part) => Ok(self.numbered(part).await),
            Query::Invitations(filter, part) => Ok(self.invitations(&filter, part).await),
            Query::MailDays(from, to) => Ok(self.mail_days(from, to)),
        }
    }

    /// The order as anybody may be told: past its deadline a promise is expired (P3).
    pub(super) async fn order_now(&mut self, id: OrderId) -> Order {
        let mut order = self.cast.order(id).await;
        order.stage = order.stage_at(self.now);
        order
    }

    async fn orders(&mut self, filter: OrderFilter, page: Page<OrderId>) -> Outcome {
        let book = &self.tenant.book;
        let fitting: Vec<OrderId> = match (&filter.reference, &filter.consumer) {
            (None, None) => Vec::new(),
            (Some(reference), None) => book.with_reference(reference),
            (None, Some(consumer)) => book.of_consumer(consumer),
            (Some(reference), Some(consumer)) => {
                let theirs = book.of_consumer(consumer); // both lists are in the order of ids
                let both = book.with_reference(reference).into_iter();
                both.filter(|id| theirs.binary_search(id).is_ok()).collect()
            }
        };
        let filtered = filter != OrderFilter::default();
        let ids: Vec<OrderId> = if filtered {
            let first = page.after.map_or(0, |after| fitting.partition_point(|id| *id <= after));
            fitting[first..].iter().copied().take(page.size).collect()
        } else {
            book.after(page.after).take(page.size).collect()
        };
        let total = if filtered { fitting.len() as u64 } else { self.tenant.last_number };
        let mut orders = Vec::with_capacity(ids.len());
        for id in ids {
            orders.push(self.order_now(id).await);
        }
        Outcome::Orders { orders, total, fitting }
    }

    async fn locations(&mut self, filter: LocationFilter, page: Page<LocationId>) -> Outcome {
        let places = &self.tenant.places;
        let fits = |id: &LocationId| {
            places.card(*id).is_some_and(|card| {
                (filter.status.is_empty() || filter.status.contains(&card.status))
                    && (filter.kind.is_empty() || filter.kind.contains(&card.kind))
                    && (filter.reference.is_none() || card.reference == filter.reference)
            })
        };
        let total = places.after(None).filter(fits).count();
        let ids: Vec<LocationId> = places.after(page.after).filter(fits).take(page.size).collect();
        let mut locations = Vec::with_capacity(ids.len());
        for id in ids {
            locations.push(self.location_view(id).await);
        }
        Outcome::Locations { locations, total }
    }

    async fn stocks(
        &mut self,
        filter: StockFilter,
        page: Page<StockId>,
    ) -> Result<Outcome, Refusal> {
        let mut rows = Vec::new();
        let mut total = 0;
        // Storage is known to the lots alone: all of them are looked at, and counted, one by one.
        let by_storage = !filter.storage.is_empty();
        let after = if by_storage { None } else { page.after };
        if let Some(name) = &filter.at {
            let location = self.find(name, 0)?;
            let look = Look::Lots(filter.articles.clone(), after, usize::MAX);
            if let Seen::Lots(lots, count) = self.cast.look(location, look, self.now).await {
                total = count;
                rows = self.stock_views(location, lots);
            }
        } else if filter.articles.is_empty() {
            total = self.tenant.places.stocks();
            let size = if by_storage { usize::MAX } else { page.size };
            let after = self.tenant.places.stocks_after(after);
            for (id, location) in after.take(size).collect::<Vec<_>>() {
                rows.push(self.stock_view(location, id).await);
            }
        } else {
            for location in self.locations_with(&filter.articles) {
                let look = Look::Lots(filter.articles.clone(), after, usize::MAX);
                if let Seen::Lots(lots, count) = self.cast.look(location, look, self.now).await {
                    total += count;
                    rows.extend(self.stock_views(location, lots));
                }
            }
            rows.sort_unstable_by_key(|row| row.lot.id);
        }
        if by_storage {
            rows.retain(|row| {
                let storage = row.lot.details.as_ref().and_then(|details| details.storage.as_ref());
                storage.is_some_and(|storage| filter.storage.contains(storage))
            });
            total = rows.len();
            rows.retain(|row| page.after.is_none_or(|after| row.lot.id > after));
        }
        rows.truncate(page.size);
        let rows = rows.into_iter().map(|row| (RowStatus::Unchanged, row)).collect();
        Ok(Outcome::Stocks { rows, total })
    }

    fn locations_with(&self, articles: &[ArticleId]) -> Vec<LocationId> {
        let places = &self.tenant.places;
        let offers = articles.iter().flat_map(|article| places.offers(article));
        let mut locations: Vec<_> = offers.map(|(seat, _)| places.seat(*seat).id).collect();
        locations.sort_unstable();
        locations.dedup();
        locations
    }

    async fn summaries(
        &mut self,
        filter: SummaryFilter,
        page: Page<ArticleId>,
    ) -> Result<Outcome, Refusal> {
        let named = filter.locations.iter().enumerate().map(|(at, name)| self.find(name, at));
        let named: Vec<LocationId> = named.collect::<Result<_, _>>()?;
        let places = &self.tenant.places;
        let wanted =
            |article: &ArticleId| filter.articles.is_empty() || filter.articles.contains(article);
        let total = places.articles_after(None).filter(|it| wanted(it)).count();
        let articles = places.articles_after(page.after.as_ref()).filter(|it| wanted(it));
        let articles: Vec<ArticleId> = articles.take(page.size).cloned().collect();
        let mut rows = Vec::with_capacity(articles.len());
        for article in articles {
            let places = &self.tenant.places;
            let counted = places.offers(&article).iter().map(|(seat, _)| places.seat(*seat));
            let counted = counted.filter(|seat| named.is_empty() || named.contains(&seat.id));
            let counted = counted.filter(|seat| {
                let status = seat.card.as_ref().map(|card| card.status);
                filter.status.is_empty() || status.is_some_and(|it| filter.status.contains(&it))
            });
            let locations: Vec<LocationId> = counted.map(|seat| seat.id).collect();
            let mut sum = Totals::default();
            for location in &locations {
                let look = Look::Totals(article.clone());
                if let Seen::Totals(totals) = self.cast.look(*location, look, self.now).await {
                    sum.add(&totals);
                }
            }
            rows.push(SummaryView { article, locations, sum });
        }
        Ok(Outcome::Summaries { rows, total })
    }

    async fn reservation(&mut self, id: ReservationId) -> Result<Outcome, Refusal> {
        if !self.tenant.book.holds(id.order()) {
            return Err(Refusal::UnknownReservation);
        }
        let order = self.order_now(id.order()).await;
        let rows: Vec<_> = views(&order).into_iter().filter(|row| row.id == id).collect();
        if rows.is_empty() {
            return Err(Refusal::UnknownReservation);
        }
        Ok(Outcome::Reservations { rows, total: 1 })
    }

    async fn reservations(&mut self, page: Page<ReservationId>) -> Outcome {
        let first = page.after.map(ReservationId::order);
        let mut next = self.tenant.book.from(first).next();
        let mut rows = Vec::new();
        while let Some(id) = next {
            next = self.tenant.book.after(Some(id)).next();
            let order = self.order_now(id).await;
            let after = |row: &ReservationView| page.after.is_none_or(|after| row.id > after);
            rows.extend(views(&order).into_iter().filter(after));
            if rows.len() >= page.size {
                rows.truncate(page.size);
                break;
            }
        }
        Outcome::Reservations { rows, total: self.tenant.book.reservations() }
    }
}

/// An order's reservations. An expired promise has none, swept or not.
fn views(order: &Order) -> Vec<ReservationView> {
    if order.stage.is_closed() {
        return Vec::new();
    }
    let views = order.holds.iter().map(|hold| ReservationView {
        id: order.id.reservation(hold.index),
        created: order.created,
        article: order.asked.lines[usize::from(hold.line)].article.clone(),
        hold: hold.clone(),
    });
    views.collect()
}
