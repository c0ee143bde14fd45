//! The operators' address: metrics, keys, webhooks, addresses, suppressions.

mod key;
mod webhook;

use workflow::limits::{ADDRESSES_PER_TENANT_MAX, LINE_UNITS_MAX, REFERENCE_CHARS_MAX};
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{
    TakesNoPart, TooManyAddresses, TooMuchAtOnce, UnknownAddress, UnknownLocation, UnknownOrder,
    UnknownReservation,
};

use super::api::Api;
use super::door::OPERATORS;
use super::invitations::address;
use super::operation::{Operation, delete, get, post, put};
use super::refused::{
    CHANGED, EXPIRED, NOT_NOW, TOO_FEW_PIECES, UNKNOWN_LISTING, no_such_place, out_of_stock,
};
use super::schema::{
    PRINTABLE, Schema, any_object, array, closed, count, flag, given, instant, number_of, pattern,
    reference, text, text_of, uuid, version, whole,
};
use crate::failure::Failure;
use crate::http::lines::NDJSON;
use crate::limits::{KEY_NAME_CHARS_MAX, PAGE_ROWS_MAX, PROFILE_ID_MAX};

/// What holds for all of it.
pub(super) const ABOUT: &str = "Listens on loopback, so whoever reaches it without a credential \
    is the operator of this machine; one that is sent must be good for `admin`, and the `Host` \
    must be this machine. `null` is as if absent, unknown members and a member that comes twice \
    are refused.";

/// Describes the address.
pub(super) fn describe(api: &mut Api) {
    status(api);
    key::describe(api);
    webhook::describe(api);
    addresses(api);
    suppressions(api);
    import(api);
    transfer(api);
    clock(api);
    decisions(api);
    provenance(api);
    super::outside::problem(api);
}

fn status(api: &mut Api) {
    let document = "This document";
    api.section(
        &OPERATORS,
        ("Status", "How the server is, and what this address speaks."),
        [
            get("/metrics", "scrape", "Figures for Prometheus", P::Admin)
                .streams("OpenMetrics.", &["application/openmetrics-text"]),
            get("/openapi.json", "showOperatorsDocument", document, P::Admin).says(
                200,
                "OpenAPI 3.1.",
                any_object(),
            ),
            super::outside::explain("explainOperatorsProblem"),
        ],
    );
}

/// What somebody calls something.
fn name() -> Schema {
    text_of(1..=KEY_NAME_CHARS_MAX).like(PRINTABLE)
}

fn addresses(api: &mut Api) {
    let path = "/admin/v1/addresses/{id}";
    let id = || whole(1..=PROFILE_ID_MAX).says("As customers' profiles have it.");
    let too_many = TooManyAddresses { limit: ADDRESSES_PER_TENANT_MAX };
    api.section(
        &OPERATORS,
        ("Addresses", "Where the addresses of customers' profiles are."),
        [
            put(path, "putAddress", "Says where an address is", P::Admin)
                .at("id", id())
                .needs_query("tenant", reference())
                .versioned()
                .body("AddressRequest")
                .shows("ProfileAddress")
                .refuses([UnknownAddress, CHANGED, too_many]),
            get(path, "showAddress", "Where an address is", P::Admin)
                .at("id", id())
                .needs_query("tenant", reference())
                .shows("ProfileAddress")
                .refuses([UnknownAddress]),
        ],
    );
    let place = || closed([("lat*", number_of(-90.0..=90.0)), ("lon*", number_of(-180.0..=180.0))]);
    let country = || pattern("^[A-Z]{2}$");
    api.schema("AddressRequest", closed([("coordinates*", place()), ("country", country())]));
    api.schema(
        "ProfileAddress",
        given([
            ("id*", count()),
            ("version*", version()),
            ("coordinates*", place()),
            ("country*", country().or_null()),
            ("modified_at*", instant()),
        ]),
    );
}

fn import(api: &mut Api) {
    let path = "/admin/v1/import/stocks";
    let rows = "A line of JSON for each stock, as PUT /api/stocks takes it in `stocks`.";
    api.section(
        &OPERATORS,
        ("Import", "Many rows, each by itself."),
        [post(path, "importStocks", "Makes or changes stocks, each by itself", P::Admin)
            .needs_query("tenant", reference())
            .lines(rows)
            .streams("A line for each row, in their order.", &[NDJSON])
            .tells(&["Cache-Control"])],
    );
}

fn clock(api: &mut Api) {
    let path = "/admin/v1/clock";
    api.section(
        &OPERATORS,
        ("Clock", "The time that records get."),
        [
            get(path, "showClock", "How the clock stands", P::Admin).answers(
                200,
                "As it is.",
                "Clock",
            ),
            post(
                "/admin/v1/clock/accept",
                "acceptClock",
                "Believes the computer's clock",
                P::Admin,
            )
            .answers(200, "As it is.", "Clock"),
            post(path, "advanceClock", "Moves a time by hand; else it is not there", P::Admin)
                .body("AdvanceRequest")
                .answers(200, "When all that is due is done.", "Clock")
                .refuses([Failure::NotFound]),
        ],
    );
    let advance = text().with("format", "duration").says("ISO 8601, at most 366 days.");
    api.schema("AdvanceRequest", closed([("advance*", advance)]));
    let (believed, by_hand) = (("believed*", flag()), ("by_hand*", flag()));
    let times = [("now*", instant()), ("computer*", instant()), believed, by_hand];
    api.schema("Clock", given(times));
}

