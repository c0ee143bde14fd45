//! Records and releases that wait for the writer.
//!
//! Shared by everybody who appends and the one thread that writes. Its lock is held for a copy of
//! a payload, never for a disk and never for a release.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Release;
use super::figures::Counters;
use super::sync::{AtomicBool, AtomicU64, Condvar, Mutex, Ordering};
use crate::journal::{Archive, Batch, Room};
use crate::limits::{BATCH_RECORDS_MAX, SECTOR_BYTES};
use crate::{Lsn, Position};

/// What stands between those who append and the writer.
pub(super) struct Queue<R: Release> {
    state: Mutex<State<R>>,
    /// Told when the writer has something to do.
    work: Condvar,
    timeline: u32,
    durable: AtomicU64,
    /// Bytes that were appended and are not durable, for `has_room`.
    queued_bytes: AtomicU64,
    /// The writer has ended; nothing more becomes durable.
    pub(super) has_ended: AtomicBool,
    /// Followers wait here; the lock guards nothing but the moment between look and wait.
    moved: (Mutex<()>, Condvar),
    pub(super) room: Arc<Room>,
    pub(super) archive: Arc<dyn Archive>,
    pub(super) counters: Counters,
}

struct State<R> {
    /// Groups that are full, oldest first.
    full: VecDeque<Group<R>>,
    forming: Group<R>,
    /// An empty group with warm buffers.
    spare: Option<Group<R>>,
    last: Lsn,
    /// No more is taken: the writer stops or has failed.
    is_closed: bool,
}

/// A batch and what waits for its records.
pub(super) struct Group<R> {
    pub(super) batch: Batch,
    /// In the order of their LSNs.
    pub(super) releases: Vec<(Lsn, R)>,
}

/// What the writer is to do.
pub(super) enum Work<R> {
    /// Make this durable.
    Group(Group<R>),
    /// Nothing was appended for a while.
    Idle,
    /// Nothing is left and nothing will come.
    Closed,
}

impl<R> Group<R> {
    fn new() -> Self {
        Self { batch: Batch::new(), releases: Vec::new() }
    }

    fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.releases.is_empty()
    }
}

impl<R: Release> Queue<R> {
    /// An empty queue behind the last position of a journal.
    pub(super) fn new(last: Position, room: Arc<Room>, archive: Arc<dyn Archive>) -> Self {
        let state = State {
            full: VecDeque::new(),
            forming: Group::new(),
            spare: Some(Group::new()),
            last: last.lsn,
            is_closed: false,
        };
        Self {
            state: Mutex::new(state),
            work: Condvar::new(),
            timeline: last.timeline,
            durable: AtomicU64::new(last.lsn.0),
            queued_bytes: AtomicU64::new(0),
            has_ended: AtomicBool::new(false),
            moved: (Mutex::new(()), Condvar::new()),
            room,
            archive,
            counters: Counters::default(),
        }
    }

    /// See [`Commits::append`](super::Commits::append).
    pub(super) fn append(&self, at_ms: i64, payload: &[u8], release: Option<R>) -> Lsn {
        let limit = self.room.record_bytes_max();
        assert!(
            payload.len() <= limit,
            "a record of {} bytes, the limit is {limit}",
            payload.len()
        );
        let bytes = Batch::bytes_of(payload.len());
        let mut state = self.state.lock();
        let lsn = state.last.next();
        state.last = lsn;
        if state.is_closed {
            drop(state);
            return lsn; // dropping the release is the caller's business, not for under our lock
        }
        let batch = &state.forming.batch;
        let is_full = batch.bytes() + bytes > self.room.batch_bytes_max();
        if is_full || batch.len() >= BATCH_RECORDS_MAX {
            let next = state.spare.take().unwrap_or_else(Group::new);
            let full = std::mem::replace(&mut state.forming, next);
            state.full.push_back(full);
        }
        // A batch takes whole sectors; counting one per record is too much, never too little.
        self.queued_bytes.fetch_add(bytes + SECTOR_BYTES, Ordering::Relaxed);
        state.forming.batch.push(lsn, at_ms, payload);
        state.forming.releases.extend(release.map(|release| (lsn, release)));
        drop(state);
        self.work.notify_one();
        lsn
    }

