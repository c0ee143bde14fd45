//! The documents that say what the two addresses speak, and the page that shows the doors'.
//!
//! What a body and an answer look like is compared with a server that runs by
//! `tests/contract/run`, and every answer that any test gets with what is described of it by
//! `support/described.rs`; here is what can be seen without asking the server anything else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workflow::permission::Permission;

use crate::support::{Caller, TestServer};
use crate::tidy::documents::{Route, operators_routes, routes};
use crate::tidy::tree::read;

/// The doors' document with the routes of their table, and the operators' with theirs.
async fn documents() -> [(Value, Vec<Route>); 2] {
    let server = TestServer::configured("auth = \"on\"").await;
    let of = async |caller: Caller| {
        let reply = caller.get("/openapi.json").await;
        assert_eq!(reply.header("content-type"), "application/json");
        reply.expect(200)
    };
    let operators = of(server.operators()).await;
    [(of(server.http.clone()).await, routes()), (operators, operators_routes())]
}

/// `METHOD /path` and its operation, for each that the document has.
fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let paths = document["paths"].as_object().expect("there are paths");
    let each = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("a path has methods");
        methods.iter().map(move |(name, it)| (format!("{} {path}", name.to_uppercase()), it))
    });
    each.collect()
}

/// The words that one of the credentials of an operation must be good for.
fn words(operation: &Value) -> BTreeSet<String> {
    let security = operation["security"].as_array().expect("an operation says what it needs");
    let schemes = security.iter().flat_map(|it| it.as_object().into_iter().flatten());
    let words = schemes.flat_map(|(_, words)| words.as_array().into_iter().flatten());
    words.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[actix_web::test]
async fn a_document_has_the_routes_of_its_table_and_what_they_need() {
    for (document, routes) in documents().await {
        has_routes(&document, routes);
    }
}

fn has_routes(document: &Value, routes: Vec<Route>) {
    let mut described = operations(document);
    for route in routes {
        let name = format!("{} {}", route.method, route.path);
        let operation = described.remove(&name).unwrap_or_else(|| {
            panic!("{name} is in the route table: describe it in src/http/openapi/")
        });
        let word = |need: &String| {
            let mut all = Permission::EVERY.iter();
            all.find(|one| format!("{one:?}") == *need).map(|one| one.name().to_owned())
        };
        let needed: BTreeSet<String> = route.needs.iter().filter_map(word).collect();
        assert_eq!(words(operation), needed, "{name}: the permissions in src/http/openapi/");
        let is_open = operation["security"] == Value::Array(Vec::new());
        assert_eq!(is_open, route.needs == ["Open"], "{name}: what it needs");
    }
    let gone: Vec<_> = described.keys().collect();
    assert!(
        gone.is_empty(),
        "src/http/openapi/ describes what the route table does not have: {gone:?}"
    );
}

/// What cannot be said wrongly without a reader's tool stumbling over it.
#[actix_web::test]
async fn the_documents_are_openapi_3_1() {
    for (document, routes) in documents().await {
        is_openapi(&document, routes.len());
    }
}

fn is_openapi(document: &Value, routes: usize) {
    assert_eq!(document["openapi"], "3.1.0");
    let mut references = Vec::new();
    gather(document, &mut references);
    assert!(references.len() > 10 * routes, "only {} references were found", references.len());
    for reference in &references {
        let pointer = reference.strip_prefix('#').expect("it refers to itself alone");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let tags = document["tags"].as_array().expect("there are tags");
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(document) {
        let id = operation["operationId"].as_str().expect("an operation has an id");
        assert!(ids.insert(id), "{name}: there is an operation `{id}` already");
        assert!(tags.iter().any(|tag| tag["name"] == operation["tags"][0]), "{name}: its tag");
        assert_eq!(in_path(operation), braced(&name), "{name}: the path's parameters");
        let answers = operation["responses"].as_object().expect("there are answers");
        assert!(answers.keys().any(|status| status.starts_with('2')), "{name} never succeeds");
    }
    for (name, operation) in operations(document) {
        let answers = operation["responses"].as_object().into_iter().flatten();
        let links = answers.flat_map(|(_, it)| it["links"].as_object().into_iter().flatten());
        for (other, _) in links {
            assert!(ids.contains(other.as_str()), "{name} leads to {other}, which is not there");
        }
    }
    unused(document, &references);
}

/// No component is left over.
fn unused(document: &Value, references: &[&str]) {
    for kind in ["schemas", "parameters", "headers", "responses"] {
        let known = document["components"][kind].as_object().expect("there are components");
        for name in known.keys() {
            let own = format!("#/components/{kind}/{name}");
            assert!(references.contains(&own.as_str()), "{own} is used nowhere");
        }
    }
}

fn gather<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|it| gather(it, found));
        }
        Value::Array(values) => values.iter().for_each(|it| gather(it, found)),
        _ => {}
    }
}