fn decisions(api: &mut Api) {
    let path = "/admin/v1/decisions/{id}";
    api.section(
        &OPERATORS,
        ("Decisions", "Where an order is held, and since when."),
        [get(path, "listDecisions", "What was decided about an order", P::Admin)
            .at("id", text().says("Its uuid, or its number."))
            .needs_query("tenant", reference())
            .asks()
            .answers(200, "From the journal, the oldest first.", "Decisions")
            .tells(&["Cache-Control"])
            .refuses([UnknownOrder])],
    );
    let held = given([
        ("id*", uuid()),
        ("facilityRef*", uuid()),
        ("line*", count()),
        ("tenantArticleId*", text()),
        ("quantity*", count()),
        ("waits*", flag()),
    ]);
    let decision = given([
        ("lsn*", count()),
        ("time*", instant()),
        ("command*", text()),
        ("by*", text()),
        ("released*", array(uuid())),
        ("held*", array(held)),
        ("considered*", array(any_object()).or_null()),
    ]);
    let (after, to) = (("afterLsn*", count()), ("toLsn*", count()));
    let (whole, all) = (("complete*", flag()), ("decisions*", array(decision)));
    let order = [("orderRef*", uuid()), ("version*", version()), after, to, whole, all];
    api.schema("Decisions", given(order));
}

fn provenance(api: &mut Api) {
    let path = "/admin/v1/provenance/{facility}/{article}";
    let facility = "Its uuid, or `urn:fft:facility:tenantFacilityId:` and the shop's name for it.";
    api.section(
        &OPERATORS,
        ("Provenance", "What made the numbers of a shelf."),
        [get(path, "listProvenance", "The newest records that touched a shelf", P::Admin)
            .at("facility", text().says(facility))
            .at("article", reference())
            .needs_query("tenant", reference())
            .query("to_lsn", whole(0..=i64::MAX).says("Up to this record."))
            .asks()
            .answers(200, "From the journal, the newest first.", "Provenance")
            .tells(&["Cache-Control"])
            .refuses([UnknownLocation, UNKNOWN_LISTING])],
    );
    let change = given([
        ("what*", text()),
        ("stock", uuid()),
        ("reservation", uuid()),
        ("quantity", count()),
    ]);
    let record = given([
        ("lsn*", count()),
        ("time*", instant()),
        ("command*", text()),
        ("by*", text()),
        ("changes*", array(change)),
    ]);
    let numbers = [("value*", count()), ("reserved*", count())];
    let place = [("facilityRef*", uuid()), ("tenantArticleId*", text())];
    let looked = [("afterLsn*", count()), ("toLsn*", count()), ("records*", array(record))];
    api.schema("Provenance", given(place.into_iter().chain(numbers).chain(looked)));
}

fn transfer(api: &mut Api) {
    let path = "/admin/v1/reservations/{id}/transfer";
    let facility =
        "^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|urn:fft:facility:tenantFacilityId:.*)$";
    let quantity =
        whole(1..=i64::from(LINE_UNITS_MAX)).says("How many of its pieces; absent, all.");
    api.section(
        &OPERATORS,
        ("Reservations", "Pieces that are held for orders."),
        [post(path, "transfer", "Holds pieces at another facility", P::Admin)
            .at("id", text().says("The reservation's uuid."))
            .needs_query("tenant", reference())
            .versioned()
            .keyed()
            .asks()
            .body("TransferRequest")
            .answers(200, "What is held in its place.", "Transferred")
            .tells(&["Idempotency-Replayed?"])
            .refuses([
                UnknownReservation,
                CHANGED,
                no_such_place("#/facilityRef"),
                TakesNoPart,
                NOT_NOW,
                EXPIRED,
            ])
            .refuses([TOO_FEW_PIECES, out_of_stock(), TooMuchAtOnce])],
    );
    api.schema(
        "TransferRequest",
        closed([("facilityRef*", pattern(facility)), ("quantity", quantity)]),
    );
    let held = given([
        ("id*", uuid()),
        ("facilityRef*", uuid()),
        ("tenantArticleId*", text()),
        ("quantity*", count()),
        ("stockRef*", uuid().or_null()),
    ]);
    let held = ("reservations*", array(held));
    api.schema("Transferred", given([("orderRef*", uuid()), held]));
}

fn suppressions(api: &mut Api) {
    let path = "/admin/v1/suppressions";
    let tenant = || text_of(1..=REFERENCE_CHARS_MAX).like(PRINTABLE);
    let rows = i64::try_from(PAGE_ROWS_MAX).expect("a page is short");
    let size = whole(1..=rows).with("default", 25);
    let change = |operation: Operation| {
        let operation = operation.needs_query("tenant", tenant());
        let operation = operation.needs_query("address", address());
        operation.asks().answers(200, "As it is now.", "Suppression")
    };
    api.section(
        &OPERATORS,
        ("Suppressions", "Addresses that get no mail of a tenant."),
        [
            get(path, "listSuppressed", "Those of one tenant, in their order", P::Admin)
                .needs_query("tenant", tenant())
                .query("address", address())
                .query("after", text())
                .query("size", size)
                .asks()
                .answers(200, "A page.", "SuppressionPage"),
            change(put(path, "suppress", "Sends an address no mail any more", P::Admin)),
            change(delete(path, "unsuppress", "Sends an address mail again", P::Admin)),
        ],
    );
    let of = || ("tenant*", text());
    let changed = ("changed*", flag().says("Whether it was otherwise before."));
    api.schema(
        "Suppression",
        given([of(), ("address*", text()), ("suppressed*", flag()), changed]),
    );
    api.schema(
        "SuppressionPage",
        given([of(), ("addresses*", array(text())), ("total*", count())]),
    );
}
