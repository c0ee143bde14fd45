//! The document while it is put together, section by section.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::door::Door;
use super::headers;
use super::operation::Operation;
use super::schema::{Schema, text, text_of};
use crate::limits::KEY_CHARS_MAX;

/// What a server of this version speaks at one of its addresses.
#[derive(Default)]
pub(super) struct Api {
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
    /// Noes that are alike stand once.
    responses: Map<String, Value>,
    tags: Vec<Value>,
}

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
        for mut route in routes {
            let (path, method) = (route.path, route.method);
            let noes = route.noes(door).into_iter();
            let noes: Vec<_> =
                noes.map(|(status, no)| (status, self.response(door, status, no))).collect();
            let methods = self.paths.entry(path).or_insert_with(|| json!({}));
            assert!(methods.get(method).is_none(), "{method} {path} is described twice");
            methods[method] = route.describe(door, tag, noes);
        }
    }

    /// Gives a schema a name.
    pub(super) fn schema(&mut self, name: &str, Schema(schema): Schema) {
        let before = self.schemas.insert(name.to_owned(), schema);
        assert!(before.is_none(), "the schema {name} is described twice");
    }

    /// The name of the component that is this response, which there is from now on.
    fn response(&mut self, door: &Door, status: u16, response: Value) -> String {
        let first = format!("{}{status}", door.name);
        let others = (2..).map(|number| format!("{first}-{number}"));
        let mut names = std::iter::once(first.clone()).chain(others);
        let fits = |name: &String| self.responses.get(name).is_none_or(|it| *it == response);
        let name = names.find(fits).expect("there is a name for each");
        self.responses.insert(name.clone(), response);
        name
    }

    /// The whole document.
    pub(super) fn into_document(self, title: &str, about: &str) -> Value {
        let mut document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": title, "version": env!("CARGO_PKG_VERSION"),
                "summary": env!("CARGO_PKG_DESCRIPTION"), "description": about,
            },
            "servers": [{ "url": "/" }],
            "tags": self.tags,
            "paths": self.paths,
            "components": {
                "schemas": self.schemas,
                "parameters": parameters(),
                "headers": headers::components(),
                "responses": self.responses,
                "securitySchemes": {
                    "bearer": { "type": "http", "scheme": "bearer",
                        "description": "A JWT, a configured token, or an API key." },
                    "apiKey": { "type": "apiKey", "in": "header", "name": "x-api-key",
                        "description": "An API key." },
                },
            },
        });
        let mut used = BTreeSet::new();
        gather(&document, &mut used);
        for kind in ["parameters", "headers"] {
            let known = document["components"][kind].as_object_mut().expect("it was made above");
            known.retain(|name, _| used.contains(&format!("#/components/{kind}/{name}")));
        }
        document
    }
}

/// What a part of the document refers to.
fn gather(part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|it| gather(it, found));
        }
        Value::Array(values) => values.iter().for_each(|it| gather(it, found)),
        _ => {}
    }
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
