//! T8: bytes at rest that are not what was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use snapshots::disk::{Access, Disk, Sim};
use snapshots::journal::{Batch, Journal, Local, Options, verify};
use snapshots::{Error, Lsn};

use crate::support::{
    append, append_mark, dir, open, overwrite, prefix, read_all, segment, six_records, small,
};

/// D7: every bit of a journal that was closed is detected or harmless: what is served is all of it.
#[test]
fn every_flipped_bit_is_detected_or_harmless() {
    let sim = six_records(true);
    let used = sim.bytes(&segment(1)).unwrap();
    let mut seen = BTreeMap::new();
    for (offset, bit) in bits_to_flip(&used) {
        let left = sim.kill();
        left.damage(&segment(1), offset, |byte| byte ^ (1 << bit));
        let outcome = match open(&left) {
            Ok(journal) => {
                assert_eq!(prefix(&journal), 6, "D7: bit {bit} of byte {offset} lost a record");
                "harmless"
            }
            Err(Error::Damaged { .. }) => "damaged",
            Err(Error::UnknownFormat { .. }) => "unknown format",
            Err(error) => panic!("bit {bit} of byte {offset}: {error}"),
        };
        *seen.entry(outcome).or_insert(0) += 1;
    }
    println!("{seen:?}");
    assert!(seen["damaged"] > 5_000 && seen["harmless"] > 100, "{seen:?}");
}

/// D7, "Torn tail": without a mark behind it the last batch cannot be told from a torn tail, and it
/// is the only one that may be cut.
#[test]
fn without_a_mark_only_the_last_batch_can_be_cut() {
    let sim = six_records(false);
    let used = sim.bytes(&segment(1)).unwrap();
    let mut cut = 0;
    for (offset, bit) in bits_to_flip(&used) {
        let left = sim.kill();
        left.damage(&segment(1), offset, |byte| byte ^ (1 << bit));
        let Ok(journal) = open(&left) else { continue };
        let found = prefix(&journal);
        assert!(found >= 4, "D7: bit {bit} of byte {offset} cut a batch that was proven durable");
        cut += u32::from(found < 6);
    }
    assert!(cut > 500, "only {cut} flips hit the last batch");
}

/// "Torn tail": whoever claims the journal proves what recovery kept, so that damage to it is told
/// from a torn tail from then on.
#[test]
fn a_claim_proves_what_recovery_kept() {
    let sim = six_records(false);
    let at = sim.bytes(&segment(1)).unwrap().iter().rposition(|&byte| byte != 0).unwrap();
    open(&sim).unwrap().claim().unwrap();
    sim.damage(&segment(1), at as u64, |byte| !byte);
    let opened = open(&sim).err();
    let Some(Error::Damaged { lsn: Lsn(6), .. }) = opened else { panic!("{opened:?}") };
}

/// D1, D7: a mark that is damaged takes no record with it, even where nothing behind proves the
/// record; verify tells, because the disk is worth a look.
#[test]
fn a_damaged_mark_hides_no_record() {
    let sim = Sim::new();
    let mut journal = open(&sim).unwrap();
    append(&mut journal, 1, 2);
    append_mark(&mut journal);
    append(&mut journal, 3, 2);
    drop(journal);
    let bytes = sim.bytes(&segment(1)).unwrap();
    let mark = (512..4096).step_by(512).find(|&at| &bytes[at + 4..at + 8] == b"Cmrk").unwrap();
    let disk = |sim: &Sim| Arc::new(sim.clone()) as Arc<dyn Disk>;
    assert_eq!(verify(&disk(&sim), dir()).unwrap().marks_damaged, 0);
    for bit in 0..40 * 8 {
        let left = sim.kill();
        left.damage(&segment(1), (mark + bit / 8) as u64, |byte| byte ^ (1 << (bit % 8)));
        assert_eq!(verify(&disk(&left), dir()).unwrap().marks_damaged, 1);
        assert_eq!(prefix(&open(&left).unwrap()), 4, "bit {bit}");
    }
}

/// D7: a large record whose length is odd and whose bytes end in zeroes is damaged, and what proves
/// it durable stands behind it: that is seen, wherever reads of the file happen to end.
#[test]
fn damage_to_a_large_record_is_not_taken_for_a_torn_tail() {
    for odd in 0..8 {
        let options = Options { segment_bytes: 2 << 20, ..small() };
        let disk: Arc<dyn Disk> = Arc::new(Sim::new());
        let mut journal = Local::open(disk.clone(), dir(), options).unwrap();
        let mut batch = Batch::new();
        let mut payload = vec![0; 140_000 + odd];
        payload[0] = 7;
        batch.push(Lsn(1), 1, &payload);
        journal.append(&mut batch).unwrap();
        append(&mut journal, 2, 1);
        append_mark(&mut journal);
        drop(journal);
        let file = disk.open(&segment(1), Access::Write).unwrap();
        file.write_at(&[8], 512 + 40).unwrap();
        file.sync().unwrap();
        let verified = verify(&disk, dir());
        let Err(Error::Damaged { lsn: Lsn(1), .. }) = verified else { panic!("{verified:?}") };
    }
}

