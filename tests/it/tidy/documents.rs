//! The documents say what the program does.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::read;
use crate::support::run;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// `METHOD /path` for every row of the route table.
fn routes() -> BTreeSet<String> {
    let table = read("src/http.rs");
    let mut paths: BTreeMap<String, String> = BTreeMap::new(); // the name of a row, its path
    let mut found = BTreeSet::new();
    let statements = table.split(".service(").flat_map(|part| part.split(';'));
    for statement in statements.map(str::trim) {
        let named = statement.rsplit_once("let ").and_then(|(_, rest)| rest.split_once(" = "));
        let path = statement.split_once("at(\"").and_then(|(_, rest)| rest.split_once('"'));
        let path = match (path, named) {
            (Some((path, _)), Some((name, _))) => {
                paths.insert(name.to_owned(), path.to_owned());
                path.to_owned()
            }
            (Some((path, _)), None) => path.to_owned(),
            (None, _) => {
                let name = statement.split(['.', ')']).next().unwrap_or_default();
                let Some(path) = paths.get(name) else { continue };
                path.clone()
            }
        };
        for method in METHODS {
            if statement.contains(&format!(".{method}(")) {
                found.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found
}

#[test]
fn the_route_table_is_read_whole() {
    let (table, routes) = (read("src/http.rs"), routes());
    let paths = routes.iter().filter_map(|route| Some(route.split_once(' ')?.1));
    let paths: BTreeSet<&str> = paths.collect();
    assert_eq!(paths.len(), table.matches("at(\"/").count(), "{paths:#?}");
    for known in ["PUT /api/configurations/promises", "DELETE /api/stocks/{id}"] {
        assert!(routes.contains(known), "{known} is missing in {routes:#?}");
    }
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
