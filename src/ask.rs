//! What all handlers share, and the only place where HTTP waits for a shard.
//!
//! One timeout, for everything: a request either gets its answer, or the answer that nobody
//! knows. A handler that is dropped drops neither its work nor its permit; both are the shard's.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use actors::{Answer, Clock, MailFigures, Pace, Shown, Verdict, Work};
use snapshots::{Lsn, Position};
use workflow::calendar::Zone;
use workflow::command::Query;
use workflow::id::TenantId;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::reply::StoredReply;
use workflow::settings::Invitations;

use crate::admission::{Admission, Permit};
use crate::auth::{Caller, Credentials};
use crate::connections::Connections;
use crate::failure::{Failed, Failure};
use crate::limits::ANSWER_TIME_MAX;
use crate::outside::Outside;
use crate::patience::within;
use crate::secrets::Secrets;
use crate::shards::Directory;
use crate::unsubscribe::Unsubscribe;
use crate::webhooks::Targets;

/// What all handlers share.
pub struct App {
    /// Who answers for the tenants.
    pub behind: Behind,
    /// Who may come in.
    pub admission: Admission,
    /// Who asks.
    pub credentials: Credentials,
    /// Who is connected.
    pub connections: Arc<Connections>,
    /// Whether `POST /bench/echo` is served.
    pub echo: bool,
    /// How long a request waits for its shard.
    pub answer_time_max: Duration,
    /// Reads the links that customers unsubscribe with.
    pub unsubscribe: Option<Arc<Unsubscribe>>,
    /// Where calls may go.
    pub targets: Targets,
    /// Those who tell what happens, by shard; none where there is no journal.
    pub outside: Vec<Outside>,
    /// The calendars of the tenants.
    pub calendars: Invitations,
    /// The time that stands in answers which no shard gave.
    pub clock: Clock,
    ready: AtomicBool,
    stopping: AtomicBool,
    latest: Latest,
    correlation: Correlation,
    /// Where the secrets come from by which customers find their orders.
    pub(crate) secrets: Secrets,
}

/// Who answers for tenants: the shards, or in tests of a door the core itself.
pub enum Behind {
    /// The shards.
    Live(Directory),
    /// The core, without a journal.
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
    pub fn of(behind: Behind, credentials: Credentials) -> App {
        App {
            behind,
            admission: Admission::default(),
            credentials,
            connections: Arc::default(),
            echo: false,
            answer_time_max: ANSWER_TIME_MAX,
            unsubscribe: None,
            targets: Targets::Public,
            outside: Vec::new(),
            calendars: Invitations::default(),
            clock: Pace::real().clock(),
            ready: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            latest: Latest::default(),
            correlation: Correlation::new(),
            secrets: Secrets::drawn(),
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
        let asked = pin!(self.behind.ask(&caller.tenant, work, permit));
        match within(self.answer_time_max, asked).await {
            Some(Some(answer)) => self.sort(answer),
            // Nobody will answer any more, or not in time: either way it may have happened.
            Some(None) | None => {
                tracing::warn!(tenant = %caller.tenant, "a shard did not answer in time");
                Err(Failure::OutcomeUnknown.into())
            }
        }
    }

    /// The zone in which a tenant is told of days.
    pub fn zone(&self, tenant: &TenantId) -> Zone {
        self.calendars.of(tenant).calendar.zone().clone()
    }

    /// Notes that everything is recovered up to this position, and lets requests in.
    pub fn set_ready(&self, at: Position) {
        self.latest.note(at);
        self.ready.store(true, Ordering::Relaxed);
    }

    /// Refuses whatever comes from now on, and ends the streams.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.outside.iter().for_each(|outside| outside.feed.close());
    }

    /// Those who tell what happens to a tenant's things; none where there is no journal.
    pub fn outside_of(&self, tenant: &TenantId) -> Option<&Outside> {
        self.outside.get(self.behind.directory().place(tenant)?)
    }

