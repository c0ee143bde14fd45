//! What all handlers share, and the only place where HTTP waits for a shard.
//!
//! One timeout, for everything: a request either gets its answer, or the answer that nobody
//! knows. A handler that is dropped drops neither its work nor its permit; both are the shard's.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actors::{Answer, MailFigures, Shown, Verdict, Work};
use dashmap::DashMap;
use smol_str::SmolStr;
use snapshots::{Lsn, Position};
use workflow::id::TenantId;
use workflow::outcome::Outcome;
use workflow::reply::StoredReply;

use crate::admission::{Admission, Permit};
use crate::auth::{Caller, Credentials};
use crate::failure::{Failed, Failure};
use crate::limits::ANSWER_TIME_MAX;
use crate::unsubscribe::Unsubscribe;

pub use actors::ShardHandle;

/// What all handlers share.
pub struct App {
    /// Where the tenants live.
    pub shards: Shards,
    /// Who may come in.
    pub admission: Admission,
    /// Who asks.
    pub credentials: Credentials,
    /// Whether `POST /bench/echo` is served.
    pub echo: bool,
    /// How long a request waits for its shard.
    pub answer_time_max: Duration,
    /// Reads the links that customers unsubscribe with.
    pub unsubscribe: Option<Arc<Unsubscribe>>,
    /// What the mailer has done, if there is one.
    pub mail: OnceLock<MailCounts>,
    ready: AtomicBool,
    stopping: AtomicBool,
    latest: Latest,
    correlation: Correlation,
}

/// Tells what a mailer has done.
pub type MailCounts = Box<dyn Fn() -> MailFigures + Send + Sync>;

/// Where the tenants live.
#[derive(Default)]
pub struct Shards {
    all: Option<Shard>,
    by_tenant: DashMap<TenantId, Shard>,
}

/// Who answers for a tenant: a shard, or in tests of a door the core itself.
#[derive(Clone)]
enum Shard {
    Live(ShardHandle),
    #[cfg(test)]
    Played(Arc<crate::http::testing::Played>),
}

/// What a shard said, once that is on disk.
pub struct Answered {
    /// The position that the answer reflects.
    pub at: Position,
    /// What came of the request.
    pub said: Said,
}

/// What came of a request that was carried out.
pub enum Said {
    /// This, and nothing of it is stored.
    Now(Outcome),
    /// It was carried out, and this reply is stored under the request's key.
    Kept(Arc<StoredReply>),
    /// It was carried out before: the same bytes again (K1).
    Again(Arc<StoredReply>),
}

impl App {
    /// An app that is not ready yet; see [`App::set_ready`].
    pub fn of(shards: Shards, credentials: Credentials) -> App {
        App {
            shards,
            admission: Admission::default(),
            credentials,
            echo: false,
            answer_time_max: ANSWER_TIME_MAX,
            unsubscribe: None,
            mail: OnceLock::new(),
            ready: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            latest: Latest::default(),
            correlation: Correlation::new(),
        }
    }

    /// Hands `work` to the caller's shard, and waits for the answer until the deadline.
    pub async fn ask(
        &self,
        caller: &Caller,
        work: Work,
        permit: Permit,
    ) -> Result<Answered, Failed> {
        if !self.is_ready() {
            return Err(Failure::Stopping.into());
        }
        let shard = self.shards.of_tenant(&caller.tenant).ok_or(Failure::Stopping)?;
        let asked = shard.ask(work, permit);
        match tokio::time::timeout(self.answer_time_max, asked).await {
            Ok(Some(answer)) => self.sort(answer),
            // Nobody will answer any more, or not in time: either way it may have happened.
            Ok(None) | Err(_) => {
                tracing::warn!(tenant = %caller.tenant, "a shard did not answer in time");
                Err(Failure::OutcomeUnknown.into())
            }
        }
    }

    /// Notes that everything is recovered up to this position, and lets requests in.
    pub fn set_ready(&self, at: Position) {
        self.latest.note(at);
        self.ready.store(true, Ordering::Relaxed);
    }

