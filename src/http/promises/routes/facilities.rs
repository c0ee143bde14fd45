//! `/api/facilities`.

use actix_web::web::Path;
use workflow::command::{Command, LocationFilter, LocationOrder, LocationRef, Query, Service};
use workflow::id::LocationId;
use workflow::location::{Kind, Status};
use workflow::refusal::Refusal;

use super::Handled;
use super::asked::Asked;
use super::query::Params;
use crate::admission::Lane;
use crate::failure::Failure;
use crate::http::document::Members;
use crate::http::promises::answers::facility;
use crate::http::promises::bodies::{FacilityBody, FacilityChange};
use crate::http::reply::answer;
use crate::http::visit::asked_version;
use crate::limits::PAGE_ROWS_MAX;

/// What a path may say instead of a facility's id.
const OWN_ID: &str = "urn:fft:facility:tenantFacilityId:";

/// Makes a facility: 201.
pub(crate) async fn make(asked: Asked) -> Handled {
    asked
        .change(Lane::Operate, |body| {
            let sent: FacilityBody<'_> = body.decode()?;
            let keyed = body.keyed("facilities.make", &sent);
            let command = Command::OpenLocation { card: sent.into_card()?.into() };
            Ok((keyed, command, facility::made))
        })
        .await
}

/// A page of facilities: 200.
pub(crate) async fn list(asked: Asked) -> Handled {
    asked
        .look(|mut params| {
            let page = params.page(PAGE_ROWS_MAX, LocationId::parse);
            let filter = LocationFilter {
                status: params.parsed("status", status),
                kind: params.parsed("type", kind),
                reference: params.text("tenantFacilityId"),
                order: params.one_of("orderBy", order).unwrap_or_default(),
            };
            Ok((Query::Locations(filter, params.end(page)?), facility::list))
        })
        .await
}

/// One facility: 200.
pub(crate) async fn show(asked: Asked, id: Path<String>) -> Handled {
    asked.look(|_| Ok((Query::Location(facility_ref(&id)?), facility::shown))).await
}

/// Changes some members of a facility: 200.
pub(crate) async fn patch(asked: Asked, id: Path<String>) -> Handled {
    let app = asked.app.clone();
    let body = asked.body(Lane::Operate).await?;
    let sent: Members = body.decode()?;
    let at = facility_ref(&id)?;
    let change = FacilityChange::patch(sent, body.if_match()?)?;
    let seen = body.visit.look_first(&app, Query::Location(at.clone())).await?;
    let command = replacement(at, change, &facility::members_now(&seen))?;
    let answered = body.visit.change(&app, None, command, facility::shown).await?;
    Ok(answer(answered, facility::shown))
}

/// Replaces a facility: 200.
pub(crate) async fn put(asked: Asked, id: Path<String>) -> Handled {
    asked
        .change(Lane::Operate, |body| {
            let sent: Members = body.decode()?;
            let at = facility_ref(&id)?;
            let change = FacilityChange::put(sent, body.if_match()?)?;
            Ok((None, replacement(at, change, "{}")?, facility::shown))
        })
        .await
}

/// Takes a facility away: 200, empty.
pub(crate) async fn remove(asked: Asked, id: Path<String>) -> Handled {
    asked
        .act(|head| {
            let force = Params::of(head.query_string()).flag("forceDeletion")?;
            let version = asked_version(head.headers())?;
            let command = Command::CloseLocation { at: facility_ref(&id)?, version, force };
            Ok((command, facility::gone))
        })
        .await
}

/// The facility that a path names; what is no id names none.
pub(crate) fn facility_ref(text: &str) -> Result<LocationRef, Failure> {
    if let Some(own) = text.strip_prefix(OWN_ID) {
        return Ok(LocationRef::by_reference(own));
    }
    let id = LocationId::parse(text).ok_or(Failure::Refused(Refusal::UnknownLocation))?;
    Ok(LocationRef::by_id(id))
}

fn replacement(at: LocationRef, change: FacilityChange, now: &str) -> Result<Command, Failure> {
    let version = change.version;
    Ok(Command::ChangeLocation { at, version, card: change.card_over(now)?.into() })
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

/// A service, in this door's words.
pub(super) fn service(text: &str) -> Option<Service> {
    match text {
        "SHIP_FROM_STORE" => Some(Service::Ships),
        "PICKUP" => Some(Service::ServesPickup),
        _ => None,
    }
}

fn order(text: &str) -> Option<LocationOrder> {
    match text {
        "CREATED" => Some(LocationOrder::Created),
        "NAME" => Some(LocationOrder::Name),
        "POSTAL_CODE_ASC" => Some(LocationOrder::PostalCode),
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
