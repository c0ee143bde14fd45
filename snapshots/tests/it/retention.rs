//! D13: what may be dropped, and what a reader is told that comes too late.

use std::path::Path;

use snapshots::disk::{Dice, Disk, Fault, Sim};
use snapshots::journal::{Journal, Retention};
use snapshots::{Error, Lsn};

use crate::support::{append, dir, entry, open, read_all};

/// Nothing is too young and there is no budget: only followers hold segments back.
const ALL: Retention =
    Retention { followers_passed: Lsn(u64::MAX), older_than_ms: i64::MAX, keep_bytes: 0 };

fn filled(records: u64) -> (Sim, impl Journal) {
    let sim = Sim::new();
    let mut journal = open(&sim).unwrap();
    for n in 1..=records {
        append(&mut journal, n, 1);
    }
    (sim, journal)
}

fn segments(sim: &Sim) -> usize {
    let names = sim.list(Path::new(dir())).unwrap();
    names.iter().filter(|name| name.ends_with(".journal")).count()
}

/// D13: never a segment with a record that a follower has not passed.
#[test]
fn followers_hold_segments_back() {
    for passed in 0..=60 {
        let (_, journal) = filled(60);
        let archive = journal.archive();
        let limits = Retention { followers_passed: Lsn(passed), ..ALL };
        let oldest = archive.retire(limits).unwrap();
        assert!(oldest <= Lsn(passed).next(), "D13: {oldest} is the oldest, passed {passed}");
        let rest = read_all(&journal, oldest.before()).unwrap();
        assert_eq!(rest.first(), Some(&entry(oldest.0)));
        assert_eq!(rest.len() as u64, 60 - oldest.0 + 1, "D13: the newest stay");
    }
}

/// D13: young segments stay while the budget lasts, old ones go.
#[test]
fn segments_go_when_they_are_old_or_over_the_budget() {
    let (sim, journal) = filled(60);
    let archive = journal.archive();
    let before = segments(&sim);
    let young = Retention { older_than_ms: 0, keep_bytes: u64::MAX, ..ALL };
    assert_eq!(archive.retire(young).unwrap(), Lsn(1));
    assert_eq!(segments(&sim), before);

    let thirty = Retention { older_than_ms: entry(30).at_ms, keep_bytes: u64::MAX, ..ALL };
    let oldest = archive.retire(thirty).unwrap();
    assert!(Lsn(1) < oldest && oldest < Lsn(30), "{oldest}");
    assert!(segments(&sim) < before);

    let tight = Retention { older_than_ms: 0, keep_bytes: 8 << 10, ..ALL };
    let oldest = archive.retire(tight).unwrap();
    assert!(Lsn(30) < oldest, "{oldest}");
    assert_eq!(segments(&sim), 3, "two in the budget, and the one made ahead");
}

/// D12, D13: a reader that comes too late is told so, and one that was left behind as well.
#[test]
fn a_reader_of_what_is_gone_is_told_so() {
    let (_, journal) = filled(60);
    let mut behind = journal.read_from(Lsn::ZERO).unwrap();
    assert_eq!(behind.next().unwrap(), Some(entry(1)));
    let oldest = journal.archive().retire(ALL).unwrap();
    let late = read_all(&journal, Lsn(3)).err();
    let Some(Error::Gone { after: Lsn(3), oldest: told }) = late else { panic!("{late:?}") };
    assert_eq!(told, oldest);
    let left_behind = loop {
        match behind.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the reader jumped over what is gone"),
            Err(error) => break error,
        }
    };
    let Error::Gone { oldest: told, .. } = left_behind else { panic!("{left_behind:?}") };
    assert_eq!(told, oldest);
}

/// D4, D13: a cut at any call of the removal leaves a journal that opens, without a gap.
#[test]
fn a_cut_while_segments_are_dropped_leaves_no_gap() {
    let mut cuts = 0;
    loop {
        let (sim, mut journal) = filled(60);
        let archive = journal.archive();
        sim.plan(sim.calls().len() + cuts, Fault::Cut);
        if archive.retire(ALL).is_ok() {
            break;
        }
        assert!(journal.claim().is_err());
        for seed in 0..8 {
            let after = open(&sim.power_cut(&mut Dice::of(seed))).unwrap();
            let oldest = after.archive().oldest();
            let rest = read_all(&after, oldest.before()).unwrap();
            assert_eq!(rest.len() as u64, 60 - oldest.0 + 1);
        }
        cuts += 1;
    }
    assert!(cuts > 10, "{cuts}");
}

/// D13: a removal that fails is tried again before any other: what is left has no gap. One whose
/// sync failed is not, and then all stay.
#[test]
fn a_removal_that_fails_leaves_no_gap() {
    for (call, all_go_later) in [(0, true), (1, false)] {
        let (sim, mut journal) = filled(60);
        let archive = journal.archive();
        sim.plan(sim.calls().len() + call, Fault::Fail);
        archive.retire(ALL).unwrap_err();
        assert_eq!(archive.retire(ALL).is_ok(), all_go_later);
        append(&mut journal, 61, 1);
        let oldest = archive.oldest();
        for after in [sim.kill(), sim.power_cut(&mut Dice::of(1))] {
            let again = open(&after).unwrap();
            assert!(again.archive().oldest() <= oldest);
            let rest = read_all(&again, oldest.before()).unwrap();
            assert_eq!(rest.len() as u64, 61 - oldest.0 + 1);
        }
    }
}
