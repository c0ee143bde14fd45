//! Listings: whether and how a facility sells an article.

use serde_json::json;
use workflow::limits::ROWS_PER_BATCH_MAX;
use workflow::permission::Permission as P;
use workflow::refusal::Refusal::UnknownLocation;

use super::{attributes, behaviour, facility_id, head, joined};
use crate::http::openapi::api::Api;
use crate::http::openapi::door::PROMISES;
use crate::http::openapi::operation::{delete, get, patch, put};
use crate::http::openapi::refused::{CHANGED, UNKNOWN_LISTING};
use crate::http::openapi::schema::{
    Member, Schema, anything, array, closed, free_text, given, instant, list, listed_reference,
    named, reference, taken, text, uuid, version, whole, word,
};
use crate::limits::{ENTRIES_MAX, LISTING_ATTRIBUTES_MAX, LISTING_CATEGORIES_MAX, PAGE_ROWS_MAX};

const ALL: &str = "/api/facilities/{id}/listings";
/// What may be asked of a listing that was just put.
const OF_ONE: [&str; 3] = ["showListing", "patchListing", "removeListing"];
const ONE: &str = "/api/facilities/{id}/listings/{article}";

pub(super) fn describe(api: &mut Api) {
    api.section(
        &PROMISES,
        ("Listings", "Whether and how a facility sells an article."),
        [
            put(ALL, "putListings", "Makes or replaces listings, all or none", P::StockWrite)
                .at("id", facility_id())
                .asks()
                .body("ListingsRequest")
                .says(200, "One result per row.", array(named("ListingResult")))
                .leads_to(&OF_ONE, "id", "$request.path.id")
                .leads_to(&OF_ONE, "article", "$response.body#/0/listing/tenantArticleId")
                .refuses([UnknownLocation, UNKNOWN_LISTING, CHANGED]),
            get(ALL, "listListings", "A page of listings", P::StockRead)
                .at("id", facility_id())
                .paged(PAGE_ROWS_MAX, "startAfterId", reference())
                .query_texts("tenantArticleIds", listed_reference())
                .query("scannableCode", text())
                .answers(200, "A page.", "ListingPage")
                .refuses([UnknownLocation]),
            delete(ALL, "clearListings", "Takes all listings of a facility away", P::StockWrite)
                .at("id", facility_id())
                .asks()
                .done()
                .refuses([UnknownLocation]),
            get(ONE, "showListing", "One listing", P::StockRead)
                .at("id", facility_id())
                .at("article", text())
                .shows("Listing")
                .refuses([UnknownLocation, UNKNOWN_LISTING]),
            patch(ONE, "patchListing", "Changes the members that are given", P::StockWrite)
                .at("id", facility_id())
                .at("article", text())
                .versioned()
                .asks()
                .body("ListingChange")
                .says(200, "The listing, in an array.", list(1..=1, named("Listing")))
                .tells(&["ETag"])
                .refuses([UnknownLocation, UNKNOWN_LISTING, CHANGED]),
            delete(ONE, "removeListing", "Takes one listing away", P::StockWrite)
                .at("id", facility_id())
                .at("article", text())
                .versioned()
                .asks()
                .done()
                .refuses([UnknownLocation, UNKNOWN_LISTING, CHANGED]),
        ],
    );
    schemas(api);
}

fn schemas(api: &mut Api) {
    let row = joined([("tenantArticleId*", reference()), ("version", version())], members());
    api.schema("ListingRequest", taken(row).with("allOf", needs()));
    api.schema(
        "ListingsRequest",
        taken([("listings*", list(1..=ROWS_PER_BATCH_MAX, named("ListingRequest")))]),
    );
    let action = taken(joined([("action*", word(&["ModifyListing"]))], members()));
    api.schema(
        "ListingChange",
        taken([("version*", version()), ("actions*", list(1..=ENTRIES_MAX, action))]),
    );
    let known = [
        ("facilityId*", uuid()),
        ("tenantArticleId*", text()),
        ("status*", word(&["ACTIVE", "INACTIVE"])),
        ("outOfStockBehaviour*", behaviour()),
    ];
    let is_known = |name: &str| ["status", "outOfStockBehaviour"].contains(&name);
    let others = members().into_iter().filter(|(name, _)| !is_known(name));
    api.schema("Listing", given(joined(joined(head(), known), others)));
    let status = word(&["CREATED", "UPDATED", "UNCHANGED"]);
    api.schema("ListingResult", given([("listing*", named("Listing")), ("status*", status)]));
    api.schema("ListingPage", super::page("listings*", "Listing"));
}

/// What a behaviour needs in `outOfStockConfig`.
fn needs() -> serde_json::Value {
    let when = |words: &[&str], member: &str| {
        let said = json!({ "required": ["outOfStockBehaviour"], "properties": {
            "outOfStockBehaviour": { "enum": words } } });
        let needed = json!({ "required": ["outOfStockConfig"], "properties": {
            "outOfStockConfig": { "type": "object", "required": [member],
                "properties": { member: { "type": "object" } } } } });
        json!({ "if": said, "then": needed })
    };
    json!([
        when(&["PREORDER", "PREORDER_AND_RESTOCK"], "preorder"),
        when(&["RESTOCK", "PREORDER_AND_RESTOCK"], "restock"),
    ])
}

fn members() -> Vec<Member> {
    vec![
        ("title", free_text()),
        ("status", word(&["ACTIVE", "INACTIVE"])),
        ("outOfStockBehaviour", behaviour()),
        ("outOfStockConfig", config()),
        ("titleLocalized", anything()),
        ("attributes", list(0..=LISTING_ATTRIBUTES_MAX, anything())),
        ("scannableCodes", list(0..=ENTRIES_MAX, reference())),
        ("imageUrl", text()),
        ("categoryRefs", list(0..=LISTING_CATEGORIES_MAX, anything())),
        ("stockProperties", anything()),
        ("stockAvailableUntil", anything()),
        ("tags", list(0..=ENTRIES_MAX, anything())),
        ("customAttributes", attributes()),
    ]
}

fn config() -> Schema {
    let timeframe = taken([("start*", instant())]);
    let days = whole(0..=u16::MAX.into());
    closed([
        ("preorder", closed([("availabilityTimeframe*", timeframe)])),
        ("restock", closed([("restockableInDays*", days)])),
    ])
}
