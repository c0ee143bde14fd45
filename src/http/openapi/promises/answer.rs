//! The answer to a promise: what is held where, and the plan that it came from.

use super::{behaviour, joined};
use crate::http::openapi::api::Api;
use crate::http::openapi::schema::{
    Schema, amount, anything, array, count, flag, given, instant, list, named, text, uuid, version,
    word,
};

pub(super) fn describe(api: &mut Api) {
    let facility = || {
        given([("facilityRef*", uuid()), ("facilityName*", text()), ("tenantFacilityId", text())])
    };
    let items = || array(named("PromisedLine"));
    let shipment = || [("facility*", facility()), ("lineItems*", items())];
    let shipped = given(joined(shipment(), [("carriers*", empty())]));
    let collected = given(joined(shipment(), [("targetTime*", instant())]));
    api.schema(
        "Promise",
        given([
            ("orderRef*", uuid()),
            ("orderVersion*", version()),
            ("promisesOptions", given([("validUntil*", instant())])),
            ("shipToCustomer", array(shipped)),
            ("collect", collected),
            ("backOrdered", given([("lineItems*", items())])),
            ("sourcingOption*", named("SourcingOption")),
            ("certusConsidered", array(named("Considered"))),
        ]),
    );
    let timeframe = given([("start*", instant())]);
    api.schema(
        "PromisedLine",
        given([
            ("tenantArticleId*", text()),
            ("title*", text()),
            ("quantity*", count()),
            ("available*", count()),
            ("outOfStockBehaviour*", behaviour()),
            ("availabilityTimeframe", timeframe),
        ]),
    );
    let fence = word(&["NOT_ONLINE", "NOT_PRESELECTED", "DOES_NOT_SHIP", "DOES_NOT_SERVE_PICKUP"]);
    api.schema(
        "Considered",
        given([
            ("facilityRef*", uuid()),
            ("chosen*", flag()),
            ("fence", fence),
            ("metres", count()),
            ("linesAlone*", count()),
            ("quantity*", count()),
        ]),
    );
    plan(api);
}

/// The plan, as a graph from facilities to the customer.
fn plan(api: &mut Api) {
    let pieces = || array(given([("tenantArticleId*", text()), ("quantity*", count())]));
    let node = given([
        ("id*", text()),
        ("type*", word(&["MANAGED_FACILITY", "CUSTOMER"])),
        ("facilityRef", uuid()),
        ("tenantFacilityId", text()),
        ("lineItems*", pieces()),
    ]);
    let transfer = given([
        ("sourceNodeRef*", text()),
        ("targetNodeRef*", text()),
        ("lineItems*", pieces()),
        ("packagingInformation*", empty()),
    ]);
    let rating = given([
        ("id*", text()),
        ("name*", text()),
        ("penalty*", amount()),
        ("type*", text()),
        ("routingStrategyNodeId*", text()),
    ]);
    api.schema(
        "SourcingOption",
        given([
            ("id*", uuid()),
            ("runId*", uuid()),
            ("totalPenalty*", amount()),
            ("nodes*", array(node)),
            ("transfers*", array(transfer)),
            ("ratingResults*", array(rating)),
            ("priorityRatingResults*", empty()),
            ("nonAssignedOrderLineItems*", pieces()),
        ]),
    );
}

/// What the original has, and is always empty here.
fn empty() -> Schema {
    list(0..=0, anything())
}
