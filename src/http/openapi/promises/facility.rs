//! Facilities: stores, warehouses, suppliers.

use serde_json::json;
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{TooMuchAtOnce, UnknownAnchor, UnknownLocation};

use super::{attributes, facility_id, facility_type, head, joined};
use crate::http::openapi::api::Api;
use crate::http::openapi::door::PROMISES;
use crate::http::openapi::operation::{delete, get, patch, post, put};
use crate::http::openapi::refused::{CHANGED, NAME_TAKEN, PLACE_IN_USE};
use crate::http::openapi::schema::{
    Member, Schema, any_of, anything, array, closed, flag, free_text, given, instant, list, named,
    number, pattern, reference, taken, text, uuid, version, whole, word,
};
use crate::limits::{ENTRIES_MAX, PAGE_ROWS_MAX, PROCESS_BUFFER_MINUTES_MAX};

const PATH: &str = "/api/facilities/{id}";
/// What may be asked of a facility that was just made.
const OF_ONE: [&str; 7] = [
    "showFacility",
    "putFacility",
    "patchFacility",
    "removeFacility",
    "putListings",
    "listListings",
    "clearListings",
];

pub(super) fn describe(api: &mut Api) {
    let (read, write) = (P::FacilitiesRead, P::FacilitiesWrite);
    let order = word(&["CREATED", "NAME", "POSTAL_CODE_ASC"]);
    let force = flag().says("Also with stock and reservations; they are lost.");
    api.section(
        &PROMISES,
        ("Facilities", "Where stock lies: stores, warehouses, suppliers."),
        [
            post("/api/facilities", "makeFacility", "Makes a facility", write)
                .makes("FacilityRequest", "Facility")
                .refuses([NAME_TAKEN])
                .leads_to(&OF_ONE, "id", "$response.body#/id"),
            get("/api/facilities", "listFacilities", "A page of facilities, stripped", read)
                .paged(PAGE_ROWS_MAX, "startAfterId", uuid())
                .query_list("status", status())
                .query_list("type", facility_type())
                .query("tenantFacilityId", text())
                .query("orderBy", order)
                .answers(200, "A page.", "FacilityPage")
                .refuses([UnknownAnchor]),
            get(PATH, "showFacility", "One facility", read)
                .at("id", facility_id())
                .shows("Facility")
                .refuses([UnknownLocation]),
            put(PATH, "putFacility", "Replaces a facility", write)
                .at("id", facility_id())
                .versioned()
                .body("FacilityReplacement")
                .shows("Facility")
                .refuses([UnknownLocation, NAME_TAKEN, CHANGED]),
            patch(PATH, "patchFacility", "Changes the members that are given", write)
                .at("id", facility_id())
                .versioned()
                .body("FacilityChange")
                .shows("Facility")
                .refuses([UnknownLocation, NAME_TAKEN, CHANGED]),
            delete(PATH, "removeFacility", "Takes a facility away", write)
                .at("id", facility_id())
                .versioned()
                .query("forceDeletion", force)
                .asks()
                .done()
                .refuses([UnknownLocation, CHANGED, PLACE_IN_USE, TooMuchAtOnce]),
        ],
    );
    schemas(api);
}

fn schemas(api: &mut Api) {
    api.schema("FacilityAddress", taken(address()));
    let named_only = [("name*", free_text())];
    // A supplier needs no address; whoever is managed has one with street, city and postal code.
    let managed = json!({ "required": ["address"], "properties": {
        "address": { "type": "object", "required": ["street", "city", "postalCode"], "properties": {
            "street": { "type": "string", "minLength": 1 }, "city": { "type": "string", "minLength": 1 },
            "postalCode": { "type": "string", "minLength": 1 } } } } });
    let supplied =
        json!({ "required": ["type"], "properties": { "type": { "const": "SUPPLIER" } } });
    let asked = taken(joined(named_only, members()));
    api.schema("FacilityRequest", asked.with("anyOf", json!([managed.clone(), supplied.clone()])));
    let required = [
        ("version*", version()),
        ("name*", free_text()),
        ("type*", facility_type()),
        ("status*", status()),
        ("address*", named("FacilityAddress")),
        ("locationType*", location_type()),
        ("fulfillmentProcessBuffer*", minutes()),
        ("capacityEnabled*", flag()),
    ];
    let all = closed(
        members().into_iter().filter(|(name, _)| !is_one(&required, name)).chain(required.clone()),
    );
    api.schema("FacilityReplacement", all.with("anyOf", json!([managed, supplied])));
    // Null clears, and these cannot be cleared.
    let kept = |schema: Schema| {
        let schema = schema.member("name", free_text()).member("type", facility_type());
        schema.member("address", named("FacilityAddress"))
    };
    let action = closed(joined([("action*", word(&["ModifyFacility"]))], members()));
    let change = [("version*", version()), ("type*", facility_type())];
    let others = members().into_iter().filter(|(name, _)| *name != "type");
    let deprecated = [("version*", version()), ("actions*", array(kept(action)))];
    let either = [kept(closed(joined(change, others))), closed(deprecated)];
    api.schema("FacilityChange", any_of(either));
    answers(api);
}

