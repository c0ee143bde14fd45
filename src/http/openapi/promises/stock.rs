//! Stocks, and what all facilities together have.

use serde_json::json;
use workflow::limits::{ROWS_PER_BATCH_MAX, STOCK_UNITS_MAX};
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::TooMuchAtOnce;

use super::{attributes, facility_name, head, joined};
use crate::http::openapi::api::Api;
use crate::http::openapi::door::PROMISES;
use crate::http::openapi::operation::{delete, get, post, put};
use crate::http::openapi::refused::{
    CHANGED, TOO_MANY_LOTS, UNKNOWN_STOCK, in_row, lot_of_another, no_such_place,
};
use crate::http::openapi::schema::{
    Member, any_object, any_of, array, count, flag, given, instant, list, listed_reference, named,
    null, reference, taken, text, uuid, version, whole, word,
};
use crate::limits::{LOT_ENTRIES_MAX, STOCK_PAGE_ROWS_MAX};

pub(super) fn describe(api: &mut Api) {
    let one = "/api/stocks/{id}";
    let id = || text().says("Its uuid.");
    api.section(
        &PROMISES,
        ("Stocks", "Pieces of one article that came together to one facility."),
        [
            post("/api/stocks", "makeStock", "Makes one stock", P::StockWrite)
                .makes("StockRequest", "Stock")
                .refuses([
                    no_such_place("facility.tenantFacilityId"),
                    TOO_MANY_LOTS,
                    TooMuchAtOnce,
                    lot_of_another(),
                ])
                .leads_to(&["showStock", "putStock", "removeStock"], "id", "$response.body#/id"),
            get("/api/stocks", "listStocks", "A page of stocks", P::StockRead)
                .paged(STOCK_PAGE_ROWS_MAX, "startAfterId", uuid())
                .query("facilityRef", uuid())
                .query("tenantFacilityId", text())
                .query_texts("tenantArticleId", listed_reference())
                .query_texts("locationRef", text())
                .answers(200, "A page.", "StockPage")
                .refuses([no_such_place("tenantFacilityId")]),
            put("/api/stocks", "putStocks", "Makes or changes stocks, all or none", P::StockWrite)
                .asks()
                .body("StocksRequest")
                .says(200, "One result per row.", array(named("StockResult")))
                .refuses([
                    no_such_place("stocks[1].facility.tenantFacilityId"),
                    UNKNOWN_STOCK,
                    CHANGED,
                    TOO_MANY_LOTS,
                    TooMuchAtOnce,
                ])
                .refuses([in_row(lot_of_another())]),
            get("/api/stocks/summaries", "summarize", "What all facilities have", P::StockRead)
                .paged(STOCK_PAGE_ROWS_MAX, "startAfterId", reference())
                .query_texts("tenantArticleIds", listed_reference())
                .query_list("facilityRefs", uuid())
                .query_list("facilityStatus", word(&["ONLINE", "SUSPENDED", "OFFLINE"]))
                .query_list("facilityServiceTypes", word(&["SHIP_FROM_STORE", "PICKUP"]))
                .answers(200, "A page.", "SummaryPage")
                .refuses([no_such_place("facilityRefs")]),
            get(one, "showStock", "One stock", P::StockRead)
                .at("id", id())
                .shows("Stock")
                .refuses([UNKNOWN_STOCK]),
            put(one, "putStock", "Changes one stock", P::StockWrite)
                .at("id", id())
                .versioned()
                .body("StockChange")
                .shows("Stock")
                .refuses([UNKNOWN_STOCK, CHANGED, TooMuchAtOnce])
                .refuses([lot_of_another()]),
            delete(one, "removeStock", "Takes one stock away", P::StockWrite)
                .at("id", id())
                .versioned()
                .asks()
                .done()
                .refuses([UNKNOWN_STOCK, CHANGED, TooMuchAtOnce]),
        ],
    );
    requests(api);
    answers(api);
}

