//! A no of a route, by example: what the server itself answers to it. So its status, its headers
//! and its words cannot be described otherwise than they are.

use std::collections::BTreeMap;

use actix_web::body::MessageBody;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};
use snapshots::Lsn;

use super::door::{Door, PATH};
use super::headers::{headers, name_of};
use super::schema::named;
use crate::failure::Failure;
use crate::http::problem::Problem;

/// A no, with the answer that the server gives.
pub(super) struct No {
    name: String,
    schema: &'static str,
    answer: HttpResponse,
}

impl No {
    /// A door's no to a failure, called as the failure is.
    pub(super) fn of(door: &Door, failure: Failure) -> No {
        let said = match &failure {
            Failure::Refused(refusal) => format!("{refusal:?}"),
            failure => format!("{failure:?}"),
        };
        let name = said.split(|it: char| !it.is_ascii_alphanumeric()).next().unwrap_or_default();
        No::said(name, door.error, (door.says)(failure))
    }

    /// What was asked for is no longer kept.
    pub(super) fn gone(door: &Door) -> No {
        No::said("Gone", door.error, Problem::gone(Lsn(44_488), PATH).error_response())
    }

    /// A no in words of its own, whose body has this schema.
    pub(super) fn said(name: &str, schema: &'static str, answer: HttpResponse) -> No {
        No { name: name.to_owned(), schema, answer }
    }
}

/// What a status means, whichever door says it.
const STATUSES: [(u16, &str); 18] = [
    (400, "The request is wrong: its JSON, a member, a parameter or a header."),
    (401, "No good credential."),
    (403, "The credential is good, but not for this."),
    (404, "What the request names is not there."),
    (406, "The client accepts nothing that is spoken here."),
    (408, "The body came too slowly."),
    (409, "Not as things stand, or its twin under the same key is still running."),
    (410, "No longer kept."),
    (412, "It has changed since the version in `If-Match`."),
    (413, "The body is too large."),
    (414, "Path and query are too long."),
    (415, "The body is not plain JSON."),
    (422, "The values are not good, or the key was used for another request."),
    (429, "The caller is over a limit; nothing was done."),
    (431, "A header is too long."),
    (500, "Something broke; the log says what."),
    (503, "The server cannot now; nothing was done."),
    (504, "The answer did not come in time: it may have happened. The same key settles it."),
];

/// The responses that these come to, by their status; all have the headers of `around` besides.
pub(super) fn responses(noes: Vec<No>, around: &[&str]) -> BTreeMap<u16, Value> {
    let mut by_status: BTreeMap<u16, Vec<No>> = BTreeMap::new();
    for no in noes {
        by_status.entry(no.answer.status().as_u16()).or_default().push(no);
    }
    let described = |(status, noes)| (status, response(status, noes, around));
    by_status.into_iter().map(described).collect()
}

fn response(status: u16, noes: Vec<No>, around: &[&str]) -> Value {
    let meaning = STATUSES.iter().find(|(known, _)| *known == status);
    let (_, meaning) = meaning.unwrap_or_else(|| panic!("{status} is answered: say what it means"));
    let mut content = Map::new();
    let mut sent: BTreeMap<&str, usize> = BTreeMap::new();
    let count = noes.len();
    for No { name, schema, answer } in noes {
        let headers = answer.headers().keys().filter(|name| **name != CONTENT_TYPE);
        for header in headers {
            *sent.entry(name_of(header.as_str())).or_default() += 1;
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let kind = kind.expect("a no has a body").to_owned();
        let media = content.entry(kind).or_insert_with(|| json!({ "examples": {} }));
        add_schema(media, named(schema).0);
        let examples = media["examples"].as_object_mut().expect("it was made above");
        examples.entry(name).or_insert_with(|| json!({ "value": body(answer) }));
    }
    let sent = sent.into_iter().map(|(name, times)| match times == count {
        true => name.to_owned(),
        false => format!("{name}?"),
    });
    let names = around.iter().map(|name| (*name).to_owned()).chain(sent);
    json!({ "description": meaning, "headers": headers(names), "content": content })
}

/// One media type may have bodies of several schemas.
fn add_schema(media: &mut Value, schema: Value) {
    if media["schema"].is_null() {
        media["schema"] = schema;
    } else if media["schema"] != schema {
        let before = media["schema"].take();
        media["schema"] = json!({ "anyOf": [before, schema] });
    }
}

fn body(answer: HttpResponse) -> Value {
    let bytes = answer.into_body().try_into_bytes().unwrap_or_default();
    serde_json::from_slice(&bytes).expect("a no is JSON, and no stream")
}
