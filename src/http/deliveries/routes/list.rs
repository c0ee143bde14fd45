//! `GET /deliveries` and its history: a page of orders, newest first, in memory or not.
//!
//! Numbers are given in the order of time, so a page of all orders is a range of numbers. A list by
//! anything else looks at orders one after the other; it looks at so many and says how far it came.
//! Those of one reference are found without looking; of very many the newest are shown.

use std::ops::RangeInclusive;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use smol_str::SmolStr;
use snapshots::Position;
use workflow::command::{Query, RecentFilter};
use workflow::order::Standing;
use workflow::outcome::{DeliveryView, Outcome};

use super::{Handled, store};
use crate::admission::Lane;
use crate::ask::{App, Said};
use crate::failure::Failed;
use crate::http::deliveries::answers::order::page;
use crate::http::deliveries::answers::words::standings;
use crate::http::promises::routes::query::Params;
use crate::http::reply::respond;
use crate::http::visit::Visit;
use crate::limits::{ORDERS_SCANNED_AT_ONCE, ORDERS_SCANNED_MAX, PAGE_ROWS, PAGE_ROWS_MAX};

/// A page, as it was found.
#[derive(Default)]
pub(crate) struct Found {
    /// Its orders, the newest first.
    pub(crate) rows: Vec<DeliveryView>,
    /// How many orders fit, of all that were looked at.
    pub(crate) total: u64,
    /// The number of the last order that was looked at, if not all were.
    pub(crate) scanned_to: Option<u64>,
}

/// A list while it is put together.
struct Listing<'a> {
    app: &'a App,
    visit: &'a Visit,
    filter: RecentFilter,
    /// So many are passed over, and so many shown.
    wanted: (u64, u64),
    /// The position of the last answer, and the number of the newest order by then.
    seen: (Position, u64),
    /// Where the last answer stopped, if there are older orders with the same reference.
    scanned_to: Option<u64>,
}

/// A page of orders: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let page = params.number("page", 1, usize::MAX / PAGE_ROWS_MAX, 1);
    let size = params.number("page_size", 1, PAGE_ROWS_MAX, PAGE_ROWS);
    let named = [
        params.filled("order_status"),
        params.filled("picked_status"),
        params.filled("message_status"),
    ];
    let filter = RecentFilter {
        shop: params.filled("client_id"),
        reference: params.filled("order_id"),
        at: store(&mut params),
        standings: named.iter().any(Option::is_some).then(|| called(named)),
        picked: false,
    };
    let wanted = params.end(page.zip(size))?;
    Ok(listed(&app, &visit, filter, wanted).await?)
}

/// A page of orders of which a piece was picked: 200.
pub(crate) async fn history(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let page = params.number("page", 1, usize::MAX / PAGE_ROWS_MAX, 1);
    let page = params.end(page)?;
    let filter = RecentFilter { picked: true, ..RecentFilter::default() };
    Ok(listed(&app, &visit, filter, (page, PAGE_ROWS)).await?)
}

async fn listed(
    app: &App,
    visit: &Visit,
    filter: RecentFilter,
    (number, size): (usize, usize),
) -> Result<HttpResponse, Failed> {
    let wanted = (((number - 1) * size) as u64, size as u64);
    let mut listing =
        Listing { app, visit, filter, wanted, seen: (Position::default(), 0), scanned_to: None };
    let found = listing.find().await?;
    Ok(respond(listing.seen.0, page(&found)))
}

impl Listing<'_> {
    async fn find(&mut self) -> Result<Found, Failed> {
        let (skip, size) = self.wanted;
        if self.filter.reference.is_some() {
            let mut found = Found::default();
            let rows = self.ask(1..=u64::MAX).await?;
            self.take(&mut found, rows);
            found.scanned_to = self.scanned_to;
            return Ok(found);
        }
        self.ask(0..=0).await?;
        let (_, newest) = self.seen;
        if self.filter != RecentFilter::default() {
            return self.fitting(newest).await;
        }
        let mut rows = Vec::new();
        if skip < newest {
            let last = newest - skip;
            rows = self.ask((last + 1).saturating_sub(size).max(1)..=last).await?;
        }
        Ok(Found { rows, total: newest, scanned_to: None })
    }

    /// Those among the newest orders that fit.
    async fn fitting(&mut self, newest: u64) -> Result<Found, Failed> {
        let end = (newest + 1).saturating_sub(ORDERS_SCANNED_MAX).max(1);
        let (mut found, mut next) = (Found::default(), newest);
        while next >= end {
            let oldest = (next + 1).saturating_sub(ORDERS_SCANNED_AT_ONCE).max(end);
            let rows = self.ask(oldest..=next).await?;
            self.take(&mut found, rows);
            next = oldest - 1;
        }
        found.scanned_to = Some(end).filter(|end| *end > 1);
        Ok(found)
    }

    /// Counts these, and shows those of them that are on the page.
    fn take(&self, found: &mut Found, rows: Vec<DeliveryView>) {
        let (skip, size) = self.wanted;
        for row in rows {
            if found.total >= skip && (found.rows.len() as u64) < size {
                found.rows.push(row);
            }
            found.total += 1;
        }
    }

    /// The orders with these numbers that fit, the newest first.
    async fn ask(&mut self, numbers: RangeInclusive<u64>) -> Result<Vec<DeliveryView>, Failed> {
        let query = Query::Recent(self.filter.clone(), numbers);
        let answered = self.visit.ask_first(self.app, query).await?;
        let Said::Now(Outcome::Recent { rows, newest, scanned_to, .. }) = answered.said else {
            unreachable!("a query for recent orders is answered with them")
        };
        self.seen = (answered.at, newest);
        self.scanned_to = scanned_to;
        Ok(rows)
    }
}

/// The standings that have all of these words; a word that is unknown fits none.
fn called([order, picked, message]: [Option<SmolStr>; 3]) -> Vec<Standing> {
    standings(|words| {
        let is = |asked: &Option<SmolStr>, word: Option<&str>| {
            asked.as_ref().is_none_or(|asked| Some(asked.as_str()) == word)
        };
        is(&order, Some(words.order_status))
            && is(&picked, Some(words.picked_status))
            && is(&message, words.message_status)
    })
}
