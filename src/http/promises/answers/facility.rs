//! Facilities in this door's words.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use workflow::id::LocationId;
use workflow::location::{Card, Kind, Status};
use workflow::outcome::{LocationView, Outcome};
use workflow::reply::Reply;

use super::{At, Shown, joined, raw};
use crate::http::reply::json;
use crate::http::reply::{created, entity, plain};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    id: LocationId,
    version: u64,
    created: At,
    last_modified: At,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CardAnswer<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_facility_id: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    services: Vec<Service>,
}

#[derive(Serialize)]
struct Service {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct FacilitiesAnswer {
    facilities: Vec<Box<RawValue>>,
    total: usize,
}

/// The reply to a facility that was made: 201.
pub(crate) fn made(outcome: &Outcome) -> Reply {
    let view = view(outcome);
    created(view.version, format!("/api/facilities/{}", view.id), facility_json(view))
}

/// One facility: 200.
pub(crate) fn shown(outcome: &Outcome) -> Reply {
    let view = view(outcome);
    entity(200, view.version, facility_json(view))
}

/// The reply to a facility that is gone: 200, empty.
pub(crate) fn gone(_: &Outcome) -> Reply {
    plain(200, String::new())
}

/// A page of facilities, stripped: the address's members stand at the top level.
pub(crate) fn list(outcome: &Outcome) -> Reply {
    let Outcome::Locations { locations, total } = outcome else {
        unreachable!("facilities are answered with locations")
    };
    let facilities = locations.iter().map(stripped).collect();
    plain(200, json(&FacilitiesAnswer { facilities, total: *total }))
}

/// The members that a client may change, as they are now.
pub(crate) fn members_now(outcome: &Outcome) -> String {
    card_json(&view(outcome).card)
}

fn view(outcome: &Outcome) -> &LocationView {
    let Outcome::Location(view) = outcome else {
        unreachable!("a facility is answered with a location")
    };
    view
}

fn facility_json(view: &LocationView) -> String {
    joined(json(&head(view)), &card_json(&view.card))
}

fn head(view: &LocationView) -> Head {
    Head {
        id: view.id,
        version: view.version.0,
        created: Shown(view.created),
        last_modified: Shown(view.modified),
    }
}

fn card_json(card: &Card) -> String {
    joined(json(&card_answer(card)), card.kept.as_json())
}

fn card_answer(card: &Card) -> CardAnswer<'_> {
    let mut services = Vec::with_capacity(2);
    if card.ships {
        services.push(Service { kind: "SHIP_FROM_STORE" });
    }
    if card.serves_pickup {
        services.push(Service { kind: "PICKUP" });
    }
    CardAnswer {
        name: &card.name,
        tenant_facility_id: card.reference.as_deref(),
        kind: match card.kind {
            Kind::Managed => "MANAGED_FACILITY",
            Kind::Supplier => "SUPPLIER",
        },
        status: match card.status {
            Status::Online => "ONLINE",
            Status::Suspended => "SUSPENDED",
            Status::Offline => "OFFLINE",
        },
        services,
    }
}

fn stripped(view: &LocationView) -> Box<RawValue> {
    let kept: BTreeMap<&str, &RawValue> =
        serde_json::from_str(view.card.kept.as_json()).expect("what is kept is an object of ours");
    let answer = joined(json(&head(view)), &json(&card_answer(&view.card)));
    let answer = joined(answer, kept.get("address").map_or("{}", |address| address.get()));
    let location_type = kept.get("locationType").map_or("\"STORE\"", |kind| kind.get());
    raw(joined(answer, &format!("{{\"locationType\":{location_type}}}")))
}
