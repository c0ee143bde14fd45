//! One method of one path. What follows from how a route is built (a body, a key, a credential)
//! brings its parameters and its noes along, so that a route says only what is its own.

mod failures;

use serde_json::{Map, Value, json};
use workflow::permission::{Permission, Permissions};

use super::door::{Door, Wants};
use super::headers::headers;
use super::no::No;
use super::schema::{Schema, named};
use crate::auth::Need;
use crate::failure::Failure;
use crate::http::lines::NDJSON;

/// A route as the document has it.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    id: &'static str,
    summary: &'static str,
    need: Need,
    parameters: Vec<Value>,
    /// Parameters whose values may be wrong, by name.
    judged: Vec<&'static str>,
    body: Option<Value>,
    answers: Map<String, Value>,
    links: Map<String, Value>,
    /// Whether it needs a permit, and looks at what the client accepts.
    enters: bool,
    /// Whether it asks a shard, and so may have to wait for the answer.
    asks: bool,
    takes_key: bool,
    /// What it may come to besides.
    failures: Vec<Failure>,
    /// What it may answer in other words than its door's.
    others: Vec<No>,
}

macro_rules! method {
    ($name:ident) => {
        /// A route of this method: its path, its id, what it does, and what it needs.
        pub(super) fn $name(
            path: &'static str,
            id: &'static str,
            summary: &'static str,
            need: impl Into<Need>,
        ) -> Operation {
            Operation::of(stringify!($name), (path, id, summary), need.into())
        }
    };
}

method!(get);
method!(post);
method!(put);
method!(patch);
method!(delete);

