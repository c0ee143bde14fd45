//! One order, in memory as long as it is open.
//!
//! | receives   | from   | answers                                             |
//! |------------|--------|-----------------------------------------------------|
//! | [`ActOn`]  | Router | what it did, or the refusal                         |
//! | [`Follow`] | Router | nothing: applies what was decided at a location     |
//! | [`Read`]   | Router | the order as it is                                  |
//! | [`Keep`]   | Router | the reply that had to go                            |
//! | [`Kept`]   | Router | the reply under a key                               |
//!
//! Sends nothing. Never reads the clock, touches the disk, waits, or knows a location.

use std::sync::Arc;

use actix::{Actor, Context, Handler, Message, MessageResult};
use workflow::flow::{Act, Acted, act_on};
use workflow::order::{self, Event};
use workflow::refusal::Refusal;
use workflow::reply::StoredReply;
use workflow::time::Time;

use crate::kept::{Keep, Kept};

/// One order.
pub(crate) struct Order {
    /// In a box, so that the actor's task is small: a runtime aligns tasks to 128 bytes, and an
    /// allocator gives only those of 512 or 1,024 bytes without a detour and without waste.
    state: Box<order::Order>,
}

impl Order {
    pub(crate) fn new(state: order::Order) -> Order {
        Order { state: Box::new(state) }
    }
}

impl Actor for Order {
    type Context = Context<Self>;
}

/// Decide, and apply what was decided.
#[derive(Message)]
#[rtype(result = "Result<Acted, Refusal>")]
pub(crate) struct ActOn(pub(crate) Act);

impl Handler<ActOn> for Order {
    type Result = Result<Acted, Refusal>;

    fn handle(&mut self, ActOn(act): ActOn, _: &mut Context<Self>) -> Self::Result {
        act_on(&mut self.state, &act)
    }
}

/// Apply what was decided elsewhere.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Follow {
    pub(crate) event: Event,
    pub(crate) at: Time,
}

impl Handler<Follow> for Order {
    type Result = ();

    fn handle(&mut self, follow: Follow, _: &mut Context<Self>) {
        order::apply(&mut self.state, &follow.event, follow.at);
    }
}

/// Answer with the order as it is.
#[derive(Message)]
#[rtype(result = "order::Order")]
pub(crate) struct Read;

impl Handler<Read> for Order {
    type Result = MessageResult<Read>;

    fn handle(&mut self, _: Read, _: &mut Context<Self>) -> Self::Result {
        MessageResult((*self.state).clone())
    }
}

impl Handler<Keep> for Order {
    type Result = Option<Arc<StoredReply>>;

    fn handle(&mut self, Keep(reply): Keep, _: &mut Context<Self>) -> Self::Result {
        self.state.keep(reply)
    }
}

impl Handler<Kept> for Order {
    type Result = Option<Arc<StoredReply>>;

    fn handle(&mut self, Kept(key): Kept, _: &mut Context<Self>) -> Self::Result {
        self.state.replies.iter().find(|reply| reply.key == key).cloned()
    }
}
