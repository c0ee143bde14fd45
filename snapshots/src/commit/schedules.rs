//! T20: the queue between those who append and the writer, in every order in which its threads can
//! run, as far as they can be tried.
//!
//! `queue.rs` is compiled a second time here, with locks, condition variables and atomics that
//! shuttle schedules. A wait has no end there but a call, so a call that comes too early and is lost
//! is a deadlock, which it reports. It runs one thread at a time: what processors reorder is not
//! seen, and `durable` and `has_ended`, which are read without a lock, are `Release` for that.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex as Plain;
use shuttle::thread;

use super::{Release, figures};
use crate::Position;
use crate::journal::{Archive, Journal, Local, Options, Prepare};
use queue::{Queue, Work};

#[expect(clippy::duplicate_mod, reason = "the same file on other locks is the point")]
#[allow(dead_code, reason = "what only the writer's patience needs is not tried here")]
#[path = "queue.rs"]
mod queue;

/// Shuttle's, with the calls that the queue makes.
mod sync {
    use std::ops::{Deref, DerefMut};
    use std::time::{Duration, Instant};

    pub(super) use shuttle::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    const NO_POISON: &str = "a test whose thread panicked has failed";

    pub(super) struct Mutex<T>(shuttle::sync::Mutex<T>);
    pub(super) struct Guard<'a, T>(Option<shuttle::sync::MutexGuard<'a, T>>);
    pub(super) struct Condvar(shuttle::sync::Condvar);
    pub(super) struct Waited;

    impl<T> Mutex<T> {
        pub(super) fn new(value: T) -> Self {
            Self(shuttle::sync::Mutex::new(value))
        }

        pub(super) fn lock(&self) -> Guard<'_, T> {
            Guard(Some(self.0.lock().expect(NO_POISON)))
        }
    }

    impl Condvar {
        pub(super) fn new() -> Self {
            Self(shuttle::sync::Condvar::new())
        }

        pub(super) fn notify_one(&self) {
            self.0.notify_one();
        }

        pub(super) fn notify_all(&self) {
            self.0.notify_all();
        }

        pub(super) fn wait<T>(&self, guard: &mut Guard<'_, T>) {
            let held = guard.0.take().expect("a guard is only without a lock in here");
            guard.0 = Some(self.0.wait(held).expect(NO_POISON));
        }

        pub(super) fn wait_for<T>(&self, guard: &mut Guard<'_, T>, _: Duration) -> Waited {
            self.wait(guard);
            Waited
        }

        pub(super) fn wait_until<T>(&self, guard: &mut Guard<'_, T>, _: Instant) -> Waited {
            self.wait(guard);
            Waited
        }
    }

    impl Waited {
        pub(super) fn timed_out(&self) -> bool {
            false
        }
    }

    impl<T> Deref for Guard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            self.0.as_ref().expect("a guard is only without a lock in here")
        }
    }

    impl<T> DerefMut for Guard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            self.0.as_mut().expect("a guard is only without a lock in here")
        }
    }
}

/// What happened in one order of threads.
#[derive(Default)]
struct Seen {
    /// The last record that the disk has.
    on_disk: u64,
    /// What was released: the record that it waited for, and what it was told.
    released: Vec<(u64, Position)>,
}

/// Waits for what was appended when it was made.
struct Told {
    least: u64,
    seen: Arc<Plain<Seen>>,
}

impl Release for Told {
    fn release(self, at: Position) {
        let mut seen = self.seen.lock();
        assert!(at.lsn.0 >= self.least, "D11: {at} does not show {}", self.least);
        assert!(at.lsn.0 <= seen.on_disk, "D1: {at} is told, {} is on disk", seen.on_disk);
        seen.released.push((self.least, at));
    }
}

struct Bench {
    queue: Arc<Queue<Told>>,
    seen: Arc<Plain<Seen>>,
}

impl Clone for Bench {
    fn clone(&self) -> Self {
        Self { queue: Arc::clone(&self.queue), seen: Arc::clone(&self.seen) }
    }
}

impl Bench {
    fn new() -> Self {
        let options =
            Options { segment_bytes: 4 << 10, prepare: Prepare::Inline, ..Options::default() };
        let disk = Arc::new(crate::disk::Sim::new());
        let mut journal = Local::open(disk, "/journal".as_ref(), options).unwrap();
        let last = journal.claim().unwrap();
        let archive: Arc<dyn Archive> = journal.archive();
        let queue = Arc::new(Queue::new(last, journal.room(), archive));
        Self { queue, seen: Arc::default() }
    }

