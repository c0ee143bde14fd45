//! What the tests share: records that are the same every time, and journals on a simulated disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use snapshots::commit::{Commits, Release, Turn, WriterByHand};
use snapshots::disk::{Disk, Sim};
use snapshots::journal::{Batch, Entry, Journal, Local, Options, Prepare};
use snapshots::{Error, Lsn, Position};
use std::time::Duration;

/// A directory on a simulated disk.
pub(crate) fn dir() -> &'static Path {
    Path::new("/journal")
}

/// The file of a segment there.
pub(crate) fn segment(number: u64) -> PathBuf {
    dir().join(format!("{number:016}.journal"))
}

/// Small segments, and no thread, so that every run makes the same calls.
pub(crate) fn small() -> Options {
    Options { segment_bytes: 4 << 10, prepare: Prepare::Inline, ..Options::default() }
}

/// Opens a journal with small segments.
pub(crate) fn open(sim: &Sim) -> Result<Local, Error> {
    let disk: Arc<dyn Disk> = Arc::new(sim.clone());
    Local::open(disk, dir(), small())
}

/// The record of this LSN, the same every time; some are empty, some longer than a sector.
pub(crate) fn entry(n: u64) -> Entry {
    let length = (n * 131 % 640) as usize;
    let payload = (0..length).map(|i| (i as u64 * 7 + n) as u8).collect();
    Entry { lsn: Lsn(n), timeline: 1, at_ms: 1_700_000_000_000 + n as i64, payload }
}

/// The records from `first` on.
pub(crate) fn batch(first: u64, records: u64) -> Batch {
    let mut batch = Batch::new();
    for n in first..first + records {
        let Entry { lsn, at_ms, payload, .. } = entry(n);
        batch.push(lsn, at_ms, &payload);
    }
    batch
}

/// Makes the records from `first` on durable, in one batch.
pub(crate) fn append(journal: &mut dyn Journal, first: u64, records: u64) {
    let position = journal.append(&mut batch(first, records)).unwrap();
    assert_eq!(position.lsn, Lsn(first + records - 1));
}

/// Puts a mark behind the last record.
pub(crate) fn append_mark(journal: &mut dyn Journal) -> Lsn {
    journal.append(&mut Batch::new()).unwrap().lsn
}

/// All durable records after `after`.
pub(crate) fn read_all(journal: &dyn Journal, after: Lsn) -> Result<Vec<Entry>, Error> {
    let mut reader = journal.read_from(after)?;
    let mut entries = Vec::new();
    while let Some(entry) = reader.next()? {
        entries.push(entry);
    }
    Ok(entries)
}

/// Checks that the journal holds the records 1 to some n, whole, and answers with n (D2).
pub(crate) fn prefix(journal: &dyn Journal) -> u64 {
    let entries = read_all(journal, Lsn::ZERO).unwrap();
    for (n, read) in (1..).zip(&entries) {
        assert_eq!(read, &entry(n), "D2: the record {n} is another");
    }
    entries.len() as u64
}

/// Remembers what was released, in order.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<Position>>>);

impl Told {
    /// The LSNs that were released.
    pub(crate) fn lsns(&self) -> Vec<u64> {
        self.0.lock().iter().map(|position| position.lsn.0).collect()
    }

    /// How many releases are neither released nor dropped.
    pub(crate) fn waiting(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }

    /// The largest of them.
    pub(crate) fn last(&self) -> u64 {
        self.lsns().into_iter().max().unwrap_or(0)
    }
}

impl Release for Told {
    fn release(self, at: Position) {
        self.0.lock().push(at);
    }
}

/// What a client does, one letter per step: a digit appends so many records and commits them
/// together, `m` lets the writer be idle. Stops at the first failure; `told` knows who was answered.
pub(crate) fn play(sim: &Sim, steps: &str, told: &Told) -> Result<(), Error> {
    let (mut writer, commits) = WriterByHand::claim(open(sim)?)?;
    for step in steps.chars() {
        for _ in 0..step.to_digit(10).unwrap_or(0) {
            append_next(&commits, told);
        }
        writer.turn(Duration::ZERO)?;
    }
    Ok(())
}

/// Appends the record that is due.
pub(crate) fn append_next(commits: &Commits<Told>, told: &Told) -> Lsn {
    let Entry { at_ms, payload, .. } = entry(commits.last().next().0);
    commits.append(at_ms, &payload, Some(told.clone()))
}

/// Lets the writer work until it has nothing to do.
pub(crate) fn work<J: Journal, R: Release>(writer: &mut WriterByHand<J, R>) -> Result<(), Error> {
    while writer.turn(Duration::ZERO)? == Turn::Committed {}
    Ok(())
}

/// How large a run is.
pub(crate) fn budget<T>(small: T, smoke: T, release: T) -> T {
    match std::env::var("CERTUS_BUDGET").as_deref() {
        Ok("smoke") => smoke,
        Ok("release") => release,
        _ => small,
    }
}

/// The seed of a run, printed so that a failure can be repeated.
pub(crate) fn seed() -> u64 {
    let seed = std::env::var("CERTUS_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("CERTUS_SEED={seed}");
    seed
}

/// A journal of six records in four batches; with the closing mark, or as a kill leaves it.
pub(crate) fn six_records(is_closed: bool) -> Sim {
    let sim = Sim::new();
    let mut journal = open(&sim).unwrap();
    append(&mut journal, 1, 2);
    append_mark(&mut journal);
    append(&mut journal, 3, 1);
    append(&mut journal, 4, 1);
    append(&mut journal, 5, 2);
    if is_closed {
        append_mark(&mut journal);
    }
    drop(journal);
    sim
}

/// Puts other bytes into a file, at rest.
pub(crate) fn overwrite(sim: &Sim, path: &Path, bytes: &[u8]) {
    for (offset, &byte) in bytes.iter().enumerate() {
        sim.damage(path, offset as u64, |_| byte);
    }
}
