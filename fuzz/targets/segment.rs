//! A file of the journal whose checksums are right and whose bytes nobody wrote: it is refused, or
//! it holds records in a row, and both ways it can be repaired and opened again (D2, D7).

#![no_main]

use std::path::Path;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use snapshots::disk::{Disk, Sim};
use snapshots::journal::{Entry, Journal, Local, Options, Prepare, Readable, Salvage, verify};
use snapshots::{Error, Lsn};

const DIR: &str = "/journal";
const FILE: &str = "/journal/0000000000000001.journal";
/// As long as that of the fixture.
const BYTES: usize = 4 << 10;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    bytes.resize(BYTES, 0);
    reseal(&mut bytes);
    let sim = with_segment(&bytes);
    let disk: Arc<dyn Disk> = Arc::new(sim.clone());
    let verified = verify(&disk, Path::new(DIR));
    match open(&sim) {
        Ok(journal) => {
            if let Ok(entries) = read(&journal) {
                assert!(entries.windows(2).all(|it| it[1].lsn == it[0].lsn.next()), "{entries:?}");
            }
        }
        Err(Error::Damaged { .. } | Error::UnknownFormat { .. }) => {
            assert!(verified.is_err(), "verify sees what a start sees");
        }
        Err(error) => panic!("{error}"),
    }
    let Ok(Some(salvage)) = Salvage::open(disk, Path::new(DIR)) else { return };
    let mut due = salvage.oldest().expect("it is readable");
    let mut kept = None;
    let mut keep = |readable: Readable| {
        if readable.entry.lsn == due {
            due = due.next();
            kept = Some(readable);
        }
    };
    salvage.read(&mut keep).expect("it is readable");
    salvage.lose_after(kept.as_ref(), &[]).expect("there is room");
    open(&sim).expect("it is repaired");
});

fn open(sim: &Sim) -> Result<Local, Error> {
    let segment_bytes = BYTES as u64;
    let options = Options { segment_bytes, prepare: Prepare::Inline, ..Options::default() };
    Local::open(Arc::new(sim.clone()), Path::new(DIR), options)
}

fn read(journal: &Local) -> Result<Vec<Entry>, Error> {
    let mut reader = journal.read_from(Lsn::ZERO)?;
    let mut entries = Vec::new();
    while let Some(entry) = reader.next()? {
        entries.push(entry);
    }
    Ok(entries)
}

/// A disk with this one file in the journal's directory.
fn with_segment(bytes: &[u8]) -> Sim {
    let sim = Sim::new();
    sim.make_dir(Path::new(DIR)).expect("there is room");
    let file = sim.create(Path::new(FILE)).expect("there is room");
    file.write_at(bytes, 0).expect("there is room");
    file.sync().expect("there is room");
    drop(file);
    sim.sync_dir(Path::new(DIR)).expect("there is room");
    sim
}

/// Puts the right checksums over the head and over all that looks like a frame.
fn reseal(bytes: &mut [u8]) {
    let head = crc32c::crc32c(&bytes[..40]);
    bytes[40..44].copy_from_slice(&head.to_le_bytes());
    for at in (512..bytes.len() - 40).step_by(8) {
        if !matches!(&bytes[at + 4..at + 8], b"Crec" | b"Cmrk") {
            continue;
        }
        let length = &bytes[at + 8..at + 12];
        let length = u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        let Some(frame) = bytes.get(at + 4..at + 40 + length) else { continue };
        let checksum = crc32c::crc32c_append(crc32c::crc32c(&1_u64.to_le_bytes()), frame);
        bytes[at..at + 4].copy_from_slice(&checksum.to_le_bytes());
    }
}
