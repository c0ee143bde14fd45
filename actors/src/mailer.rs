//! Carries mails to the mail server.
//!
//! ```text
//!  shard ── what is due ──► mailer ── claim ──► shard      (a record: it is on its way)
//!                             │
//!                             ├── letter ──► mail server   (SMTP, over kept connections)
//!                             │
//!                             └── done, or failed ──► shard (a record)
//! ```
//!
//! A thread of its own beside the shard, which it asks like a door does. It keeps nothing: what is
//! pending is what was scheduled and is not done, by the journal (M5), so a start begins with the
//! mails that were on their way. When the server cannot be reached it stops claiming, and looks
//! for the server until it is there. It holds no rule: what may be sent when is the core's, and
//! it reads no clock.

mod figures;
mod letter;
mod line;
mod outcome;
mod sender;
mod templates;
mod transport;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use smol_str::SmolStr;
use tokio::sync::watch;
use workflow::command::{Ask, Command, InvitationAction, OrderName, Query};
use workflow::id::TenantId;
use workflow::invitation::{Fact, MailId, Trouble};
use workflow::order::Order;
use workflow::outcome::Outcome;
use workflow::reply::Reply;

pub use figures::MailFigures;
pub use letter::{Item, Parcel, Product, Span, Supplies};
pub use sender::Sender;
pub use transport::{Error, MailOptions, Security};

use crate::limits::{MAIL_FAREWELL, MAIL_IDLE, MAIL_PAUSES_MAX, MAILS_PER_LOOK_MAX};
use crate::shard::ShardHandle;
use crate::submit::{Verdict, Words, Work};
use figures::Counts;
use outcome::Sent;
use sender::Senders;
use templates::Templates;
use transport::Transport;

/// A mailer that runs.
pub struct Mailer {
    stop: watch::Sender<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
    counts: Arc<Counts>,
}

impl Mailer {
    /// Starts it for the mails of a shard.
    ///
    /// # Errors
    /// Options that cannot be used, or no thread.
    pub fn start(shard: ShardHandle, options: MailOptions) -> Result<Mailer, Error> {
        let (stop, stopped) = watch::channel(false);
        let counts = Arc::new(Counts::default());
        let counted = counts.clone();
        let senders = Senders::of(&options.sender, &options.senders)?;
        let transport = Transport::of(&options)?;
        let thread = std::thread::Builder::new().name("mailer".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                // All that the round holds begins and ends within its runtime, connections too.
                Ok(runtime) => runtime.block_on(async move {
                    let mut round = Round::new(shard, options, (transport, senders), counted);
                    round.run(stopped).await;
                    let farewell = round.desk.transport.close();
                    let _ = tokio::time::timeout(MAIL_FAREWELL, farewell).await;
                }),
                Err(error) => tracing::error!(%error, "no mail is sent: there is no runtime"),
            }
        });
        Ok(Mailer { stop, thread: Mutex::new(Some(thread.map_err(Error::Thread)?)), counts })
    }

    /// What it has done since it was started.
    pub fn figures(&self) -> MailFigures {
        let figures = self.counts.figures();
        MailFigures { is_reachable: figures.is_reachable && self.is_running(), ..figures }
    }

    fn is_running(&self) -> bool {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Lets the mails that are on their way arrive, for a bounded time, and ends the thread. The
    /// shard must still run. What did not arrive is sent again by the next start.
    pub fn stop(&self) {
        let _ = self.stop.send(true); // a thread that has ended needs no telling
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A thread that has panicked has ended too; its message is in the log.
        let _ = thread.map(JoinHandle::join);
    }
}

/// A mail, and whether it was claimed before this start.
type Job = ((TenantId, MailId), bool);

/// What the mailer works with.
struct Round {
    desk: Desk,
    queue: VecDeque<Job>,
    busy: BTreeSet<(TenantId, MailId)>,
    at_once: usize,
    pause: Duration,
    /// How often in a row the server was not there.
    failures: u32,
}

/// What sending one mail needs.
struct Desk {
    shard: ShardHandle,
    transport: Transport,
    senders: Senders,
    templates: Templates,
    supplies: Arc<dyn Supplies>,
    counts: Arc<Counts>,
}

impl Round {
    fn new(
        shard: ShardHandle,
        options: MailOptions,
        (transport, senders): (Transport, Senders),
        counts: Arc<Counts>,
    ) -> Round {
        let templates = Templates::of(options.templates);
        let supplies = options.supplies;
        Round {
            desk: Desk { shard, transport, senders, templates, supplies, counts },
            queue: VecDeque::new(),
            busy: BTreeSet::new(),
            at_once: options.connections as usize,
            pause: options.pause,
            failures: 0,
        }
    }