/// All bits of what is written, one bit of each byte of the zeroes behind.
fn bits_to_flip(bytes: &[u8]) -> Vec<(u64, u32)> {
    let end = bytes.iter().rposition(|&byte| byte != 0).unwrap();
    let written = (0..=end).flat_map(|offset| (0..8).map(move |bit| (offset as u64, bit)));
    let behind = (end + 1..bytes.len()).map(|offset| (offset as u64, offset as u32 % 8));
    written.chain(behind).collect()
}

/// D2, D3, D4: the last batch cut off at every byte. What is left is cut to whole records, once:
/// the next start finds nothing to cut, and new records go behind.
#[test]
fn a_tail_torn_at_any_byte_is_cut_to_whole_records() {
    let sim = six_records(false);
    let bytes = sim.bytes(&segment(1)).unwrap();
    let end = bytes.iter().rposition(|&byte| byte != 0).unwrap() + 1;
    let begin = (0..end).rev().find(|at| at % 512 == 0 && frame_begins(&bytes, *at)).unwrap();
    let mut found = BTreeMap::new();
    for torn_at in begin..end {
        let left = sim.kill();
        for offset in torn_at..end {
            left.damage(&segment(1), offset as u64, |_| 0);
        }
        let mut journal = open(&left).unwrap();
        let kept = prefix(&journal);
        *found.entry(kept).or_insert(0) += 1;
        append(&mut journal, kept + 1, 1);
        drop(journal);
        let disk: Arc<dyn Disk> = Arc::new(left.clone());
        assert_eq!(verify(&disk, dir()).unwrap().torn, None, "cut once, torn at {torn_at}");
        assert_eq!(prefix(&open(&left).unwrap()), kept + 1);
    }
    // Bytes of a payload may be zero themselves, so the last cuts may take nothing.
    assert!(found[&4] > 40 && found[&5] > 40, "{found:?}");
    assert!(found.keys().all(|kept| (4..=6).contains(kept)), "{found:?}");
}

fn frame_begins(bytes: &[u8], at: usize) -> bool {
    &bytes[at + 4..at + 8] == b"Crec"
}

/// D7, D10: damage before the last batch is named, with file, offset and LSN, and nothing is cut.
#[test]
fn damage_in_the_middle_is_named_and_left_alone() {
    let sim = six_records(true);
    let bytes = sim.bytes(&segment(1)).unwrap();
    let third = (1024..bytes.len()).step_by(512).find(|&at| frame_begins(&bytes, at)).unwrap();
    sim.damage(&segment(1), third as u64 + 50, |byte| !byte);
    let damaged = sim.bytes(&segment(1));
    for _ in 0..2 {
        let opened = open(&sim).err();
        let Some(Error::Damaged { file, offset, lsn, .. }) = opened else { panic!("{opened:?}") };
        assert_eq!((file, offset, lsn), (segment(1), third as u64, Lsn(3)));
    }
    assert_eq!(sim.bytes(&segment(1)), damaged, "a refused start changes nothing");
}

/// D7: segments that were lost, doubled or come from elsewhere are refused.
#[test]
fn segments_that_are_not_where_they_belong_are_refused() {
    let sim = Sim::new();
    let mut journal = open(&sim).unwrap();
    for n in 1..=40 {
        append(&mut journal, n, 1);
    }
    drop(journal);
    let refused = |sim: &Sim| match open(sim).err() {
        Some(Error::Damaged { file, .. }) => file,
        other => panic!("{other:?}"),
    };

    let gone = sim.kill();
    gone.remove(&segment(2)).unwrap();
    assert_eq!(refused(&gone), segment(2));

    let doubled = sim.kill();
    let first = sim.bytes(&segment(1)).unwrap();
    overwrite(&doubled, &segment(2), &first);
    assert_eq!(refused(&doubled), segment(2));

    let other_head = sim.kill();
    let second = sim.bytes(&segment(2)).unwrap();
    overwrite(&other_head, &segment(2), &[&second[..512], &first[512..]].concat());
    assert_eq!(refused(&other_head), segment(2));
}

/// D7: what is older than the bytes that a start checks is checked when it is read, and by verify.
#[test]
fn old_damage_is_found_by_whoever_reads_it() {
    let sim = Sim::new();
    let mut journal = open(&sim).unwrap();
    for n in 1..=40 {
        append(&mut journal, n, 1);
    }
    drop(journal);
    sim.damage(&segment(1), 600, |byte| !byte);
    let disk: Arc<dyn Disk> = Arc::new(sim.clone());
    let verified = verify(&disk, dir());
    let Err(Error::Damaged { lsn, .. }) = verified else { panic!("{verified:?}") };
    assert!(lsn < Lsn(6), "{lsn}");

    let options = Options { checked_at_open_bytes: 8 << 10, ..small() };
    let journal = Local::open(disk, dir(), options).unwrap();
    let read = read_all(&journal, Lsn::ZERO);
    let Err(Error::Damaged { file, lsn: read, .. }) = read else { panic!("{read:?}") };
    assert_eq!((file, read), (segment(1), lsn));
}
