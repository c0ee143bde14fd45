//! Sends a load: an open loop if there is a rate, else a closed one.
//!
//! ```text
//! open    due ──┬───┬───┬───┬───┬──▶ whatever the answers do; latency from when it was due
//! closed  send ▶ answer ▶ send ▶ answer ▶ as fast as the server lets each connection
//! ```

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use tokio::task::{JoinSet, LocalSet};

use super::catalog::Catalog;
use super::chance::Chance;
use super::client::Target;
use super::crew::{Crew, Window};
use super::ledger::Ledger;
use super::pulse::Pulse;
use super::queue::{Open, Queue};
use super::scenario::{Maker, ServerClock, Traffic};
use super::tally::Tally;
use super::zipf::Zipf;

/// Connections that an open loop may open over all threads. Below the 1,024 descriptors that a
/// process gets by default, on either side.
const CONNECTIONS_MAX: usize = 900;

/// How long after the end the last answers are waited for.
const DRAIN: Duration = Duration::from_secs(10);

/// How often the progress is told.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// How much is sent, and how fast.
#[derive(Debug, Clone)]
pub(super) struct Load {
    pub(super) connections: usize,
    pub(super) threads: usize,
    /// Promises per second of an open loop.
    pub(super) rate: Option<f64>,
    /// The first part, which counts in no figure.
    pub(super) warm_up: Duration,
    pub(super) stop: Stop,
}

/// When it ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stop {
    /// So long after the warm-up.
    After(Duration),
    /// When so many promises were asked for.
    Jobs(u64),
}

/// Everything that a load needs to know of the server and the run.
#[derive(Debug, Clone)]
pub(super) struct Bench {
    pub(super) target: Target,
    pub(super) catalog: Arc<Catalog>,
    pub(super) zipf: Arc<Zipf>,
    pub(super) clock: ServerClock,
    pub(super) seed: u64,
}

/// One thread's part of a load.
struct Part {
    load: Load,
    chance: Chance,
    start: Instant,
    /// Answers of all threads.
    answered: Arc<AtomicU64>,
}

impl Bench {
    /// Sends `traffic` as `load` says; `tell` hears how many answers there are now and then.
    pub(super) fn drive(
        &self,
        traffic: Traffic,
        load: &Load,
        tell: &mut dyn FnMut(u64),
    ) -> anyhow::Result<(Tally, Ledger)> {
        let answered = Arc::new(AtomicU64::new(0));
        let start = Instant::now();
        let (done, results) = mpsc::channel();
        for nth in 0..load.threads {
            let (bench, done) = (self.clone(), done.clone());
            let part = Part {
                load: load.share(nth),
                chance: Chance::of(self.seed, nth as u64),
                start,
                answered: answered.clone(),
            };
            std::thread::Builder::new()
                .name(format!("bench-{nth}"))
                .spawn(move || {
                    // Nobody listens any more when another thread has failed.
                    let _ = done.send(bench.crew(traffic, part));
                })
                .context("no thread for the generator")?;
        }
        drop(done);
        let (mut tally, mut ledger) = (Tally::new(), Ledger::of(&self.catalog));
        for _ in 0..load.threads {
            let (part, seen) = loop {
                match results.recv_timeout(TELL_EVERY) {
                    Ok(result) => break result?,
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Err(mpsc::RecvTimeoutError::Disconnected) => {
                        return Err(anyhow!("a generator thread ended without a result"));
                    }
                }
                tell(answered.load(std::sync::atomic::Ordering::Relaxed));
            };
            tally.beside(part);
            ledger.absorb(seen);
        }
        Ok((tally, ledger))
    }

