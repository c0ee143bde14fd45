//! Every answer that any test gets is one that `/openapi.json` describes: its status, its headers,
//! its media type, and the word by which clients tell an error from others.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use hyper::Method;
use serde_json::{Map, Value};

use super::Reply;

/// What the doors speak, and what the operators' address does.
static DOCUMENTS: OnceLock<[Value; 2]> = OnceLock::new();

/// Panics if a route of the documents answers otherwise than they say.
pub(super) fn check(method: &Method, path: &str, reply: &Reply) {
    let documents = DOCUMENTS.get_or_init(|| {
        [certus::http::of_doors(), certus::http::of_operators()]
            .map(|document| serde_json::from_slice(document).expect("the document is JSON"))
    });
    let [doors, operators] = documents;
    // Both addresses have a document and the names of problems: whichever fits.
    let of = |document| Some(fits(document, operation(document, method, path)?, reply));
    // What an operator may ask for is not at the doors.
    let is_there = !reply.body.contains("\"Nothing is at this path\"");
    let known = [of(operators).filter(|_| is_there), of(doors)].into_iter().flatten();
    let Some(fits) = known.reduce(|one, other| one.or(other)) else { return };
    if let Err(what) = fits {
        let Reply { status, body, .. } = reply;
        panic!("{method} {path}: {status} {what}; say so in src/http/openapi/: {body}");
    }
}

fn fits(document: &Value, operation: &Value, reply: &Reply) -> Result<(), String> {
    let response = resolved(document, &operation["responses"][reply.status.to_string()]);
    let response = response.as_object().ok_or("is not described")?;
    let empty = Map::new();
    let told = response["headers"].as_object().unwrap_or(&empty);
    let has = |name: &str| reply.headers.contains_key(name.to_lowercase());
    for (name, header) in told {
        if resolved(document, header)["required"] == true && !has(name) {
            return Err(format!("comes without {name}"));
        }
    }
    for known in headers(document) {
        if has(known) && !told.keys().any(|name| name.eq_ignore_ascii_case(known)) {
            return Err(format!("comes with {known}"));
        }
    }
    if reply.body.is_empty() {
        return Ok(());
    }
    let kind = reply.header("content-type").split(';').next().unwrap_or_default();
    let media = response.get("content").and_then(|content| content.get(kind));
    let media = media.ok_or_else(|| format!("comes in {kind}"))?;
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let Some(word) = word(&body).filter(|_| reply.status >= 400) else { return Ok(()) };
    let examples = media["examples"].as_object().into_iter().flatten();
    let mut words = examples.filter_map(|(_, it)| self::word(&it["value"]));
    words.any(|known| known == word).then_some(()).ok_or_else(|| format!("says `{word}`"))
}

/// The operation that a request is for: of several paths that fit, the one that says most of it.
fn operation<'a>(document: &'a Value, method: &Method, path: &str) -> Option<&'a Value> {
    let path = straight(path);
    let templates = document["paths"].as_object().into_iter().flatten();
    let fitting = templates.filter_map(|(template, it)| Some((fit(template, path)?, it)));
    let (_, methods) = fitting.max_by_key(|(said, _)| *said)?;
    methods.get(method.as_str().to_lowercase())
}

/// The path as the document has it.
fn straight(path: &str) -> &str {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_suffix('/').unwrap_or(path);
    let json = path.strip_suffix(".json").filter(|_| path.starts_with("/api/v2/"));
    let path = json.unwrap_or(path);
    let bare = path.strip_prefix("/customer").or_else(|| path.strip_prefix("/api"));
    let is_alias = |bare: &&str| {
        ["/orders", "/deliveries", "/delivery_items"].iter().any(|it| bare.starts_with(it))
    };
    bare.filter(|bare| is_alias(bare) && !path.starts_with("/api/orders")).unwrap_or(path)
}

/// How many parts of the path the template says, if it fits.
fn fit(template: &str, path: &str) -> Option<usize> {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    let mut said = 0;
    loop {
        match (template.next(), path.next()) {
            (None, None) => return Some(said),
            (Some(name), Some(part)) if name.starts_with('{') && !part.is_empty() => {}
            (Some(name), Some(part)) if name == part => said += 1,
            _ => return None,
        }
    }
}

fn resolved<'a>(document: &'a Value, part: &'a Value) -> &'a Value {
    let pointer = part["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    pointer.map_or(part, |pointer| document.pointer(pointer).expect("a reference leads somewhere"))
}

/// The names of all headers that the document knows.
fn headers(document: &Value) -> BTreeSet<&str> {
    let known = document["components"]["headers"].as_object().into_iter().flatten();
    known.map(|(name, _)| name.strip_prefix("Perhaps-").unwrap_or(name)).collect()
}

/// What clients match on. Door 4 has sentences only.
fn word(error: &Value) -> Option<&str> {
    let word = [&error[0]["summary"], &error["code"], &error["title"]];
    word.into_iter().find_map(Value::as_str)
}
