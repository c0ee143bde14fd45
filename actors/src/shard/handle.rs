//! What a door holds of a shard.

mod closed;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix::Addr;
use snapshots::commit::{Commits, Figures as JournalFigures};
use snapshots::follower::Progress;
use snapshots::journal::Archive;
use snapshots::limits::BEHIND_MAX;
use snapshots::store::Store;
use snapshots::{Lsn, Position};
use tokio::sync::{Notify, oneshot};
use workflow::command::{Ask, Query};
use workflow::id::TenantId;
use workflow::invitation::MailId;
use workflow::keyring::Key;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::subscription::Subscription;
use workflow::time::{Millis, Time};

use self::closed::Act;
use crate::figures::Figures;
use crate::notice::KeyWatch;
use crate::pace::ClockView;
use crate::router::{Advance, Inspect, LookAtClock, Mails, Router, Subscribers, WatchKeys};
use crate::submit::{Answer, Looked, Pending, Permit, Submit, Verdict, Words, Work};
use crate::tell::tell;

/// Asks a shard. Clones ask the same one.
#[derive(Clone)]
pub struct ShardHandle(Arc<Ends>);

/// The ends of a shard that can be held. A clone of an address is more than a count, so clones of
/// a handle share one.
pub(super) struct Ends {
    pub(super) router: Addr<Router>,
    pub(super) commits: Commits<Pending>,
    pub(super) store: Arc<Store>,
    pub(super) progress: Arc<Progress>,
    /// The record up to which webhooks need nothing more of the journal.
    pub(super) covered: Arc<AtomicU64>,
    pub(super) mail: Arc<Notify>,
}

