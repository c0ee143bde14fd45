//! `/api/facilities/{facilityId}/listings`.

use actix_web::web::Path;
use workflow::command::{Command, Page, Query};
use workflow::id::ArticleId;
use workflow::refusal::Refusal;

use super::Handled;
use super::asked::Asked;
use super::facilities::facility_ref;
use crate::admission::Lane;
use crate::ask::Said;
use crate::failure::{Failed, Failure};
use crate::http::promises::answers::listing;
use crate::http::promises::bodies::ListingsBody;
use crate::http::reply::respond;
use crate::http::visit::Visit;
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
            let articles = params.parsed("tenantArticleIds", ArticleId::parse);
            Ok((Query::Listings(at, articles, params.end(page)?), listing::list))
        })
        .await
}

/// One listing: 200.
pub(crate) async fn show(asked: Asked, path: Path<(String, String)>) -> Handled {
    let visit = Visit::bare(&asked.app, &asked.head, Lane::Operate)?;
    let (id, article) = path.into_inner();
    let at = facility_ref(&id)?;
    let unknown = Failure::Refused(Refusal::UnknownListing);
    let article = ArticleId::parse(&article).ok_or(unknown.clone())?;
    let page = Page { after: None, size: 1 };
    let answered = visit.look(&asked.app, Query::Listings(at, vec![article], page)).await?;
    let Said::Now(outcome) = &answered.said else { unreachable!("a look has no stored reply") };
    let absent = Failed { failure: unknown, at: Some(answered.at) };
    let reply = listing::shown(outcome).ok_or(absent)?;
    Ok(respond(answered.at, reply))
}
