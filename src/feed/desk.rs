//! The feed of a server: who may read, who is reading, and when there is more.
//!
//! A stream is a task that has the crew read a step, hands the messages to its client's buffer,
//! and waits for the bell. It never touches the shard's thread.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actors::ShardHandle;
use parking_lot::Mutex;
use snapshots::journal::Archive;
use snapshots::{Error, Lsn};
use tokio::sync::watch;
use tokio::time::Instant;
use workflow::id::TenantId;

use super::bell::Bell;
use super::buffer::{Lost, Source};
use super::crew::Crew;
use super::reading::{From, Reading, Wanted};
use crate::limits::{FEED_BUFFER_BYTES_MAX, FEED_STREAMS_MAX, FEED_STREAMS_PER_TENANT_MAX};

/// Threads that read the journal for all streams together.
const READERS: usize = 2;

/// How often a stream looks whether its reader may still read.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What a test wants otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// After so long without a message a reader is told how far it is.
    pub quiet: Duration,
    /// A client whose buffer is full and that takes nothing for so long is cut off.
    pub patience: Duration,
    /// Bytes that wait for one client at most.
    pub buffer_bytes: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            quiet: Duration::from_secs(5),
            patience: Duration::from_secs(15),
            buffer_bytes: FEED_BUFFER_BYTES_MAX,
        }
    }
}

/// The feed of a server.
pub struct Desk {
    /// What was set.
    pub options: Options,
    archive: Arc<dyn Archive>,
    crew: Crew,
    bell: Mutex<Bell>,
    durable: watch::Receiver<Lsn>,
    closing: watch::Sender<bool>,
    seats: Mutex<BTreeMap<TenantId, usize>>,
    messages: AtomicU64,
    cut_off: AtomicU64,
}

/// What the feed has done, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Streams that are open.
    pub streams: u64,
    /// Messages that were handed to clients' buffers.
    pub messages: u64,
    /// Streams whose client did not read.
    pub cut_off: u64,
}

impl Figures {
    /// Adds another shard's figures.
    pub fn add(&mut self, other: &Figures) {
        self.streams += other.streams;
        self.messages += other.messages;
        self.cut_off += other.cut_off;
    }
}

/// The right to one stream. It ends with the stream, not with the request.
pub struct Seat {
    desk: Arc<Desk>,
    tenant: TenantId,
}

impl Desk {
    /// The feed of what this shard makes durable.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start(shard: ShardHandle, options: Options) -> io::Result<Arc<Desk>> {
        let archive = shard.archive();
        let bell = Bell::start(shard)?;
        let durable = bell.durable();
        Ok(Arc::new(Desk {
            options,
            archive,
            crew: Crew::start(READERS)?,
            bell: Mutex::new(bell),
            durable,
            closing: watch::Sender::new(false),
            seats: Mutex::default(),
            messages: AtomicU64::new(0),
            cut_off: AtomicU64::new(0),
        }))
    }

    /// Takes a seat, unless the tenant has all of its own or there is none left.
    pub fn seat(self: &Arc<Desk>, tenant: &TenantId) -> Option<Seat> {
        let mut seats = self.seats.lock();
        let taken = seats.values().sum::<usize>();
        let own = seats.get(tenant).copied().unwrap_or(0);
        if own >= FEED_STREAMS_PER_TENANT_MAX || taken >= FEED_STREAMS_MAX {
            return None;
        }
        seats.insert(tenant.clone(), own + 1);
        Some(Seat { desk: self.clone(), tenant: tenant.clone() })
    }

    /// Opens a reader at its first place; none while the server stops.
    pub async fn open(&self, from: From, wanted: Wanted) -> Option<Result<Reading, Error>> {
        let archive = self.archive.clone();
        self.crew.work(move || Reading::open(&archive, from, wanted)).await
    }

    /// The newest durable record, and when it changes.
    pub fn durable(&self) -> watch::Receiver<Lsn> {
        self.durable.clone()
    }

    /// What was done so far.
    pub fn figures(&self) -> Figures {
        Figures {
            streams: self.seats.lock().values().sum::<usize>() as u64,
            messages: self.messages.load(Ordering::Relaxed),
            cut_off: self.cut_off.load(Ordering::Relaxed),
        }
    }

    /// Ends all streams that follow; those that end by themselves go on to their end.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Ends the threads. Streams are over by then.
    pub fn stop(&self) {
        self.crew.stop();
        self.bell.lock().stop();
    }
}

