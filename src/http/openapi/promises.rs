//! The promise door: what its nouns have in common.

mod answer;
mod configuration;
mod consumer;
mod facility;
mod listing;
mod order;
mod reservation;
mod safety_stock;
mod stock;
mod stock_action;
pub(super) mod subscription;

use serde_json::json;

use super::api::Api;
use super::operation::Operation;
use super::schema::{
    Member, Schema, any_object, array, count, given, instant, number_of, reference, taken, text,
    uuid, version, whole, word,
};
use crate::limits::{CUSTOM_ATTRIBUTES_BYTES_MAX, FAULTS_MAX};

/// Describes the door.
pub(super) fn describe(api: &mut Api) {
    let error = given([
        ("summary*", text().says("Does not change; see docs/errors.md.")),
        ("description*", text().says("For people.")),
        ("version", version().says("The entity's.")),
        ("requestVersion", version().says("The one that was sent.")),
    ]);
    let Schema(errors) = array(error);
    api.schema("Errors", Schema(errors).with("minItems", 1).with("maxItems", FAULTS_MAX));
    api.schema(
        "Coordinates",
        taken([("lat*", number_of(-90.0..=90.0)), ("lon*", number_of(-180.0..=180.0))]),
    );
    api.schema(
        "PageInfo",
        given([
            ("hasNextPage*", super::schema::flag()),
            ("hasPreviousPage*", super::schema::flag()),
            ("startCursor", uuid()),
            ("endCursor", uuid()),
        ]),
    );
    order::describe(api);
    consumer::describe(api);
    answer::describe(api);
    configuration::describe(api);
    facility::describe(api);
    listing::describe(api);
    stock::describe(api);
    stock_action::describe(api);
    safety_stock::describe(api);
    reservation::describe(api);
    subscription::describe(api);
}

/// What every entity begins with.
fn head() -> Vec<Member> {
    vec![
        ("id*", uuid()),
        ("version*", version()),
        ("created*", instant()),
        ("lastModified*", instant()),
    ]
}

/// These members and those.
fn joined(
    some: impl IntoIterator<Item = Member>,
    more: impl IntoIterator<Item = Member>,
) -> Vec<Member> {
    some.into_iter().chain(more).collect()
}

/// A page of entities.
fn page(name: &'static str, of: &str) -> Schema {
    given([(name, array(super::schema::named(of))), ("total*", count())])
}

/// What is kept and given back, and no rule reads.
fn attributes() -> Schema {
    let most = CUSTOM_ATTRIBUTES_BYTES_MAX / 1024;
    any_object().says(&format!("At most {most} KiB of JSON."))
}

/// A facility by one of its names, or by both.
fn facility_name() -> Schema {
    let either = json!([{ "required": ["facilityRef"] }, { "required": ["tenantFacilityId"] }]);
    taken([("facilityRef", uuid()), ("tenantFacilityId", reference())]).with("anyOf", either)
}

impl Operation {
    /// Answers with a page.
    fn paged(self, size_max: usize, after: &'static str, id: Schema) -> Operation {
        let size = whole(1..=i64::try_from(size_max).expect("a page is short")).with("default", 25);
        self.asks().query("size", size).query(after, id)
    }
}

/// The path's parameter of a facility.
fn facility_id() -> Schema {
    text().says("Its uuid, or `urn:fft:facility:tenantFacilityId:` and the shop's name for it.")
}

/// What a facility is to the shop.
fn facility_type() -> Schema {
    word(&["MANAGED_FACILITY", "SUPPLIER"])
}

/// What happens to lines without stock.
fn behaviour() -> Schema {
    word(&["NONE", "BACKORDER", "PREORDER", "RESTOCK", "PREORDER_AND_RESTOCK"])
}
