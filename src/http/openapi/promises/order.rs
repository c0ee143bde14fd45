//! Promises and orders as they are asked for, and what may be done to them.

use workflow::limits::{LINE_UNITS_MAX, LINES_PER_ORDER_MAX};
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{self, TooMuchAtOnce, UnknownOrder};

use super::{attributes, head, joined};
use crate::http::openapi::api::Api;
use crate::http::openapi::door::PROMISES;
use crate::http::openapi::operation::{get, post};
use crate::http::openapi::refused::{
    BAD_DEADLINE, EXPIRED, NOT_NOW, OF_ORDER, TOO_MANY_PROMISES, UNASSIGNED, no_such_place,
    out_of_stock,
};
use crate::http::openapi::schema::{
    Member, Schema, amount, any_object, anything, array, closed, count, flag, free_text, given,
    instant, list, named, number_of, reference, taken, text, uuid, version, whole, word,
};
use crate::limits::{ENTRIES_MAX, PAGE_ROWS_MAX, STICKERS_MAX};

/// What may be done to an order.
const ACTIONS: [&str; 5] =
    ["CONFIRM_PROMISE", "EXTEND_PROMISE", "EXTENDPROMISE", "CANCEL", "UNLOCK"];

pub(super) fn describe(api: &mut Api) {
    let act = [P::OrdersWrite, P::OrdersCancel, P::OrdersForce, P::OrdersUnlock];
    let promise = "Decides where an order is fulfilled and holds its stock until a deadline";
    let replaces = || uuid().says("The promise that gives way to the new one.");
    let certus = || flag().says("Also say what is ours, in `customAttributes.certus`.");
    api.section(
        &PROMISES,
        ("Promises", "Stock held until a deadline."),
        [post("/api/promises/deliverypromise", "promise", promise, P::PromisesWrite)
            .query("certus", flag().says("Also say every facility that was looked at."))
            .header("Certus-Replaces", replaces())
            .makes("PromiseRequest", "Promise")
            .tells(&["Certus-Outcome?"])
            .refuses(placing())
            .refuses([UnknownOrder, EXPIRED, NOT_NOW])
            .leads_to(&["showOrder", "act", "showDelivery"], "id", "$response.body#/orderRef")],
    );
    let id = || text().says("Its uuid or its number.");
    api.section(
        &PROMISES,
        ("Orders", "Orders, whichever door they came in by."),
        [
            post(
                "/api/orders",
                "placeOrder",
                "Places an order that is sold at once",
                P::OrdersWrite,
            )
            .query("certus", certus())
            .header(
                "Certus-Replaces",
                replaces().says("The promise that gives way, if the body makes a promise."),
            )
            .makes("OrderRequest", "Order")
            .refuses(placing())
            .refuses([UnknownOrder, EXPIRED, NOT_NOW])
            .tells(&["Certus-Outcome?"])
            .leads_to(
                &["showOrder", "act", "showDelivery"],
                "id",
                "$response.body#/id",
            ),
            get("/api/orders", "listOrders", "A page of orders, stripped", P::OrdersRead)
                .paged(PAGE_ROWS_MAX, "startAfterId", uuid())
                .query("tenantOrderId", text())
                .query("consumerId", text())
                .answers(200, "A page.", "OrderPage"),
            get("/api/orders/{id}", "showOrder", "One order", P::OrdersRead)
                .at("id", id())
                .query("certus", certus())
                .shows("Order")
                .refuses([UnknownOrder]),
            post("/api/orders/{id}/actions", "act", "Confirms, extends or cancels an order", act)
                .at("id", id())
                .query("certus", certus())
                .versioned()
                .keyed()
                .body("OrderAction")
                .shows("Order")
                .tells(&["Idempotency-Replayed?"])
                .refuses(OF_ORDER)
                .refuses([UNASSIGNED]),
        ],
    );
    schemas(api);
}

/// What may keep an order from being placed, sold or not.
fn placing() -> [Refusal; 5] {
    [
        BAD_DEADLINE,
        no_such_place("deliveryPreferences.collect[0].tenantFacilityId"),
        TOO_MANY_PROMISES,
        out_of_stock(),
        TooMuchAtOnce,
    ]
}