impl Operation {
    fn of(
        method: &'static str,
        (path, id, summary): (&'static str, &'static str, &'static str),
        need: Need,
    ) -> Operation {
        Operation {
            method,
            path,
            id,
            summary,
            need,
            parameters: Vec::new(),
            judged: Vec::new(),
            body: None,
            answers: Map::new(),
            links: Map::new(),
            enters: false,
            asks: false,
            takes_key: false,
            failures: Vec::new(),
            others: Vec::new(),
        }
    }

    /// Is let in, and answers in JSON without asking a shard.
    pub(super) fn enters(mut self) -> Operation {
        self.enters = true;
        self
    }

    /// Is let in, and asks a shard: what nearly every route does.
    pub(super) fn asks(mut self) -> Operation {
        self.asks = true;
        self.enters()
    }

    /// A parameter of the path.
    pub(super) fn at(self, name: &str, schema: Schema) -> Operation {
        self.parameter("path", name, schema, true)
    }

    /// A parameter of the query.
    pub(super) fn query(self, name: &'static str, schema: Schema) -> Operation {
        self.judging(name).parameter("query", name, schema, false)
    }

    /// A parameter of the query without which there is nothing.
    pub(super) fn needs_query(self, name: &'static str, schema: Schema) -> Operation {
        self.judging(name).parameter("query", name, schema, true)
    }

    /// A parameter of the query that is a list of words: repeated, or with commas.
    pub(super) fn query_list(self, name: &'static str, of: Schema) -> Operation {
        self.query(name, Schema(json!({ "type": "array", "items": of.0, "minItems": 1 })))
    }

    /// The same of texts; what is empty between two commas is none.
    pub(super) fn query_texts(self, name: &'static str, of: Schema) -> Operation {
        self.query(name, Schema(json!({ "type": "array", "items": of.0 })))
    }

    /// A header of the request.
    pub(super) fn header(self, name: &'static str, schema: Schema) -> Operation {
        self.judging(name).parameter("header", name, schema, false)
    }

    fn parameter(mut self, place: &str, name: &str, of: Schema, required: bool) -> Operation {
        let Schema(schema) = of;
        let mut parameter = json!({ "name": name, "in": place, "schema": schema });
        if required {
            parameter["required"] = true.into();
        }
        self.parameters.push(parameter);
        self
    }

    fn judging(mut self, name: &'static str) -> Operation {
        self.judged.push(name);
        self
    }

    /// A parameter that many routes have: the name of its component, and its own.
    fn takes(mut self, component: &str, name: &'static str) -> Operation {
        self.parameters.push(shared(component));
        self.judging(name)
    }

    /// Takes the version that the client saw last.
    pub(super) fn versioned(self) -> Operation {
        self.takes("IfMatch", "If-Match")
    }

    /// Takes an idempotency key.
    pub(super) fn keyed(self) -> Operation {
        self.keyed_as("IdempotencyKey")
    }

    /// The same, in the form of this component.
    pub(super) fn keyed_as(mut self, component: &str) -> Operation {
        self.takes_key = true;
        self.takes(component, "Idempotency-Key")
    }

    /// Takes a body of JSON.
    pub(super) fn body(self, schema: &str) -> Operation {
        self.content("application/json", schema)
    }

    /// Takes a body that may be absent.
    pub(super) fn perhaps_body(self, schema: &str) -> Operation {
        let mut with = self.body(schema);
        if let Some(body) = &mut with.body {
            body["required"] = false.into();
        }
        with
    }

    /// Takes lines of JSON.
    pub(super) fn lines(mut self, meaning: &str) -> Operation {
        let content = json!({ NDJSON: { "schema": { "type": "string", "description": meaning } } });
        self.body = Some(json!({ "required": true, "content": content }));
        self
    }

    /// Takes a form.
    pub(super) fn form(self, schema: &str) -> Operation {
        self.content("application/x-www-form-urlencoded", schema)
    }

    fn content(mut self, kind: &str, schema: &str) -> Operation {
        let content = json!({ kind: { "schema": named(schema).0 } });
        self.body = Some(json!({ "required": true, "content": content }));
        self
    }

    /// Answers in JSON.
    pub(super) fn answers(self, status: u16, meaning: &str, schema: &str) -> Operation {
        self.says(status, meaning, named(schema))
    }

    /// The same, of a schema without a name.
    pub(super) fn says(self, status: u16, meaning: &str, Schema(schema): Schema) -> Operation {
        let content = json!({ "application/json": { "schema": schema } });
        self.answer(status, json!({ "description": meaning, "content": content }))
    }

    /// Looks at one entity, or changes it.
    pub(super) fn shows(self, schema: &str) -> Operation {
        let names: &[&str] =
            if self.takes_key { &["ETag", "Idempotency-Replayed?"] } else { &["ETag"] };
        self.asks().answers(200, "As it is.", schema).tells(names)
    }

    /// Makes an entity, under a key.
    pub(super) fn makes(self, body: &str, schema: &str) -> Operation {
        let made = self.asks().keyed().body(body).answers(201, "It was made.", schema);
        made.tells(&["ETag", "Location", "Idempotency-Replayed?"])
    }

    /// Answers without a body.
    pub(super) fn done(self) -> Operation {
        self.answer(200, json!({ "description": "It is done; no body." }))
    }

    /// Answers with something that is not JSON.
    pub(super) fn streams(self, meaning: &str, types: &[&str]) -> Operation {
        let content: Map<String, Value> =
            types.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        self.answer(200, json!({ "description": meaning, "content": content }))
    }

    fn answer(mut self, status: u16, mut response: Value) -> Operation {
        response["headers"] = json!({});
        self.answers.insert(status.to_string(), response);
        self
    }

    /// Its answers have these headers besides.
    pub(super) fn tells(mut self, names: &[&str]) -> Operation {
        for answer in self.answers.values_mut() {
            add_headers(answer, names);
        }
        self
    }

    /// What it answers leads to other routes: each of them by this parameter, which stands there
    /// in the answer.
    pub(super) fn leads_to(mut self, others: &[&str], parameter: &str, from: &str) -> Operation {
        for other in others {
            let link = self.links.entry(*other);
            let link = link.or_insert_with(|| json!({ "operationId": other, "parameters": {} }));
            link["parameters"][parameter] = from.into();
        }
        self
    }

    /// May also come to these.
    pub(super) fn refuses(
        mut self,
        failures: impl IntoIterator<Item = impl Into<Failure>>,
    ) -> Operation {
        self.failures.extend(failures.into_iter().map(Into::into));
        self
    }

    /// May also answer with these, in other words than its door's.
    pub(super) fn says_no(mut self, noes: impl IntoIterator<Item = No>) -> Operation {
        self.others.extend(noes);
        self
    }

    /// Finds fault with its parameters in words of its own.
    pub(super) fn judges_itself(mut self) -> Operation {
        self.judged.clear();
        self
    }

    /// The headers of every answer, with these.
    fn around(&self, door: &Door, names: &[&'static str]) -> Vec<&'static str> {
        let rates = if self.need == Need::Open { &[] } else { door.rates };
        names.iter().copied().chain(["X-Correlation-ID"]).chain(rates.iter().copied()).collect()
    }

    /// The operation in the document's words; its noes are components.
    pub(super) fn describe(
        self,
        door: &Door,
        tag: &str,
        noes: impl IntoIterator<Item = (u16, String)>,
    ) -> Value {
        let around = self.around(door, &[if self.asks { "Certus-Lsn" } else { "Certus-Lsn?" }]);
        let mut responses = self.answers;
        for answer in responses.values_mut() {
            add_headers(answer, &around);
            if !self.links.is_empty() {
                answer["links"] = self.links.clone().into();
            }
        }
        for (status, component) in noes {
            let reference = json!({ "$ref": format!("#/components/responses/{component}") });
            let before = responses.insert(status.to_string(), reference);
            assert!(before.is_none(), "{} answers {status} in two ways", self.id);
        }
        let mut parameters = self.parameters;
        parameters.insert(0, shared("Correlation"));
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "tags": [tag],
            "parameters": parameters,
            "responses": responses,
            "security": security(self.need, door.wants),
        });
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation
    }
}

fn add_headers(answer: &mut Value, names: &[&str]) {
    let known = answer["headers"].as_object_mut().expect("an answer has headers");
    known.extend(headers(names));
}

fn shared(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// Who may call: one of these suffices, and what is in one is needed together.
fn security(need: Need, wants: Wants) -> Value {
    let either = |words: Value| match wants {
        Wants::Both => vec![json!({ "bearer": words, "apiKey": words })],
        Wants::Either | Wants::None => vec![json!({ "bearer": words }), json!({ "apiKey": words })],
    };
    let permitted = |some: Permissions| -> Vec<Value> {
        some.iter().map(Permission::name).flat_map(|word| either(json!([word]))).collect()
    };
    let mut security = match need {
        Need::Open => return json!([]),
        Need::Credential => either(json!([])),
        Need::AnyOf(some) => permitted(some),
    };
    if wants == Wants::None {
        security.push(json!({}));
    }
    security.into()
}
