//! One generator thread's crew: its connections, and what their answers mean.
//!
//! A worker is one connection. It takes what is due, sends it, and enters the answer into the
//! thread's own ledger and tally, so that nothing is shared between threads while they run.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::{Method, StatusCode, Uri};

use super::answer::Promised;
use super::catalog::Catalog;
use super::client::{Answer, Connection, Target};
use super::ledger::{Asked, Ledger, Sale};
use super::queue::Queue;
use super::scenario::{Job, Maker, Then, Traffic, action_body};
use super::tally::{self, Tally};

/// A connection that was idle for longer is not used again: the server, which keeps one for a minute,
/// may be closing it at this moment, and a promise may not be sent twice to find out.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// How long a worker waits after it could not connect, so that a dead server is not stormed.
const CONNECT_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// One thread's load and what came of it.
pub(super) struct Crew {
    pub(super) target: Target,
    pub(super) catalog: Arc<Catalog>,
    pub(super) maker: RefCell<Maker>,
    pub(super) queue: Queue,
    pub(super) window: Window,
    /// Whether 429 and 503 are an answer to too much load, as in an open loop, or an error.
    pub(super) sheds: bool,
    pub(super) tally: RefCell<Tally>,
    pub(super) ledger: RefCell<Ledger>,
    /// What each worker has sent and got no answer to yet.
    pub(super) pending: RefCell<Vec<Option<Pending>>>,
    pub(super) last_answer: Cell<Instant>,
    /// Answers of all threads, for the progress bar.
    pub(super) answered: Arc<AtomicU64>,
}

/// The part of a phase that counts in the figures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) from: Instant,
    /// `None`: until the last answer.
    pub(super) until: Option<Instant>,
}

/// A request without an answer.
pub(super) enum Pending {
    Echo,
    Promise(Asked),
    Action { sale: Sale, frees: bool },
}

/// A worker's connection.
struct Wire {
    slot: usize,
    connection: Option<Connection>,
    used: Instant,
}

/// Why there is no answer.
enum Failed {
    /// Nothing was sent.
    Unsent(String),
    /// The request may have arrived.
    Cut(String),
}

impl Crew {
    /// One worker, until nothing is due any more.
    pub(super) async fn work(self: Rc<Self>) {
        let slot = self.pending.borrow().len();
        self.pending.borrow_mut().push(None);
        self.tally.borrow_mut().connections_max += 1;
        let mut wire = Wire { slot, connection: None, used: Instant::now() };
        if self.queue.is_empty() {
            // A client's pool is open before its customers come; the first request tells of a failure.
            let _ = wire.open(&self.target).await;
        }
        while let Some(due) = self.queue.next().await {
            let job = self.maker.borrow_mut().next();
            self.promise(&mut wire, job, due).await;
        }
    }

    /// Notes that so many requests find no connection and none may be opened for them.
    pub(super) fn waited(&self, requests: usize) {
        let mut tally = self.tally.borrow_mut();
        tally.backlog_max = tally.backlog_max.max(requests as u64);
    }

    /// Counts requests that found no connection in time. They waited at least until now: left out,
    /// they would make the latencies look better the worse it goes.
    pub(super) fn never_left(&self, dues: &VecDeque<Instant>) {
        let mut tally = self.tally.borrow_mut();
        tally.unsent += dues.len() as u64;
        for &due in dues.iter().filter(|&&due| due >= self.window.from) {
            tally::record(&mut tally.promises, due.elapsed());
        }
    }

    /// Enters what nobody will answer any more.
    pub(super) fn give_up(&self) {
        for pending in self.pending.borrow_mut().iter_mut().filter_map(Option::take) {
            self.cut(pending, "no answer".into());
        }
    }

    /// Asks for a promise, and does with it what the job says.
    async fn promise(&self, wire: &mut Wire, job: Job, due: Instant) {
        self.tally.borrow_mut().sent += 1;
        let pending = match self.maker.borrow().traffic() {
            Traffic::Echoes => Pending::Echo,
            _ => Pending::Promise(job.asked),
        };
        let Some((answer, _)) = self.send(wire, pending, job.path, job.body).await else {
            return;
        };
        let Some((sale, version)) = self.enter_promise(&job.asked, job.then, &answer, due) else {
            return;
        };
        match job.then {
            Then::Nothing | Then::Lapse(_) => {}
            Then::Confirm => self.act(wire, "CONFIRM_PROMISE", version, sale).await,
            Then::Cancel => self.act(wire, "CANCEL", version, sale).await,
        }
    }

    /// Enters the answer to a promise or an echo; returns a promise that holds all it should.
    fn enter_promise(
        &self,
        asked: &Asked,
        then: Then,
        answer: &Answer,
        due: Instant,
    ) -> Option<(Sale, u64)> {
        let echoes = self.maker.borrow().traffic() == Traffic::Echoes;
        match answer.status {
            StatusCode::OK if echoes => {
                self.measure(due, true);
                None
            }
            StatusCode::CREATED if !echoes => {
                self.measure(due, true);
                self.enter_promised(asked, then, answer)
            }
            StatusCode::CONFLICT if !echoes => {
                self.measure(due, true);
                self.tally.borrow_mut().sold_out += 1;
                self.ledger.borrow_mut().refused(asked);
                None
            }
            _ => {
                let pending = if echoes { Pending::Echo } else { Pending::Promise(*asked) };
                self.turned_away(answer, pending);
                None
            }
        }
    }