/// The shard gave no answer: it has stopped, or its journal has failed. What was asked may have
/// happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl ShardHandle {
    pub(super) fn new(ends: Ends) -> ShardHandle {
        ShardHandle(Arc::new(ends))
    }

    /// Says that whoever carries news out needs nothing up to this record any more, so that old
    /// segments of the journal may go (D13).
    pub fn let_go(&self, lsn: Lsn) {
        self.0.covered.store(lsn.0, Ordering::Release);
    }

    /// Asks, and answers when all that the answer saw is durable (D11). `permit` is
    /// dropped then, not when the caller stops waiting (F7).
    ///
    /// # Errors
    /// [`Closed`] if there will be no answer.
    pub async fn ask(&self, work: Work, permit: Permit) -> Result<Answer, Closed> {
        // What is rare stands in boxes: a request is as large as the largest thing it may wait for.
        match work {
            Work::Look(tenant, query) => Box::pin(self.look(tenant, *query, permit)).await,
            Work::Change(ask, words) => self.change(ask, words, permit).await,
        }
    }

    /// The last durable position.
    pub fn durable(&self) -> Position {
        self.0.commits.durable()
    }

    /// The journal as readers see it: only what is durable (D11).
    pub fn archive(&self) -> Arc<dyn Archive> {
        self.0.commits.archive()
    }

    /// Waits until a record beyond `lsn` is durable, the time is over, or nothing more will come;
    /// answers with the last durable position. Blocks: for a thread of its own.
    pub fn wait_beyond(&self, lsn: Lsn, timeout: Duration) -> Position {
        self.0.commits.wait_beyond(lsn, timeout)
    }

    /// Whether nothing more becomes durable, after a stop or a failure.
    pub fn has_ended(&self) -> bool {
        self.0.commits.has_ended()
    }

    /// What keeps the snapshot from following the journal, if anything does.
    pub fn snapshot_trouble(&self) -> Option<String> {
        self.0.progress.trouble()
    }

    /// Whether the snapshot is so far behind the journal that it does not wait for the traffic any
    /// more: it is rebuilt, or cannot keep up.
    pub fn is_far_behind(&self) -> bool {
        self.durable().lsn.0.saturating_sub(self.passed().0) > BEHIND_MAX
    }

    /// The record that the snapshot has passed.
    pub fn passed(&self) -> Lsn {
        self.0.progress.passed()
    }

    /// What the journal wrote, and how long that took.
    pub fn journal_figures(&self) -> JournalFigures {
        self.0.commits.figures()
    }

    /// What the shard holds and has done; none if it has stopped.
    pub async fn figures(&self) -> Option<Figures> {
        self.0.router.send(Inspect).await.ok()
    }

    /// Mails that are due, at most so many; none if the shard has stopped.
    pub async fn mails_due(&self, max: usize) -> Vec<(TenantId, MailId)> {
        self.0.router.send(Mails::Due(max)).await.unwrap_or_default()
    }

    /// Mails that were claimed and are not done.
    pub async fn mails_claimed(&self) -> Vec<(TenantId, MailId)> {
        self.0.router.send(Mails::Claimed).await.unwrap_or_default()
    }

    /// Waits until mails are due. A call that came while nobody waited is not lost.
    pub async fn mail_called(&self) {
        self.0.mail.notified().await;
    }

    /// The API keys that are durable, each with its tenant; `watch` is told of all that happens to
    /// keys from now on, before anybody is answered about it. None if the shard has stopped.
    /// Whoever watches must begin before commands are let in.
    pub async fn watch_keys(&self, watch: KeyWatch) -> Option<Vec<(TenantId, Key)>> {
        self.0.router.send(WatchKeys(watch)).await.ok()
    }

    /// Who wants to be told what, of all tenants, durable or not; none if the shard has stopped.
    pub async fn subscriptions(&self) -> Option<Vec<(TenantId, Arc<Subscription>)>> {
        self.0.router.send(Subscribers).await.ok()
    }

    /// How the shard's clock stands, if the computer's is to be believed from now on or not; none
    /// if it has stopped.
    pub async fn clock(&self, accept: bool) -> Option<ClockView> {
        self.0.router.send(LookAtClock { accept }).await.ok()
    }

    /// Moves a time that stands still, and answers when all that is due then is done and durable;
    /// none if time is real.
    pub async fn advance(&self, by: Millis) -> Option<Time> {
        let now = self.0.router.send(Advance(by)).await.ok()??;
        // Whatever expired is in the journal; a look waits until that is on disk.
        let tenant = TenantId::parse("default")?;
        self.submit(Work::Look(tenant, Box::new(Query::Settings)), None, Looked::default())
            .await
            .ok()?;
        Some(now)
    }

    async fn submit(&self, work: Work, permit: Permit, looked: Looked) -> Result<Answer, Closed> {
        let (answer, waiting) = oneshot::channel();
        tell(&self.0.router, Submit { work, answer, permit, looked });
        waiting.await.map_err(|_| Closed)
    }

    async fn look(&self, tenant: TenantId, query: Query, permit: Permit) -> Result<Answer, Closed> {
        let work = Work::Look(tenant.clone(), Box::new(query.clone()));
        let Answer { at, verdict } = self.submit(work, permit, Looked::default()).await?;
        let verdict = match (query, verdict) {
            (Query::Order(name), Verdict::Refused(Refusal::UnknownOrder)) => {
                Box::pin(self.closed_order(&tenant, name)).await?
            }
            (Query::Orders(filter, page), Verdict::Done(shown)) => {
                let Outcome::Orders { orders, total, fitting } = shown.outcome else {
                    unreachable!("a query for orders is answered with orders")
                };
                let live = closed::Live { orders, total, fitting };
                Box::pin(self.with_closed(tenant, filter, page, live)).await?
            }
            (Query::Delivery(name), Verdict::Refused(Refusal::UnknownOrder)) => {
                Box::pin(self.closed_delivery(&tenant, name)).await?
            }
            (Query::Recent(filter, numbers), Verdict::Done(shown)) => {
                Box::pin(self.with_closed_deliveries(tenant, filter, numbers, shown)).await?
            }
            (Query::Numbered(part), Verdict::Done(shown)) => {
                let Outcome::Orders { orders, total, .. } = shown.outcome else {
                    unreachable!("a query for orders is answered with orders")
                };
                Box::pin(self.with_closed_numbers(tenant, part, orders, total)).await?
            }
            (Query::OrdersNumbered(numbers), Verdict::Done(shown)) => {
                Box::pin(self.with_closed_numbered(tenant, numbers, shown)).await?
            }
            (_, verdict) => verdict,
        };
        Ok(Answer { at, verdict })
    }

    /// Carries out what is asked, unless an order that has left memory says what comes of it: by
    /// the key, or because it has the name that a new order must have alone. One that a report may
    /// join goes to the router with it. If orders leave memory between that look and the router's,
    /// both look again.
    async fn change(&self, ask: Box<Ask>, words: Words, permit: Permit) -> Result<Answer, Closed> {
        if !ask.asks_the_past() {
            return self.change_once(ask, words, permit, Looked::default()).await;
        }
        let mut permit = permit;
        loop {
            let upto = self.passed();
            if let Some(keyed) = ask.keyed.clone()
                && let Some(verdict) = Box::pin(self.kept_by_closed(&ask.tenant, keyed)).await?
            {
                return Ok(Answer { at: self.durable(), verdict });
            }
            if let Some(verdict) = Box::pin(self.named_by_closed(&ask)).await? {
                return Ok(Answer { at: self.durable(), verdict });
            }
            let found = match Box::pin(self.joined_by(&ask)).await? {
                Ok(found) => found,
                Err(verdict) => return Ok(Answer { at: self.durable(), verdict }),
            };
            let looked = Looked { upto, found };
            let answer = self.change_once(ask.clone(), words.clone(), permit, looked).await?;
            match answer.verdict {
                Verdict::LookAgain(handed_back) => permit = handed_back,
                _ => return Ok(answer),
            }
        }
    }

    /// Asks the router, and for an order that it does not know the snapshot.
    async fn change_once(
        &self,
        ask: Box<Ask>,
        words: Words,
        permit: Permit,
        looked: Looked,
    ) -> Result<Answer, Closed> {
        let about = Act::of(&ask.command).map(|act| (ask.tenant.clone(), act));
        let Answer { at, verdict } = self.submit(Work::Change(ask, words), permit, looked).await?;
        let verdict = match (verdict, about) {
            (Verdict::Refused(Refusal::UnknownOrder), Some((tenant, act))) => {
                Box::pin(self.act_on_closed(&tenant, act)).await?
            }
            (verdict, _) => verdict,
        };
        Ok(Answer { at, verdict })
    }
}
