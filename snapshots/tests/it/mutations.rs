//! T14: bytes that nobody wrote. Records and files that were good are changed at random, with
//! checksums that fit, which no damage has: readers answer with an error or with records, they never
//! panic, never allocate what a length asks for, never run for ever.

use std::path::Path;
use std::sync::Arc;

use snapshots::codec::{self, decode, encode};
use snapshots::disk::{Access, Dice, Disk, Sim};
use snapshots::journal::{Entry, Readable, Salvage, verify};
use snapshots::{Error, Lsn};

use crate::support::{budget, dir, open, prefix, read_all, seed, segment, six_records};

/// The records that every version has written once.
fn golden() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1/record");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Changes `bytes` in one to four places; `other` is where pieces come from.
fn mutate(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() as u64 + 1) as usize;
        let until = (at + dice.below(9) as usize).min(bytes.len());
        match dice.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            // Lengths are written with seven bits in a byte: these are the largest.
            1 => drop(bytes.splice(at..until, [0xff; 9])),
            2 if at < bytes.len() => {
                bytes[at] = [0, 1, 0x7f, 0x80, 0xfe, 0xff][dice.below(6) as usize]
            }
            3 => drop(bytes.drain(at..until)),
            4 => bytes.truncate(at),
            _ => {
                let from = dice.below(other.len() as u64) as usize;
                let to = (from + dice.below(64) as usize).min(other.len());
                bytes.splice(at..until, other[from..to].iter().copied());
            }
        }
    }
}

/// D7, D10: what is read from changed bytes is a record that is written and read the same again.
#[test]
fn a_record_that_nobody_wrote_is_refused_or_is_one() {
    let mut dice = Dice::of(seed());
    let golden = golden();
    let (mut refused, mut read) = (0, 0);
    for _ in 0..budget(300, 10_000, 1_000_000) {
        for bytes in &golden {
            let mut bytes = bytes.clone();
            let other = &golden[dice.below(golden.len() as u64) as usize];
            mutate(&mut dice, &mut bytes, other);
            match decode(&bytes) {
                Err(codec::Error::Empty) => assert!(bytes.is_empty()),
                Err(_) => refused += 1,
                Ok(record) => {
                    read += 1;
                    let mut again = Vec::new();
                    encode(&record, &mut again);
                    assert_eq!(decode(&again).as_ref(), Ok(&record), "{bytes:02x?}");
                }
            }
        }
    }
    println!("{refused} refused, {read} read");
    assert!(refused > 1_000 && read > 1_000, "{refused} refused, {read} read");
}

/// D2, D7: a file whose frames are changed and whose checksums are right all the same: it is
/// refused, or opened with records in a row, and both ways it can be looked at and written on.
#[test]
fn a_file_that_nobody_wrote_is_refused_or_holds_records_in_a_row() {
    let first_seed = seed();
    let healthy = six_records(true);
    let good = healthy.bytes(&segment(1)).unwrap();
    let end = good.iter().rposition(|&byte| byte != 0).unwrap() + 1;
    let (mut opened, mut refused, mut salvaged) = (0, 0, 0);
    for n in 0..budget(3_000, 100_000, 10_000_000) {
        let mut dice = Dice::of(first_seed << 32 | n);
        let mut bytes = good[..end].to_vec();
        mutate(&mut dice, &mut bytes, &good[..end]);
        bytes.resize(good.len(), 0);
        reseal(&mut bytes);
        let sim = with_segment(&bytes);
        let disk: Arc<dyn Disk> = Arc::new(sim.clone());
        let verified = verify(&disk, dir());
        match open(&sim) {
            Ok(journal) => {
                opened += 1;
                let entries = read_all(&journal, Lsn::ZERO);
                let in_a_row =
                    |it: &Vec<_>| it.windows(2).all(|it: &[Entry]| it[1].lsn == it[0].lsn.next());
                assert!(
                    entries.as_ref().is_ok_and(in_a_row) || entries.is_err(),
                    "{n}: {entries:?}"
                );
            }
            Err(Error::Damaged { .. } | Error::UnknownFormat { .. }) => {
                refused += 1;
                assert!(verified.is_err(), "{n}: verify sees what a start sees");
            }
            Err(error) => panic!("{n}: {error}"),
        }
        if let Ok(Some(salvage)) = Salvage::open(disk, dir()) {
            salvaged += 1;
            repair(salvage);
            let repaired = open(&sim);
            assert!(repaired.is_ok(), "{n}: {:?}", repaired.err());
        }
    }
    println!("{opened} opened, {refused} refused, {salvaged} salvaged");
    assert!(opened > 100 && refused > 100 && salvaged > 100, "{opened} {refused} {salvaged}");
}

/// D2: a frame that is whole and out of the row, as no crash leaves one, is not among what a repair
/// keeps; it would be what the journal begins with.
#[test]
fn what_stands_out_of_the_row_is_not_kept() {
    let good = six_records(true).bytes(&segment(1)).unwrap();
    let (head, body) = good.split_at(512);
    let (mut head, mut strays) = (head.to_vec(), body[..512].to_vec());
    head[16] = 2; // the number of another segment: that is the damage
    strays[16] = 10; // the LSN of the first record; the second one stands before the first now
    let mut bytes = [&head, strays.as_slice(), body].concat();
    reseal(&mut bytes);
    let sim = with_segment(&bytes);
    let salvage = Salvage::open(Arc::new(sim.clone()), dir()).unwrap();
    repair(salvage.unwrap());
    let repaired = open(&sim).unwrap();
    assert_eq!(prefix(&repaired), 6);
}

/// Goes on with the records that are in a row from the first one on.
fn repair(salvage: Salvage) {
    let (mut kept, mut due) = (None, salvage.oldest().unwrap());
    let mut keep = |readable: Readable| {
        if readable.entry.lsn == due {
            due = due.next();
            kept = Some(readable);
        }
    };
    salvage.read(&mut keep).unwrap();
    salvage.lose_after(kept.as_ref(), &[]).unwrap();
}

/// Puts the right checksums over the head and over all that looks like a frame.
fn reseal(bytes: &mut [u8]) {
    let head = crc32c::crc32c(&bytes[..40]);
    bytes[40..44].copy_from_slice(&head.to_le_bytes());
    for at in (512..bytes.len() - 40).step_by(8) {
        if ![b"Crec", b"Cmrk"].contains(&&bytes[at + 4..at + 8].try_into().unwrap()) {
            continue;
        }
        let length = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().unwrap());
        let Some(frame) = bytes.get(at + 4..at + 40 + length as usize) else { continue };
        let checksum = crc32c::crc32c_append(crc32c::crc32c(&1_u64.to_le_bytes()), frame);
        bytes[at..at + 4].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// A disk with this one file in the journal's directory.
fn with_segment(bytes: &[u8]) -> Sim {
    let sim = Sim::new();
    sim.make_dir(dir()).unwrap();
    let file = sim.create(&segment(1)).unwrap();
    file.write_at(bytes, 0).unwrap();
    file.sync().unwrap();
    drop(sim.open(&segment(1), Access::Read).unwrap());
    sim.sync_dir(dir()).unwrap();
    sim
}