    fn enter_promised(&self, asked: &Asked, then: Then, answer: &Answer) -> Option<(Sale, u64)> {
        let mut ledger = self.ledger.borrow_mut();
        let promised = match Promised::read(&answer.body, &self.catalog) {
            Ok(promised) => promised,
            Err(odd) => {
                // It was acknowledged, but who knows what.
                ledger.unanswered(asked);
                ledger.odd(odd);
                return None;
            }
        };
        let version = promised.version;
        let until = if let Then::Lapse(until) = then { Some(until) } else { None };
        let (sale, whole) = ledger.promised(asked, promised, until, &self.catalog);
        let mut tally = self.tally.borrow_mut();
        *(if whole { &mut tally.held } else { &mut tally.sold_out }) += 1;
        whole.then_some((sale, version))
    }

    /// Confirms or cancels a promise.
    async fn act(&self, wire: &mut Wire, name: &str, version: u64, sale: Sale) {
        let order = self.ledger.borrow().order_of(&sale);
        let path = Uri::try_from(format!("/api/orders/{order}/actions"))
            .expect("a uuid has only characters that a path may have");
        let frees = name == "CANCEL";
        let pending = Pending::Action { sale, frees };
        let due = Instant::now();
        let Some((answer, pending)) =
            self.send(wire, pending, path, action_body(name, version)).await
        else {
            return;
        };
        let Pending::Action { sale, .. } = pending else {
            return;
        };
        if answer.status != StatusCode::OK {
            self.turned_away(&answer, Pending::Action { sale, frees });
            return;
        }
        self.measure(due, false);
        let (mut tally, mut ledger) = (self.tally.borrow_mut(), self.ledger.borrow_mut());
        if frees {
            tally.cancelled += 1;
            ledger.cancelled(&sale);
        } else {
            tally.confirmed += 1;
            ledger.confirmed(&sale);
        }
    }

    /// Sends, and waits for the answer; without one, enters that and returns nothing.
    async fn send(
        &self,
        wire: &mut Wire,
        pending: Pending,
        path: Uri,
        body: Bytes,
    ) -> Option<(Answer, Pending)> {
        self.pending.borrow_mut()[wire.slot] = Some(pending);
        let result = wire.send(&self.target, path, body).await;
        let pending = self.pending.borrow_mut()[wire.slot].take()?;
        self.last_answer.set(Instant::now());
        self.answered.fetch_add(1, Ordering::Relaxed);
        match result {
            Ok(answer) => Some((answer, pending)),
            Err(Failed::Cut(words)) => {
                self.cut(pending, words);
                None
            }
            Err(Failed::Unsent(words)) => {
                self.tally.borrow_mut().error("not connected".into(), || words);
                tokio::time::sleep(CONNECT_AGAIN_AFTER).await;
                None
            }
        }
    }

    /// Counts an answer that just came, and its latency from the instant it was due.
    fn measure(&self, due: Instant, promise: bool) {
        let now = self.last_answer.get();
        let mut tally = self.tally.borrow_mut();
        let counts = now >= self.window.from && self.window.until.is_none_or(|end| now <= end);
        if promise {
            tally.promises_measured += u64::from(counts);
        } else {
            tally.actions_measured += u64::from(counts);
        }
        if due >= self.window.from {
            let latencies = if promise { &mut tally.promises } else { &mut tally.actions };
            tally::record(latencies, now - due);
        }
    }

    /// An answer that is neither success nor sold out.
    fn turned_away(&self, answer: &Answer, pending: Pending) {
        if tally::is_shed(answer.status) {
            let mut tally = self.tally.borrow_mut();
            if self.sheds {
                tally.shed += 1;
            } else {
                tally.error(answer.status.as_str().into(), || answer.excerpt());
            }
        } else if answer.status.is_server_error() {
            // A timeout is not a no, and neither is anything else that broke on the way.
            self.enter_doubt(pending);
            let mut tally = self.tally.borrow_mut();
            tally.error(answer.status.as_str().into(), || answer.excerpt());
        } else {
            let mut tally = self.tally.borrow_mut();
            tally.error(answer.status.as_str().into(), || answer.excerpt());
        }
    }

    /// The connection ended before the answer.
    fn cut(&self, pending: Pending, words: String) {
        self.enter_doubt(pending);
        self.tally.borrow_mut().error("cut".into(), || words);
    }

    fn enter_doubt(&self, pending: Pending) {
        let mut ledger = self.ledger.borrow_mut();
        match pending {
            Pending::Echo => {}
            Pending::Promise(asked) => ledger.unanswered(&asked),
            Pending::Action { sale, frees } => ledger.action_unanswered(&sale, frees),
        }
    }
}

impl Wire {
    /// The connection, opened if it is not.
    async fn open(&mut self, target: &Target) -> Result<&mut Connection, Failed> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            closed => {
                let opened = Connection::open(target).await;
                let opened = opened.map_err(|error| Failed::Unsent(format!("{error:#}")))?;
                Ok(closed.insert(opened))
            }
        }
    }

    async fn send(&mut self, target: &Target, path: Uri, body: Bytes) -> Result<Answer, Failed> {
        if self.used.elapsed() > IDLE_MAX || self.connection.as_ref().is_some_and(|c| c.is_closed())
        {
            self.connection = None;
        }
        let connection = self.open(target).await?;
        let result = connection.send(Method::POST, path, body).await;
        self.used = Instant::now();
        result.map_err(|error| {
            self.connection = None;
            Failed::Cut(error.to_string())
        })
    }
}
