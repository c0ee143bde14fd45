//! One command at a time, from stamp to record.
//!
//! | receives    | from      | answers                                                   |
//! |-------------|-----------|-----------------------------------------------------------|
//! | [`Submit`]  | doors     | nothing itself: the answer leaves when it is durable      |
//! | [`Sweep`]   | Scheduler | when more is due, after expiring a few promises           |
//! | [`Advance`] | tests     | when all that is due by the new time is expired           |
//! | [`LookAtClock`] | operators | the time, and whether the clock is believed        |
//! | [`Mails`]   | mailer    | mails that are due, or on their way                       |
//! | [`WatchKeys`] | server  | the API keys that there are                               |
//! | [`Inspect`] | anybody   | how much it holds                                         |
//! | [`Subscribers`] | webhooks | who wants to be told what                              |
//!
//! Asks `Order` and `Location`; tells the `Scheduler`. It finishes a command before it takes the
//! next (`AtomicResponse`), so a command is atomic and the shard strictly serializable (D1).
//! Never waits for the disk: the journal gets the record and the reply, and the router goes on.

mod asker;
mod cast;
mod clock;
mod replies;
mod state;
mod vacating;

use std::sync::Arc;

use actix::{
    Actor, ActorFutureExt, Addr, AtomicResponse, Context, Handler, Message, MessageResult,
    WrapFuture,
};
use workflow::id::TenantId;
use workflow::invitation::MailId;
use workflow::keyring::Key;
use workflow::subscription::Subscription;
use workflow::time::{Millis, Time};
use workflow::world::World;

use crate::figures::Figures;
use crate::notice::KeyWatch;
use crate::scheduler::{Due, Scheduler};
use crate::submit::Submit;
use crate::tell::tell;

pub(crate) use clock::LookAtClock;
pub(crate) use state::{Parts, State};

/// Takes commands and queries for all tenants of a shard.
pub(crate) struct Router {
    /// What it works with; away while a command is under way.
    state: Option<Box<State>>,
    scheduler: Option<Addr<Scheduler>>,
    /// What the scheduler was told last.
    armed: Option<Time>,
}

impl Router {
    /// A router whose orders and locations are those of `world`, each an actor from now on.
    pub(crate) fn new(world: World, parts: Parts) -> Router {
        Router { state: Some(Box::new(State::new(world, parts))), scheduler: None, armed: None }
    }

    fn take(&mut self) -> Box<State> {
        self.state.take().expect("D1: the router has one command at a time")
    }

    /// Takes the state back, and wakes the scheduler if something is due earlier than it knows.
    fn put_back(&mut self, state: Box<State>) {
        let due = state.next_due();
        if let (Some(due), Some(scheduler)) = (due, &self.scheduler)
            && self.armed.is_none_or(|armed| due < armed)
        {
            self.armed = Some(due);
            tell(scheduler, Due(due));
        }
        self.state = Some(state);
    }
}

impl Actor for Router {
    type Context = Context<Self>;
}

impl Handler<Submit> for Router {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, submit: Submit, _: &mut Context<Self>) -> Self::Result {
        let mut state = self.take();
        let work = async move {
            state.carry_out(submit).await;
            state
        };
        let done = work.into_actor(self).map(|state, router, _| router.put_back(state));
        AtomicResponse::new(Box::pin(done))
    }
}

/// Meet the scheduler, and tell it what is due.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Meet(pub(crate) Addr<Scheduler>);

impl Handler<Meet> for Router {
    type Result = ();

    fn handle(&mut self, Meet(scheduler): Meet, _: &mut Context<Self>) {
        self.scheduler = Some(scheduler);
        let state = self.take();
        self.put_back(state);
    }
}

/// Expire what is due, a bounded number.
#[derive(Message)]
#[rtype(result = "Swept")]
pub(crate) struct Sweep;

/// What a sweep came to.
pub(crate) enum Swept {
    /// When the next promise is due; at once, if more are due already.
    Next(Option<Time>),
    /// The disk has no room for a record.
    NoRoom,
}

impl Handler<Sweep> for Router {
    type Result = AtomicResponse<Self, Swept>;

    fn handle(&mut self, _: Sweep, _: &mut Context<Self>) -> Self::Result {
        let mut state = self.take();
        let work = async move {
            let has_room = state.expire().await;
            (state, has_room)
        };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|(state, has_room), router, _| {
            let due = state.next_due();
            router.state = Some(state);
            router.armed = due; // the scheduler learns it from the answer
            if has_room { Swept::Next(due) } else { Swept::NoRoom }
        })))
    }
}

/// Move a time that stands still, and expire all that is due then.
#[derive(Message)]
#[rtype(result = "Option<Time>")]
pub(crate) struct Advance(pub(crate) Millis);

impl Handler<Advance> for Router {
    type Result = AtomicResponse<Self, Option<Time>>;

    fn handle(&mut self, Advance(by): Advance, _: &mut Context<Self>) -> Self::Result {
        let mut state = self.take();
        let work = async move {
            let now = state.advance(by).await;
            (state, now)
        };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|(state, now), router, _| {
            router.put_back(state);
            now
        })))
    }
}

/// Answer with mails.
#[derive(Message)]
#[rtype(result = "Vec<(TenantId, MailId)>")]
pub(crate) enum Mails {
    /// At most so many that are due.
    Due(usize),
    /// Those that are on their way.
    Claimed,
}

impl Handler<Mails> for Router {
    type Result = MessageResult<Mails>;

    fn handle(&mut self, which: Mails, _: &mut Context<Self>) -> Self::Result {
        let state = self.state.as_mut().expect("D1: the router has one command at a time");
        MessageResult(state.mails(which))
    }
}

/// Tell of all that happens to API keys from now on.
#[derive(Message)]
#[rtype(result = "Vec<(TenantId, Key)>")]
pub(crate) struct WatchKeys(pub(crate) KeyWatch);

impl Handler<WatchKeys> for Router {
    type Result = MessageResult<WatchKeys>;

    fn handle(&mut self, WatchKeys(watch): WatchKeys, _: &mut Context<Self>) -> Self::Result {
        let state = self.state.as_mut().expect("D1: the router has one command at a time");
        MessageResult(state.watch_keys(watch))
    }
}

/// How much the shard holds.
#[derive(Message)]
#[rtype(result = "Figures")]
pub(crate) struct Inspect;

impl Handler<Inspect> for Router {
    type Result = MessageResult<Inspect>;

    fn handle(&mut self, _: Inspect, _: &mut Context<Self>) -> Self::Result {
        let state = self.state.as_ref().expect("D1: the router has one command at a time");
        MessageResult(state.figures())
    }
}

/// Who wants to be told what, of all tenants.
#[derive(Message)]
#[rtype(result = "Vec<(TenantId, Arc<Subscription>)>")]
pub(crate) struct Subscribers;

impl Handler<Subscribers> for Router {
    type Result = MessageResult<Subscribers>;

    fn handle(&mut self, _: Subscribers, _: &mut Context<Self>) -> Self::Result {
        let state = self.state.as_ref().expect("D1: the router has one command at a time");
        MessageResult(state.subscriptions())
    }
}
