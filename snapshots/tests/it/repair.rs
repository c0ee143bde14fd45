//! Going on past damage, because an operator says so: what is kept is a row of records, what is not
//! stays aside byte for byte, and a crash in between leaves a journal that still refuses.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use snapshots::disk::{Dice, Disk, Fault, Sim};
use snapshots::journal::{Journal, Readable, Salvage, verify};
use snapshots::{Error, Lsn};

use crate::support::{
    append, append_mark, budget, dir, entry, open, prefix, read_all, seed, segment,
};

const RECORDS: u64 = 24;

fn disk(sim: &Sim) -> Arc<dyn Disk> {
    Arc::new(sim.clone())
}

/// Several small segments, batches of different sizes, a closing mark.
fn long_journal() -> Sim {
    let sim = Sim::new();
    let mut journal = open(&sim).unwrap();
    let mut next = 1;
    for records in [2, 1, 3, 1, 1, 2].into_iter().cycle() {
        let records = records.min(RECORDS + 1 - next);
        append(&mut journal, next, records);
        next += records;
        if next > RECORDS {
            break;
        }
    }
    append_mark(&mut journal);
    drop(journal);
    assert!(sim.bytes(&segment(4)).is_some(), "there are several segments");
    sim
}

/// Where a record stands.
fn place_of(sim: &Sim, lsn: u64) -> (PathBuf, u64) {
    for number in 1.. {
        let file = segment(number);
        let bytes = sim.bytes(&file).unwrap_or_else(|| panic!("{lsn} is nowhere"));
        let is_it = |at: &usize| {
            &bytes[at + 4..at + 8] == b"Crec" && bytes[at + 16..at + 24] == lsn.to_le_bytes()
        };
        if let Some(at) = (512..bytes.len() - 40).step_by(8).find(is_it) {
            return (file, at as u64);
        }
    }
    unreachable!("numbers do not end")
}

/// A journal whose record `lsn` is not what was written.
fn damaged_at(lsn: u64) -> Sim {
    let sim = long_journal();
    let (file, at) = place_of(&sim, lsn);
    sim.damage(&file, at + 2, |byte| !byte);
    sim
}

fn salvage(sim: &Sim) -> Salvage {
    Salvage::open(disk(sim), dir()).unwrap().expect("it is damaged")
}

/// What can be read, and the last record that was durable once.
fn readable(salvage: &Salvage) -> (BTreeMap<u64, Readable>, Lsn) {
    let mut found = BTreeMap::new();
    let last = salvage.read(&mut |it| drop(found.insert(it.entry.lsn.0, it))).unwrap();
    (found, last)
}

/// Every record but the damaged one is handed out, and the damage is told as `verify` does.
#[test]
fn all_that_can_be_read_is_handed_out() {
    for lsn in 1..=RECORDS {
        let sim = damaged_at(lsn);
        let salvage = salvage(&sim);
        let Error::Damaged { lsn: named, .. } = salvage.damage() else { panic!("it is damage") };
        assert_eq!(named, &Lsn(lsn));
        let (found, last) = readable(&salvage);
        assert_eq!(last, Lsn(RECORDS), "{lsn} is damaged");
        assert!(found.keys().copied().eq((1..=RECORDS).filter(|&n| n != lsn)), "{lsn}: {found:?}");
        assert!(found.iter().all(|(&n, it)| it.entry == entry(n)));
    }
}

/// D2, D7, D15: what is left is the records before the damage, on a timeline of its own; it
/// verifies, is written on, and nothing of what was behind comes back.
#[test]
fn what_is_lost_is_all_behind_the_damage() {
    for lsn in 1..=RECORDS {
        let sim = damaged_at(lsn);
        let salvage = salvage(&sim);
        let (found, _) = readable(&salvage);
        salvage.lose_after(found.get(&(lsn - 1)), &[]).unwrap();
        let report = verify(&disk(&sim), dir()).unwrap();
        assert_eq!((report.last, &report.torn, report.marks_damaged), (Lsn(lsn - 1), &None, 0));
        let mut journal = open(&sim).unwrap();
        assert_eq!(prefix(&journal), lsn - 1);
        assert_eq!(journal.claim().unwrap().timeline, 2, "D15: another history");
        append(&mut journal, lsn, 3);
        drop(journal);
        let journal = open(&sim.power_cut(&mut Dice::of(lsn))).unwrap();
        let read = read_all(&journal, Lsn::ZERO).unwrap();
        let timelines = read.iter().map(|entry| entry.timeline);
        assert!(timelines.eq((1..=lsn + 2).map(|n| if n < lsn { 1 } else { 2 })));
    }
}

