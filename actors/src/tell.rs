//! The only way to send a message without waiting for its answer.

use actix::dev::ToEnvelope;
use actix::{Actor, Addr, Handler, Message};

/// Sends `message` and waits for nothing.
///
/// actix queues it whatever the mailbox holds. That is safe here because whoever tells is bounded
/// elsewhere: a door by its permits (F7), the router by the one command that it is at. A
/// receiver that is gone is a process that is stopping.
#[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
pub(crate) fn tell<A, M>(to: &Addr<A>, message: M)
where
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    to.do_send(message);
}
