//! The one that waits for the disk: takes what waits, makes it durable, releases.
//!
//! [`Writer`] is a thread; [`WriterByHand`] is the same without one, for simulations and tests,
//! which say when it takes its turn. The first error is final (D8): nothing more is written,
//! synced or released.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::queue::{Group, Queue, Work};
use super::{Commits, Release};
use crate::journal::{Batch, Journal};
use crate::limits::{GATHER_FROM_RECORDS, GATHER_MAX, GATHER_STEP, IDLE_MS};
use crate::{Error, Position};

/// What is called with the error that ended the writer.
pub type OnFailure = Box<dyn FnOnce(Error) + Send>;

/// The writer's thread. Dropped, it stops as [`Writer::stop`] does.
pub struct Writer {
    thread: Option<JoinHandle<Result<Position, EndedBefore>>>,
    close: Box<dyn Fn() + Send>,
}

/// The error went to `on_failure`; this only says that there was one.
struct EndedBefore;

/// A writer that takes its turn when it is told to.
pub struct WriterByHand<J: Journal, R: Release> {
    journal: J,
    queue: Arc<Queue<R>>,
    /// Batches were written since the last mark.
    owes_mark: bool,
    /// How many records the last batch had.
    records_last: usize,
}

/// What one turn of the writer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A group became durable and was released.
    Committed,
    /// Nothing waited; a mark was put behind the last batch if none was there.
    Idle,
    /// The commits are closed and nothing is left.
    Closed,
}

impl Writer {
    /// Claims `journal` and starts writing. `on_failure` gets the error that ends it, if one does,
    /// on the writer's thread; the process should stop then.
    ///
    /// # Errors
    /// When the journal cannot be claimed, or no thread started.
    pub fn start<J: Journal, R: Release>(
        journal: J,
        on_failure: OnFailure,
    ) -> Result<(Self, Commits<R>), Error> {
        let (mut by_hand, commits) = WriterByHand::claim(journal)?;
        let queue = Arc::clone(&by_hand.queue);
        let thread = std::thread::Builder::new()
            .name("journal-writer".into())
            .spawn(move || by_hand.run(on_failure))
            .map_err(|source| Error::Io { call: "spawn", file: "journal-writer".into(), source })?;
        Ok((Self { thread: Some(thread), close: Box::new(move || queue.close()) }, commits))
    }

    /// Takes no more, makes durable and releases all that waits, writes the closing mark, and ends.
    ///
    /// # Errors
    /// [`Error::Failed`] if the journal has failed; `on_failure` knows how.
    pub fn stop(mut self) -> Result<Position, Error> {
        self.end()
    }

    fn end(&mut self) -> Result<Position, Error> {
        (self.close)();
        let thread = self.thread.take().ok_or(Error::Failed)?;
        match thread.join() {
            Ok(ended) => ended.map_err(|EndedBefore| Error::Failed),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.thread.is_some() && self.end().is_err() {
            tracing::error!("the journal had failed when its writer was dropped");
        }
    }
}

impl<J: Journal, R: Release> WriterByHand<J, R> {
    /// Claims `journal`; nothing is written until [`Self::turn`].
    ///
    /// # Errors
    /// When the journal cannot be claimed.
    pub fn claim(mut journal: J) -> Result<(Self, Commits<R>), Error> {
        let last = journal.claim()?;
        let queue = Arc::new(Queue::new(last, journal.room(), journal.archive()));
        let commits = Commits { queue: Arc::clone(&queue) };
        Ok((Self { journal, queue, owes_mark: false, records_last: 0 }, commits))
    }

    /// Commits one group, or puts the mark of an idle writer if nothing comes for `patience`.
    ///
    /// # Errors
    /// The first error is final: what waited was dropped.
    pub fn turn(&mut self, patience: Duration) -> Result<Turn, Error> {
        // With its mark written, only new work wakes it.
        let patience = (self.owes_mark || patience.is_zero()).then_some(patience);
        let turn = match self.queue.take(patience) {
            Work::Group(group) => self.commit(group).map(|()| Turn::Committed),
            Work::Idle => self.mark().map(|()| Turn::Idle),
            Work::Closed => self.mark().map(|()| Turn::Closed),
        };
        if turn.is_err() {
            self.queue.abandon();
        }
        turn
    }

    fn run(&mut self, on_failure: OnFailure) -> Result<Position, EndedBefore> {
        let ended = loop {
            match self.turn(Duration::from_millis(IDLE_MS)) {
                Ok(Turn::Closed) => break Ok(self.queue.durable()),
                Ok(Turn::Committed) if self.records_last > GATHER_FROM_RECORDS => self.gather(),
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "the journal has failed, nothing more is answered");
                    on_failure(error);
                    break Err(EndedBefore);
                }
            }
        };
        self.queue.set_ended();
        ended
    }

    /// Under load, lets the next group grow as long as more keeps coming, for a bounded time. On
    /// a fast disk groups would else be tiny, and waking everybody for each costs more than the
    /// write: a group of forty wakes a door once, ten groups of four wake it ten times.
    fn gather(&self) {
        let began = Instant::now();
        let mut gathered = 0;
        while began.elapsed() < GATHER_MAX {
            std::thread::sleep(GATHER_STEP);
            let now = self.queue.gathered();
            if now == gathered {
                return; // those who wait are all here: nobody will come while we do
            }
            gathered = now;
        }
    }

    /// One write, one sync, then the releases.
    fn commit(&mut self, mut group: Group<R>) -> Result<(), Error> {
        if !group.batch.is_empty() {
            let (records, bytes) = (group.batch.len(), group.batch.bytes());
            self.records_last = records;
            let began = Instant::now();
            let last = self.journal.append(&mut group.batch)?;
            self.queue.counters.add(records, bytes, began.elapsed());
            self.queue.set_durable(last.lsn, records, bytes);
            self.owes_mark = true;
        }
        for (lsn, release) in group.releases.drain(..) {
            release.release(self.queue.position(lsn));
        }
        group.batch.clear();
        self.queue.give_back(group);
        Ok(())
    }

    fn mark(&mut self) -> Result<(), Error> {
        if self.owes_mark {
            self.journal.append(&mut Batch::new())?;
            self.owes_mark = false;
        }
        Ok(())
    }
}
