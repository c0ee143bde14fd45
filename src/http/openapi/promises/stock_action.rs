//! What may be done to many stocks at once.

use workflow::limits::STOCK_UNITS_MAX;
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::TooMuchAtOnce;

use super::stock::members;
use super::{facility_name, joined};
use crate::http::openapi::api::Api;
use crate::http::openapi::door::PROMISES;
use crate::http::openapi::operation::post;
use crate::http::openapi::refused::{TOO_FEW_PIECES, TOO_MANY_LOTS, UNKNOWN_STOCK, no_such_place};
use crate::http::openapi::schema::{
    Schema, any_of, array, flag, given, list, named, reference, taken, uuid, whole, word,
};
use crate::limits::{ENTRIES_MAX, STOCK_ACTIONS_MAX, VERSIONLESS_ROWS_MAX};

pub(super) fn describe(api: &mut Api) {
    let path = "/api/stocks/actions";
    let answer = any_of([named("StockActionResult"), array(named("StockActionResult"))]);
    api.section(
        &PROMISES,
        ("Stock actions", "Many stocks in one step."),
        [post(path, "actOnStocks", "Does something to many stocks in one step", P::StockWrite)
            .asks()
            .keyed()
            .body("StockActionRequest")
            .says(200, "What came of it; an array if the actions came in one.", answer)
            .tells(&["Idempotency-Replayed?"])
            .refuses([
                UNKNOWN_STOCK,
                no_such_place("action.facilityRef"),
                TOO_FEW_PIECES,
                TOO_MANY_LOTS,
                TooMuchAtOnce,
            ])],
    );
    let one = taken([("action*", named("StockAction"))]);
    let several = list(1..=STOCK_ACTIONS_MAX, named("StockDeletion"));
    let request = any_of([one, taken([("actions*", several)])]);
    let alone = "`actions` is deprecated; only deletions come together in it.";
    api.schema("StockActionRequest", request.says(alone));
    actions(api);
    let ids = given([("ids*", array(uuid()))]);
    let moved = given([("fromStock", named("Stock")), ("toStock*", named("Stock"))]);
    let updated = given([("operationResults*", array(named("StockResult")))]);
    let deletions = ["DELETE_BY_IDS", "DELETE_BY_PRODUCTS", "DELETE_BY_LOCATIONS"];
    let result = any_of([
        given([("name*", word(&deletions)), ("result*", ids)]),
        given([("name*", word(&["MOVE_TO_LOCATION"])), ("result*", moved)]),
        given([("name*", word(&["UPDATE_VERSIONLESS"])), ("result*", updated)]),
    ]);
    api.schema("StockActionResult", result);
}

fn actions(api: &mut Api) {
    let some = |of: Schema| list(1..=ENTRIES_MAX, of);
    let by_ids = taken([("name*", word(&["DELETE_BY_IDS"])), ("ids*", some(uuid()))]);
    let by_products = taken([
        ("name*", word(&["DELETE_BY_PRODUCTS"])),
        ("facilityRef*", uuid()),
        ("tenantArticleIds*", some(reference())),
    ]);
    let by_locations = taken([
        ("name*", word(&["DELETE_BY_LOCATIONS"])),
        ("locationRefs*", some(reference())),
        ("facilityRef", uuid()),
    ]);
    let moves = taken([
        ("name*", word(&["MOVE_TO_LOCATION"])),
        ("fromStockId*", uuid()),
        ("toLocationRef*", reference()),
        ("amount*", whole(1..=STOCK_UNITS_MAX.into())),
        ("options", taken([("deleteFromStockIfZero", flag())])),
    ]);
    let made = joined(
        [
            ("operationType*", word(&["CREATE"])),
            ("tenantArticleId*", reference()),
            ("facility*", facility_name()),
        ],
        members().into_iter().filter(|(name, _)| *name != "facility"),
    );
    let changed = joined([("operationType*", word(&["UPDATE"])), ("id*", uuid())], members());
    let rows = list(1..=VERSIONLESS_ROWS_MAX, any_of([taken(made), taken(changed)]));
    let update = taken([("name*", word(&["UPDATE_VERSIONLESS"])), ("stocks*", rows)]);
    let deletions = [by_ids, by_products, by_locations];
    api.schema("StockDeletion", any_of(deletions.clone()));
    api.schema("StockAction", any_of(deletions.into_iter().chain([moves, update])));
}
