//! The checked-out tree, as the house rules read it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file of Rust, with its path from the root.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

/// What holds code of ours, or documents. Everything else is made by somebody else.
const FOLDERS: [&str; 7] =
    ["actors", "docs", "fuzz/targets", "snapshots", "src", "tests", "workflow"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
pub(super) fn toml(path: &str) -> toml::Table {
    read(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names in a section of a manifest.
#[track_caller]
pub(super) fn manifest(path: &str, section: &str) -> Vec<String> {
    let manifest = toml(path);
    let section = manifest.get(section).and_then(toml::Value::as_table);
    section.map(|it| it.keys().cloned().collect()).unwrap_or_default()
}

/// Every file of Rust.
pub(super) fn sources() -> Vec<Source> {
    let found = files(".rs");
    assert!(found.len() > 100, "only {} files of Rust were found", found.len());
    found.into_iter().map(|path| Source { text: read(&path), path }).collect()
}

/// Every file with this ending, in the order of its path.
pub(super) fn files(ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        walk(&root().join(folder), &mut |path, _| {
            if path.ends_with(ending) {
                found.push(path);
            }
        });
    }
    found.sort();
    found
}

/// Folders with nothing in them.
pub(super) fn empty_folders() -> Vec<String> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        walk(&root().join(folder), &mut |path, is_empty| {
            if is_empty {
                found.push(path);
            }
        });
    }
    found
}

/// The names of what a folder holds.
#[track_caller]
pub(super) fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder));
    let entries = entries.unwrap_or_else(|error| panic!("{folder}: {error}"));
    let name =
        |entry: std::io::Result<std::fs::DirEntry>| entry.expect("it is readable").file_name();
    entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect()
}

/// The part of a file that is tests: all of a file of tests, else what follows `cfg(test)`. The
/// house rules themselves test no invariant.
pub(super) fn tests_in(source: &Source) -> Option<String> {
    let Source { path, text } = source;
    if path.starts_with("tests/it/tidy") {
        // F5 alone is a matter of the manifest.
        return text.contains("fn a_panic_is_a_stop").then(|| "F5".to_owned());
    }
    if path.contains("/tests") || path.starts_with("tests/") || path.ends_with("/golden.rs") {
        return Some(text.clone());
    }
    let begin = text.find("#[cfg(test)]\nmod tests {")?;
    Some(text[begin..].to_owned())
}

/// All words: letters and digits in a row.
pub(super) fn words(texts: &[String]) -> BTreeSet<&str> {
    texts.iter().flat_map(|text| text.split(|it: char| !it.is_ascii_alphanumeric())).collect()
}

/// Calls `each` for every file, and for every folder with whether it is empty.
fn walk(at: &Path, each: &mut impl FnMut(String, bool)) {
    let Ok(entries) = std::fs::read_dir(at) else { return };
    let mut count = 0;
    for entry in entries {
        let path = entry.expect("it is readable").path();
        count += 1;
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                walk(&path, each);
            }
        } else {
            each(from_root(&path), false);
        }
    }
    if count == 0 {
        each(from_root(at), true);
    }
}

fn from_root(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("it is below the root");
    path.to_string_lossy().into_owned()
}
