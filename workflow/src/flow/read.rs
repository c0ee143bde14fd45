//! Looking without changing anything.

use super::{Cast, Look, Scene, Seen};
use crate::command::{LocationFilter, LocationOrder, OrderFilter, Page, Query, SummaryFilter};
use crate::id::{ArticleId, LocationId, OrderId, ReservationId};
use crate::location::{RowStatus, Totals};
use crate::order::Order;
use crate::outcome::{Outcome, ReservationView, SummaryView};
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// Plays a query.
    pub(super) async fn read(&mut self, query: Query) -> Result<Outcome, Refusal> {
        match query {
            Query::Order(name) => {
                let id = self.order_named(name)?;
                Ok(Outcome::Order(Box::new(self.order_now(id).await)))
            }
            Query::Orders(filter, page) => Ok(self.orders(filter, page).await),
            Query::Location(name) => {
                let id = self.tenant.places.find(&name).ok_or(Refusal::UnknownLocation)?;
                Ok(self.view(id).await)
            }
            Query::Locations(filter, page) => self.locations(filter, page).await,
            Query::Listing(at, article) => self.listing(&at, article).await,
            Query::Listings(at, filter, page) => self.listings(&at, filter, page).await,
            Query::Stock(id) => {
                let unknown = Refusal::UnknownStock { row: None };
                let location = self.tenant.places.location_of(id).ok_or(unknown)?;
                let row = (RowStatus::Unchanged, self.stock_view(location, id).await);
                Ok(Outcome::Stocks { rows: vec![row], total: 1 })
            }
            Query::Stocks(filter, page) => self.lots(filter, page).await,
            Query::SafetyStocks(filter, page) => self.safety_stocks(filter, page).await,
            Query::Summaries(filter, page) => self.summaries(filter, page).await,
            Query::Reservation(id) => self.reservation(id).await,
            Query::Reservations(page) => Ok(self.reservations(page).await),
            Query::Settings => Ok(self.settings()),
            Query::Delivery(name) => self.delivery_named(name).await,
            // Whoever plays scenes knows all tenants, and asks for the order itself.
            Query::Shared(_) => Err(Refusal::UnknownOrder),
            Query::Picklist(picker, stores) => Ok(self.picklist(&picker, &stores).await),
            Query::Unpicked(at, stores) => {
                let at = at.map(|name| self.find(&name)).transpose()?;
                let waiting = self.tenant.book.unpicked();
                let waiting = waiting.filter(|(it, _)| self.picks_at(*it, at, &stores));
                Ok(Outcome::Count(waiting.map(|(_, orders)| orders.len()).sum()))
            }
            Query::Unrouted(size) => {
                let ids = self.tenant.book.staged().take(size).collect();
                Ok(self.deliveries(ids).await)
            }
            Query::Route(driver) => {
                let ids = self.tenant.book.route(&driver);
                Ok(self.deliveries(ids).await)
            }
            Query::Recent(filter, numbers) => self.recent(filter, numbers).await,
            Query::Numbered(part) => Ok(self.numbered(part).await),
            Query::Invitations(filter, part) => Ok(self.invitations(&filter, part).await),
            Query::MailDays(from, to) => Ok(self.mail_days(from, to)),
            Query::Address(number) => self.address(number),
            Query::Subscription(id) => self.subscription(id),
            Query::Suppressed(named, page) => Ok(self.suppressed(named, &page)),
            Query::Subscriptions(page) => Ok(self.subscriptions(&page)),
            Query::OrdersNumbered(numbers) => {
                let ids: Vec<OrderId> = self.tenant.book.with_numbers(numbers).collect();
                let mut orders = Vec::with_capacity(ids.len());
                for id in ids {
                    orders.push(self.order_now(id).await);
                }
                let total = self.tenant.last_number;
                Ok(Outcome::Orders { orders, total, fitting: Vec::new() })
            }
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

    async fn locations(
        &mut self,
        filter: LocationFilter,
        page: Page<LocationId>,
    ) -> Result<Outcome, Refusal> {
        let places = &self.tenant.places;
        let fits = |id: &LocationId| {
            places.card(*id).is_some_and(|card| {
                (filter.status.is_empty() || filter.status.contains(&card.status))
                    && (filter.kind.is_empty() || filter.kind.contains(&card.kind))
                    && (filter.reference.is_none() || card.reference == filter.reference)
            })
        };
        let mut fitting: Vec<LocationId> = places.after(None).filter(fits).collect();
        let total = fitting.len();
        let card = |id: &LocationId| places.card(*id).expect("a location in the list is open");
        let first = match filter.order {
            LocationOrder::Created => {
                page.after.map_or(0, |after| fitting.partition_point(|id| *id <= after))
            }
            LocationOrder::Name | LocationOrder::PostalCode => {
                let place = |id: &LocationId| match filter.order {
                    LocationOrder::Name => (Some(&card(id).name), *id),
                    _ => (card(id).postal_code.as_ref(), *id),
                };
                fitting.sort_by(|one, other| place(one).cmp(&place(other)));
                match page.after {
                    None => 0,
                    // It need not fit the filter any more, but it must have its place.
                    Some(after) if places.card(after).is_none() => {
                        return Err(Refusal::UnknownAnchor);
                    }
                    Some(after) => fitting.partition_point(|id| place(id) <= place(&after)),
                }
            }
        };
        let ids: Vec<LocationId> = fitting[first..].iter().take(page.size).copied().collect();
        let mut locations = Vec::with_capacity(ids.len());
        for id in ids {
            locations.push(self.location_view(id).await);
        }
        Ok(Outcome::Locations { locations, total })
    }

    async fn summaries(
        &mut self,
        filter: SummaryFilter,
        page: Page<ArticleId>,
    ) -> Result<Outcome, Refusal> {
        let named = filter.locations.iter().map(|name| self.find(name));
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
                seat.card.as_ref().is_some_and(|card| {
                    let services = &filter.services;
                    (filter.status.is_empty() || filter.status.contains(&card.status))
                        && (services.is_empty() || services.iter().any(|it| it.is_of(card)))
                })
            });
            let locations: Vec<LocationId> = counted.map(|seat| seat.id).collect();
            let (mut sum, mut title) = (Totals::default(), None);
            for location in &locations {
                let look = Look::Totals(article.clone());
                let seen = self.cast.look(*location, look, self.now).await;
                if let Seen::Totals(totals, listed_as) = seen {
                    sum.add(&totals);
                    title = title.or(listed_as);
                }
            }
            rows.push(SummaryView { article, title, locations, sum });
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