    /// Whether requests are let in.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed) && !self.stopping.load(Ordering::Relaxed)
    }

    /// What the mailers have done; none if no mail server is configured.
    pub fn mail_figures(&self) -> Option<MailFigures> {
        let all = self.outside.iter().filter_map(|outside| outside.mail_figures());
        all.reduce(|sum, figures| sum.and(&figures))
    }

    /// Whether those who subscribed are called; also while there are none.
    pub fn carries_news(&self) -> bool {
        self.outside.iter().all(|outside| outside.webhooks.is_up())
    }

    /// The latest position that an answer reflected; it is on disk. None if there are several
    /// shards, for then only an answer of a shard has a position; and before it is ready.
    pub fn latest(&self) -> Option<Position> {
        let is_known = self.ready.load(Ordering::Relaxed) && !self.behind.is_several();
        is_known.then(|| self.latest.position())
    }

    /// A name for a request that came without one.
    pub fn correlation_id(&self) -> String {
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
            Verdict::NotAdmitted => return failed(Failure::Unauthorized),
            Verdict::NoRoom => return failed(Failure::NoRoom),
            // The handle looks again itself; what it could not find out is tried again later.
            Verdict::Rebuilding | Verdict::LookAgain(_) => return failed(Failure::Overloaded),
        };
        Ok(Answered { at, said })
    }
}

impl Behind {
    /// The answer; none if there will be no answer.
    async fn ask(&self, tenant: &TenantId, work: Work, permit: Permit) -> Option<Answer> {
        match self {
            Behind::Live(shards) => {
                if let Work::Look(tenant, query) = &work
                    && let Query::Shared(secret) = **query
                {
                    return Box::pin(shared(shards, tenant, secret, permit)).await; // rare, and large
                }
                shards.of_tenant(tenant)?.ask(work, Some(Box::new(permit))).await.ok()
            }
            #[cfg(test)]
            Behind::Played(played) => {
                drop(permit);
                Some(played.answer(work))
            }
        }
    }

    /// Whether a snapshot does not follow its journal.
    pub fn has_trouble(&self) -> bool {
        match self {
            Behind::Live(shards) => shards.has_trouble(),
            #[cfg(test)]
            Behind::Played(played) => played.is_stuck(),
        }
    }

    /// Whether a snapshot is far behind its journal.
    pub fn is_far_behind(&self) -> bool {
        match self {
            Behind::Live(shards) => shards.is_far_behind(),
            #[cfg(test)]
            Behind::Played(played) => played.is_far_behind(),
        }
    }

    /// The shards; in tests of a door there are none.
    pub fn directory(&self) -> &Directory {
        match self {
            Behind::Live(shards) => shards,
            #[cfg(test)]
            Behind::Played(_) => unreachable!("a played core has no shard"),
        }
    }

    /// Whether there are several journals, whose positions cannot be compared.
    fn is_several(&self) -> bool {
        match self {
            Behind::Live(shards) => shards.all().len() > 1,
            #[cfg(test)]
            Behind::Played(_) => false,
        }
    }
}

/// The answer of the shard that knows a customer's secret: the customer knows no tenant, and each
/// shard knows the secrets of its own tenants only.
async fn shared(
    shards: &Directory,
    tenant: &TenantId,
    secret: [u8; 32],
    permit: Permit,
) -> Option<Answer> {
    let mut answer = None;
    for shard in shards.all() {
        let work = Work::Look(tenant.clone(), Box::new(Query::Shared(secret)));
        let said = shard.ask(work, None).await.ok()?;
        let unknown = matches!(said.verdict, Verdict::Refused(Refusal::UnknownOrder));
        answer = Some(said);
        if !unknown {
            break;
        }
    }
    drop(permit);
    answer
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

/// Names for requests: a number that differs from start to start, and a count, both in hexadecimal.
struct Correlation {
    start: String,
    count: AtomicU64,
}

impl Correlation {
    fn new() -> Correlation {
        let start = RandomState::new().build_hasher().finish();
        Correlation { start: format!("{:08x}-", start as u32), count: AtomicU64::new(0) }
    }

    fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let places = count.checked_ilog2().map_or(0, |bits| bits / 4);
        let digit = |place| char::from_digit((count >> (4 * place)) as u32 & 0xF, 16);
        let mut name = String::with_capacity(self.start.len() + 16);
        name.push_str(&self.start);
        name.extend((0..=places).rev().filter_map(digit));
        name
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
        let names = Correlation { start: "00c0ffee-".to_owned(), count: AtomicU64::new(0) };
        for count in [0, 1, 15, 16, 0xABC, u64::MAX] {
            names.count.store(count, Ordering::Relaxed);
            assert_eq!(names.next(), format!("00c0ffee-{count:x}"));
        }
        let names = Correlation::new();
        assert_ne!(names.next(), names.next());
    }
}
