//! T4: power is cut at every call of the disk, and again at every call of the recovery.
//!
//! Of what was not synced every sector is old, new, zero or garbage. What recovery finds must be a
//! prefix that holds all that was answered; a second cut must not change it.

use std::path::Path;
use std::sync::Arc;

use snapshots::disk::{Call, Dice, Disk, Fault, Sim};
use snapshots::journal::verify;

use crate::support::{Told, append, budget, dir, open, play, prefix, seed, segment};

/// At most three commits each; `m` is an idle writer. The last ones begin new segments.
const WORKLOADS: [&str; 8] = ["1", "3", "1m2", "211", "3m1", "34", "443", "4m44"];

/// What was seen, so that a run in which nothing happened fails.
#[derive(Debug, Default)]
struct Seen {
    states: usize,
    torn: usize,
    answered: usize,
    shortened: usize,
    second_cuts: usize,
}

/// D1, D2, D3, D4: at every cut, and at every cut of the recovery from it.
#[test]
fn a_cut_at_any_call_loses_nothing_that_was_answered() {
    let first_seed = seed();
    let seeds = budget(2, 24, 400);
    let mut seen = Seen::default();
    for steps in WORKLOADS {
        for call in 0..calls_of(steps) {
            for n in 0..seeds {
                let mut dice = Dice::of(first_seed << 32 | (call as u64) << 16 | n);
                cut_at(steps, call, &mut dice, &mut seen);
            }
        }
    }
    println!("{seen:?}");
    let first_cuts = seen.states - seen.second_cuts;
    assert!(seen.states >= 2_000 * seeds as usize, "too few states: {seen:?}");
    assert!(seen.torn > first_cuts / 20, "too few torn tails: {seen:?}");
    assert!(seen.answered > first_cuts / 10, "too few answers: {seen:?}");
    assert!(seen.shortened > first_cuts / 10, "too few cuts took anything: {seen:?}");
}

fn calls_of(steps: &str) -> usize {
    calls(steps).len()
}

fn calls(steps: &str) -> Vec<Call> {
    let sim = Sim::new();
    play(&sim, steps, &Told::default()).unwrap();
    sim.calls()
}

fn last_call(name: &str, file: &Path, steps: &str) -> usize {
    let is_it = |call: &Call| call.name == name && call.path == file;
    calls(steps).iter().rposition(is_it).unwrap()
}

fn cut_at(steps: &str, call: usize, dice: &mut Dice, seen: &mut Seen) {
    let (sim, told) = (Sim::new(), Told::default());
    sim.plan(call, Fault::Cut);
    let played = play(&sim, steps, &told);
    assert!(played.is_err(), "call {call} of {steps} was never made");
    let left = sim.power_cut(dice);

    let probe = left.kill();
    let disk: Arc<dyn Disk> = Arc::new(probe.clone());
    if verify(&disk, dir()).is_ok_and(|report| report.torn.is_some()) {
        seen.torn += 1;
    }
    let before = probe.calls().len();
    let found = recover(&probe, &told);
    let calls = probe.calls().len() - before;
    seen.states += 1;
    seen.answered += usize::from(!told.lsns().is_empty());
    let appended: u64 = steps.chars().filter_map(|step| step.to_digit(10)).map(u64::from).sum();
    seen.shortened += usize::from(found < appended);

    for second in 0..calls {
        let again = left.kill();
        again.plan(second, Fault::Cut);
        assert!(open(&again).is_err() || second > 0, "the second cut came too late");
        let found_again = recover(&again.power_cut(dice), &told);
        assert_eq!(found_again, found, "D4: {steps}, cut at {call}, then at {second}");
        seen.states += 1;
        seen.second_cuts += 1;
    }
}

/// Opens what a cut left, checks it, and shows that it can be written on: one more record, another
/// cut, all still there. Answers with how many records there were before.
fn recover(left: &Sim, told: &Told) -> u64 {
    let mut journal = open(left).unwrap_or_else(|error| panic!("{error}"));
    let found = prefix(&journal);
    assert!(found >= told.last(), "D1: {} was answered, {found} is the last", told.last());
    append(&mut journal, found + 1, 1);
    drop(journal);
    let after = open(&left.power_cut(&mut Dice::of(found))).unwrap();
    assert_eq!(prefix(&after), found + 1, "D1: written after the recovery");
    found
}

/// D1, D3: a process that is killed leaves what it wrote to the system; what a recovery then kept
/// is on the disk before anybody hears of it, so a cut right after takes none of it.
#[test]
fn what_a_recovery_kept_survives_a_cut_right_after() {
    let first_seed = seed();
    let mut recovered = 0;
    for steps in WORKLOADS {
        for call in 0..calls_of(steps) {
            let (sim, told) = (Sim::new(), Told::default());
            sim.plan(call, Fault::Cut);
            assert!(play(&sim, steps, &told).is_err());
            let left = sim.kill();
            let kept = prefix(&open(&left).unwrap());
            assert!(kept >= told.last(), "D1: {steps}, killed at {call}");
            let mut dice = Dice::of(first_seed + call as u64);
            assert_eq!(prefix(&open(&left.power_cut(&mut dice)).unwrap()), kept);
            recovered += 1;
        }
    }
    println!("{recovered} kills");
    assert!(recovered > 100);
}

/// D2, D4: a torn batch that began a segment is cut for good, although what follows still fits into
/// the segment before and nothing is written where it stood: a later cut does not bring it back.
#[test]
fn a_torn_batch_in_the_next_segment_never_comes_back() {
    let first_seed = seed();
    let sync = last_call("fdatasync", &segment(2), "111m4");
    let (mut torn, mut seeds) = (0, 0);
    while seeds < budget(400, 4_000, 40_000) {
        seeds += 1;
        let (sim, told) = (Sim::new(), Told::default());
        sim.plan(sync, Fault::Cut);
        assert!(play(&sim, "111m4", &told).is_err());
        let mut dice = Dice::of(first_seed + seeds);
        let left = sim.power_cut(&mut dice);
        let mut journal = open(&left).unwrap();
        let found = prefix(&journal);
        assert!((3..=7).contains(&found), "{found}");
        torn += usize::from(found < 7);
        append(&mut journal, found + 1, 1);
        drop(journal);
        let after = open(&left.power_cut(&mut dice)).unwrap();
        assert_eq!(prefix(&after), found + 1, "seed {seeds}");
    }
    assert!(torn > 100, "only {torn} of {seeds} were torn");
}
