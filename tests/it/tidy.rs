//! The house rules. A failure says what to do.
//!
//! They read the tree as it is checked out, so they need neither a server nor a clock.

pub(crate) mod documents;
pub(crate) mod tree;

use std::collections::BTreeSet;

use tree::{Source, manifest, read, sources};

/// What a folder may use. Nothing here does I/O, reads a clock or draws a number, but for the keys
/// of maps that are only looked up.
const WORKFLOW_MAY_USE: [&str; 9] = [
    "chrono",
    "foldhash",
    "jiff",
    "rustc-hash",
    "serde",
    "smallvec",
    "smol_str",
    "thiserror",
    "uuid",
];
/// What the memory may use besides.
const SNAPSHOTS_MAY_USE: [&str; 8] =
    ["crc32c", "parking_lot", "postcard", "rustix", "sled", "tracing", "workflow", "zstd"];
/// What the waiting room may use besides.
const ACTORS_MAY_USE: [&str; 8] =
    ["actix", "actix-rt", "futures-util", "lettre", "minijinja", "reqwest", "snapshots", "tokio"];

/// The page with an id for each thing that always holds.
const INVARIANTS: &str = "docs/invariants.md";

const LINES_MAX: usize = 500;
const LINES_OF_MAIN_MAX: usize = 40;

fn extra(folder: &str, allowed: &[&[&'static str]]) -> Vec<String> {
    let allowed: BTreeSet<&str> = allowed.iter().copied().flatten().copied().collect();
    let used = manifest(&format!("{folder}/Cargo.toml"), "dependencies");
    used.into_iter().filter(|name| !allowed.contains(name.as_str())).collect()
}

#[test]
fn the_core_stays_pure() {
    let extra = extra("workflow", &[&WORKFLOW_MAY_USE]);
    assert!(
        extra.is_empty(),
        "workflow/ may not use {extra:?}: it has no I/O, no clock and no chance (P4, F6); move \
         the code that needs it to actors/, snapshots/ or src/"
    );
    for forbidden in ["features = [\"clock\"", "\"now\"", "\"v4\"", "\"std-clock\""] {
        let text = read("workflow/Cargo.toml");
        assert!(!text.contains(forbidden), "workflow/Cargo.toml asks for {forbidden}");
    }
}

#[test]
fn the_memory_and_the_waiting_room_use_what_is_theirs() {
    let snapshots = extra("snapshots", &[&WORKFLOW_MAY_USE, &SNAPSHOTS_MAY_USE]);
    assert!(
        snapshots.is_empty(),
        "snapshots/ may not use {snapshots:?}: it knows bytes, no actor and no HTTP; move the \
         code, or argue for the crate and add it to the list in tests/it/tidy.rs"
    );
    let actors = extra("actors", &[&WORKFLOW_MAY_USE, &SNAPSHOTS_MAY_USE, &ACTORS_MAY_USE]);
    assert!(
        actors.is_empty(),
        "actors/ may not use {actors:?}: move the code to src/, or argue for the crate and add \
         it to the list in tests/it/tidy.rs"
    );
}

#[test]
fn dependencies_run_one_way() {
    // src -> actors -> snapshots -> workflow
    for (folder, above) in [
        ("workflow", &["snapshots", "actors", "certus"][..]),
        ("snapshots", &["actors", "certus"]),
        ("actors", &["certus"]),
    ] {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let used = manifest(&format!("{folder}/Cargo.toml"), section);
            let up: Vec<_> = used.iter().filter(|name| above.contains(&name.as_str())).collect();
            assert!(up.is_empty(), "{folder}/ depends on {up:?}, which is above it: turn it round");
        }
    }
}

/// F5: an actor that panicked has lost its state, so the process goes with it.
#[test]
fn a_panic_is_a_stop_in_what_is_shipped() {
    let manifest = tree::toml("Cargo.toml");
    let panic = manifest["profile"]["release"]["panic"].as_str();
    assert_eq!(panic, Some("abort"), "[profile.release] must have panic = \"abort\" (F5)");
}

/// What may stand before the key of a map with a fixed hash: ids that the server made itself.
const OUR_IDS: [&str; 3] = ["OrderId,", "LocationId,", "(LocationId, StockId),"];

/// Whoever chooses what goes into a map with a fixed hash can make all of it collide.
#[test]
fn nothing_from_outside_goes_into_a_fixed_hash() {
    let mut maps = 0;
    for Source { path, text } in sources().iter().filter(|it| !it.path.starts_with("tests/")) {
        for line in text.lines() {
            let uses = ["rustc_hash::FxHashMap;", "FxHashMap::default()"];
            let has_one = ["FxHash", "FxBuild", "rustc_hash", "FixedState"];
            let is_one = has_one.iter().any(|word| line.contains(word));
            if !is_one || uses.iter().any(|known| line.ends_with(known)) {
                continue;
            }
            let key = line.split_once("FxHashMap<").map(|(_, key)| key);
            let is_ours = key.is_some_and(|key| OUR_IDS.iter().any(|id| key.starts_with(id)));
            maps += usize::from(is_ours);
            assert!(
                is_ours,
                "{path}: `{}` may be made to collide: use a BTreeMap or a randomly keyed map, or \
                 add its key to OUR_IDS if only the server makes such keys",
                line.trim()
            );
        }
    }
    assert!(maps > 0, "no map has a fixed hash: delete this rule");
}

#[test]
fn files_stay_short() {
    for Source { path, text } in sources() {
        let (count, max) = match path.ends_with("main.rs") {
            true => (text.lines().count(), LINES_OF_MAIN_MAX),
            false => (text.lines().count(), LINES_MAX),
        };
        assert!(
            count <= max,
            "{path} has {count} lines, at most {max} are allowed: split it by noun, a second \
             type, never by layer"
        );
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for Source { path, text } in sources() {
        assert!(text.starts_with("//! "), "{path}: begin with `//! One sentence: what this owns`");
    }
}

#[test]
fn names_say_what_is_inside() {
    for Source { path, .. } in sources() {
        for part in path.split('/') {
            let name = part.trim_end_matches(".rs");
            assert!(
                !["utils", "util", "common", "misc", "manager", "helpers", "mod"].contains(&name),
                "{path}: a file is named after a noun of the domain, not `{name}`"
            );
        }
    }
}

/// The ids of the invariants: what begins a row of the page.
fn invariants() -> BTreeSet<String> {
    let page = read(INVARIANTS);
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next());
    let ids: BTreeSet<String> = rows.filter(|word| is_id(word)).map(str::to_owned).collect();
    assert!(ids.len() > 40, "{INVARIANTS} has only {ids:?}");
    ids
}

/// A letter of a part of the page, and a number.
fn is_id(word: &str) -> bool {
    let number = word.strip_prefix(['S', 'P', 'D', 'K', 'M', 'F']);
    number.is_some_and(|it| it.len() <= 2 && it.parse::<u8>().is_ok())
}

#[test]
fn every_id_is_explained() {
    let known = invariants();
    let pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let found = [".rs", ".md", ".txt"].into_iter().flat_map(tree::files);
    for path in found.chain(pages.map(str::to_owned)) {
        // The rules would find their own words, and the page says which id is not in use.
        if path.starts_with("tests/it/tidy") || path == INVARIANTS {
            continue;
        }
        let text = [read(&path)];
        assert!(
            !text[0].contains("decision D"),
            "{path}: a decision is named by its page's number"
        );
        for id in tree::words(&text).into_iter().filter(|word| is_id(word)) {
            assert!(known.contains(id), "{path} cites {id}, which {INVARIANTS} does not explain");
        }
    }
}

#[test]
fn every_invariant_has_a_test() {
    let tests: Vec<String> = sources().iter().filter_map(tree::tests_in).collect();
    let stories = tree::files(".txt").into_iter().map(|path| read(&path));
    let all: Vec<String> = tests.into_iter().chain(stories).collect();
    let cited = tree::words(&all);
    for id in invariants() {
        assert!(
            cited.contains(id.as_str()),
            "no test cites {id}: write one that fails when it is broken, and cite the id there"
        );
    }
}

#[test]
fn every_released_format_has_golden_bytes() {
    let versions = tree::names("snapshots/src/codec").into_iter();
    let versions = versions.filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned()));
    let is_version =
        |name: &String| name.strip_prefix('v').is_some_and(|it| it.parse::<u8>().is_ok());
    let versions: BTreeSet<String> = versions.filter(is_version).collect();
    let golden: BTreeSet<String> = tree::names("snapshots/fixtures").into_iter().collect();
    assert!(!versions.is_empty(), "there is no format in snapshots/src/codec");
    assert_eq!(versions, golden, "each vN.rs of snapshots/src/codec has snapshots/fixtures/vN");
    for version in &versions {
        let files = tree::names(&format!("snapshots/fixtures/{version}"));
        assert!(
            files.iter().any(|name| name.ends_with(".journal"))
                && !tree::names(&format!("snapshots/fixtures/{version}/record")).is_empty(),
            "snapshots/fixtures/{version} needs a whole journal and one record of each kind"
        );
    }
}