fn requests(api: &mut Api) {
    let placed = json!([
        { "required": ["facility"], "properties": { "facility": { "type": "object" } } },
        { "required": ["facilityRef"], "properties": { "facilityRef": { "type": "string" } } },
        { "required": ["tenantFacilityId"], "properties": { "tenantFacilityId": { "type": "string" } } },
    ]);
    let made = joined([("tenantArticleId*", reference())], members());
    api.schema("StockRequest", taken(made).with("anyOf", placed.clone()));
    api.schema("StockChange", taken(members()));
    let new = joined([("tenantArticleId*", reference()), ("id", null())], members());
    let known = joined([("id*", uuid()), ("version", version())], members());
    let row = [taken(new).with("anyOf", placed), taken(known)];
    api.schema("StockRow", any_of(row));
    api.schema(
        "StocksRequest",
        taken([("stocks*", list(1..=ROWS_PER_BATCH_MAX, named("StockRow")))]),
    );
}

/// The members that a client sends of a stock.
pub(super) fn members() -> Vec<Member> {
    joined(
        [
            ("value*", whole(0..=STOCK_UNITS_MAX.into())),
            ("facility", facility_name()),
            ("facilityRef", uuid()),
            ("tenantFacilityId", reference()),
            ("locationRef", reference()),
            ("tenantStockId", reference()),
            ("availableUntil", instant()),
            ("receiptDate", instant()),
            ("properties", any_object()),
        ],
        kept(),
    )
}

fn kept() -> Vec<Member> {
    let traits = taken([("trait*", word(&["PICKABLE", "ACCESSIBLE"])), ("enabled*", flag())]);
    vec![
        ("conditions", list(0..=LOT_ENTRIES_MAX, word(&["DEFECTIVE"]))),
        ("traitConfig", list(0..=LOT_ENTRIES_MAX, traits)),
        ("customAttributes", attributes()),
    ]
}

fn answers(api: &mut Api) {
    let facility = given([("facilityRef*", uuid()), ("tenantFacilityId", text())]);
    let shown = joined(
        [
            ("tenantArticleId*", text()),
            ("facilityRef*", uuid()),
            ("facility*", facility),
            ("value*", count()),
            ("reserved*", count()),
            ("available*", count()),
            ("facilityWideReserved*", count()),
            ("traits*", array(word(&["PICKABLE", "ACCESSIBLE"]))),
            ("properties*", any_object()),
            ("serializedProperties*", text()),
            ("receiptDate*", instant()),
            ("availableUntil", instant()),
            ("tenantStockId", text()),
            ("locationRef", text()),
        ],
        kept(),
    );
    api.schema("Stock", given(joined(head(), shown)));
    let status = word(&["CREATED", "UPDATED", "UNCHANGED"]);
    api.schema("StockResult", given([("stock*", named("Stock")), ("status*", status)]));
    api.schema(
        "StockPage",
        given([
            ("stocks*", array(named("Stock"))),
            ("pageInfo*", named("PageInfo")),
            ("total*", count()),
        ]),
    );
    let by_trait = given([("PICKABLE*", count()), ("ACCESSIBLE*", count())]);
    let details = given([
        ("totalAmount*", count()),
        ("stockOnHand*", count()),
        ("reserved*", count()),
        ("safetyStock*", count()),
        ("availableOnStock*", count()),
        ("availableForPicking*", count()),
        ("byTrait*", by_trait),
        ("available*", count()),
        ("availableToPromise*", count()),
        ("readyToPick*", count()),
    ]);
    let named_so = given([("tenantArticleId*", text()), ("title*", text())]);
    let summary = given([
        ("article*", named_so),
        ("details*", details),
        ("includedFacilityRefs*", array(uuid())),
    ]);
    api.schema("SummaryPage", given([("stockSummaries*", array(summary)), ("total*", count())]));
}
