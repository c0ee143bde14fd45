//! What kinds are called is what receivers were told.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// A row for each kind: its name, those in the encoding `fft`, that in `partssource`;
/// `-` for none.
const NAMES: &str = include_str!("names.txt");
const DOCUMENT: &str = include_str!("../../../docs/api.md");

#[test]
fn every_kind_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        assert_eq!(Kind::named(kind.name()), Some(kind));
    }
    assert_eq!(Kind::named("order.lost"), None);
}

/// Whoever filters by a name or subscribes to it goes on being told. A new kind adds its row; a row
/// that is there never changes.
#[test]
fn no_name_ever_changes() {
    let row = |kind: &Kind| {
        let fft = if kind.fft().is_empty() { "-".to_owned() } else { kind.fft().join(" ") };
        format!("{} | {fft} | {}", kind.name(), kind.partssource().unwrap_or("-"))
    };
    let rows: BTreeSet<String> = Kind::ALL.iter().map(row).collect();
    let known: BTreeSet<String> = NAMES.lines().map(str::to_owned).collect();
    let gone: Vec<_> = known.difference(&rows).collect();
    assert!(gone.is_empty(), "receivers know {gone:#?}");
    let new: Vec<_> = rows.difference(&known).collect();
    assert!(new.is_empty(), "src/feed/kind/names.txt: add {new:#?}");
}

/// The events of a subscription, each with the kinds that it tells.
type Events = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_document_has_every_event_and_every_kind() {
    let (mut fft, mut parts) = (Events::new(), Events::new());
    for kind in Kind::ALL {
        for event in kind.fft() {
            fft.entry((*event).to_owned()).or_default().insert(kind.name().to_owned());
        }
        if let Some(event) = kind.partssource() {
            parts.entry(event.to_owned()).or_default().insert(kind.name().to_owned());
        }
    }
    let (mut told, mut told_parts, mut named) = (Events::new(), Events::new(), BTreeSet::new());
    for (event, kinds) in rows_of_the_document() {
        if let Some(event) = event.strip_prefix("with `partssource`: ") {
            told_parts.insert(words(event, '.').concat(), words(kinds, '.').into_iter().collect());
        } else if let Some(list) = event.strip_prefix("a kind of the feed: ") {
            named.extend(words(list, '.'));
        } else {
            let (events, kinds) = (words(event, '_'), words(kinds, '.'));
            named.extend(kinds.clone());
            if let [one] = &events[..] {
                told.insert(one.clone(), kinds.into_iter().collect());
                continue;
            }
            assert_eq!(events.len(), kinds.len(), "{event}: a kind for each event");
            told.extend(events.into_iter().zip(kinds.into_iter().map(|kind| [kind].into())));
        }
    }
    assert_eq!(told, fft);
    assert_eq!(told_parts, parts);
    let all = Kind::ALL.iter().map(|kind| kind.name().to_owned());
    assert_eq!(named, all.collect::<BTreeSet<String>>());
}

/// The two cells of each row of the table; what stands behind `:` or `;` in the second explains.
fn rows_of_the_document() -> Vec<(&'static str, &'static str)> {
    let (_, table) = DOCUMENT
        .split_once("| event | kinds of the feed that it tells |\n| --- | --- |\n")
        .expect("the table is there");
    let rows = table.lines().map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = rows.map(|row| row.split_once(" | ").expect("a row has two cells"));
    let rows = cells.map(|(event, kinds)| (event, kinds.split([':', ';']).next().unwrap_or("")));
    rows.filter(|(event, _)| *event != "`*`").collect()
}

/// What stands in backquotes. One that begins with `part` replaces the last part of the one before
/// that has all its parts: `ORDER_CREATED`, `_DELETED`.
fn words(text: &str, part: char) -> Vec<String> {
    let mut whole = "";
    let quoted = text.split('`').skip(1).step_by(2);
    let word = quoted.map(|word| {
        if !word.starts_with(part) {
            whole = word;
            return word.to_owned();
        }
        let (stem, _) = whole.rsplit_once(part).expect("a whole word stands before its variants");
        format!("{stem}{word}")
    });
    word.collect()
}
