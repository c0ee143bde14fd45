//! Webhooks: news carried to whoever subscribed to them (D11, D12).
//!
//! One thread with a small runtime for all subscriptions. It reads what is durable, from each
//! subscription's own position, and calls; the shard never waits for it.

mod address;
mod call;
mod courier;
mod figures;
mod log;
mod positions;
mod schedule;
mod signature;
mod target;
pub(crate) mod terms;
mod worker;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use actors::{Clock, Pace, Random, ShardHandle};
use anyhow::Context;
use futures_util::StreamExt;
use parking_lot::Mutex;
use snapshots::Lsn;
use tokio::sync::{Notify, watch};
use workflow::id::SubscriptionId;

pub use address::{Targets, is_public};
pub use figures::Figures;
pub(crate) use log::{Attempt, CallOutcome};
pub use schedule::Schedule;

use courier::Courier;
use figures::Counters;
use log::Log;
use positions::Positions;
use worker::{Calls, Worker};

/// How often it asks who has subscribed, should nobody have said so.
const LEARN_EVERY: Duration = Duration::from_secs(10);
/// How often positions are written at most.
const NOTE_EVERY: Duration = Duration::from_secs(1);

/// Carries news out until it is stopped.
pub struct Webhooks {
    news: Arc<Notify>,
    counters: Arc<Counters>,
    log: Arc<Log>,
    is_over: watch::Sender<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Webhooks {
    /// Starts the thread. Positions are kept in `dir`; `durable` tells when there is more. By the
    /// clock of the records it is known which secrets are good.
    ///
    /// # Errors
    /// When positions cannot be read, or no thread can be started.
    pub fn start(
        shard: ShardHandle,
        durable: watch::Receiver<Lsn>,
        dir: &Path,
        (targets, schedule, clock): (Targets, Schedule, Clock),
    ) -> anyhow::Result<Webhooks> {
        let (counters, log) = (Arc::new(Counters::default()), Arc::new(Log::default()));
        let positions =
            Positions::open(dir).with_context(|| format!("cannot use {}", dir.display()))?;
        let worker = Worker {
            archive: shard.archive(),
            shard,
            courier: Courier::new(targets),
            positions,
            schedule,
            counters: counters.clone(),
            log: log.clone(),
            pace: Pace::real(),
            clock,
            random: Random::drawn(),
            targets: BTreeMap::new(),
            readers: BTreeMap::new(),
            listed: Lsn::ZERO,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (news, is_over) = (Arc::new(Notify::new()), watch::Sender::new(false));
        let (told, over) = (news.clone(), is_over.subscribe());
        let run = move || runtime.block_on(work(worker, &told, durable, over));
        let thread = std::thread::Builder::new().name("webhooks".into()).spawn(run)?;
        Ok(Webhooks { news, counters, log, is_over, thread: Mutex::new(Some(thread)) })
    }

    /// Says that somebody has subscribed, or wants to be told no more.
    pub fn changed(&self) {
        self.news.notify_one();
    }

    /// Whether calls go out: the thread runs, reads the journal and writes down how far it is. A
    /// receiver that does not answer changes nothing about that.
    pub fn is_up(&self) -> bool {
        let runs = self.thread.lock().as_ref().is_some_and(|thread| !thread.is_finished());
        runs && !self.counters.is_stuck()
    }

    /// What was done so far.
    pub fn figures(&self) -> Figures {
        self.counters.figures()
    }

    /// The newest attempts to call for a subscription since the start, the newest first.
    pub(crate) fn attempts(&self, id: SubscriptionId) -> Vec<Attempt> {
        self.log.of(id)
    }

    /// Writes positions down and ends. Calls under way are broken off, and made again later.
    pub fn stop(&self) {
        self.is_over.send_replace(true);
        if let Some(thread) = self.thread.lock().take() {
            // A thread that panicked has ended too; its message is in the log.
            let _ = thread.join();
        }
    }
}

/// Why the worker does something.
enum Turn {
    Over,
    Made(worker::Made),
    Learn,
    /// There is more, or something is due.
    Go,
}

async fn work(
    mut worker: Worker,
    told: &Notify,
    mut durable: watch::Receiver<Lsn>,
    mut over: watch::Receiver<bool>,
) {
    let mut calls = Calls::new();
    let mut learned = tokio::time::Instant::now();
    let mut noted = learned;
    if worker.learn().await.is_none() {
        return;
    }
    worker.note(); // from now on the journal keeps what subscriptions need
    loop {
        let has_more = worker.read();
        worker.launch(&mut calls);
        if noted.elapsed() >= NOTE_EVERY {
            worker.note();
            noted = tokio::time::Instant::now();
        }
        let due =
            worker.next_due().map(|due| Duration::from_millis(due.since(worker.pace.now()).0));
        // What is due but may not go yet waits for a call that is under way.
        let due = due.filter(|due| !due.is_zero()).unwrap_or(LEARN_EVERY);
        let idle = worker.targets.is_empty();
        let longest = if idle { LEARN_EVERY } else { NOTE_EVERY };
        let rest = if has_more { Duration::ZERO } else { due.min(longest) };
        let turn = tokio::select! {
            biased;
            _ = over.wait_for(|over| *over) => Turn::Over,
            Some(made) = calls.next(), if !calls.is_empty() => Turn::Made(made),
            () = told.notified() => Turn::Learn,
            more = durable.changed(), if !has_more && !idle => match more {
                Ok(()) => Turn::Go,
                Err(_) => Turn::Over, // the journal has ended
            },
            () = tokio::time::sleep(rest) => match learned.elapsed() >= LEARN_EVERY {
                true => Turn::Learn,
                false => Turn::Go,
            },
        };
        match turn {
            Turn::Over => break,
            Turn::Made(made) => worker.settle(made).await,
            Turn::Learn => {
                learned = tokio::time::Instant::now();
                if worker.learn().await.is_none() {
                    break;
                }
            }
            Turn::Go => {}
        }
    }
    drop(calls);
    worker.note();
}
