//! Listings in this door's words.

use serde::Serialize;
use serde_json::value::RawValue;
use workflow::id::{ArticleId, LocationId, StockId};
use workflow::location::{Listing, RowStatus};
use workflow::outcome::Outcome;
use workflow::reply::Reply;

use super::promise::behaviour;
use super::{At, Shown, joined, json, raw, row_status};
use crate::http::reply::{entity, plain};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListingAnswer<'a> {
    id: StockId,
    facility_id: LocationId,
    version: u32,
    created: At,
    last_modified: At,
    tenant_article_id: &'a ArticleId,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    status: &'static str,
    out_of_stock_behaviour: &'static str,
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

/// One listing, if it is there: 200.
pub(crate) fn shown(outcome: &Outcome) -> Option<Reply> {
    let (location, rows, _) = rows(outcome);
    let (_, article, listing) = rows.first()?;
    Some(entity(200, listing.version, listing_json(location, article, listing)))
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
    };
    joined(json(&answer), listing.kept.as_json())
}
