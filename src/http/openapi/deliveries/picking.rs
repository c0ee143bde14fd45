//! The pick list: items in a picker's hands.

use actix_web::ResponseError;
use workflow::limits::LINE_UNITS_MAX;
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{
    AlreadyInList, NotInList, NotPicked, NothingToSubstitute, TooMuchAtOnce, WrongItem,
};

use super::{asked, counted, decimal, filled_name, item_id, name, order_id, prose};
use crate::http::deliveries::errors::Error;
use crate::http::openapi::api::Api;
use crate::http::openapi::door::DELIVERIES;
use crate::http::openapi::no::No;
use crate::http::openapi::operation::{delete, get, post};
use crate::http::openapi::refused::{LIST_FULL, no_such_place, out_of_stock};
use crate::http::openapi::schema::{
    any_of, array, count, flag, given, named, number, text, version, word,
};

pub(super) fn describe(api: &mut Api) {
    let missing = "/delivery_items/{id}/out_of_stock";
    let substitute = "/delivery_items/{id}/substitute";
    let pickers = "/deliveries/{id}/pickers";
    let list = || array(named("PickItem"));
    let unselected = Error::unselected().error_response();
    let unselected = No::said("Unselected", DELIVERIES.error, unselected);
    api.section(
        &DELIVERIES,
        ("Picking", "What pickers do, from the next order to the staging area."),
        [
            get("/picklist", "showPicklist", "The caller's items", P::Picking)
                .asks()
                .query("sort", word(&["placed", "location"]))
                .query("direction", word(&["asc", "desc"]))
                .says(200, "The oldest order's first.", list()),
            get("/picklist/waiting", "countWaiting", "How many parts wait", P::Picking)
                .asks()
                .query("store_id", text())
                .answers(200, "So many.", "WaitingCount")
                .refuses([no_such_place("store_id")]),
            post("/picklist/next", "takeNext", "Takes the oldest part that waits", P::Picking)
                .asks()
                .query("store_id", text())
                .keyed()
                .says(200, "The list.", list())
                .refuses([no_such_place("store_id")])
                .tells(&["Idempotency-Replayed?"])
                .leads_to(&["reportMissing", "substitute"], "id", "$response.body#/0/id")
                .leads_to(&["stage"], "id", "$response.body#/0/delivery_id"),
            delete("/picklist/picked", "clearPicked", "Completes what is picked whole", P::Picking)
                .asks()
                .answers(200, "How many there were.", "Cleared"),
            post("/delivery_items/pick", "scan", "A scan", P::Picking)
                .does()
                .refuses([WrongItem, NotInList, NotPicked])
                .says_no([unselected])
                .body("ScanRequest")
                .says(
                    200,
                    "The item, or the order that is complete.",
                    any_of([named("PickItem"), named("Staged")]),
                )
                .tells(&["ETag", "Idempotency-Replayed?"]),
            post(missing, "reportMissing", "The rest is not on the shelf", P::Picking)
                .at("id", item_id())
                .does()
                .refuses([WrongItem])
                .shows("PickItem"),
            post(substitute, "substitute", "Something takes its place", P::Picking)
                .at("id", item_id())
                .does()
                .body("SubstituteRequest")
                .refuses([WrongItem, NothingToSubstitute, out_of_stock(), TooMuchAtOnce])
                .shows("PickItem"),
            post("/deliveries/{id}/stage", "stage", "Completes one order", P::Picking)
                .at("id", order_id())
                .does()
                .refuses([NotInList, NotPicked])
                .shows("Staged"),
            post(pickers, "share", "Another caller helps", P::Picking)
                .at("id", order_id())
                .does()
                .body("PickerRequest")
                .refuses([LIST_FULL, NotInList, AlreadyInList])
                .shows("Delivery"),
        ],
    );
    schemas(api);
}

fn schemas(api: &mut Api) {
    api.schema(
        "ScanRequest",
        asked([
            ("barcode*", filled_name()),
            ("quantity", counted(1..=LINE_UNITS_MAX.into())),
            ("id", name()),
            ("delivery_id", name()),
        ]),
    );
    let product =
        asked([("client_sku*", filled_name()), ("product_name", prose()), ("price", decimal())]);
    api.schema("SubstituteRequest", asked([("product*", product)]));
    api.schema("PickerRequest", asked([("picker_id*", filled_name())]));
    let ok = || ("status*", word(&["ok"]));
    api.schema("WaitingCount", given([ok(), ("count*", count())]));
    api.schema("Cleared", given([ok(), ("message*", text())]));
    api.schema(
        "Staged",
        given([
            ok(),
            ("delivery_id*", count()),
            ("message*", text()),
            ("remove_completed_delivery*", flag()),
        ]),
    );
    api.schema(
        "PickItem",
        given([
            ("id*", count()),
            ("picked_status*", word(&["UNPICKED", "SCANNED", "PICKED"])),
            ("product_name*", text()),
            ("shipping_weight*", number().or_null()),
            ("delivery_id*", count()),
            ("picker_bin_number*", text().or_null()),
            ("store_sku*", text()),
            ("client_sku*", text()),
            ("quantity*", count()),
            ("picked_quantity*", count()),
            ("out_of_stock_quantity*", count()),
            ("scanned_quantity*", count()),
            ("picking_progress*", text()),
            ("is_replaced*", flag()),
            ("original_item_id*", count().or_null()),
            ("price*", number().or_null()),
            ("order_item_options_flags*", text()),
            ("location*", text().or_null()),
            ("version*", version()),
        ]),
    );
}
