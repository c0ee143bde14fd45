//! What was released must replay for ever; what is not known is refused.

use std::path::Path;
use std::sync::Arc;

use snapshots::disk::{Disk, Sim};
use snapshots::journal::{Batch, Journal, Local, Options};
use snapshots::{Error, Lsn, Position};

use crate::support::{append, dir, entry, open, overwrite, read_all, segment, six_records, small};

/// D10: the bytes of format 1 as they were released; they must replay for ever.
#[test]
fn the_bytes_of_format_1_replay() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1/six-records.journal");
    let sim = six_records(true);
    let written = sim.bytes(&segment(1)).unwrap();
    if std::env::var_os("CERTUS_BLESS").is_some() {
        std::fs::write(&golden, &written).unwrap();
    }
    let released = std::fs::read(&golden).unwrap();
    assert!(written == released, "format 1 is released: a change is a format 2, appended");

    overwrite(&sim, &segment(1), &released);
    let journal = open(&sim).unwrap();
    let entries: Vec<_> = (1..=6).map(entry).collect();
    assert_eq!(read_all(&journal, Lsn::ZERO).unwrap(), entries);
}

/// D10: a later format is refused by name, before anything else of it is believed.
#[test]
fn an_unknown_format_is_refused() {
    let sim = six_records(true);
    sim.damage(&segment(1), 8, |_| 2);
    let opened = open(&sim).err();
    let Some(Error::UnknownFormat { file, version: 2 }) = opened else { panic!("{opened:?}") };
    assert_eq!(file, segment(1));
}

/// Decision D15: the timeline of a restore stands in every record from then on, and stays.
#[test]
fn a_later_timeline_stands_in_every_later_record() {
    let sim = Sim::new();
    let disk: Arc<dyn Disk> = Arc::new(sim.clone());
    let begin = Position { timeline: 2, lsn: Lsn(41) };
    let options = Options { begin, ..small() };
    let mut journal = Local::open(Arc::clone(&disk), dir(), options).unwrap();
    assert_eq!(journal.claim().unwrap(), begin);
    append(&mut journal, 42, 3);
    drop(journal);

    let mut journal = open(&sim).unwrap(); // its options say timeline 1
    let last = journal.append(&mut Batch::new()).unwrap();
    assert_eq!(last, Position { timeline: 2, lsn: Lsn(44) });
    let entries = read_all(&journal, Lsn(41)).unwrap();
    assert!(entries.iter().all(|entry| entry.timeline == 2), "{entries:?}");
    let gone = read_all(&journal, Lsn(40)).err();
    let Some(Error::Gone { oldest: Lsn(42), .. }) = gone else { panic!("{gone:?}") };
}
