//! Puts the catalog into the server, through the API that everybody uses.
//!
//! Over several connections, since each answer waits for the disk. Anything but the answer that
//! was to come ends the run: a load on half a catalog would show nothing.

use std::time::Instant;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use futures_util::future::try_join_all;
use hyper::{Method, StatusCode, Uri};
use uuid::Uuid;

use super::answer::MadeBody;
use super::catalog::Catalog;
use super::client::{Answer, Connection, Target};
use super::scenario::{ServerClock, Thousandths};

/// Connections that set up and read back; the server does the same work with one, but waits for
/// the disk in between.
pub(super) const PARALLEL: usize = 16;

/// Stocks in one request, the most that the door takes.
const STOCKS_PER_BATCH: u32 = 500;

/// Makes the locations, then their stock. Returns the server's clock.
pub(super) async fn set_up(target: &Target, catalog: &mut Catalog) -> anyhow::Result<ServerClock> {
    let clock = clock_of(target).await?;
    let places = make_places(target, catalog).await?;
    catalog.know(places);
    put_stocks(target, catalog).await?;
    Ok(clock)
}

/// Reads the server's clock from an answer that any server gives.
pub(super) async fn clock_of(target: &Target) -> anyhow::Result<ServerClock> {
    let mut connection = Connection::open(target).await.context("the server does not answer")?;
    let path = Uri::from_static("/healthz");
    let answer = connection.send(Method::GET, path, Bytes::new()).await?;
    let date = answer.date().context("the server's answers have no Date header")?;
    Ok(ServerClock::new(date, Instant::now()))
}

async fn make_places(target: &Target, catalog: &Catalog) -> anyhow::Result<Vec<Uuid>> {
    let locations = catalog.shape().locations;
    let made = try_join_all((0..PARALLEL as u32).map(|nth| async move {
        let mut connection = Connection::open(target).await?;
        let mut made = Vec::new();
        for place in (nth..locations).step_by(PARALLEL) {
            let body = place_body(catalog, place).to_string();
            let path = Uri::from_static("/api/facilities");
            let answer = connection.send(Method::POST, path, body.into()).await?;
            expect(&answer, StatusCode::CREATED, "POST /api/facilities")?;
            made.push((place, serde_json::from_slice::<MadeBody>(&answer.body)?.id));
        }
        anyhow::Ok(made)
    }))
    .await?;
    let mut made: Vec<_> = made.into_iter().flatten().collect();
    made.sort_unstable();
    Ok(made.into_iter().map(|(_, id)| id).collect())
}

/// A location; they lie on a grid over the rectangle that the consumers are in.
fn place_body(catalog: &Catalog, place: u32) -> serde_json::Value {
    let locations = catalog.shape().locations;
    let columns = locations.isqrt().max(1);
    let (column, row) = (place % columns, place / columns);
    let lat = 48_000 + 6_000 * row / (locations / columns + 1);
    let lon = 6_000 + 8_000 * column / columns;
    let decimal = |thousandths: u32| -> serde_json::Value {
        serde_json::from_str(&Thousandths(thousandths).to_string())
            .expect("digits with a point between them are JSON")
    };
    serde_json::json!({
        "name": catalog.place_name(place),
        "tenantFacilityId": catalog.place_name(place),
        "type": "MANAGED_FACILITY",
        "status": "ONLINE",
        "address": {
            "companyName": "Bench",
            "street": "Hauptstr.",
            "houseNumber": place.to_string(),
            "postalCode": "51063",
            "city": "Köln",
            "country": "DE",
            "resolvedCoordinates": { "lat": decimal(lat), "lon": decimal(lon) },
        },
    })
}

async fn put_stocks(target: &Target, catalog: &Catalog) -> anyhow::Result<()> {
    let stocks = catalog.stocks();
    try_join_all((0..PARALLEL as u32).map(|nth| async move {
        let mut connection = Connection::open(target).await?;
        let batches = (nth * STOCKS_PER_BATCH..stocks)
            .step_by(PARALLEL * STOCKS_PER_BATCH as usize)
            .map(|first| first..stocks.min(first + STOCKS_PER_BATCH));
        for batch in batches {
            let list: Vec<_> = batch
                .map(|stock| {
                    serde_json::json!({
                        "tenantArticleId": catalog.article_name(catalog.article_of(stock)),
                        "value": catalog.shape().value,
                        "facility": { "facilityRef": catalog.refs()[catalog.place_of(stock) as usize] },
                    })
                })
                .collect();
            let body = serde_json::json!({ "stocks": list }).to_string();
            let path = Uri::from_static("/api/stocks");
            let answer = connection.send(Method::PUT, path, body.into()).await?;
            expect(&answer, StatusCode::OK, "PUT /api/stocks")?;
        }
        anyhow::Ok(())
    }))
    .await?;
    Ok(())
}

/// Stops with the answer's words if it is not the one that was to come.
pub(super) fn expect(answer: &Answer, status: StatusCode, what: &str) -> anyhow::Result<()> {
    if answer.status != status {
        bail!("{what}: expected {}, got {}", status.as_u16(), answer.excerpt());
    }
    Ok(())
}
