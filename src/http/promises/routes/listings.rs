//! `/api/facilities/{facilityId}/listings`.

use actix_web::web::Path;
use workflow::command::{Command, ListingFilter, LocationRef, Query};
use workflow::id::ArticleId;
use workflow::location::Listings;
use workflow::refusal::Refusal;

use super::Handled;
use super::asked::Asked;
use super::facilities::facility_ref;
use crate::admission::Lane;
use crate::failure::{Failed, Failure};
use crate::http::document::Members;
use crate::http::promises::answers::listing;
use crate::http::promises::bodies::{ListingChange, ListingsBody};
use crate::http::reply::answer;
use crate::http::visit::asked_version;
use crate::limits::PAGE_ROWS_MAX;

/// Makes or replaces listings, all or none: 200.
pub(crate) async fn put(asked: Asked, id: Path<String>) -> Handled {
    asked
        .change(Lane::Operate, |body| {
            let sent: ListingsBody<'_> = body.decode()?;
            let at = facility_ref(&id)?;
            Ok((None, Command::PutListings { at, rows: sent.into_rows()? }, listing::put))
        })
        .await
}

/// A page of listings: 200.
pub(crate) async fn list(asked: Asked, id: Path<String>) -> Handled {
    asked
        .look(|mut params| {
            let at = facility_ref(&id)?;
            let page = params.page(PAGE_ROWS_MAX, ArticleId::parse);
            let filter = ListingFilter {
                articles: params.named("tenantArticleIds", ArticleId::parse),
                code: params.text("scannableCode"),
            };
            Ok((Query::Listings(at, filter, params.end(page)?), listing::list))
        })
        .await
}

/// One listing: 200.
pub(crate) async fn show(asked: Asked, path: Path<(String, String)>) -> Handled {
    asked
        .look(|_| {
            let (at, article) = listing_ref(&path)?;
            Ok((Query::Listing(at, article), listing::shown))
        })
        .await
}

/// Changes some members of a listing: 200, an array with the one listing.
pub(crate) async fn patch(asked: Asked, path: Path<(String, String)>) -> Handled {
    let app = asked.app.clone();
    let body = asked.body(Lane::Operate).await?;
    let sent: Members = body.decode()?;
    let (at, article) = listing_ref(&path)?;
    let change = ListingChange::read(sent, body.if_match()?)?;
    let seen = body.visit.look_first(&app, Query::Listing(at.clone(), article)).await?;
    let rows = vec![change.row_over(&listing::members_now(&seen))?];
    let command = Command::PutListings { at, rows };
    let answered = body.visit.change(&app, None, command, listing::patched).await;
    let answered = answered.map_err(by_path)?;
    Ok(answer(answered, listing::patched))
}

/// Takes one listing away: 200, empty.
pub(crate) async fn remove(asked: Asked, path: Path<(String, String)>) -> Handled {
    asked
        .act(|head| {
            let (at, article) = listing_ref(&path)?;
            let which = Listings::One(article, asked_version(head.headers())?);
            Ok((Command::RemoveListings { at, which }, listing::gone))
        })
        .await
}

/// Takes all listings of a facility away: 200, empty.
pub(crate) async fn clear(asked: Asked, id: Path<String>) -> Handled {
    asked
        .act(|_| {
            let (at, which) = (facility_ref(&id)?, Listings::All);
            Ok((Command::RemoveListings { at, which }, listing::gone))
        })
        .await
}

/// The failure of a change whose only row the path names.
fn by_path(failed: Failed) -> Failed {
    match failed.failure {
        Failure::Refused(Refusal::UnknownListing { .. }) => {
            Failed { failure: Failure::Refused(Refusal::UnknownListing { row: None }), ..failed }
        }
        _ => failed,
    }
}

/// The listing that a path names; what is no article's id names none.
fn listing_ref((id, article): &(String, String)) -> Result<(LocationRef, ArticleId), Failure> {
    let at = facility_ref(id)?;
    let unknown = Failure::Refused(Refusal::UnknownListing { row: None });
    Ok((at, ArticleId::parse(article).ok_or(unknown)?))
}
