//! One location: the stock of one place.
//!
//! | receives   | from   | answers                                                  |
//! |------------|--------|----------------------------------------------------------|
//! | [`Decide`] | Router | the events, not applied yet, or the refusal              |
//! | [`Apply`]  | Router | the events, applied, and what the location now publishes |
//! | [`Settle`] | Router | both in one step, when nothing can refuse                |
//! | [`LookAt`] | Router | what was looked at                                       |
//! | [`Keep`]   | Router | the reply that had to go                                 |
//! | [`Kept`]   | Router | the reply under a key                                    |
//!
//! Sends nothing. Never reads the clock, touches the disk, waits, or knows an order.

use std::sync::Arc;

use actix::{Actor, ActorContext, Context, Handler, Message, MessageResult};
use workflow::flow::{Look, Published, Seen, apply_at, look_at};
use workflow::location::{self, Command, Done, Event};
use workflow::refusal::Refusal;
use workflow::reply::StoredReply;
use workflow::time::Time;

use crate::kept::{Keep, Kept};

/// The stock of one place.
pub(crate) struct Location {
    state: location::Location,
}

impl Location {
    pub(crate) fn new(state: location::Location) -> Location {
        Location { state }
    }
}

impl Actor for Location {
    type Context = Context<Self>;
}

/// Decide, and change nothing yet.
#[derive(Message)]
#[rtype(result = "Result<Done, Refusal>")]
pub(crate) struct Decide {
    pub(crate) command: Command,
    pub(crate) now: Time,
}

impl Handler<Decide> for Location {
    type Result = Result<Done, Refusal>;

    fn handle(&mut self, ask: Decide, _: &mut Context<Self>) -> Self::Result {
        location::decide(&self.state, &ask.command, ask.now)
    }
}

/// Apply what was decided.
#[derive(Message)]
#[rtype(result = "(Vec<Event>, Published)")]
pub(crate) struct Apply {
    pub(crate) events: Vec<Event>,
    pub(crate) at: Time,
}

impl Handler<Apply> for Location {
    type Result = MessageResult<Apply>;

    fn handle(&mut self, apply: Apply, ctx: &mut Context<Self>) -> Self::Result {
        let applied = apply_at(&mut self.state, apply.events, apply.at);
        if applied.0.contains(&Event::Closed) {
            ctx.stop();
        }
        MessageResult(applied)
    }
}

/// Decide and apply in one step.
#[derive(Message)]
#[rtype(result = "(Vec<Event>, Published)")]
pub(crate) struct Settle {
    pub(crate) command: Command,
    pub(crate) now: Time,
}

impl Handler<Settle> for Location {
    type Result = MessageResult<Settle>;

    fn handle(&mut self, ask: Settle, _: &mut Context<Self>) -> Self::Result {
        let done = location::decide(&self.state, &ask.command, ask.now);
        let done = done.expect("S6: nothing has run since this was planned");
        MessageResult(apply_at(&mut self.state, done.events, ask.now))
    }
}

/// Look.
#[derive(Message)]
#[rtype(result = "Seen")]
pub(crate) struct LookAt {
    pub(crate) look: Look,
    pub(crate) now: Time,
}

impl Handler<LookAt> for Location {
    type Result = MessageResult<LookAt>;

    fn handle(&mut self, ask: LookAt, _: &mut Context<Self>) -> Self::Result {
        MessageResult(look_at(&self.state, ask.look, ask.now))
    }
}

impl Handler<Keep> for Location {
    type Result = Option<Arc<StoredReply>>;

    fn handle(&mut self, Keep(reply): Keep, _: &mut Context<Self>) -> Self::Result {
        self.state.keep(reply)
    }
}

impl Handler<Kept> for Location {
    type Result = Option<Arc<StoredReply>>;

    fn handle(&mut self, Kept(key): Kept, _: &mut Context<Self>) -> Self::Result {
        self.state.replies.iter().find(|reply| reply.key == key).cloned()
    }
}