    /// Refuses whatever comes from now on.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether requests are let in.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed) && !self.stopping.load(Ordering::Relaxed)
    }

    /// What the mailer has done; none if no mail server is configured.
    pub fn mail_figures(&self) -> Option<MailFigures> {
        self.mail.get().map(|figures| figures())
    }

    /// The latest position that an answer reflected; it is on disk.
    pub fn latest(&self) -> Position {
        self.latest.position()
    }

    /// A name for a request that came without one.
    pub fn correlation_id(&self) -> SmolStr {
        self.correlation.next()
    }

    fn sort(&self, answer: Answer) -> Result<Answered, Failed> {
        let at = answer.at;
        self.latest.note(at);
        let failed = |failure| Err(Failed { failure, at: Some(at) });
        let said = match answer.verdict {
            Verdict::Done(Shown { outcome, stored: None }) => Said::Now(outcome),
            Verdict::Done(Shown { stored: Some(stored), .. }) => Said::Kept(stored),
            Verdict::Replayed(stored) => Said::Again(stored),
            Verdict::Refused(refusal) => return failed(Failure::Refused(refusal)),
            Verdict::KeyReused => return failed(Failure::KeyReused),
            Verdict::KeyBusy => return failed(Failure::KeyBusy),
            Verdict::NoRoom => return failed(Failure::NoRoom),
            // The handle looks again itself; what it could not find out is tried again later.
            Verdict::Rebuilding | Verdict::LookAgain => return failed(Failure::Overloaded),
        };
        Ok(Answered { at, said })
    }
}

impl Shards {
    /// One shard for all tenants.
    pub fn one(shard: ShardHandle) -> Shards {
        Shards { all: Some(Shard::Live(shard)), by_tenant: DashMap::new() }
    }

    /// The core itself for all tenants, without a journal.
    #[cfg(test)]
    pub(crate) fn played(world: Arc<crate::http::testing::Played>) -> Shards {
        Shards { all: Some(Shard::Played(world)), by_tenant: DashMap::new() }
    }

    /// Whether a snapshot does not follow its journal.
    pub fn has_trouble(&self) -> bool {
        self.all.iter().any(Shard::has_trouble)
            || self.by_tenant.iter().any(|shard| shard.has_trouble())
    }

    /// Gives a tenant a shard of its own.
    pub fn put(&self, tenant: TenantId, shard: ShardHandle) {
        self.by_tenant.insert(tenant, Shard::Live(shard));
    }

    /// Where a tenant lives. A clone: no guard of the map leaves this function.
    fn of_tenant(&self, tenant: &TenantId) -> Option<Shard> {
        if let Some(shard) = &self.all {
            return Some(shard.clone());
        }
        self.by_tenant.get(tenant).map(|shard| shard.value().clone())
    }
}

impl Shard {
    /// The answer; none if there will be no answer.
    async fn ask(&self, work: Work, permit: Permit) -> Option<Answer> {
        match self {
            Shard::Live(shard) => shard.ask(work, Some(Box::new(permit))).await.ok(),
            #[cfg(test)]
            Shard::Played(played) => {
                drop(permit);
                Some(played.answer(work))
            }
        }
    }

    fn has_trouble(&self) -> bool {
        match self {
            Shard::Live(shard) => shard.snapshot_trouble().is_some(),
            #[cfg(test)]
            Shard::Played(played) => played.is_stuck(),
        }
    }
}

/// The latest position seen: 16 bits of timeline, 48 of LSN, so that one number holds both.
#[derive(Default)]
struct Latest(AtomicU64);

const LSN_BITS: u32 = 48;

impl Latest {
    fn note(&self, at: Position) {
        let packed = (u64::from(at.timeline) << LSN_BITS) | at.lsn.0;
        if packed > self.0.load(Ordering::Relaxed) {
            self.0.fetch_max(packed, Ordering::Relaxed);
        }
    }

    fn position(&self) -> Position {
        let packed = self.0.load(Ordering::Relaxed);
        let timeline = u32::try_from(packed >> LSN_BITS).unwrap_or(u32::MAX);
        Position { timeline, lsn: Lsn(packed & ((1 << LSN_BITS) - 1)) }
    }
}

/// Names for requests: a number that differs from start to start, and a count.
struct Correlation {
    start: u64,
    count: AtomicU64,
}

impl Correlation {
    fn new() -> Correlation {
        let start = RandomState::new().build_hasher().finish();
        Correlation { start, count: AtomicU64::new(0) }
    }

    fn next(&self) -> SmolStr {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        smol_str::format_smolstr!("{:08x}-{count:x}", self.start as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_position_only_grows() {
        let latest = Latest::default();
        let at = |timeline, lsn| Position { timeline, lsn: Lsn(lsn) };
        latest.note(at(1, 900));
        latest.note(at(1, 7));
        assert_eq!(latest.position(), at(1, 900));
        latest.note(at(2, 3));
        assert_eq!(latest.position(), at(2, 3));
    }

    #[test]
    fn no_two_requests_are_given_the_same_name() {
        let names = Correlation::new();
        assert_ne!(names.next(), names.next());
    }
}
