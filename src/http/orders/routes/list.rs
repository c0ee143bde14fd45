//! `GET /orders`: a page of orders, newest first.
//!
//! Numbers are given in the order of time, so a page is a range of numbers, and the ends of a
//! window of time are found by halving. Only a list by status has to look at the orders that it
//! counts; it looks at so many and says how far it came.

use std::ops::RangeInclusive;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use snapshots::Position;
use workflow::command::Query;
use workflow::order::Order;
use workflow::outcome::Outcome;
use workflow::time::Time;

use crate::ask::{App, Said};
use crate::http::orders::answers::{self, Found, status};
use crate::http::orders::call::{Call, Handled, reader};
use crate::http::orders::errors::Cause;
use crate::http::promises::routes::query::Params;
use crate::http::reply::respond;
use crate::http::visit::Visit;
use crate::limits::{
    CUSTOMER_PAGE_ROWS_MAX, ORDERS_SCANNED_AT_ONCE, ORDERS_SCANNED_MAX, PAGE_ROWS,
};

/// What may be asked of a status.
pub(crate) const STATUSES: [&str; 10] = [
    "PENDING",
    "CONFIRMED",
    "BACKORDERED",
    "REJECTED",
    "ON_HOLD",
    "IN_PROGRESS",
    "SHIPPED",
    "DELIVERED",
    "CANCELLED",
    "EXPIRED",
];

/// Numbers that are asked for at once where a window ends: one of them belongs to an order.
const NUMBERS_PER_PROBE: u64 = 16;

/// What a list is asked for.
struct Wanted {
    /// With one of these statuses; empty means any.
    statuses: Vec<&'static str>,
    from: Option<Time>,
    to: Option<Time>,
    page: u64,
    page_size: u64,
}

/// A list while it is put together.
struct Listing<'a> {
    app: &'a App,
    visit: &'a Visit,
    /// The position of the last answer, and the number of the newest order by then.
    seen: (Position, u64),
}

/// A page of orders: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let call = Call::of(&app, &head);
    let done = listed(&app, &head, &call).await;
    call.end(done)
}

async fn listed(app: &App, head: &HttpRequest, call: &Call) -> Result<HttpResponse, Cause> {
    let visit = reader(app, head).await?;
    let wanted = Wanted::read(head.query_string())?;
    let mut listing = Listing { app, visit: &visit, seen: (Position::default(), 0) };
    let found = listing.find(&wanted).await?;
    let zone = app.zone(&visit.caller.tenant);
    Ok(respond(listing.seen.0, answers::page(&found, call, &zone)))
}

impl Wanted {
    fn read(query: &str) -> Result<Wanted, Cause> {
        let mut params = Params::of(query);
        let known = |text: &str| STATUSES.into_iter().find(|status| *status == text);
        let statuses = params.parsed("status", known);
        let instant = "must be an RFC 3339 instant with an offset";
        let from = params.value("createdFrom", Time::parse, instant);
        let to = params.value("createdTo", Time::parse, instant);
        let count = |max: u64| {
            move |text: &str| text.parse().ok().filter(|count| (1..=max).contains(count))
        };
        let page = params.value("page", count(u32::MAX.into()), "must be 1 or more");
        let rows = CUSTOMER_PAGE_ROWS_MAX as u64;
        let page_size = params.value("pageSize", count(rows), "must be between 1 and 200");
        let (page, page_size) = (page.unwrap_or(1), page_size.unwrap_or(PAGE_ROWS as u64));
        Ok(params.end(Some(Wanted { statuses, from, to, page, page_size }))?)
    }
}

impl Listing<'_> {
    async fn find(&mut self, wanted: &Wanted) -> Result<Found, Cause> {
        self.ask(0..=0).await?;
        let window = self.window(wanted).await?;
        if wanted.statuses.is_empty() {
            return self.of_any_status(wanted, window).await;
        }
        self.of_status(wanted, window).await
    }

    /// The numbers of the orders that were made in the wanted time; empty if none was.
    async fn window(&mut self, wanted: &Wanted) -> Result<RangeInclusive<u64>, Cause> {
        let (_, newest) = self.seen;
        let first = match wanted.from {
            Some(from) => self.first_at_or_after(from, newest).await?,
            None => 1,
        };
        let last = match wanted.to {
            Some(to) => self.first_at_or_after(Time(to.0.saturating_add(1)), newest).await? - 1,
            None => newest,
        };
        Ok(first..=last)
    }

    /// The first number whose order was made at this time or later; one beyond the newest if none
    /// was.
    async fn first_at_or_after(&mut self, at: Time, newest: u64) -> Result<u64, Cause> {
        let (mut low, mut high) = (1, newest + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let last = (middle + NUMBERS_PER_PROBE - 1).min(high - 1);
            match self.ask(middle..=last).await?.first() {
                Some(order) if order.created >= at => high = middle,
                Some(order) => low = order.number + 1,
                None => high = middle, // nobody has these numbers
            }
        }
        Ok(low)
    }

    async fn of_any_status(
        &mut self,
        wanted: &Wanted,
        window: RangeInclusive<u64>,
    ) -> Result<Found, Cause> {
        let (first, last) = window.into_inner();
        let total = (last + 1).saturating_sub(first);
        let skip = wanted.page_size.saturating_mul(wanted.page - 1);
        let mut orders = Vec::new();
        if skip < total {
            let newest = last - skip;
            let oldest = first.max((newest + 1).saturating_sub(wanted.page_size));
            orders = self.ask(oldest..=newest).await?;
            orders.reverse();
        }
        Ok(found(wanted, orders, total))
    }

    async fn of_status(
        &mut self,
        wanted: &Wanted,
        window: RangeInclusive<u64>,
    ) -> Result<Found, Cause> {
        let (first, last) = window.into_inner();
        let end = first.max((last + 1).saturating_sub(ORDERS_SCANNED_MAX));
        let skip = wanted.page_size.saturating_mul(wanted.page - 1);
        let (mut next, mut total, mut orders) = (last, 0, Vec::new());
        let mut scanned_to = None;
        while next >= end && next > 0 {
            let oldest = end.max((next + 1).saturating_sub(ORDERS_SCANNED_AT_ONCE));
            for order in self.ask(oldest..=next).await?.into_iter().rev() {
                scanned_to = Some(order.created);
                if wanted.statuses.contains(&status(&order)) {
                    total += 1;
                    if total > skip && (orders.len() as u64) < wanted.page_size {
                        orders.push(order);
                    }
                }
            }
            next = oldest - 1;
        }
        let scanned_to = scanned_to.filter(|_| end > first);
        Ok(Found { scanned_to, ..found(wanted, orders, total) })
    }

    /// The orders with these numbers, in their order, in memory or not.
    async fn ask(&mut self, numbers: RangeInclusive<u64>) -> Result<Vec<Order>, Cause> {
        let query = Query::OrdersNumbered(numbers);
        let answered = self.visit.ask_first(self.app, query).await?;
        let Said::Now(Outcome::Orders { orders, total, .. }) = answered.said else {
            unreachable!("a query for orders is answered with orders")
        };
        self.seen = (answered.at, total);
        Ok(orders)
    }
}

fn found(wanted: &Wanted, orders: Vec<Order>, total: u64) -> Found {
    let (page, page_size) = (wanted.page, wanted.page_size);
    Found { orders, page, page_size, total, scanned_to: None }
}
