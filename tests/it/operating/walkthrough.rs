//! The documents' examples, typed into a shell, against a server with the demo's stores.

use std::process::{Command, Output};

use super::*;

/// What comes before a document's lines: the first request that fails ends the script.
const PREAMBLE: &str = "set -euo pipefail\ncurl() { command curl --fail-with-body -sS \"$@\"; }\n";

/// The document's shell blocks that ask a server, as one script against this address.
fn script(document: &str, address: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = std::fs::read_to_string(path).expect("the document is there");
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|it| it.strip_prefix("sh\n"));
    let asking: Vec<&str> = blocks.filter(|block| block.contains("curl ")).collect();
    assert!(asking.len() >= 4, "{document} has only {} examples", asking.len());
    PREAMBLE.to_owned() + &asking.concat().replace("127.0.0.1:8080", address)
}

/// What a shell makes of it, on a server of its own; None if there is no shell or no curl.
async fn typed(document: &str) -> Option<Output> {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("not run: there is no curl");
        return None;
    }
    let dir = tempfile::tempdir().expect("there is room");
    let program = Program::serve(&dir.path().join("data"), &["--demo"]).await;
    let script = script(document, &program.http.address().to_string());
    let output = Command::new("bash").args(["-c", &script]).output().expect("there is a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{document}: {failed}\n{said}");
    Some(output)
}

#[actix_web::test]
async fn the_first_promise_of_the_readme_works_as_it_is_told() {
    let Some(output) = typed("README.md").await else { return };
    let said = String::from_utf8(output.stdout).expect("it is text");
    let mut rest = said.as_str();
    for part in [
        "\"facilityName\":\"Store Köln\"",
        "\"quantity\":2,\"available\":20",
        "\"quantity\":1,\"available\":5",
        "\"status\":\"PROMISED\"",
        "\"version\":2",
        "\"status\":\"OPEN\"",
        "\"status\":\"CANCELLED\"",
        "\"stockSummaries\"",
    ] {
        let Some((_, after)) = rest.split_once(part) else { panic!("{part} is missing in {rest}") };
        rest = after;
    }
}

#[actix_web::test]
async fn every_example_of_the_api_is_answered() {
    let Some(output) = typed("docs/api.md").await else { return };
    let said = String::from_utf8(output.stdout).expect("it is text");
    assert!(said.contains("HTTP/1.1 201 Created"), "{said}");
    assert!(said.contains("certus-outcome: held"), "{said}");
    assert!(said.contains("\"status\":\"CANCELLED\""), "{said}");
}
