//! The documents say what the program does.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::read;
use crate::support::run;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A row of the route table, for one method.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The names of what it needs: permissions, `Open` or `Credential`.
    pub(crate) needs: Vec<String>,
}

/// Every row of the doors' table.
pub(crate) fn routes() -> Vec<Route> {
    routes_in(&read("src/http.rs"))
}

/// Every row of the operators' table.
pub(crate) fn operators_routes() -> Vec<Route> {
    routes_in(&read("src/admin.rs"))
}

/// Every row of a table in this text.
fn routes_in(table: &str) -> Vec<Route> {
    let mut paths: BTreeMap<String, String> = BTreeMap::new(); // the name of a row, its path
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new(); // the name of a list of needs
    let mut found = Vec::new();
    let statements = table.split(".service(").flat_map(|part| part.split(';'));
    for statement in statements.map(str::trim) {
        let named = statement.rsplit_once("let ").and_then(|(_, rest)| rest.split_once(" = "));
        if let Some((name, list)) = named
            && let Some(list) = list.strip_prefix('[')
        {
            let words = list.trim_end_matches(']').split(',').map(|word| last_word(word.trim()));
            lists.insert(name.to_owned(), words.collect());
            continue;
        }
        let path = statement.split_once("at(\"").and_then(|(_, rest)| rest.split_once('"'));
        let path = match (path, named) {
            (Some((path, _)), Some((name, _))) => {
                paths.insert(name.to_owned(), path.to_owned());
                path.to_owned()
            }
            (Some((path, _)), None) => path.to_owned(),
            (None, _) => {
                let name = statement.rsplit_once(" = ").map_or(statement, |(_, rest)| rest);
                let name = name.split(['.', ')']).next().unwrap_or_default();
                let Some(path) = paths.get(name) else { continue };
                path.clone()
            }
        };
        for method in METHODS {
            let Some((_, rest)) = statement.split_once(&format!(".{method}(")) else { continue };
            let (need, _) = rest.split_once(',').expect("a need stands before the handler");
            let needs = lists.get(need).cloned().unwrap_or_else(|| vec![last_word(need)]);
            found.push(Route { method: method.to_uppercase(), path: path.clone(), needs });
        }
    }
    found
}

/// `OrdersRead` of `P::OrdersRead`.
fn last_word(path: &str) -> String {
    path.rsplit("::").next().unwrap_or_default().to_owned()
}

/// `METHOD /path` for every row of a table.
fn named(routes: &[Route]) -> BTreeSet<String> {
    routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect()
}

#[test]
fn the_route_table_is_read_whole() {
    let (table, routes) = (read("src/http.rs"), named(&routes()));
    let paths = routes.iter().filter_map(|route| Some(route.split_once(' ')?.1));
    let paths: BTreeSet<&str> = paths.collect();
    assert_eq!(paths.len(), table.matches("at(\"/").count(), "{paths:#?}");
    for known in ["PUT /api/configurations/promises", "DELETE /api/stocks/{id}"] {
        assert!(routes.contains(known), "{known} is missing in {routes:#?}");
    }
    assert_eq!(routes.len(), table.matches("(P::").count() + table.matches("(Need::").count() + 1);
}

/// The words of the program's command line.
fn subcommands() -> Vec<String> {
    let help = run(&["--help"]);
    let help = String::from_utf8(help.stdout).expect("help is text");
    let (_, list) = help.split_once("Commands:").expect("there are commands");
    let lines = list.lines().skip(1).take_while(|line| !line.is_empty());
    let words = lines.filter_map(|line| line.split_whitespace().next());
    words.filter(|word| *word != "help").map(str::to_owned).collect()
}

#[test]
fn the_changelog_names_what_was_built() {
    let changelog = read("CHANGELOG.md");
    assert!(changelog.contains("## Unreleased"), "CHANGELOG.md: new things go below Unreleased");
    for command in subcommands() {
        assert!(
            changelog.contains(&format!("`{command}`"))
                || changelog.contains(&format!("`certus {command}`")),
            "CHANGELOG.md: a line about `certus {command}`"
        );
    }
}

#[test]
fn every_route_is_documented() {
    for (table, document) in [("src/http.rs", "docs/api.md"), ("src/admin.rs", "docs/operating.md")]
    {
        let headings = read(document);
        let headings = headings.lines().filter_map(|line| line.strip_prefix("### "));
        let is_route = |line: &&str| METHODS.iter().any(|it| line.starts_with(&it.to_uppercase()));
        let headings: BTreeSet<String> = headings.filter(is_route).map(str::to_owned).collect();
        let routes = named(&routes_in(&read(table)));
        let absent: Vec<_> = routes.difference(&headings).collect();
        assert!(absent.is_empty(), "{document}: a heading `### METHOD /path` for {absent:#?}");
        let gone: Vec<_> = headings.difference(&routes).collect();
        assert!(gone.is_empty(), "{document} describes what {table} does not have: {gone:#?}");
    }
}