fn schemas(api: &mut Api) {
    let until = closed([("validUntil*", instant().says("1 minute to 8 hours from now."))]);
    let asked = |status: Schema| {
        let asked = [
            ("orderDate*", instant()),
            ("orderLineItems*", list(1..=LINES_PER_ORDER_MAX, named("OrderLineRequest"))),
            (
                "consumer*",
                named("Consumer").says("Shipping needs an address that is not an invoice's."),
            ),
            ("tenantOrderId", reference()),
            ("status", status),
            ("promisesOptions", until.clone()),
        ];
        closed(joined(asked, kept()))
    };
    api.schema("PromiseRequest", asked(word(&["OPEN", "PROMISED"])));
    let locked = "LOCKED: held, but not given to pickers; not with promisesOptions.";
    api.schema("OrderRequest", asked(word(&["OPEN", "PROMISED", "LOCKED"]).says(locked)));
    api.schema(
        "OrderLineRequest",
        closed(joined([("article*", named("ArticleRequest")), ("quantity*", units())], line())),
    );
    api.schema(
        "ArticleRequest",
        taken(joined([("tenantArticleId*", reference()), ("title*", free_text())], article())),
    );
    api.schema(
        "Substitute",
        taken([
            ("tenantArticleId*", reference()),
            ("title*", free_text()),
            ("priority", whole(0..=i64::MAX)),
            ("titleLocalized", anything()),
            ("imageUrl", free_text()),
            ("weight", amount()),
            ("attributes", list(0..=ENTRIES_MAX, anything())),
            ("customAttributes", attributes()),
        ]),
    );
    api.schema(
        "OrderAction",
        taken([
            ("name*", word(&ACTIONS)),
            ("version*", version()),
            ("tenantOrderId", reference().says("Of CONFIRM_PROMISE: the order's from now on.")),
            ("cancelationReasonId", reference()),
            ("targetTime", instant().says("Of UNLOCK: when it is to be brought.")),
        ]),
    );
    answers(api);
}

fn answers(api: &mut Api) {
    let status = || word(&["PROMISED", "OPEN", "LOCKED", "CANCELLED", "OBSOLETE"]);
    let shown = joined(
        [
            ("status*", status()),
            ("processId*", uuid()),
            ("workflowInformation*", given([("isAvailable*", flag())])),
            ("orderDate*", instant()),
            ("orderLineItems*", array(named("OrderLine"))),
            ("tenantOrderId", text()),
            ("promisesOptions", given([("validUntil*", instant())])),
            ("consumer", any_object().says("As it was sent, or what another door knows of one.")),
        ],
        kept(),
    );
    api.schema("Order", given(joined(head(), shown)));
    api.schema(
        "OrderLine",
        given(joined(
            [("id*", uuid()), ("article*", named("Article")), ("quantity*", count())],
            line(),
        )),
    );
    api.schema(
        "Article",
        given(joined([("tenantArticleId*", text()), ("title*", text())], article())),
    );
    let stripped = joined(
        head(),
        [
            ("status*", status()),
            ("orderDate*", instant()),
            ("processRef*", uuid()),
            ("tenantOrderId", text()),
            ("stickers", array(anything())),
            ("orderLineItems*", array(given([("title*", text()), ("quantity*", count())]))),
        ],
    );
    api.schema("StrippedOrder", given(stripped));
    api.schema("OrderPage", super::page("orders*", "StrippedOrder"));
}

fn units() -> Schema {
    whole(1..=LINE_UNITS_MAX.into())
}

/// The members of an order that no rule reads.
fn kept() -> Vec<Member> {
    let investment = taken([("level*", number_of(0.0..=1.0))]);
    let reason = [("reason*", free_text()), ("status*", free_text())];
    let info =
        taken([("resourceInvestment", investment), ("includeListingCustomAttributes", flag())]);
    vec![
        ("deliveryPreferences", named("DeliveryPreferences")),
        ("additionalInfo", info),
        ("customAttributes", attributes()),
        ("customServices", list(1..=ENTRIES_MAX, anything())),
        ("stickers", list(0..=STICKERS_MAX, anything())),
        ("tags", list(0..=ENTRIES_MAX, anything())),
        ("paymentInfo", closed([("currency", text()), ("methodLocalized", anything())])),
        ("statusReasons", list(0..=ENTRIES_MAX, taken(reason))),
        ("pricing", any_object()),
        ("source", any_object()),
    ]
}

/// The members of a line that no rule reads.
fn line() -> Vec<Member> {
    vec![
        ("allowedSubstitutes", list(0..=ENTRIES_MAX, named("Substitute"))),
        ("scannableCodes", list(0..=ENTRIES_MAX, text())),
        ("measurementUnitKey", text()),
        ("secondaryMeasurementUnitKey", text()),
        ("secondaryQuantity", amount()),
        ("measurementValidation", anything()),
        ("shopPrice", anything()),
        ("tags", list(0..=ENTRIES_MAX, anything())),
        ("customAttributes", attributes()),
    ]
}

/// The members of an article that no rule reads.
fn article() -> Vec<Member> {
    vec![
        ("titleLocalized", anything()),
        ("imageUrl", free_text()),
        ("weight", amount()),
        ("attributes", list(0..=ENTRIES_MAX, anything())),
        ("customAttributes", attributes()),
    ]
}