#[test]
fn nothing_is_left_over() {
    // In two parts, or this file would be left over itself.
    let unfinished = [
        ("tod", "o!("),
        ("unimplemen", "ted!("),
        ("db", "g!("),
        ("FIX", "ME"),
        ("TO", "DO:"),
        ("#[igno", "re"),       // a test runs, or prints `not run`
        ("#[should", "_panic"), // `let … else { panic! }` says what was seen
    ];
    for Source { path, text } in sources() {
        for (at, line) in (1..).zip(text.lines()) {
            for (front, back) in unfinished {
                let word = format!("{front}{back}");
                assert!(!line.contains(&word), "{path}:{at} has `{word}`: finish it");
            }
            assert!(
                !is_commented_out(line),
                "{path}:{at} looks like code in a comment: delete it, the history has it"
            );
        }
    }
    let empty = tree::empty_folders();
    assert!(empty.is_empty(), "these folders are empty: {empty:?}");
}

/// A plain comment that ends or begins like a statement.
fn is_commented_out(line: &str) -> bool {
    let Some(said) = line.trim_start().strip_prefix("// ") else { return false };
    let begins = ["let ", "fn ", "pub ", "use ", "if ", "for ", "match ", "assert", "#["];
    said.ends_with(';')
        || (said.ends_with(['{', '}', ')']) && begins.iter().any(|word| said.starts_with(word)))
}

#[test]
fn code_in_a_comment_is_told_from_a_sentence() {
    for code in ["    // let x = 1;", "// use a::b;", "// if x {", "// assert_eq!(a, b)", "// a();"]
    {
        assert!(is_commented_out(code), "{code}");
    }
    for sentence in ["// let it be", "/// let x = 1;", "x(); // done", "// nothing (so far)"] {
        assert!(!is_commented_out(sentence), "{sentence}");
    }
}
