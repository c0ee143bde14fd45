//! `/api/facilities/{facilityId}/listings`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use workflow::command::{Command, Page, Query};
use workflow::id::ArticleId;
use workflow::refusal::Refusal;

use super::Handled;
use super::facilities::facility_ref;
use super::query::Params;
use crate::admission::Lane;
use crate::ask::{App, Said};
use crate::failure::{Failed, Failure};
use crate::http::promises::answers::listing;
use crate::http::promises::bodies::ListingsBody;
use crate::http::reply::{answer, respond};
use crate::http::visit::Visit;
use crate::limits::{PAGE_ROWS_MAX, PROMISE_BODY_BYTES_MAX};

/// Makes or replaces listings, all or none: 200.
pub(crate) async fn put(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let bounds = (Lane::Operate, PROMISE_BODY_BYTES_MAX);
    let (visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let body: ListingsBody<'_> = raw.decode()?;
    let at = facility_ref(&id)?;
    let command = Command::AtLocation { at, command: body.into_command()? };
    let answered = visit.change(&app, None, command, listing::put).await?;
    Ok(answer(answered, listing::put))
}

/// A page of listings: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let at = facility_ref(&id)?;
    let mut params = Params::of(head.query_string());
    let page = params.page(PAGE_ROWS_MAX, ArticleId::parse);
    let articles = params.parsed("tenantArticleIds", ArticleId::parse);
    let page = params.end(page)?;
    let answered = visit.look(&app, Query::Listings(at, articles, page)).await?;
    Ok(answer(answered, listing::list))
}

/// One listing: 200.
pub(crate) async fn show(
    app: Data<App>,
    head: HttpRequest,
    path: Path<(String, String)>,
) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let (id, article) = path.into_inner();
    let at = facility_ref(&id)?;
    let unknown = Failure::Refused(Refusal::UnknownListing);
    let article = ArticleId::parse(&article).ok_or(unknown.clone())?;
    let page = Page { after: None, size: 1 };
    let answered = visit.look(&app, Query::Listings(at, vec![article], page)).await?;
    let Said::Now(outcome) = &answered.said else { unreachable!("a look has no stored reply") };
    let absent = Failed { failure: unknown, at: Some(answered.at) };
    let reply = listing::shown(outcome).ok_or(absent)?;
    Ok(respond(answered.at, reply))
}