fn in_path(operation: &Value) -> BTreeSet<&str> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let of_path = parameters.filter(|it| it["in"] == "path" && it["required"] == true);
    of_path.filter_map(|it| it["name"].as_str()).collect()
}

fn braced(path: &str) -> BTreeSet<&str> {
    path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

/// Failures and refusals that no route comes to.
const OF_NO_ROUTE: [&str; 3] = [
    "Refused",          // stands for the refusals
    "MethodNotAllowed", // of methods that no path here has
    "MailNotDue",       // the mailer is told so
];

/// A new way to say no is one that some route may come to.
#[actix_web::test]
async fn every_failure_and_every_refusal_is_described_somewhere() {
    let mut described = BTreeSet::new();
    for (document, _) in &documents().await {
        let responses = document["components"]["responses"].as_object().into_iter().flatten();
        let media = responses.flat_map(|(_, it)| it["content"].as_object().into_iter().flatten());
        let examples = media.flat_map(|(_, it)| it["examples"].as_object().into_iter().flatten());
        described.extend(examples.map(|(name, _)| name.clone()));
    }
    let kinds = [("src/failure.rs", "Failure"), ("workflow/src/refusal.rs", "Refusal")];
    let known = kinds.into_iter().flat_map(|(path, name)| variants(&read(path), name));
    let known: BTreeSet<String> = known.collect();
    assert!(known.len() > 50, "only {known:?} were found");
    let of_no_route = OF_NO_ROUTE.map(str::to_owned).into();
    let missing: BTreeSet<String> = known.difference(&described).cloned().collect();
    assert_eq!(missing, of_no_route, "say in src/http/openapi/ which routes come to these");
}

/// The names of an enum's variants.
fn variants(source: &str, name: &str) -> Vec<String> {
    let (_, rest) = source.split_once(&format!("pub enum {name} {{")).expect("there is this enum");
    let (body, _) = rest.split_once("\n}").expect("an enum ends");
    let outer = body.lines().filter_map(|line| line.strip_prefix("    "));
    let named = outer.filter(|line| line.starts_with(|it: char| it.is_ascii_uppercase()));
    let word = |line: &str| line.split(|it: char| !it.is_alphanumeric()).next().map(str::to_owned);
    named.filter_map(word).collect()
}

/// Somebody without a network reads the page all the same: it loads what is in the binary.
#[actix_web::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let server = TestServer::configured("auth = \"on\"").await;
    let page = server.http.get("/docs").await;
    assert_eq!(page.status, 200);
    let files: Vec<&str> = page.body.split('"').filter(|part| part.starts_with("/docs/")).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("http"), "{policy}");
    assert!(!page.body.contains("://") && !page.body.contains("<style"), "{}", page.body);
    for file in files {
        let reply = server.http.get(file).await;
        let kind = if file.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert!(reply.header("content-type").starts_with(kind), "{file}: {reply:?}");
        assert_eq!(reply.header("content-security-policy"), policy);
        assert_eq!(reply.status, 200);
    }
    server.http.get("/docs/swagger-initializer.js").await.expect(404);
}