fn is_one(members: &[Member], name: &str) -> bool {
    members.iter().any(|(known, _)| known.trim_end_matches('*') == name)
}

fn answers(api: &mut Api) {
    let known = [
        ("name*", text()),
        ("type*", facility_type()),
        ("status*", status()),
        ("services*", services()),
        ("locationType*", location_type()),
    ];
    let all = members().into_iter().filter(|(name, _)| !is_one(&known, name));
    api.schema("Facility", given(joined(joined(head(), all), known.clone())));
    let stripped = joined(joined(head(), [("tenantFacilityId", text())]), known);
    // The address's members stand at the top.
    let address = address().into_iter().map(|(name, it)| (name.trim_end_matches('*'), it));
    api.schema("StrippedFacility", given(joined(stripped, address)));
    api.schema("FacilityPage", super::page("facilities*", "StrippedFacility"));
}

/// The members of a facility besides its name.
fn members() -> Vec<Member> {
    vec![
        ("tenantFacilityId", reference()),
        ("type", facility_type()),
        ("status", status()),
        ("address", named("FacilityAddress")),
        ("services", services()),
        ("locationType", location_type()),
        ("pickingTimes", picking_times()),
        ("closingDays", list(0..=ENTRIES_MAX, closing_day())),
        ("fulfillmentProcessBuffer", minutes()),
        ("capacityEnabled", flag()),
        ("capacityPlanningTimeframe", whole(1..=i64::MAX)),
        ("operativeCosts", list(0..=1, cost())),
        ("contact", anything()),
        ("pickingMethods", anything()),
        ("scanningRule", anything()),
        ("tags", list(0..=ENTRIES_MAX, anything())),
        ("customAttributes", attributes()),
    ]
}

fn address() -> Vec<Member> {
    vec![
        ("companyName*", text().with("minLength", 1)),
        ("country*", pattern("^[A-Z]{2}$")),
        ("street", text()),
        ("houseNumber", text()),
        ("postalCode", text()),
        ("city", text()),
        ("province", text()),
        ("additionalAddressInfo", text()),
        ("phoneNumbers", anything()),
        ("emailAddresses", list(0..=10, anything())),
        ("resolvedCoordinates", named("Coordinates")),
        ("resolvedTimeZone", taken([("timeZoneId", text())])),
    ]
}

fn status() -> Schema {
    word(&["ONLINE", "SUSPENDED", "OFFLINE"])
}

fn services() -> Schema {
    array(closed([("type*", word(&["SHIP_FROM_STORE", "PICKUP"]))]))
}

fn location_type() -> Schema {
    word(&["STORE", "WAREHOUSE", "EXTERNAL"])
}

fn minutes() -> Schema {
    whole(0..=PROCESS_BUFFER_MINUTES_MAX).says("Minutes.")
}

fn picking_times() -> Schema {
    let clock = || taken([("hour*", whole(0..=23)), ("minute*", whole(0..=59))]);
    let span = || {
        let members = [("start*", clock()), ("end*", clock()), ("capacity", whole(0..=i64::MAX))];
        list(0..=ENTRIES_MAX, taken(members))
    };
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    taken(days.map(|day| (day, span()))).says("Each ends after it starts; none overlaps another.")
}

fn closing_day() -> Schema {
    let recurrence = word(&["YEARLY", "NONRECURRING"]);
    taken([("date*", instant()), ("reason*", text()), ("recurrence*", recurrence)])
}

fn cost() -> Schema {
    let currency = text().with("minLength", 1);
    taken([
        ("value*", number().with("minimum", 0)),
        ("currency*", currency),
        ("decimalPlaces", whole(0..=i64::MAX)),
    ])
}
