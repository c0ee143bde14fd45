//! Listings in this door's words.

use serde::Serialize;
use serde_json::value::RawValue;
use smol_str::SmolStr;
use workflow::id::{ArticleId, LocationId, StockId};
use workflow::location::{Listing, RowStatus};
use workflow::outcome::Outcome;
use workflow::reply::Reply;

use super::promise::behaviour;
use super::{At, Shown, joined, raw, row_status};
use crate::http::reply::json;
use crate::http::reply::{entity, plain};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListingAnswer<'a> {
    id: StockId,
    facility_id: LocationId,
    version: u64,
    created: At,
    last_modified: At,
    tenant_article_id: &'a ArticleId,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    status: &'static str,
    out_of_stock_behaviour: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    scannable_codes: &'a [SmolStr],
}

#[derive(Serialize)]
struct RowAnswer {
    listing: Box<RawValue>,
    status: &'static str,
}

#[derive(Serialize)]
struct ListingsAnswer {
    listings: Vec<Box<RawValue>>,
    total: usize,
}

/// The reply to listings that were put: 200, one result per row.
pub(crate) fn put(outcome: &Outcome) -> Reply {
    let (location, rows, _) = rows(outcome);
    let rows = rows.iter().map(|(status, article, listing)| RowAnswer {
        listing: raw(listing_json(location, article, listing)),
        status: row_status(*status),
    });
    plain(200, json(&rows.collect::<Vec<_>>()))
}

/// A page of listings: 200.
pub(crate) fn list(outcome: &Outcome) -> Reply {
    let (location, rows, total) = rows(outcome);
    let listing = |(_, article, listing): &(RowStatus, ArticleId, Listing)| {
        raw(listing_json(location, article, listing))
    };
    plain(200, json(&ListingsAnswer { listings: rows.iter().map(listing).collect(), total }))
}

/// One listing: 200.
pub(crate) fn shown(outcome: &Outcome) -> Reply {
    let (location, article, listing) = one(outcome);
    entity(200, listing.version, listing_json(location, article, listing))
}

/// The reply to a listing that was changed: 200, an array with the one.
pub(crate) fn patched(outcome: &Outcome) -> Reply {
    let (location, article, listing) = one(outcome);
    let body = format!("[{}]", listing_json(location, article, listing));
    entity(200, listing.version, body)
}

/// The reply to listings that are gone: 200, empty.
pub(crate) fn gone(_: &Outcome) -> Reply {
    plain(200, String::new())
}

/// One listing as it is: its members that a client may change are among these.
pub(crate) fn members_now(outcome: &Outcome) -> String {
    let (location, article, listing) = one(outcome);
    listing_json(location, article, listing)
}

fn one(outcome: &Outcome) -> (LocationId, &ArticleId, &Listing) {
    let (location, rows, _) = rows(outcome);
    let (_, article, listing) = rows.first().expect("one listing is answered with one row");
    (location, article, listing)
}

fn rows(outcome: &Outcome) -> (LocationId, &[(RowStatus, ArticleId, Listing)], usize) {
    let Outcome::Listings { location, rows, total } = outcome else {
        unreachable!("listings are answered with listings")
    };
    (*location, rows, *total)
}

fn listing_json(location: LocationId, article: &ArticleId, listing: &Listing) -> String {
    let answer = ListingAnswer {
        id: listing.id,
        facility_id: location,
        version: listing.version.0,
        created: Shown(listing.created),
        last_modified: Shown(listing.modified),
        tenant_article_id: article,
        title: listing.title.as_deref(),
        status: if listing.active { "ACTIVE" } else { "INACTIVE" },
        out_of_stock_behaviour: behaviour(listing.out_of_stock),
        scannable_codes: &listing.codes,
    };
    joined(json(&answer), listing.kept.as_json())
}
