//! What a door holds of a shard.

mod closed;

use std::any::Any;
use std::sync::Arc;

use actix::Addr;
use snapshots::commit::{Commits, Figures as JournalFigures};
use snapshots::follower::Progress;
use snapshots::store::Store;
use snapshots::{Lsn, Position};
use tokio::sync::{Notify, oneshot};
use workflow::command::{Ask, Command, OrderRef, Query};
use workflow::id::TenantId;
use workflow::invitation::MailId;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::time::{Millis, Time};

use crate::figures::Figures;
use crate::router::{Advance, Inspect, Mails, Router};
use crate::submit::{Answer, Pending, Render, Submit, Verdict, Work};
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
    pub(super) mail: Arc<Notify>,
}

/// The shard gave no answer: it has stopped, or its journal has failed. What was asked may have
/// happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

/// Held until an answer leaves.
type Permit = Option<Box<dyn Any + Send>>;

impl ShardHandle {
    pub(super) fn new(ends: Ends) -> ShardHandle {
        ShardHandle(Arc::new(ends))
    }

    /// Asks, and answers when all that the answer saw is durable (decision D4). `permit` is
    /// dropped then, not when the caller stops waiting (F7).
    ///
    /// # Errors
    /// [`Closed`] if there will be no answer.
    pub async fn ask(&self, work: Work, permit: Permit) -> Result<Answer, Closed> {
        match work {
            Work::Look(tenant, query) => self.look(tenant, query, permit).await,
            Work::Change(ask, render) => self.change(ask, render, permit).await,
        }
    }

    /// The last durable position.
    pub fn durable(&self) -> Position {
        self.0.commits.durable()
    }

    /// What keeps the snapshot from following the journal, if anything does.
    pub fn snapshot_trouble(&self) -> Option<String> {
        self.0.progress.trouble()
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

    /// Moves a time that stands still, and answers when all that is due then is done and durable;
    /// none if time is real.
    pub async fn advance(&self, by: Millis) -> Option<Time> {
        let now = self.0.router.send(Advance(by)).await.ok()??;
        // Whatever expired is in the journal; a look waits until that is on disk.
        let tenant = TenantId::parse("default")?;
        self.submit(Work::Look(tenant, Query::Settings), None, Lsn::ZERO).await.ok()?;
        Some(now)
    }

    async fn submit(&self, work: Work, permit: Permit, looked: Lsn) -> Result<Answer, Closed> {
        let (answer, waiting) = oneshot::channel();
        tell(&self.0.router, Submit { work, answer, permit, looked });
        waiting.await.map_err(|_| Closed)
    }

    async fn look(&self, tenant: TenantId, query: Query, permit: Permit) -> Result<Answer, Closed> {
        let work = Work::Look(tenant.clone(), query.clone());
        let Answer { at, verdict } = self.submit(work, permit, Lsn::ZERO).await?;
        let verdict = match (query, verdict) {
            (Query::Order(id), Verdict::Refused(Refusal::UnknownOrder)) => {
                self.closed_order(&tenant, id).await?
            }
            (Query::Orders(filter, page), Verdict::Done(shown)) => {
                let Outcome::Orders { orders, total, fitting } = shown.outcome else {
                    unreachable!("a query for orders is answered with orders")
                };
                let live = closed::Live { orders, total, fitting };
                self.with_closed(tenant, filter, page, live).await?
            }
            (Query::OrderAt(name), Verdict::Refused(Refusal::UnknownOrder)) => match name {
                OrderRef::Id(id) => self.closed_order(&tenant, id).await?,
                OrderRef::Number(number) => self.closed_order_numbered(&tenant, number).await?,
            },
            (Query::Numbered(part), Verdict::Done(shown)) => {
                let Outcome::Orders { orders, total, .. } = shown.outcome else {
                    unreachable!("a query for orders is answered with orders")
                };
                self.with_closed_numbers(tenant, part, orders, total).await?
            }
            (_, verdict) => verdict,
        };
        Ok(Answer { at, verdict })
    }

    /// Carries out what is asked; under a key, unless an order that has left memory did so
    /// before. If orders leave memory between that look and the router's, both look again.
    async fn change(&self, ask: Ask, render: Render, permit: Permit) -> Result<Answer, Closed> {
        let Some(keyed) = ask.keyed.clone() else {
            return self.change_once(ask, render, permit, Lsn::ZERO).await;
        };
        let mut permit = permit;
        loop {
            let looked = self.passed();
            if let Some(verdict) = self.kept_by_closed(&ask.tenant, keyed.clone()).await? {
                return Ok(Answer { at: self.durable(), verdict });
            }
            let answer = self.change_once(ask.clone(), render, permit.take(), looked).await?;
            if !matches!(answer.verdict, Verdict::LookAgain) {
                return Ok(answer);
            }
        }
    }

    /// Asks the router, and for an order that it does not know the snapshot.
    async fn change_once(
        &self,
        ask: Ask,
        render: Render,
        permit: Permit,
        looked: Lsn,
    ) -> Result<Answer, Closed> {
        let act = match &ask.command {
            Command::Act { order, action } => Some((ask.tenant.clone(), *order, action.clone())),
            _ => None,
        };
        let Answer { at, verdict } = self.submit(Work::Change(ask, render), permit, looked).await?;
        let verdict = match (verdict, act) {
            (Verdict::Refused(Refusal::UnknownOrder), Some((tenant, order, action))) => {
                self.act_on_closed(&tenant, order, &action).await?
            }
            (verdict, _) => verdict,
        };
        Ok(Answer { at, verdict })
    }
}