/// D5, D7: with the state up to a record behind the damage, all records after it are kept as they
/// are, on the same timeline.
#[test]
fn what_a_snapshot_has_passed_can_be_forgotten() {
    for lsn in 1..=RECORDS {
        for last in lsn + 1..=RECORDS {
            let sim = damaged_at(lsn);
            let salvage = salvage(&sim);
            let (found, _) = readable(&salvage);
            salvage.forget_through(&found[&last]).unwrap();
            let mut journal = open(&sim).unwrap();
            assert_eq!(journal.archive().oldest(), Lsn(last + 1), "{lsn} is damaged");
            let kept = read_all(&journal, Lsn(last)).unwrap();
            assert!(kept.into_iter().eq((last + 1..=RECORDS).map(entry)), "{lsn}, {last}");
            assert_eq!(journal.claim().unwrap().timeline, 1);
            append(&mut journal, RECORDS + 1, 2);
            let before = journal.read_from(Lsn(last - 1)).err();
            let Some(Error::Gone { oldest, .. }) = before else { panic!("{before:?}") };
            assert_eq!(oldest, Lsn(last + 1));
        }
    }
}

/// A second damage behind the snapshot is not forgotten with the first.
#[test]
fn damage_that_was_not_meant_still_refuses() {
    let sim = damaged_at(5);
    let (file, at) = place_of(&sim, 15);
    sim.damage(&file, at + 2, |byte| !byte);
    let first = salvage(&sim);
    let (found, _) = readable(&first);
    first.forget_through(&found[&9]).unwrap();
    let opened = open(&sim).err();
    let Some(Error::Damaged { lsn: Lsn(15), .. }) = opened else { panic!("{opened:?}") };
    let second = salvage(&sim);
    let (found, last) = readable(&second);
    assert_eq!(last, Lsn(RECORDS));
    assert!(found.keys().copied().eq((10..=RECORDS).filter(|&n| n != 15)));
    second.lose_after(found.get(&14), &[]).unwrap();
    let journal = open(&sim).unwrap();
    assert!(read_all(&journal, Lsn(9)).unwrap().into_iter().eq((10..15).map(entry)));
}

/// A head that is wrong, a file that is cut short or gone: what stands in the others is kept.
#[test]
fn files_that_are_not_segments_any_more_are_damage() {
    let healthy = long_journal();
    let first_of_3 = (1..).find(|&n| place_of(&healthy, n).0 == segment(3)).unwrap();

    let sim = healthy.kill();
    sim.damage(&segment(2), 9, |_| 0);
    sim.damage(&segment(2), 0, |_| b'X');
    let head = salvage(&sim);
    let (found, _) = readable(&head);
    assert_eq!(found.len() as u64, RECORDS, "only the head is wrong");
    head.lose_after(found.get(&RECORDS), &[]).unwrap();
    assert_eq!(prefix(&open(&sim).unwrap()), RECORDS, "nothing was lost");

    let sim = healthy.kill();
    sim.remove(&segment(3)).unwrap();
    sim.sync_dir(dir()).unwrap();
    let gone = salvage(&sim);
    let (found, _) = readable(&gone);
    gone.lose_after(found.get(&(first_of_3 - 1)), &[]).unwrap();
    assert_eq!(prefix(&open(&sim).unwrap()), first_of_3 - 1);
}

