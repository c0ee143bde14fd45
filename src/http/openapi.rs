//! `GET /openapi.json` of either address: what it speaks, as OpenAPI 3.1.
//!
//! Written by hand, a line per member and a line or two per route, in the words of `schema.rs` and
//! `operation.rs`; bounds and words are those of the code. A route says which failures it may come
//! to, and its door's own `errors.rs` says what it answers to them (`no.rs`). Each other file
//! describes a noun of a door. `tests/it/openapi.rs` compares the routes with the tables in
//! `http.rs` and `admin.rs`, `tests/it/support` compares every answer that any test gets with what
//! is described, and `tests/contract/run` the bodies with a server that runs.

mod api;
mod deliveries;
mod door;
mod headers;
mod invitations;
mod no;
mod operation;
mod operators;
mod orders;
mod outside;
mod promises;
mod refused;
mod schema;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::web::Bytes;

use api::Api;

/// What clients speak with, put together when it is first asked for.
static OF_DOORS: LazyLock<Bytes> = LazyLock::new(|| {
    let mut api = Api::default();
    promises::describe(&mut api);
    orders::describe(&mut api);
    deliveries::describe(&mut api);
    invitations::describe(&mut api);
    outside::describe(&mut api);
    written(api, "Certus", ABOUT)
});

/// What operators speak with.
static OF_OPERATORS: LazyLock<Bytes> = LazyLock::new(|| {
    let mut api = Api::default();
    operators::describe(&mut api);
    written(api, "Certus, for operators", operators::ABOUT)
});

const ABOUT: &str = "One order has one life and one number, whichever door it came in by. \
    `null` is as if absent, a whole number is written without a fraction, a member that comes twice is refused, and so is a NUL character. \
    Paths take one trailing slash; `/customer/orders` is `/orders`, and `/api/deliveries` and \
    `/api/delivery_items` are these without `/api`, and what begins with `/api/v2/` may end \
    in `.json`.";

/// What the doors speak.
pub fn of_doors() -> &'static Bytes {
    &OF_DOORS
}

/// What the operators' address speaks.
pub fn of_operators() -> &'static Bytes {
    &OF_OPERATORS
}

/// What the doors speak: 200.
pub(super) async fn document() -> HttpResponse {
    respond(of_doors())
}

/// The answer with a document.
pub(crate) fn respond(document: &Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.clone())
}

fn written(api: Api, title: &str, about: &str) -> Bytes {
    let document = api.into_document(title, about);
    serde_json::to_vec(&document).expect("a document of ours can be written").into()
}
