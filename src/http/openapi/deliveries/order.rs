//! Orders that a web shop hands over, as both columns of the contract have them.

use serde_json::json;
use workflow::limits::{LINE_UNITS_MAX, LINES_PER_ORDER_MAX};
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{AddressNotAllowed, NothingLeft, TooMuchAtOnce, UnknownOrder};

use super::{
    asked, counted, decimal, filled, filled_name, flags, name, order_id, prose, said, word_of,
};
use crate::http::deliveries::bodies::DELIVERY_OPTIONS;
use crate::http::openapi::api::Api;
use crate::http::openapi::door::DELIVERIES;
use crate::http::openapi::operation::{get, post, put};
use crate::http::openapi::refused::{
    DUPLICATE, OF_ORDER, critical_short, no_such_place, out_of_stock,
};
use crate::http::openapi::schema::{
    Member, Schema, any_object, any_of, anything, array, count, given, instant, list, named,
    number_of, pattern, text, text_of, uuid, version, whole, word,
};
use crate::limits::{PAGE_ROWS_MAX, PHONE_CHARS_MAX, SHORT_TEXT_CHARS_MAX};

/// What may be asked of an order that was just handed over.
const OF_ONE: [&str; 7] = [
    "showDelivery",
    "cancelDelivery",
    "schedule",
    "share",
    "stage",
    "reportNear",
    "reportDelivered",
];
const SHARED: [&str; 2] = ["showShared", "changeShared"];

pub(super) fn describe(api: &mut Api) {
    let window = "/deliveries/{id}/desired_delivery_window";
    let named_window = "/deliveries/set_desired_delivery_window";
    let rows = i64::try_from(PAGE_ROWS_MAX).expect("a page is short");
    let pages = i64::try_from(usize::MAX / PAGE_ROWS_MAX).expect("so many rows cannot be counted");
    let page = || whole(1..=pages).with("default", 1);
    api.section(
        &DELIVERIES,
        ("Deliveries", "Orders that are brought to a door."),
        [
            post(
                "/deliveries",
                "handOver",
                "Takes an order over and holds its stock",
                P::OrdersWrite,
            )
            .asks()
            .keyed()
            .body("DeliveryRequest")
            .shows("NewDelivery")
            .tells(&["Location", "Certus-Outcome?", "Idempotency-Replayed?"])
            .refuses([AddressNotAllowed, DUPLICATE, NothingLeft, TooMuchAtOnce])
            .refuses([no_such_place("order.store_id"), critical_short(), out_of_stock()])
            .leads_to(&OF_ONE, "id", "$response.body#/order/number")
            .leads_to(&SHARED, "secret", "$response.body#/order/secure_order_id"),
            get("/deliveries", "listDeliveries", "Orders, open and closed", P::OrdersRead)
                .asks()
                .query("page", page())
                .query("page_size", whole(1..=rows).with("default", 25))
                .query("client_id", text())
                .query("order_id", text())
                .query("store_id", text())
                .query("order_status", text())
                .query("picked_status", text())
                .query("message_status", text())
                .answers(200, "A page, the newest first.", "DeliveryPage")
                .refuses([no_such_place("store_id")]),
            get("/deliveries/history", "listPicked", "Those with a picked piece", P::OrdersRead)
                .asks()
                .query("page", page())
                .answers(200, "A page, the newest first.", "DeliveryPage"),
            get("/deliveries/{id}", "showDelivery", "One order", P::OrdersRead)
                .at("id", order_id())
                .asks()
                .shows("Delivery")
                .refuses([UnknownOrder]),
            post("/deliveries/{id}/cancel", "cancelDelivery", "Ends an order", P::OrdersCancel)
                .at("id", order_id())
                .does()
                .shows("Delivery"),
            put(window, "schedule", "Sets when it is to be brought", P::OrdersWrite)
                .at("id", order_id())
                .asks()
                .versioned()
                .body("WindowRequest")
                .shows("Delivery")
                .refuses(OF_ORDER),
            post(
                named_window,
                "scheduleNamed",
                "The same, with the order in the body",
                P::OrdersWrite,
            )
            .does()
            .body("NamedWindowRequest")
            .shows("Delivery"),
        ],
    );
    requests(api);
    answers(api);
}

