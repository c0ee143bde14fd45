//! Segments made ahead, so that the writer never waits for one.
//!
//! A thread of its own zeroes the next segment while the present one fills. When the disk is full,
//! or too many files are open, it tries again every second; until then [`Room`] says how little is
//! left, and whoever admits work refuses (D9). What else fails there fails the journal with its
//! next batch (D8). Simulations have no thread: there the writer makes the next segment itself,
//! right after it began one, so that one seed gives one order of calls.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::segment::{BODY, Plan, Segment};
use super::{Prepare, Room};
use crate::Error;
use crate::disk::Disk;
use crate::limits::{ROOM_RETRY_MS, SECTOR_BYTES};

/// Between two pieces of zeroes it rests so many times as long as one took: each sync of the
/// traffic's waits for one piece at most, and not for all of them in a row.
const REST: u32 = 9;

/// The segments made ahead. Dropped, its thread ends.
pub(super) struct Spares {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    room: Arc<Room>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    ready: VecDeque<Segment>,
    /// What the next one is made with.
    plan: Plan,
    /// What is left of the segment that is being written.
    left: u64,
    /// The last attempt found the disk full, or too many files open.
    is_short: bool,
    /// Why no more are made, until the writer has heard of it.
    failure: Option<Error>,
    /// Nobody will ask for one any more.
    is_closed: bool,
}

impl Spares {
    /// Starts with the spares that recovery found; `plan` is for the next one to make, `left` what
    /// is left of the segment that is being written.
    pub(super) fn start(
        (disk, dir): (Arc<dyn Disk>, PathBuf),
        room: Arc<Room>,
        (ready, plan, left): (VecDeque<Segment>, Plan, u64),
        prepare: Prepare,
    ) -> Result<Self, Error> {
        let state = State { ready, plan, left, is_short: false, failure: None, is_closed: false };
        state.tell(&room);
        let (state, changed) = (Mutex::new(state), Condvar::new());
        let shared = Arc::new(Shared { disk, dir, room, state, changed });
        let thread = match prepare {
            Prepare::Inline => None,
            Prepare::Ahead => Some(spawn(Arc::clone(&shared))?),
        };
        Ok(Self { shared, thread })
    }

    /// Without a thread, makes a spare if there is none. With or without one, says why no more
    /// can be made; a full disk is no failure.
    pub(super) fn make_ready(&self) -> Result<(), Error> {
        if self.thread.is_none() && self.shared.state.lock().ready.is_empty() {
            self.shared.make_one();
        }
        self.shared.state.lock().failure.take().map_or(Ok(()), Err)
    }

    /// The next segment. Waits while the disk is full: who asked [`Room`] first never waits here.
    pub(super) fn take(&self) -> Result<Segment, Error> {
        self.make_ready()?;
        let mut state = self.shared.state.lock();
        loop {
            if let Some(segment) = state.ready.pop_front() {
                state.left = body(&segment);
                state.tell(&self.shared.room);
                self.shared.changed.notify_all();
                return Ok(segment);
            }
            if let Some(failure) = state.failure.take() {
                return Err(failure);
            }
            let waits = self.thread.is_some() && !self.shared.room.is_closing();
            if state.is_short && !waits {
                return Err(Error::NoSpace { file: self.shared.dir.clone() });
            }
            self.shared.changed.wait(&mut state);
        }
    }

    /// Says what is left of the segment that is being written.
    pub(super) fn set_left(&self, left: u64) {
        let mut state = self.shared.state.lock();
        state.left = left;
        state.tell(&self.shared.room);
    }
}

impl Drop for Spares {
    fn drop(&mut self) {
        self.shared.state.lock().is_closed = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic in there has been reported by its thread; there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// The thread: makes one whenever there is none.
    fn run(&self) {
        loop {
            let mut state = self.state.lock();
            if state.is_short && !state.is_closed {
                self.changed.wait_for(&mut state, Duration::from_millis(ROOM_RETRY_MS));
            }
            while !state.is_closed && !state.ready.is_empty() {
                self.changed.wait(&mut state);
            }
            if state.is_closed {
                return;
            }
            drop(state);
            self.make_one();
        }
    }

    /// Leaves the disk to the traffic for so long, unless the next segment may be wanted soon.
    fn rest(&self, time: Duration) {
        let mut state = self.state.lock();
        if !state.is_closed && state.left > state.plan.length / 2 {
            self.changed.wait_for(&mut state, time);
        }
    }

    /// Makes the next one, without the lock: that takes some seconds, of which it rests the most.
    fn make_one(&self) {
        let plan = self.state.lock().plan;
        let mut began = Instant::now();
        let mut between = || {
            self.rest(began.elapsed() * REST);
            began = Instant::now();
        };
        let made = Segment::make_with(&*self.disk, &self.dir, plan, &mut between, |_| Ok(()));
        let mut state = self.state.lock();
        match made {
            Ok(segment) => {
                if state.is_short {
                    tracing::info!(segment = plan.number, "there is room for the journal again");
                }
                state.is_short = false;
                state.plan.number += 1;
                state.ready.push_back(segment);
            }
            Err(error) => {
                if !state.is_short {
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(error, "the next segment cannot be made");
                }
                state.is_short = error.is_shortage();
                state.is_closed |= !state.is_short;
                state.failure = (!state.is_short).then_some(error);
            }
        }
        state.tell(&self.room);
        self.changed.notify_all();
    }
}

impl State {
    /// What fits for certain: all in the present segment, or all in the next. Not the sum, because
    /// a batch is whole in one segment. After a failure nothing is refused, or nobody would ever
    /// write and meet it.
    fn tell(&self, room: &Room) {
        let fits = self.left.max(self.ready.front().map_or(0, body));
        room.set_bytes(if self.failure.is_some() { u64::MAX } else { fits });
    }
}

/// What batches may take of a segment that is empty: the rest is for its head and a mark.
fn body(segment: &Segment) -> u64 {
    segment.length - BODY - SECTOR_BYTES
}

fn spawn(shared: Arc<Shared>) -> Result<JoinHandle<()>, Error> {
    let dir = shared.dir.clone();
    std::thread::Builder::new()
        .name("journal-spares".into())
        .spawn(move || shared.run())
        .map_err(|source| Error::Io { call: "spawn", file: dir, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Real;

    fn shared(left: u64, is_closed: bool) -> Shared {
        let plan = Plan { number: 2, length: 4096, timeline: 1, first: None };
        let ready = VecDeque::new();
        let state = State { ready, plan, left, is_short: false, failure: None, is_closed };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        let (disk, dir) = (Arc::new(Real), PathBuf::new());
        Shared { disk, dir, room: Arc::new(Room::new(1, 1)), state, changed }
    }

    /// Whoever needs the next segment soon, or no more, does not wait until it has rested.
    #[test]
    fn it_rests_only_while_nobody_waits_for_it() {
        const LONG: Duration = Duration::from_secs(3_600);
        shared(2_048, false).rest(LONG);
        shared(4_000, true).rest(LONG);
        let waited_for = Arc::new(shared(4_000, false));
        let other = waited_for.clone();
        let resting = std::thread::spawn(move || other.rest(LONG));
        while !resting.is_finished() {
            waited_for.changed.notify_all();
            std::thread::yield_now();
        }
        resting.join().unwrap();
    }
}
