//! `GET /openapi.json`: what this server speaks, as OpenAPI 3.1; and `/docs`, a page of it.
//!
//! Written by hand, a line per member and a line or two per route, in the words of `schema.rs` and
//! `operation.rs`; bounds and words are those of the code. Each file below describes a noun of a
//! door. `tests/it/openapi.rs` compares the routes with the table in `http.rs`, and
//! `tests/contract/run` the bodies and the answers with a server that runs.

mod api;
mod deliveries;
mod door;
mod invitations;
mod operation;
mod orders;
mod outside;
mod promises;
mod schema;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::web::Bytes;

use api::Api;

/// The document, put together when it is first asked for.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| {
    let mut api = Api::default();
    promises::describe(&mut api);
    orders::describe(&mut api);
    deliveries::describe(&mut api);
    invitations::describe(&mut api);
    outside::describe(&mut api);
    serde_json::to_vec(&api.into_document()).expect("a document of ours can be written").into()
});

/// The document: 200.
pub(super) async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT.clone())
}
