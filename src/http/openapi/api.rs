//! The document while it is put together, section by section.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::door::{DELIVERIES, Door, INVITATIONS, ORDERS, OUTSIDE, PROMISES};
use super::operation::Operation;
use super::schema::{Schema, pattern, text, text_of};
use crate::limits::KEY_CHARS_MAX;

/// What a server of this version speaks.
#[derive(Default)]
pub(super) struct Api {
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
    tags: Vec<Value>,
}

const ABOUT: &str = "One order has one life and one number, whichever door it came in by. \
    `null` is as if absent, a whole number is written without a fraction, a member that comes twice is refused, and so is a NUL character. \
    Paths take one trailing slash; `/customer/orders` is `/orders`, and `/api/deliveries` and \
    `/api/delivery_items` are these without `/api`, and what begins with `/api/v2/` may end \
    in `.json`.";

impl Api {
    /// Adds the routes of one tag.
    pub(super) fn section(
        &mut self,
        door: &Door,
        (tag, about): (&str, &str),
        routes: impl IntoIterator<Item = Operation>,
    ) {
        self.tags.push(json!({ "name": tag, "description": about }));
        self.more(door, tag, routes);
    }

    /// Adds routes to a tag that there is.
    pub(super) fn more(
        &mut self,
        door: &Door,
        tag: &str,
        routes: impl IntoIterator<Item = Operation>,
    ) {
        for route in routes {
            let (path, method) = (route.path, route.method);
            let methods = self.paths.entry(path).or_insert_with(|| json!({}));
            assert!(methods.get(method).is_none(), "{method} {path} is described twice");
            methods[method] = route.describe(door, tag);
        }
    }

    /// Gives a schema a name.
    pub(super) fn schema(&mut self, name: &str, Schema(schema): Schema) {
        let before = self.schemas.insert(name.to_owned(), schema);
        assert!(before.is_none(), "the schema {name} is described twice");
    }

    /// The whole document.
    pub(super) fn into_document(self) -> Value {
        let mut responses: Map<String, Value> =
            [PROMISES, ORDERS, DELIVERIES, INVITATIONS, OUTSIDE]
                .iter()
                .flat_map(Door::refusals)
                .collect();
        let used = used(&self.paths);
        responses.retain(|name, _| used.contains(&format!("#/components/responses/{name}")));
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Certus", "version": env!("CARGO_PKG_VERSION"),
                "summary": env!("CARGO_PKG_DESCRIPTION"), "description": ABOUT,
            },
            "servers": [{ "url": "/" }],
            "tags": self.tags,
            "paths": self.paths,
            "components": {
                "schemas": self.schemas,
                "parameters": parameters(),
                "headers": headers(),
                "responses": responses,
                "securitySchemes": {
                    "bearer": { "type": "http", "scheme": "bearer",
                        "description": "A JWT, a configured token, or an API key." },
                    "apiKey": { "type": "apiKey", "in": "header", "name": "x-api-key",
                        "description": "An API key." },
                },
            },
        })
    }
}

/// What the paths refer to.
fn used(paths: &Map<String, Value>) -> BTreeSet<String> {
    let operations = paths.values().filter_map(Value::as_object).flat_map(Map::values);
    let responses = operations.filter_map(|it| it["responses"].as_object()).flat_map(Map::values);
    responses.filter_map(|it| it["$ref"].as_str().map(str::to_owned)).collect()
}

/// The parameters that many routes have.
fn parameters() -> Value {
    let header = |name: &str, required: bool, Schema(schema): Schema, about: &str| {
        json!({ "name": name, "in": "header", "required": required, "schema": schema,
            "description": about })
    };
    json!({
        "Correlation": header("X-Correlation-ID", false, text(),
            "What the client calls the request: 1 to 128 visible ASCII characters. One is made \
             if none, or none that fits, was sent."),
        "IdempotencyKey": header("Idempotency-Key", false,
            text_of(1..=KEY_CHARS_MAX).like("^[!-~]+$"),
            "The same request under the same key is carried out once; quotes around it do not \
             count."),
        "CustomerKey": header("Idempotency-Key", true,
            Schema(json!({ "type": "string", "format": "uuid" })),
            "The same request under the same key is carried out once."),
        "IfMatch": header("If-Match", false, text_of(3..=11).like("^\"[1-9][0-9]{0,8}\"$"),
            "The version that the client saw last. Where the body has one too, they must agree."),
    })
}

/// The headers of answers.
fn headers() -> Value {
    let header = |required: bool, Schema(schema): Schema, about: &str| json!({ "required": required, "schema": schema, "description": about });
    let word = super::schema::word(&["held", "partly-held", "not-held"]);
    json!({
        "Certus-Lsn": header(true, pattern("^[0-9]+:[0-9]+$"),
            "`timeline:lsn`, the journal position that the answer reflects; it is on disk."),
        "X-Correlation-ID": header(true, text(), "What the request is called."),
        "RateLimit-Policy": header(false, text(),
            "`\"default\";q=1000;w=1`: so many in so many seconds."),
        "RateLimit": header(false, text(),
            "`\"default\";r=999;t=1`: so many left, more in so many seconds."),
        "X-RateLimit-Limit": header(false, super::schema::count(), "How many requests at once."),
        "X-RateLimit-Remaining": header(false, super::schema::count(), "How many are left."),
        "X-RateLimit-Reset": header(false, super::schema::count(),
            "The unix second in which there are more."),
        "Certus-Outcome": header(false, word, "How much of what was wanted is held."),
        "Idempotency-Replayed": header(false, super::schema::word(&["true"]),
            "It is the first answer under this key once more, byte for byte."),
        "ETag": header(true, pattern("^\"[0-9]+\"$"), "The version, in quotes."),
        "Location": header(true, pattern("^/"), "The path of what was made."),
        "Retry-After": header(true, pattern("^[0-9]+$"), "After how many seconds to send it again."),
        "WWW-Authenticate": header(true, text(), "`Bearer`."),
        "Cache-Control": header(true, text(), "`no-store`."),
    })
}