impl Seat {
    /// Feeds a client until it has what it wants, or goes, or may read no more, or the server stops.
    pub async fn feed(
        self,
        reading: Reading,
        source: Source,
        follow: bool,
        may: impl Fn() -> bool,
    ) {
        let desk = self.desk.clone();
        let done = tokio::select! {
            done = desk.run(reading, &source, follow) => done,
            () = refused(may) => {
                tracing::info!(tenant = %self.tenant, "a reader of the feed may read no more");
                return source.shut();
            }
        };
        match done {
            Ok(()) => source.end(),
            Err(Some(Lost::CutOff)) => {
                desk.cut_off.fetch_add(1, Ordering::Relaxed);
                tracing::info!(tenant = %self.tenant, "a reader of the feed did not read");
            }
            // It hung up, or the journal could not be read: then the body is not whole.
            Err(Some(Lost::Gone) | None) => {}
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.desk.seats.lock();
        if let Some(own) = seats.get_mut(&self.tenant) {
            *own -= 1;
            if *own == 0 {
                seats.remove(&self.tenant);
            }
        }
    }
}

/// Waits until a reader may read no more.
async fn refused(may: impl Fn() -> bool) {
    while may() {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Why a stream waits no more.
enum Waited {
    /// More is durable.
    More,
    /// Nothing came for a while.
    Quiet,
    /// The server stops.
    Closing,
    /// The client has gone.
    Gone,
}

impl Desk {
    async fn run(
        &self,
        mut reading: Reading,
        source: &Source,
        follow: bool,
    ) -> Result<(), Option<Lost>> {
        let mut durable = self.durable.clone();
        let mut last_told = Instant::now();
        loop {
            let job = move || {
                let step = reading.step();
                (reading, step)
            };
            let (back, step) = self.crew.work(job).await.ok_or(None)?;
            reading = back;
            let step = step.map_err(|error| {
                tracing::error!(%error, "the feed cannot read on");
                None
            })?;
            for message in step.messages {
                source.put(message).await?;
                self.messages.fetch_add(1, Ordering::Relaxed);
                last_told = Instant::now();
            }
            if step.is_over {
                return Ok(());
            }
            let mut is_quiet = last_told.elapsed() >= self.options.quiet;
            if step.is_caught_up && !follow {
                if reading.has_passed_some() {
                    source.put(reading.position()).await?;
                }
                return Ok(());
            }
            if step.is_caught_up && !is_quiet {
                let until = last_told + self.options.quiet;
                match self.wait(&mut durable, reading.at(), until, source).await {
                    Waited::More => {}
                    Waited::Quiet => is_quiet = true,
                    Waited::Closing => return Ok(()),
                    Waited::Gone => return Err(Some(Lost::Gone)),
                }
            }
            if is_quiet {
                source.put(reading.position()).await?;
                last_told = Instant::now();
            }
            if follow && *self.closing.borrow() {
                return Ok(());
            }
        }
    }

    async fn wait(
        &self,
        durable: &mut watch::Receiver<Lsn>,
        at: Lsn,
        until: Instant,
        source: &Source,
    ) -> Waited {
        let mut closing = self.closing.subscribe();
        tokio::select! {
            more = durable.wait_for(|durable| *durable > at) => match more {
                Ok(_) => Waited::More,
                Err(_) => Waited::Closing, // the journal has ended
            },
            () = tokio::time::sleep_until(until) => Waited::Quiet,
            _ = closing.wait_for(|closing| *closing) => Waited::Closing,
            () = source.gone() => Waited::Gone,
        }
    }
}
