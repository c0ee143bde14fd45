//! Asks the server, when all is over, what it believes: every stock, and the acknowledged orders.

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::future::try_join_all;
use hyper::{Method, StatusCode, Uri};
use uuid::Uuid;

use super::answer::{OrderBody, StocksBody};
use super::audit::{Readback, Seen};
use super::catalog::Catalog;
use super::chance::Chance;
use super::client::{Connection, Target};
use super::ledger::{Known, Ledger};
use super::scenario::ServerClock;
use super::setup::{PARALLEL, expect};

/// Stocks on one page, the most that the door gives.
const PAGE: usize = 100;

/// Up to so many orders are all read back: half a minute's work.
const ORDERS_ALL_MAX: usize = 1_000_000;

/// Of more, so many, drawn by the seed.
const ORDERS_DRAWN: usize = 100_000;

/// Reads everything that the audit compares.
pub(super) async fn read_back(
    target: &Target,
    catalog: &Catalog,
    ledger: &Ledger,
    (clock, seed): (ServerClock, u64),
) -> anyhow::Result<Readback> {
    let from = clock.now();
    let stocks = read_stocks(target, catalog).await.context("reading the stock back")?;
    let to = clock.now();
    let chosen = choose(&ledger.orders, &mut Chance::of(seed, u64::MAX));
    let orders = read_orders(target, &chosen).await.context("reading the orders back")?;
    Ok(Readback { stocks, orders, from, to })
}

async fn read_stocks(target: &Target, catalog: &Catalog) -> anyhow::Result<Vec<Option<Seen>>> {
    let parts = try_join_all((0..PARALLEL).map(|nth| async move {
        let mut connection = Connection::open(target).await?;
        let mut seen = Vec::new();
        for &facility in catalog.refs().iter().skip(nth).step_by(PARALLEL) {
            read_place(&mut connection, catalog, facility, &mut seen).await?;
        }
        anyhow::Ok(seen)
    }))
    .await?;
    let mut stocks: Vec<Option<Seen>> = vec![None; catalog.stocks() as usize];
    for (stock, row) in parts.into_iter().flatten() {
        // Several rows of one article in one place count together.
        let seen = stocks[stock as usize].get_or_insert_default();
        seen.value += row.value;
        seen.reserved += row.reserved;
        seen.available += row.available;
    }
    Ok(stocks)
}

/// Reads one location's stock, page by page.
async fn read_place(
    connection: &mut Connection,
    catalog: &Catalog,
    facility: Uuid,
    seen: &mut Vec<(u32, Seen)>,
) -> anyhow::Result<()> {
    let place = catalog.place_named(facility);
    let first = format!("/api/stocks?facilityRef={facility}&size={PAGE}");
    let mut path = first.clone();
    loop {
        let answer = connection.send(Method::GET, Uri::try_from(path)?, Bytes::new()).await?;
        expect(&answer, StatusCode::OK, "GET /api/stocks")?;
        let page: StocksBody = serde_json::from_slice(&answer.body)?;
        for row in &page.stocks {
            let article = catalog.article_named(&row.tenant_article_id);
            if let Some(stock) = article.and_then(|article| catalog.stock_at(place?, article)) {
                let (value, reserved, available) = (row.value, row.reserved, row.available);
                seen.push((stock, Seen { value, reserved, available }));
            }
        }
        match page.stocks.last() {
            Some(last) if page.stocks.len() >= PAGE => {
                path = format!("{first}&startAfterId={}", last.id);
            }
            _ => return Ok(()),
        }
    }
}

/// All orders, or as many as are worth the time.
fn choose(orders: &[Known], chance: &mut Chance) -> Vec<Known> {
    let mut chosen = orders.to_vec();
    if chosen.len() > ORDERS_ALL_MAX {
        for nth in 0..ORDERS_DRAWN {
            let other = nth + chance.below((chosen.len() - nth) as u32) as usize;
            chosen.swap(nth, other);
        }
        chosen.truncate(ORDERS_DRAWN);
    }
    chosen
}

async fn read_orders(
    target: &Target,
    chosen: &[Known],
) -> anyhow::Result<Vec<(Known, Option<String>)>> {
    let parts = try_join_all((0..PARALLEL).map(|nth| async move {
        let mut connection = Connection::open(target).await?;
        let mut seen = Vec::new();
        for &known in chosen.iter().skip(nth).step_by(PARALLEL) {
            let path = Uri::try_from(format!("/api/orders/{}", Uuid::from_bytes(known.id)))?;
            let answer = connection.send(Method::GET, path, Bytes::new()).await?;
            let status = if answer.status == StatusCode::NOT_FOUND {
                None
            } else {
                expect(&answer, StatusCode::OK, "GET /api/orders/{id}")?;
                Some(serde_json::from_slice::<OrderBody>(&answer.body)?.status)
            };
            seen.push((known, status));
        }
        anyhow::Ok(seen)
    }))
    .await?;
    Ok(parts.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Chance, Known, ORDERS_ALL_MAX, ORDERS_DRAWN, choose};
    use crate::bench::ledger::End;

    #[test]
    fn few_orders_are_all_read_and_of_many_a_sample_without_repeats() {
        let orders = |count: usize| -> Vec<_> {
            let id = |nth: usize| (nth as u128).to_be_bytes();
            (0..count).map(|nth| Known { id: id(nth), end: End::Promised }).collect()
        };
        let mut chance = Chance::of(1, 0);
        assert_eq!(choose(&orders(ORDERS_ALL_MAX), &mut chance).len(), ORDERS_ALL_MAX);
        let drawn = choose(&orders(ORDERS_ALL_MAX + 1), &mut chance);
        let different: HashSet<_> = drawn.iter().map(|known| known.id).collect();
        assert_eq!((drawn.len(), different.len()), (ORDERS_DRAWN, ORDERS_DRAWN));
    }
}