    fn told(&self, least: u64) -> Told {
        Told { least, seen: Arc::clone(&self.seen) }
    }

    /// One record, and a release for it.
    fn append(&self) {
        let lsn = self.queue.append(1, b"tea", Some(self.told(0)));
        assert!(lsn.0 > 0);
    }

    /// A read that saw everything up to here.
    fn hold(&self) {
        let told = self.told(self.queue.last().0);
        if let Some((release, at)) = self.queue.hold(told) {
            release.release(at);
        }
    }

    /// The writer, as `writer.rs` works, on a disk that is a number; fails after so many groups.
    fn write(&self, groups: usize) {
        for _ in 0..groups {
            let mut group = match self.queue.take(None) {
                Work::Group(group) => group,
                Work::Idle => unreachable!("nobody is impatient here"),
                Work::Closed => return self.queue.set_ended(),
            };
            if let Some(last) = group.batch.last() {
                let (records, bytes) = (group.batch.len(), group.batch.bytes());
                let before = std::mem::replace(&mut self.seen.lock().on_disk, last.0);
                assert_eq!(group.batch.first().map(|first| first.0), Some(before + 1), "D2");
                self.queue.set_durable(last, records, bytes);
            }
            for (lsn, release) in group.releases.drain(..) {
                release.release(self.queue.position(lsn));
            }
            group.batch.clear();
            self.queue.give_back(group);
        }
        self.queue.abandon();
        self.queue.set_ended();
    }
}

const NEVER: usize = usize::MAX;

/// D1, D2, D11: two append, one reads, the writer writes; all are released, each once, and records
/// without a hole.
fn all_are_released() {
    let bench = Bench::new();
    let writer = thread::spawn({
        let bench = bench.clone();
        move || bench.write(NEVER)
    });
    let others: Vec<_> = [true, false]
        .map(|reads| {
            let bench = bench.clone();
            thread::spawn(move || {
                bench.append();
                if reads {
                    bench.hold();
                }
            })
        })
        .into();
    for other in others {
        other.join().unwrap();
    }
    bench.queue.close();
    writer.join().unwrap();
    let seen = bench.seen.lock();
    assert_eq!((seen.on_disk, seen.released.len()), (2, 3));
    assert_eq!(Arc::strong_count(&bench.seen), 1, "nobody waits any more");
}

/// D12: a follower hears of every record, and of the end, however late it begins to wait.
fn a_follower_hears_of_all() {
    let bench = Bench::new();
    let follower = thread::spawn({
        let bench = bench.clone();
        move || {
            let mut at = crate::Lsn::ZERO;
            while at.0 < 2 {
                at = bench.queue.wait_beyond(at, Duration::from_secs(1)).lsn;
                assert!(at.0 <= bench.seen.lock().on_disk, "D11");
            }
            bench.queue.wait_beyond(at, Duration::from_secs(1)).lsn
        }
    });
    let writer = thread::spawn({
        let bench = bench.clone();
        move || bench.write(NEVER)
    });
    bench.append();
    bench.append();
    bench.queue.close();
    writer.join().unwrap();
    assert_eq!(follower.join().unwrap().0, 2);
}

/// D8: the writer fails after its first group, at any moment of those who append and read: what was
/// released is on disk, and everything else is dropped, so that nobody waits for ever.
fn a_failure_lets_nobody_wait() {
    let bench = Bench::new();
    let writer = thread::spawn({
        let bench = bench.clone();
        move || bench.write(1)
    });
    bench.append();
    let other = thread::spawn({
        let bench = bench.clone();
        move || {
            bench.append();
            bench.hold();
        }
    });
    other.join().unwrap();
    writer.join().unwrap();
    assert_eq!(
        bench.queue.wait_beyond(crate::Lsn(9), Duration::from_secs(1)).lsn.0,
        bench.seen.lock().on_disk
    );
    let Bench { queue, seen } = bench;
    drop(queue);
    assert_eq!(Arc::strong_count(&seen), 1, "nobody waits any more");
    assert!(seen.lock().released.len() <= 3);
}

/// How many orders are drawn of each story.
fn orders() -> usize {
    match std::env::var("CERTUS_BUDGET").as_deref() {
        Ok("smoke") => 20_000,
        Ok("release") => 2_000_000,
        _ => 500,
    }
}

#[test]
fn no_order_of_threads_releases_early_or_never() {
    for story in [all_are_released, a_follower_hears_of_all, a_failure_lets_nobody_wait] {
        shuttle::check_random(story, orders());
        shuttle::check_pct(story, orders(), 3);
    }
}
