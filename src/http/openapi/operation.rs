//! One method of one path. What follows from how a route is built (a body, a key, a credential)
//! brings its parameters and its refusals along, so that a route says only what is its own.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use workflow::permission::{Permission, Permissions};

use super::door::{Door, headers};
use super::schema::{Schema, named};
use crate::auth::Need;

/// What any route may answer: a bad path or header, and a server that cannot.
const ALWAYS: [u16; 5] = [400, 414, 431, 500, 503];

/// The headers of every answer; the last two are of those to a credential.
const ANSWERED: [&str; 4] = ["Certus-Lsn", "X-Correlation-ID", "RateLimit-Policy", "RateLimit"];

/// A route as the document has it.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    id: &'static str,
    summary: &'static str,
    need: Need,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: Map<String, Value>,
    links: Map<String, Value>,
    refuses: BTreeSet<u16>,
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
        let mut refuses = BTreeSet::from(ALWAYS);
        if need != Need::Open {
            refuses.extend([401, 429]);
        }
        if matches!(need, Need::AnyOf(_)) {
            refuses.insert(403);
        }
        let (parameters, body) = (vec![shared("Correlation")], None);
        let (answers, links) = (Map::new(), Map::new());
        Operation { method, path, id, summary, need, parameters, body, answers, links, refuses }
    }

    /// Asks the shard, and answers in JSON: what nearly every route does.
    pub(super) fn asks(self) -> Operation {
        self.refuses([406, 504])
    }

    /// A parameter of the path.
    pub(super) fn at(self, name: &str, schema: Schema) -> Operation {
        self.parameter("path", name, schema, true)
    }

    /// A parameter of the query.
    pub(super) fn query(self, name: &str, schema: Schema) -> Operation {
        self.parameter("query", name, schema, false)
    }

    /// A parameter of the query without which there is nothing.
    pub(super) fn needs_query(self, name: &str, schema: Schema) -> Operation {
        self.parameter("query", name, schema, true)
    }

    /// A parameter of the query that is a list of words: repeated, or with commas.
    pub(super) fn query_list(self, name: &str, of: Schema) -> Operation {
        self.query(name, Schema(json!({ "type": "array", "items": of.0, "minItems": 1 })))
    }

    /// The same of texts; what is empty between two commas is none.
    pub(super) fn query_texts(self, name: &str, of: Schema) -> Operation {
        self.query(name, Schema(json!({ "type": "array", "items": of.0 })))
    }

    /// A header of the request.
    pub(super) fn header(self, name: &str, schema: Schema) -> Operation {
        self.parameter("header", name, schema, false)
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

    /// A parameter that many routes have.
    pub(super) fn takes(mut self, name: &str) -> Operation {
        self.parameters.push(shared(name));
        self
    }

    /// Takes an idempotency key.
    pub(super) fn keyed(self) -> Operation {
        self.takes("IdempotencyKey").refuses([409, 422])
    }

    /// Takes a body of JSON.
    pub(super) fn body(mut self, schema: &str) -> Operation {
        let content = json!({ "application/json": { "schema": named(schema).0 } });
        self.body = Some(json!({ "required": true, "content": content }));
        self.refuses([408, 413, 415])
    }

    /// Takes a body that may be absent.
    pub(super) fn perhaps_body(self, schema: &str) -> Operation {
        let mut with = self.body(schema);
        if let Some(body) = &mut with.body {
            body["required"] = false.into();
        }
        with
    }

    /// Takes a form.
    pub(super) fn form(mut self, schema: &str) -> Operation {
        let content = json!({ "application/x-www-form-urlencoded": { "schema": named(schema).0 } });
        self.body = Some(json!({ "required": true, "content": content }));
        self.refuses([408, 413, 415])
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
        self.asks().answers(200, "As it is.", schema).tells(&["ETag"])
    }

    /// Makes an entity, under a key.
    pub(super) fn makes(self, body: &str, schema: &str) -> Operation {
        let made = self.asks().keyed().body(body).answers(201, "It was made.", schema);
        made.tells(&["ETag", "Location", "Idempotency-Replayed"])
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
        response["headers"] = match self.need {
            Need::Open => headers(&ANSWERED[..2]),
            Need::Credential | Need::AnyOf(_) => headers(&ANSWERED),
        };
        self.answers.insert(status.to_string(), response);
        self
    }

    /// Its answers have these headers besides.
    pub(super) fn tells(mut self, names: &[&str]) -> Operation {
        for answer in self.answers.values_mut() {
            for (name, header) in headers(names).as_object_mut().into_iter().flatten() {
                answer["headers"][name] = header.take();
            }
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

    /// May also answer with these.
    pub(super) fn refuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Operation {
        self.refuses.extend(statuses);
        self
    }

    /// May also answer with this, in the words of another door.
    pub(super) fn refuses_as(mut self, door: &Door, status: u16) -> Operation {
        self.answers.insert(status.to_string(), refusal(door, status));
        self
    }

    /// The operation in the document's words.
    pub(super) fn describe(self, door: &Door, tag: &str) -> Value {
        let mut responses = self.answers;
        for answer in responses.values_mut().filter(|_| !self.links.is_empty()) {
            answer["links"] = self.links.clone().into();
        }
        for status in self.refuses {
            responses.entry(status.to_string()).or_insert_with(|| refusal(door, status));
        }
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "tags": [tag],
            "parameters": self.parameters,
            "responses": responses,
            "security": security(self.need, door.wants_both),
        });
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation
    }
}

fn refusal(door: &Door, status: u16) -> Value {
    json!({ "$ref": format!("#/components/responses/{}", door.component(status)) })
}

fn shared(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// Who may call: one of these suffices, and what is in one is needed together.
fn security(need: Need, wants_both: bool) -> Value {
    let either = |words: Value| match wants_both {
        true => vec![json!({ "bearer": words, "apiKey": words })],
        false => vec![json!({ "bearer": words }), json!({ "apiKey": words })],
    };
    let permitted = |some: Permissions| -> Vec<Value> {
        some.iter().map(Permission::name).flat_map(|word| either(json!([word]))).collect()
    };
    match need {
        Need::Open => json!([]),
        Need::Credential => either(json!([])).into(),
        Need::AnyOf(some) => permitted(some).into(),
    }
}