    /// Sends one thread's part, on that thread.
    fn crew(&self, traffic: Traffic, part: Part) -> anyhow::Result<(Tally, Ledger)> {
        let Part { load, chance, start, answered } = part;
        let maker =
            Maker::new(traffic, self.catalog.clone(), self.zipf.clone(), (self.clock, chance));
        let (window, jobs) = load.window(start);
        let queue = match load.rate {
            Some(_) => Queue::Open(Open::default()),
            None => Queue::Closed { left: Cell::new(jobs), until: window.until },
        };
        let crew = Rc::new(Crew {
            target: self.target.clone(),
            catalog: self.catalog.clone(),
            maker: RefCell::new(maker),
            queue,
            window,
            sheds: load.rate.is_some(),
            tally: RefCell::new(Tally::new()),
            ledger: RefCell::new(Ledger::of(&self.catalog)),
            pending: RefCell::new(Vec::new()),
            last_answer: Cell::new(start),
            answered,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        LocalSet::new().block_on(&runtime, run(crew.clone(), &load, jobs));
        crew.give_up();
        let end = window.until.unwrap_or(crew.last_answer.get());
        let mut tally = crew.tally.replace(Tally::new());
        tally.measured = end.saturating_duration_since(window.from);
        Ok((tally, crew.ledger.take()))
    }
}

impl Load {
    /// What the `nth` thread sends of it.
    fn share(&self, nth: usize) -> Self {
        let part = |whole: u64| {
            let threads = self.threads as u64;
            whole / threads + u64::from((nth as u64) < whole % threads)
        };
        Self {
            connections: (part(self.connections as u64) as usize).max(1),
            rate: self.rate.map(|rate| rate / self.threads as f64),
            stop: match self.stop {
                Stop::Jobs(jobs) => Stop::Jobs(part(jobs)),
                after @ Stop::After(_) => after,
            },
            ..self.clone()
        }
    }

    fn window(&self, start: Instant) -> (Window, u64) {
        let from = start + self.warm_up;
        match self.stop {
            Stop::After(length) => (Window { from, until: Some(from + length) }, u64::MAX),
            Stop::Jobs(jobs) => (Window { from, until: None }, jobs),
        }
    }
}

/// Runs a crew's workers until all is answered, or nothing more comes.
async fn run(crew: Rc<Crew>, load: &Load, jobs: u64) {
    let mut workers = JoinSet::new();
    for _ in 0..load.connections {
        workers.spawn_local(crew.clone().work());
    }
    if let (Queue::Open(open), Some(rate)) = (&crew.queue, load.rate) {
        dispatch(&crew, open, &mut workers, Schedule { rate, jobs, threads: load.threads }).await;
    }
    loop {
        match tokio::time::timeout(Duration::from_secs(1), workers.join_next()).await {
            Ok(None) => return,
            Ok(Some(_)) => {}
            Err(_) => {
                let ended = crew.window.until.is_none_or(|end| Instant::now() > end);
                if ended && crew.last_answer.get().elapsed() > DRAIN {
                    return;
                }
            }
        }
    }
}

/// When requests are due in an open loop.
struct Schedule {
    rate: f64,
    jobs: u64,
    threads: usize,
}

/// Puts requests into the queue at their instants, and opens a connection more for each that finds
/// none idle.
async fn dispatch(crew: &Rc<Crew>, open: &Open, workers: &mut JoinSet<()>, schedule: Schedule) {
    let start = crew.last_answer.get();
    let due = |nth: u64| start + Duration::from_secs_f64(nth as f64 / schedule.rate);
    let pulse = Pulse::start(start, Duration::from_secs_f64(1.0 / schedule.rate));
    let mut nth = 0;
    loop {
        let now = Instant::now();
        let end = crew.window.until.map_or(now, |until| until.min(now));
        while nth < schedule.jobs && due(nth) <= end {
            open.put(due(nth));
            nth += 1;
        }
        let short = open.short_of();
        let more = (CONNECTIONS_MAX / schedule.threads).saturating_sub(workers.len());
        for _ in 0..short.min(more) {
            workers.spawn_local(crew.clone().work());
        }
        crew.waited(short.saturating_sub(more));
        if nth == schedule.jobs || crew.window.until.is_some_and(|until| now >= until) {
            break;
        }
        pulse.beat().await;
    }
    // Those that were due just now get to an idle connection first. What then still waits when the
    // time is over does not leave any more.
    tokio::task::yield_now().await;
    crew.never_left(&open.close(crew.window.until.is_some()));
}