    /// Queues `release` behind all that was appended, or gives it back if all that is durable.
    pub(super) fn hold(&self, release: R) -> Option<(R, Position)> {
        let mut state = self.state.lock();
        let lsn = state.last;
        if state.is_closed {
            drop(state);
            return None;
        }
        if self.durable.load(Ordering::Acquire) >= lsn.0 {
            return Some((release, self.position(lsn)));
        }
        state.forming.releases.push((lsn, release));
        drop(state);
        self.work.notify_one();
        None
    }

    /// The next thing to do for the writer, waiting at most `patience` for it.
    pub(super) fn take(&self, patience: Option<Duration>) -> Work<R> {
        let mut state = self.state.lock();
        loop {
            if let Some(group) = state.full.pop_front() {
                return Work::Group(group);
            }
            if !state.forming.is_empty() {
                let next = state.spare.take().unwrap_or_else(Group::new);
                return Work::Group(std::mem::replace(&mut state.forming, next));
            }
            if state.is_closed {
                return Work::Closed;
            }
            match patience {
                None => self.work.wait(&mut state),
                Some(patience) => {
                    let waited = self.work.wait_for(&mut state, patience);
                    if waited.timed_out() && state.forming.is_empty() {
                        return if state.is_closed { Work::Closed } else { Work::Idle };
                    }
                }
            }
        }
    }

    /// How many releases and records the forming group has.
    pub(super) fn gathered(&self) -> usize {
        let state = self.state.lock();
        state.forming.batch.len().max(state.forming.releases.len())
    }

    /// Takes an empty group back, for its buffers.
    pub(super) fn give_back(&self, group: Group<R>) {
        debug_assert!(group.is_empty());
        self.state.lock().spare = Some(group);
    }

    /// Says that everything up to `lsn` is durable, of which `bytes` in `records` were queued.
    pub(super) fn set_durable(&self, lsn: Lsn, records: usize, bytes: u64) {
        self.durable.store(lsn.0, Ordering::Release);
        let queued = bytes + records as u64 * SECTOR_BYTES;
        self.queued_bytes.fetch_sub(queued, Ordering::Relaxed);
        self.tell_followers();
    }

    /// Takes no more. What was queued is still given to the writer.
    pub(super) fn close(&self) {
        self.room.close();
        self.state.lock().is_closed = true;
        self.work.notify_all();
    }

    /// After a failure: takes no more and drops all that waits, without a release (D8).
    pub(super) fn abandon(&self) {
        self.room.close();
        let mut state = self.state.lock();
        state.is_closed = true;
        let full = std::mem::take(&mut state.full);
        let forming = std::mem::replace(&mut state.forming, Group::new());
        drop(state);
        drop((full, forming)); // not under the lock: a release may do anything when it is dropped
    }

    /// The writer has ended.
    pub(super) fn set_ended(&self) {
        self.has_ended.store(true, Ordering::Release);
        self.tell_followers();
    }

    /// See [`Commits::wait_beyond`](super::Commits::wait_beyond).
    pub(super) fn wait_beyond(&self, lsn: Lsn, timeout: Duration) -> Position {
        let until = Instant::now() + timeout;
        let mut moved = self.moved.0.lock();
        while self.durable().lsn <= lsn && !self.has_ended.load(Ordering::Acquire) {
            if self.moved.1.wait_until(&mut moved, until).timed_out() {
                break;
            }
        }
        drop(moved);
        self.durable()
    }

    /// The last durable position.
    pub(super) fn durable(&self) -> Position {
        self.position(Lsn(self.durable.load(Ordering::Acquire)))
    }

    /// The last record appended.
    pub(super) fn last(&self) -> Lsn {
        self.state.lock().last
    }

    /// Bytes that are not durable yet.
    pub(super) fn queued_bytes(&self) -> u64 {
        self.queued_bytes.load(Ordering::Relaxed)
    }

    /// A position of this history.
    pub(super) fn position(&self, lsn: Lsn) -> Position {
        Position { timeline: self.timeline, lsn }
    }

    fn tell_followers(&self) {
        // Whoever has looked and not yet waits holds this lock, so that it hears the call.
        drop(self.moved.0.lock());
        self.moved.1.notify_all();
    }
}
