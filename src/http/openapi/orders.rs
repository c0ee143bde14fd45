//! The customers' door.

use serde_json::json;
use workflow::limits::{LINE_UNITS_MAX, LINES_PER_ORDER_MAX, REFERENCE_CHARS_MAX};
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{TooMuchAtOnce, UnknownOrder};

use super::api::Api;
use super::door::{ORDERS, of_customers};
use super::no::No;
use super::operation::{Operation, get, post};
use super::refused::{OF_ORDER, TOO_MANY_LINES};
use super::schema::{
    Schema, any_of, array, count, flag, given, instant, list, named, null, number, reference,
    taken, text, text_of, uuid, version, whole, word,
};
use crate::http::orders::errors::Cause;
use crate::http::orders::routes::list::STATUSES;
use crate::limits::{CUSTOMER_PAGE_ROWS_MAX, FAULTS_MAX, NOTES_CHARS_MAX, PROFILE_ID_MAX};

/// Describes the door.
pub(super) fn describe(api: &mut Api) {
    let id = || text().says("Its number or its uuid.");
    let rows = i64::try_from(CUSTOMER_PAGE_ROWS_MAX).expect("a page is short");
    let order = "/orders/{orderId}";
    let lines = "/orders/{orderId}/lineItems";
    let cancel = "/orders/{orderId}/cancel";
    api.section(
        &ORDERS,
        ("Customer orders", "Orders of a customer's purchasers; what is short is backordered."),
        [
            post("/orders", "takeOrder", "Takes an order in and holds its stock", P::OrdersWrite)
                .changes()
                .body("CustomerOrderRequest")
                .answers(200, "The order.", "CustomerOrderAnswer")
                .tells(&["ETag", "Location", "Certus-Outcome?", "Idempotency-Replayed?"])
                .refuses([TooMuchAtOnce])
                .leads_to(
                    &["showCustomerOrder", "addLines", "cancelCustomerOrder"],
                    "orderId",
                    "$response.body#/data/orderId",
                ),
            get("/orders", "listCustomerOrders", "A page of orders, newest first", P::OrdersRead)
                .asks()
                .query("page", whole(1..=u32::MAX.into()).with("default", 1))
                .query("pageSize", whole(1..=rows).with("default", 25))
                .query_list("status", word(&STATUSES))
                .query("createdFrom", instant())
                .query("createdTo", instant())
                .answers(200, "A page.", "CustomerOrderPage"),
            get(order, "showCustomerOrder", "One order as it is", P::OrdersRead)
                .at("orderId", id())
                .asks()
                .answers(200, "The order.", "CustomerOrderAnswer")
                .tells(&["ETag"])
                .refuses([UnknownOrder]),
            post(lines, "addLines", "Adds lines and holds their stock", P::OrdersWrite)
                .at("orderId", id())
                .changes()
                .versioned()
                .body("CustomerLinesRequest")
                .answers(200, "The order.", "CustomerOrderAnswer")
                .tells(&["ETag", "Certus-Outcome?", "Idempotency-Replayed?"])
                .refuses(OF_ORDER)
                .refuses([TOO_MANY_LINES, TooMuchAtOnce]),
            post(cancel, "cancelCustomerOrder", "Ends an order, frees its stock", P::OrdersCancel)
                .at("orderId", id())
                .changes()
                .versioned()
                .perhaps_body("CustomerCancelRequest")
                .answers(200, "The order.", "CustomerOrderAnswer")
                .tells(&["ETag", "Idempotency-Replayed?"])
                .refuses(OF_ORDER),
        ],
    );
    requests(api);
    answers(api);
}

impl Operation {
    /// Changes something, under the key that is required here.
    fn changes(self) -> Operation {
        self.asks().keyed_as("CustomerKey").says_no([
            No::said("KeyMissing", ORDERS.error, of_customers(Cause::KeyMissing)),
            No::said("KeyNoUuid", ORDERS.error, of_customers(Cause::KeyNoUuid)),
        ])
    }
}

fn requests(api: &mut Api) {
    let id = || whole(1..=PROFILE_ID_MAX);
    let lines = |least| list(least..=LINES_PER_ORDER_MAX, named("CustomerLineRequest"));
    api.schema(
        "CustomerOrderRequest",
        taken([
            ("requesterId*", id()),
            ("userId*", id()),
            ("facilityId*", id()),
            ("shippingAddressId*", id()),
            ("billingAddressId*", id()),
            ("shippingMethod*", text_of(1..=REFERENCE_CHARS_MAX)),
            ("useShippingAccount", flag()),
            ("notes", text_of(0..=NOTES_CHARS_MAX)),
            ("lineItems", lines(0)),
        ]),
    );
    let option = any_of([reference(), whole(i64::MIN..=i64::MAX)]);
    let line = taken([
        ("partNumber", reference()),
        ("priceOptionId", option),
        ("quantity", whole(1..=LINE_UNITS_MAX.into()).with("default", 1)),
    ]);
    let either = json!([
        { "required": ["partNumber"], "properties": { "partNumber": { "type": "string" } } },
        { "required": ["priceOptionId"], "properties": {
            "priceOptionId": { "type": ["string", "integer"] } } },
    ]);
    api.schema("CustomerLineRequest", line.with("anyOf", either));
    api.schema("CustomerLinesRequest", taken([("lineItems*", lines(1))]));
    api.schema("CustomerCancelRequest", taken([("reason", text_of(0..=NOTES_CHARS_MAX))]));
}

fn answers(api: &mut Api) {
    let id = || whole(1..=PROFILE_ID_MAX).or_null();
    let option = || any_of([text(), number()]).or_null();
    let line = given([
        ("lineItemId*", count()),
        ("partNumber*", text().or_null()),
        ("priceOptionId*", option()),
        ("quantity*", count()),
        ("held*", count()),
        ("backordered*", count()),
        ("status*", status()),
    ]);
    api.schema(
        "CustomerOrder",
        given([
            ("orderId*", count()),
            ("orderRef*", uuid()),
            ("status*", status()),
            ("version*", version()),
            ("requesterId*", id()),
            ("userId*", id()),
            ("facilityId*", id()),
            ("shippingAddressId*", id()),
            ("billingAddressId*", id()),
            ("shippingMethod*", text().or_null()),
            ("useShippingAccount*", flag().or_null()),
            ("notes*", text().or_null()),
            ("lineItems*", array(line)),
            ("estimatedDeliveryDate*", text().or_null()),
            ("createdAt*", instant()),
            ("updatedAt*", instant()),
        ]),
    );
    let page = given([
        ("items*", array(named("CustomerOrder"))),
        ("page*", count()),
        ("pageSize*", count()),
        ("total*", count()),
        ("scannedTo", instant().says("Go on with `createdTo` there.")),
    ]);
    api.schema("CustomerOrderAnswer", envelope(named("CustomerOrder")));
    api.schema("CustomerOrderPage", envelope(page));
    api.schema(
        "CustomerProblem",
        given([
            ("type*", text()),
            ("title*", text()),
            ("status*", count()),
            ("detail*", text()),
            ("instance*", text()),
            ("errors*", list(0..=FAULTS_MAX, text())),
            ("correlationId*", text()),
            ("timestamp*", instant()),
            ("service*", word(&["customer-api"])),
        ]),
    );
}

/// What every answer is in.
fn envelope(data: Schema) -> Schema {
    given([
        ("success*", Schema(json!({ "const": true }))),
        ("data*", data),
        ("errors*", null()),
        ("correlationId*", text()),
        ("timestamp*", instant()),
    ])
}

fn status() -> Schema {
    word(&STATUSES)
}