    /// Sends what is due until it is told to stop.
    async fn run(&mut self, mut stopped: watch::Receiver<bool>) {
        let Round { desk, queue, busy, at_once, pause, failures } = self;
        let claimed = desk.shard.mails_claimed().await;
        queue.extend(claimed.into_iter().map(|mail| (mail, true)));
        let mut under_way = FuturesUnordered::new();
        let mut is_idle = false;
        loop {
            if queue.is_empty() && !is_idle {
                let due = desk.shard.mails_due(MAILS_PER_LOOK_MAX + busy.len()).await;
                queue.extend(due.into_iter().filter(|it| !busy.contains(it)).map(|it| (it, false)));
                is_idle = queue.is_empty();
            }
            while under_way.len() < *at_once
                && let Some((mail, is_claimed)) = queue.pop_front()
            {
                busy.insert(mail.clone());
                under_way.push(desk.deliver(mail, is_claimed));
            }
            let sent = tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => break,
                Some((mail, sent)) = under_way.next() => {
                    busy.remove(&mail);
                    is_idle = false;
                    sent
                }
                () = tokio::time::sleep(MAIL_IDLE), if is_idle && under_way.is_empty() && desk.transport.is_open() => {
                    desk.transport.close().await; // the server has others to wait for
                    Sent::Settled
                }
                () = desk.shard.mail_called(), if is_idle => {
                    is_idle = false;
                    Sent::Settled
                }
            };
            match sent {
                Sent::Done => *failures = 0,
                Sent::Settled => {}
                Sent::Unreachable => {
                    // Nobody claims now: what is queued stays due, and a cancel of it wins. What
                    // was claimed before the start is known here alone.
                    queue.retain(|(_, is_claimed)| *is_claimed);
                    while under_way.next().await.is_some() {}
                    busy.clear();
                    *failures += 1;
                    if desk.wait_for_server(*pause, failures, &mut stopped).await {
                        return;
                    }
                }
            }
        }
        let farewell = async { while under_way.next().await.is_some() {} };
        let _ = tokio::time::timeout(MAIL_FAREWELL, farewell).await;
    }
}

impl Desk {
    /// Waits longer and longer until the server is there; true if the mailer is to stop.
    async fn wait_for_server(
        &self,
        pause: Duration,
        failures: &mut u32,
        stopped: &mut watch::Receiver<bool>,
    ) -> bool {
        self.counts.set_reachable(false);
        loop {
            let doubled = 1 << failures.saturating_sub(1).min(6);
            let wait = pause * u32::min(doubled, MAIL_PAUSES_MAX);
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return true,
                () = tokio::time::sleep(wait) => {}
            }
            if self.transport.is_there().await {
                self.counts.set_reachable(true);
                return false;
            }
            *failures = failures.saturating_add(1);
        }
    }

    /// Sends one mail: claims it, hands it over, and notes what came of it.
    async fn deliver(
        &self,
        (tenant, mail): (TenantId, MailId),
        is_claimed: bool,
    ) -> ((TenantId, MailId), Sent) {
        let sent = self.deliver_one(&tenant, mail, is_claimed).await;
        ((tenant, mail), sent)
    }

    async fn deliver_one(&self, tenant: &TenantId, mail: MailId, is_claimed: bool) -> Sent {
        let order = match is_claimed {
            true => self.look(tenant, mail).await.unwrap_or_default(),
            false => {
                let claim = InvitationAction::Claim(mail.which);
                self.note(tenant, mail, claim).await.unwrap_or_default()
            }
        };
        let Some(order) = order else { return Sent::Settled };
        let claimed = order.mail(mail.which).copied();
        let Some(Fact::Claimed { at }) = claimed.map(|mail| mail.fact) else {
            return Sent::Settled; // it goes later, or not at all
        };
        let letter = letter::write(&order, (tenant, mail.which, at), self);
        let trouble = match letter {
            Ok(letter) => self.transport.send(&letter).await.err(),
            Err(error) => {
                tracing::error!(order = %order.id, %error, "a mail cannot be written");
                Some(Trouble::Rejected)
            }
        };
        let action = match trouble {
            None => InvitationAction::Done(mail.which),
            Some(trouble) => InvitationAction::Failed(mail.which, trouble),
        };
        let after = self.settle(tenant, mail, action).await;
        let noted = after.as_ref().and_then(|order| order.mail(mail.which));
        self.counts.note(trouble, noted);
        match trouble {
            None => Sent::Done,
            Some(Trouble::Unreachable) => Sent::Unreachable,
            Some(Trouble::Deferred | Trouble::Rejected) => Sent::Settled,
        }
    }

    /// Has the shard note what came of a mail, and waits for room on the disk: a mail that is
    /// claimed and that nobody speaks of would be on its way until the next start.
    async fn settle(
        &self,
        tenant: &TenantId,
        mail: MailId,
        action: InvitationAction,
    ) -> Option<Order> {
        loop {
            if let Ok(order) = self.note(tenant, mail, action.clone()).await {
                return order;
            }
        }
    }

    /// Has the shard note something about a mail; none if it says no, or nothing.
    async fn note(
        &self,
        tenant: &TenantId,
        mail: MailId,
        action: InvitationAction,
    ) -> Result<Option<Order>, NoRoom> {
        let order = OrderName::Id(mail.order);
        let command = Command::Invitation { order, action };
        let ask = Ask::of(tenant.clone(), SmolStr::new_static("mailer"), command);
        self.ask(Work::Change(Box::new(ask), Words::Plain(nothing))).await
    }

    async fn look(&self, tenant: &TenantId, mail: MailId) -> Result<Option<Order>, NoRoom> {
        let query = Query::Order(OrderName::Id(mail.order));
        self.ask(Work::Look(tenant.clone(), Box::new(query))).await
    }

    async fn ask(&self, work: Work) -> Result<Option<Order>, NoRoom> {
        let Ok(answer) = self.shard.ask(work, None).await else { return Ok(None) };
        match answer.verdict {
            Verdict::Done(shown) => match shown.outcome {
                Outcome::Order(order) => Ok(Some(*order)),
                _ => Ok(None),
            },
            Verdict::NoRoom => {
                // The disk is full: it is looked at again, but not at once.
                tokio::time::sleep(Duration::from_secs(1)).await;
                Err(NoRoom)
            }
            _ => Ok(None),
        }
    }
}

/// The disk was full a moment ago.
struct NoRoom;

/// The mailer asks under no key, so no reply is stored.
fn nothing(_: &Outcome) -> Reply {
    Reply { status: 200, headers: Vec::new(), body: String::new() }
}