/// The statuses that error tables name by a word.
const STATUSES: [(&str, u16); 18] = [
    ("BAD_REQUEST", 400),
    ("UNAUTHORIZED", 401),
    ("FORBIDDEN", 403),
    ("NOT_FOUND", 404),
    ("METHOD_NOT_ALLOWED", 405),
    ("NOT_ACCEPTABLE", 406),
    ("REQUEST_TIMEOUT", 408),
    ("CONFLICT", 409),
    ("GONE", 410),
    ("PAYLOAD_TOO_LARGE", 413),
    ("URI_TOO_LONG", 414),
    ("UNSUPPORTED_MEDIA_TYPE", 415),
    ("UNPROCESSABLE_ENTITY", 422),
    ("TOO_MANY_REQUESTS", 429),
    ("REQUEST_HEADER_FIELDS_TOO_LARGE", 431),
    ("INTERNAL_SERVER_ERROR", 500),
    ("SERVICE_UNAVAILABLE", 503),
    ("GATEWAY_TIMEOUT", 504),
];

/// `status summary` for every row of the door's table of errors.
fn errors() -> BTreeSet<String> {
    let table = read("src/http/promises/errors.rs");
    let rows: Vec<&str> = table.split("(S::").skip(1).collect();
    assert!(rows.len() > 30, "only {} rows were read", rows.len());
    let row = |text: &&str| {
        let (name, rest) = text.split_once(',').expect("a row has a status and a summary");
        let known = STATUSES.iter().find(|(known, _)| *known == name);
        let (_, status) = known.unwrap_or_else(|| panic!("S::{name}: add it to STATUSES"));
        let summary = rest.split('"').nth(1).expect("a summary stands in quotes");
        format!("{status} {summary}")
    };
    rows.iter().map(row).collect()
}

#[test]
fn every_error_is_documented() {
    let text = read("docs/errors.md");
    let mut described = BTreeSet::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, status, summary, ..] = cells[..] else { continue };
        let Some(summary) = summary.strip_prefix('`').and_then(|it| it.strip_suffix('`')) else {
            continue;
        };
        if status.parse::<u16>().is_ok() && !summary.contains('/') {
            described.insert(format!("{status} {summary}"));
        }
    }
    let errors = errors();
    let absent: Vec<_> = errors.difference(&described).collect();
    assert!(absent.is_empty(), "docs/errors.md: a row `| status | `summary` | …` for {absent:#?}");
    let gone: Vec<_> = described.difference(&errors).collect();
    assert!(gone.is_empty(), "docs/errors.md has what errors.rs does not answer: {gone:#?}");
}

/// What a document tells a reader to type is there: the subcommand, and its flags.
#[test]
fn commands_in_the_documents_exist() {
    let known = subcommands();
    let mut checked = 0;
    for path in ["README.md", "CONTRIBUTING.md", "docs/operating.md"] {
        let text = read(path);
        for line in text.lines() {
            let Some(typed) = typed(line) else { continue };
            let mut words = typed.split_whitespace();
            let Some(command) = words.next() else { continue };
            assert!(known.iter().any(|it| it == command), "{path}: there is no `certus {command}`");
            let mut known = vec![command];
            let mut help = help_of(&known);
            let verb = words.clone().next().filter(|word| !word.starts_with("--"));
            if let Some(verb) = verb.filter(|_| help.contains("Commands:")) {
                known.push(verb);
                help = help_of(&known);
                assert!(help.contains("Usage:"), "{path}: there is no `certus {command} {verb}`");
            }
            for flag in words.filter(|word| word.starts_with("--")) {
                let flag = flag.split('=').next().unwrap_or_default();
                assert!(help.contains(flag), "{path}: `certus {command}` has no {flag}");
            }
            checked += 1;
        }
    }
    assert!(checked >= 5, "only {checked} commands were found in the documents");
}

fn help_of(command: &[&str]) -> String {
    let help = run(&[command, &["--help"]].concat()).stdout;
    String::from_utf8(help).expect("help is text")
}

/// What stands behind the program's name, if a line runs it.
fn typed(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches("$ ");
    if let Some((_, rest)) = line.split_once("cargo run ") {
        let (_, rest) = rest.split_once("-- ")?;
        return Some(rest.split("   ").next().unwrap_or_default());
    }
    let program = line.split_once("certus ")?;
    let is_run = program.0.is_empty() || program.0.ends_with('/') || program.0.ends_with('`');
    let rest = program.1.split(['`', '|', '&', '#']).next().unwrap_or_default();
    is_run.then_some(rest.split("   ").next().unwrap_or_default())
}
