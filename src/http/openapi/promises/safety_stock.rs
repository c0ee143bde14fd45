//! Safety stocks: pieces that are never promised.

use workflow::limits::{ROWS_PER_BATCH_MAX, STOCK_UNITS_MAX};
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::{TooMuchAtOnce, UnknownSafetyStock};

use super::{head, joined};
use crate::http::openapi::api::Api;
use crate::http::openapi::door::PROMISES;
use crate::http::openapi::operation::{delete, get, put};
use crate::http::openapi::refused::{CHANGED, no_such_place};
use crate::http::openapi::schema::{
    array, count, given, list, named, reference, taken, text, uuid, whole, word,
};
use crate::limits::STOCK_PAGE_ROWS_MAX;

pub(super) fn describe(api: &mut Api) {
    let all = "/api/safetystocks";
    api.section(
        &PROMISES,
        ("Safety stock", "Pieces that are never promised."),
        [
            put(all, "putSafetyStocks", "Sets safety stocks, all or none", P::StockWrite)
                .asks()
                .body("SafetyStocksRequest")
                .says(207, "One result per operation.", array(named("SafetyStockResult")))
                .refuses([TooMuchAtOnce]),
            get(all, "listSafetyStocks", "A page of safety stocks", P::StockRead)
                .paged(STOCK_PAGE_ROWS_MAX, "startAfterId", uuid())
                .query("tenantArticleId", reference())
                .query("facilityRef", uuid())
                .answers(200, "A page.", "SafetyStockPage")
                .refuses([no_such_place("facilityRef")])
                .leads_to(&["removeSafetyStock"], "id", "$response.body#/safetyStocks/0/id"),
            delete("/api/safetystocks/{id}", "removeSafetyStock", "Takes one away", P::StockWrite)
                .at("id", text().says("Its uuid."))
                .versioned()
                .asks()
                .done()
                .refuses([UnknownSafetyStock, CHANGED, TooMuchAtOnce]),
        ],
    );
    let operation = taken([
        ("tenantArticleId*", reference()),
        ("value*", whole(0..=STOCK_UNITS_MAX.into())),
        ("facilityRef", uuid().says("Everywhere, if it is absent.")),
    ]);
    api.schema(
        "SafetyStocksRequest",
        taken([("operations*", list(1..=ROWS_PER_BATCH_MAX, operation))]),
    );
    let error = given([("type*", word(&["NOT_FOUND", "NOT_ALLOWED"])), ("message*", text())]);
    let of = || [("tenantArticleId*", text()), ("value*", count()), ("facilityRef", uuid())];
    let status = word(&["CREATED", "UPDATED", "FAILED"]);
    api.schema("SafetyStockResult", given(joined(of(), [("status*", status), ("error", error)])));
    api.schema("SafetyStock", given(joined(head(), of())));
    api.schema("SafetyStockPage", super::page("safetyStocks*", "SafetyStock"));
}