fn requests(api: &mut Api) {
    let seconds = || counted(0..=253_402_300_799);
    let window = || [("start_utc*", seconds()), ("end_utc*", seconds().says("After the start."))];
    api.schema("WindowRequest", asked(window()));
    let named_window: Vec<Member> =
        window().into_iter().chain([("order_id*", filled_name())]).collect();
    api.schema("NamedWindowRequest", asked(named_window));
    let items = || list(1..=LINES_PER_ORDER_MAX, named("DeliveryItemRequest"));
    let left = asked([
        ("customer*", asked(customer(0))),
        ("order", asked(order(0))),
        ("order_items*", items()),
        ("delivery", Schema(json!({ "enum": ["", null] }))),
    ]);
    let right = customer(1).into_iter().chain(order(1));
    let right = asked(right.chain([("delivery_items_attributes*", items())]));
    api.schema("DeliveryRequest", any_of([left, asked([("delivery*", right)])]));
    api.schema("DeliveryItemRequest", item());
}

/// The customer's members, by the names of one column.
fn customer(column: usize) -> Vec<Member> {
    let place = asked([("lat*", number_of(-90.0..=90.0)), ("lon*", number_of(-180.0..=180.0))]);
    let email = said(SHORT_TEXT_CHARS_MAX).with("format", "email").says("local@domain.tld");
    let of = |names: [&'static str; 2], schema: Schema| (names[column], schema);
    vec![
        of(["name*", "customer_name*"], filled(SHORT_TEXT_CHARS_MAX)),
        of(["shipping_address*", "shipping_address*"], filled(SHORT_TEXT_CHARS_MAX)),
        of(["email*", "customer_email*"], email),
        of(["phone_number", "customer_phone_number"], said(PHONE_CHARS_MAX)),
        of(["coordinates", "shipping_coordinates"], place),
    ]
}

/// The order's members, by the names of one column.
fn order(column: usize) -> Vec<Member> {
    let of = |names: [&'static str; 2], schema: Schema| (names[column], schema);
    vec![
        of(["order_placed_timestamp", "placed_at"], moment()),
        of(["desired_deliverywindow", "desired_delivery_window"], moment()),
        of(["client_id", "client_id"], name()),
        of(["store_id", "store_id"], name()),
        of(["client_internal_order_id", "order_id"], name()),
        of(["sku_count", "order_sku_count"], counted(i64::MIN..=i64::MAX)),
        of(["piece_count", "order_piece_count"], counted(1..=i64::MAX)),
        of(["total_price", "order_total_price"], decimal()),
        of(["total_tax", "order_total_tax"], decimal()),
        of(["total_item_adjustments", "order_total_adjustments"], adjustment()),
        of(["non_apportionable_adjustments", "order_non_apportionable_adjustments"], adjustment()),
        of(["grand_total", "order_grand_total"], decimal()),
        of(
            ["payment_amount", "payment_amount"],
            decimal().says("The grand total, if both are there."),
        ),
        of(["client_payment_id", "payment_id"], name()),
        of(["payment_card_token", "payment_card_token"], name()),
        of(["order_options_flags", "order_flag"], flags()),
        of(["delivery_option", "delivery_option"], word_of(&DELIVERY_OPTIONS)),
    ]
}

fn item() -> Schema {
    asked([
        ("client_sku*", filled_name()),
        ("quantity*", counted(1..=LINE_UNITS_MAX.into())),
        (
            "price*",
            any_of([
                number_of(0.01..=999_999_999_999.0),
                pattern("^[1-9][0-9]{0,8}([.][0-9]{0,6})?$"),
            ]),
        ),
        ("tax", decimal()),
        ("other_adjustments", adjustment()),
        ("order_item_amount", decimal()),
        ("order_item_options_flags", flags()),
        ("product_name", prose()),
        ("store_sku", name()),
        ("picker_bin_number", prose()),
        ("shipping_weight", decimal()),
        ("shipping_weight_unit", word_of(&["ea", "oz", "gal", "lb"])),
    ])
}

/// A number, or a text that counts as nothing.
fn adjustment() -> Schema {
    any_of([decimal(), text_of(0..=250)])
}

/// `2007-11-09 11:20:25 UTC`, RFC 3339, or a date.
fn moment() -> Schema {
    let theirs = pattern("^20[0-9]{2}-0[1-9]-1[0-9] 1[0-9]:[0-5][0-9]:[0-5][0-9] UTC$");
    let date = text().with("format", "date");
    any_of([instant(), date, theirs])
}

fn answers(api: &mut Api) {
    let outcome = word(&["HELD", "PARTLY_HELD", "BACKORDERED", "TO_SUBSTITUTE", "SKIPPED"]);
    let item = vec![
        ("id*", count()),
        ("client_sku*", text()),
        ("quantity*", count()),
        ("held*", count()),
        ("waiting*", count()),
        ("outcome*", outcome.or_null()),
        ("store_id*", text().or_null()),
    ];
    let statuses = word(&[
        "PLACED",
        "PROMISED",
        "ON_HOLD",
        "IN_FULFILLMENT",
        "BACKORDERED",
        "NOT_ROUTABLE",
        "CANCELLED",
        "EXPIRED",
        "OUT_FOR_DELIVERY",
        "DELIVERED",
    ]);
    let warning = given([("field*", text()), ("message*", text())]);
    let head = |items: Schema| -> Vec<Member> {
        vec![
            ("order_status*", statuses.clone()),
            ("estimated_delivery_window*", text()),
            ("id*", uuid()),
            ("number*", count()),
            ("client_id*", text().or_null()),
            ("client_internal_order_id*", text().or_null()),
            ("version*", version()),
            ("secure_order_id*", pattern("^[0-9a-f]{64}$").or_null()),
            ("items*", items),
            ("warnings*", array(warning.clone())),
        ]
    };
    let new = given(head(array(given(item.clone()))));
    api.schema("NewDelivery", given([("status*", word(&["ok"])), ("order*", new)]));
    let whole_item = given(item.into_iter().chain(item_details()));
    let whole = given(head(array(whole_item)).into_iter().chain(order_details()));
    api.schema("DeliveryOrder", whole);
    let ok = || ("status*", word(&["ok"]));
    api.schema("Delivery", given([ok(), ("order*", named("DeliveryOrder"))]));
    let rows = array(named("DeliveryOrder"));
    let scanned = count().says("Number of the last order that was looked at, if not all were.");
    let page = [ok(), ("deliveries*", rows), ("total*", count()), ("scanned_to", scanned)];
    api.schema("DeliveryPage", given(page));
}

fn item_details() -> Vec<Member> {
    let number = crate::http::openapi::schema::number;
    vec![
        ("product_name*", text()),
        ("order_item_options_flags*", text()),
        ("price", number()),
        ("tax", number()),
        ("other_adjustments", anything()),
        ("order_item_amount", number()),
        ("store_sku*", text()),
        ("picker_bin_number", text()),
        ("shipping_weight", number()),
        ("shipping_weight_unit", text()),
    ]
}

fn order_details() -> Vec<Member> {
    let customer = given([
        ("name*", text().or_null()),
        ("shipping_address*", text().or_null()),
        ("email*", text().or_null()),
        ("phone_number*", text().or_null()),
    ]);
    let picked = ["UNASSIGNED", "UNPICKED", "PICKING", "PICKED", "STORE_STAGING"];
    let told = ["RECEIVED", "PICKED", "OUT_FOR_DELIVERY", "ARRIVE_SOON", "DELIVERED"];
    vec![
        ("picked_status*", word(&picked)),
        ("message_status*", word(&told).or_null()),
        ("order_placed_timestamp*", pattern(" UTC$")),
        ("customer*", customer),
        ("order_options_flags*", text().or_null()),
        ("delivery_option*", word(&DELIVERY_OPTIONS).or_null()),
        ("client_payment_id*", text().or_null()),
        ("payment_card_last4*", text().or_null()),
        ("sums*", any_object().or_null()),
    ]
}
