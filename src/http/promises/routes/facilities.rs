//! `/api/facilities`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use workflow::command::{Command, LocationFilter, LocationRef, Query};
use workflow::id::LocationId;
use workflow::location::{self, Kind, Status};
use workflow::refusal::Refusal;

use super::Handled;
use super::query::Params;
use crate::admission::Lane;
use crate::ask::{App, Said};
use crate::failure::{Failed, Failure};
use crate::http::document::Members;
use crate::http::promises::answers::facility;
use crate::http::promises::bodies::{FacilityBody, FacilityChange};
use crate::http::reply::answer;
use crate::http::visit::{Visit, asked_version, if_match};
use crate::limits::{PAGE_ROWS_MAX, PROMISE_BODY_BYTES_MAX};

/// What a path may say instead of a facility's id.
const OWN_ID: &str = "urn:fft:facility:tenantFacilityId:";
const BOUNDS: (Lane, usize) = (Lane::Operate, PROMISE_BODY_BYTES_MAX);

/// Makes a facility: 201.
pub(crate) async fn make(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let (mut visit, raw) = Visit::with_body(&app, &head, payload, BOUNDS).await?;
    let body: FacilityBody<'_> = raw.decode()?;
    let keyed = visit.keyed("facilities.make", &body);
    let command = Command::OpenLocation { card: body.into_card()?.into() };
    let answered = visit.change(&app, keyed, command, facility::made).await?;
    Ok(answer(answered, facility::made))
}

/// A page of facilities: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let page = params.page(PAGE_ROWS_MAX, LocationId::parse);
    let filter = LocationFilter {
        status: params.parsed("status", status),
        kind: params.parsed("type", kind),
        reference: params.text("tenantFacilityId"),
    };
    let page = params.end(page)?;
    let answered = visit.look(&app, Query::Locations(filter, page)).await?;
    Ok(answer(answered, facility::list))
}

/// One facility: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let answered = visit.look(&app, Query::Location(facility_ref(&id)?)).await?;
    Ok(answer(answered, facility::shown))
}

/// Changes some members of a facility: 200.
pub(crate) async fn patch(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let (visit, raw) = Visit::with_body(&app, &head, payload, BOUNDS).await?;
    let body: Members = raw.decode()?;
    let at = facility_ref(&id)?;
    let change = FacilityChange::patch(body, if_match(head.headers())?)?;
    let now = members_now(&app, &visit, &at).await?;
    write(&app, visit, at, change, &now).await
}

/// Replaces a facility: 200.
pub(crate) async fn put(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let (visit, raw) = Visit::with_body(&app, &head, payload, BOUNDS).await?;
    let body: Members = raw.decode()?;
    let at = facility_ref(&id)?;
    let change = FacilityChange::put(body, if_match(head.headers())?)?;
    write(&app, visit, at, change, "{}").await
}

/// Takes a facility away: 200, empty.
pub(crate) async fn remove(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let force = Params::of(head.query_string()).flag("forceDeletion")?;
    let version = asked_version(head.headers())?;
    let command = location::Command::Close { version, force };
    let command = Command::AtLocation { at: facility_ref(&id)?, command };
    let answered = visit.change(&app, None, command, facility::gone).await?;
    Ok(answer(answered, facility::gone))
}

/// The facility that a path names; what is no id names none.
pub(super) fn facility_ref(text: &str) -> Result<LocationRef, Failure> {
    if let Some(own) = text.strip_prefix(OWN_ID) {
        return Ok(LocationRef { id: None, reference: Some(own.into()) });
    }
    let id = LocationId::parse(text).ok_or(Failure::Refused(Refusal::UnknownLocation))?;
    Ok(LocationRef { id: Some(id), reference: None })
}

/// The members that a client may change, as they are now.
async fn members_now(app: &App, visit: &Visit, at: &LocationRef) -> Result<String, Failed> {
    let answered = visit.again(app)?.look(app, Query::Location(at.clone())).await?;
    match answered.said {
        Said::Now(outcome) => Ok(facility::members_now(&outcome)),
        Said::Kept(_) | Said::Again(_) => unreachable!("a look has no stored reply"),
    }
}

async fn write(
    app: &App,
    visit: Visit,
    at: LocationRef,
    change: FacilityChange,
    now: &str,
) -> Handled {
    let version = change.version;
    let card = change.card_over(now)?.into();
    let command = location::Command::Change { version, card };
    let command = Command::AtLocation { at, command };
    let answered = visit.change(app, None, command, facility::shown).await?;
    Ok(answer(answered, facility::shown))
}

/// A status, in this door's words.
pub(super) fn status(text: &str) -> Option<Status> {
    match text {
        "ONLINE" => Some(Status::Online),
        "SUSPENDED" => Some(Status::Suspended),
        "OFFLINE" => Some(Status::Offline),
        _ => None,
    }
}

fn kind(text: &str) -> Option<Kind> {
    match text {
        "MANAGED_FACILITY" => Some(Kind::Managed),
        "SUPPLIER" => Some(Kind::Supplier),
        _ => None,
    }
}