/// D7: whatever bit is wrong, a journal that refuses can be brought to go on with what stands
/// before it; a format that is not known is left to who knows it.
#[test]
fn every_flipped_bit_that_refuses_can_be_repaired() {
    let sim = long_journal();
    let (mut repaired, mut kept) = (0, 0);
    for number in 1..=4 {
        let bytes = sim.bytes(&segment(number)).unwrap();
        let end = bytes.iter().rposition(|&byte| byte != 0).unwrap() as u64;
        for offset in (0..=end).step_by(budget(5, 1, 1)) {
            let left = sim.kill();
            left.damage(&segment(number), offset, |byte| byte ^ (1 << (offset % 8)));
            let salvage = match Salvage::open(disk(&left), dir()) {
                Ok(Some(salvage)) => salvage,
                Ok(None) | Err(Error::UnknownFormat { .. }) => continue,
                Err(error) => panic!("byte {offset} of {number}: {error}"),
            };
            let (found, _) = readable(&salvage);
            let before = (1..).take_while(|lsn| found.contains_key(lsn)).last();
            salvage.lose_after(before.and_then(|lsn| found.get(&lsn)), &[]).unwrap();
            let now = prefix(&open(&left).unwrap());
            assert_eq!(now, before.unwrap_or(0), "byte {offset} of {number}");
            repaired += 1;
            kept += now;
        }
    }
    assert!(repaired > 500 && kept / repaired > RECORDS / 4, "{repaired} repaired, {kept} kept");
}

/// D4: power is cut at every call of a repair. What is left still refuses, and can be repaired, or
/// is what the repair was to leave; every byte that was there is there, here or aside.
#[test]
fn a_cut_in_a_repair_loses_nothing_more() {
    let (first_seed, seeds) = (seed(), budget(2, 20, 200));
    let (mut refused, mut done) = (0, 0);
    for forgets in [false, true] {
        for call in 0.. {
            let mut was_cut = false;
            for n in 0..seeds {
                let sim = damaged_at(8);
                let before: Vec<_> = (1..).map_while(|n| sim.bytes(&segment(n))).collect();
                let begun = sim.calls().len();
                let repairing = salvage(&sim);
                let (found, _) = readable(&repairing);
                sim.plan(begun + call, Fault::Cut);
                let repaired = match forgets {
                    false => repairing.lose_after(found.get(&7), &[]),
                    true => repairing.forget_through(&found[&17]),
                };
                was_cut |= repaired.is_err();
                let left = sim.power_cut(&mut Dice::of(first_seed << 32 | (call as u64) << 16 | n));
                nothing_is_gone(&left, &before);
                match Salvage::open(disk(&left), dir()).unwrap() {
                    None => done += 1,
                    Some(again) => {
                        refused += 1;
                        let (found, _) = readable(&again);
                        match forgets {
                            false => again.lose_after(found.get(&7), &[]).unwrap(),
                            true => again.forget_through(&found[&17]).unwrap(),
                        };
                    }
                }
                let journal = open(&left).unwrap();
                let (after, last) = if forgets { (17, RECORDS) } else { (0, 7) };
                let kept = read_all(&journal, Lsn(after)).unwrap();
                assert!(kept.into_iter().eq((after + 1..=last).map(entry)), "cut at {call}");
            }
            if !was_cut && call > 20 {
                break;
            }
        }
    }
    println!("{refused} refused, {done} done");
    assert!(refused > 50 && done > 10, "{refused} refused, {done} done");
}

/// Whether every segment that was there is there, in its place or in a folder aside.
fn nothing_is_gone(left: &Sim, before: &[Vec<u8>]) {
    for (number, bytes) in (1..).zip(before) {
        let name = segment(number);
        let name = name.file_name().unwrap();
        let folders = [dir().to_path_buf(), dir().join("aside-1"), dir().join("aside-2")];
        let is_there =
            folders.iter().any(|dir| left.bytes(&dir.join(name)).as_ref() == Some(bytes));
        assert!(is_there, "{number} is gone");
    }
}

/// Neither a good journal nor a torn tail is anything to repair.
#[test]
fn what_is_not_damaged_is_left_alone() {
    assert!(Salvage::open(disk(&long_journal()), dir()).unwrap().is_none());
    let torn = crate::support::six_records(false);
    let bytes = torn.bytes(&segment(1)).unwrap();
    let last = bytes.iter().rposition(|&byte| byte != 0).unwrap() as u64;
    torn.damage(&segment(1), last, |byte| !byte);
    assert!(Salvage::open(disk(&torn), dir()).unwrap().is_none());
}
