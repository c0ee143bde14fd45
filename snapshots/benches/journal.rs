//! How many records per second reach the disk, and how long does a group commit of 256 take?
//!
//! `cargo bench -p snapshots`. The directory is made below `target/`, so that it is on a disk and
//! not in memory; `CERTUS_BENCH_DIR` names another. Records have 700 bytes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use snapshots::commit::{Commits, Release, Writer};
use snapshots::disk::Real;
use snapshots::journal::{Batch, Journal, Local, Options, Retention};
use snapshots::{Lsn, Position};

const PAYLOAD: [u8; 700] = [b'p'; 700];
const RECORDS: u64 = 100_000;

/// A reply that nobody waits for.
struct Told;

impl Release for Told {
    fn release(self, _: Position) {}
}

/// Everything but the last two segments may go.
const KEEP_LITTLE: Retention =
    Retention { followers_passed: Lsn(u64::MAX), older_than_ms: 0, keep_bytes: 128 << 20 };

fn open(dir: &tempfile::TempDir) -> Local {
    Local::open(Arc::new(Real), &dir.path().join("journal"), Options::default())
        .expect("the directory of the bench is new")
}

fn directory() -> tempfile::TempDir {
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../target");
    let parent = std::env::var_os("CERTUS_BENCH_DIR").map_or(PathBuf::from(target), PathBuf::from);
    tempfile::tempdir_in(parent).expect("the directory of the bench can be made")
}

fn group_commit(criterion: &mut Criterion) {
    let dir = directory();
    let mut journal = open(&dir);
    let mut last = journal.claim().expect("a new journal can be claimed").lsn;
    let (archive, mut batch) = (journal.archive(), Batch::new());
    for records in [1, 256] {
        criterion.bench_function(&format!("group commit of {records}"), |bench| {
            bench.iter_custom(|rounds| {
                let mut took = Duration::ZERO;
                for _ in 0..rounds {
                    let began = Instant::now();
                    batch.clear();
                    for _ in 0..records {
                        last = last.next();
                        batch.push(last, 1, &PAYLOAD);
                    }
                    journal.append(&mut batch).expect("the disk works");
                    took += began.elapsed();
                }
                archive.retire(KEEP_LITTLE).expect("the disk works");
                took
            });
        });
    }
}

fn records_per_second(criterion: &mut Criterion) {
    let dir = directory();
    let journal = open(&dir);
    let failed = Box::new(|error| panic!("{error}"));
    let (writer, commits) = Writer::start::<_, Told>(journal, failed).expect("a new journal");
    let mut group = criterion.benchmark_group("records that reach the disk");
    group.throughput(Throughput::Elements(RECORDS)).sample_size(10);
    group.bench_function("one thread appends 100,000", |bench| {
        bench.iter(|| append_all(&commits));
    });
    group.finish();
    let figures = commits.figures();
    println!("records per batch: {}", figures.records / figures.batches);
    println!("mean write and sync: {} µs", figures.sync_micros_sum / figures.batches);
    writer.stop().expect("the disk works");
}

fn append_all(commits: &Commits<Told>) {
    for _ in 0..RECORDS {
        while !commits.has_room() {
            std::thread::yield_now();
        }
        commits.append(1, &PAYLOAD, Some(Told));
    }
    while commits.durable().lsn < commits.last() {
        let _ = commits.wait_beyond(commits.durable().lsn, Duration::from_secs(1));
    }
    commits.retire(KEEP_LITTLE).expect("the disk works");
}

criterion_group!(benches, group_commit, records_per_second);
criterion_main!(benches);
