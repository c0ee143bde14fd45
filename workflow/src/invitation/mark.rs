//! What the desk notes of an order's mails: what is due, what is on its way, what was sent.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Fact, Mail};
use crate::id::OrderId;
use crate::order::Order;
use crate::time::Time;

/// One of an invitation's two mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Which {
    /// The first one.
    Invitation,
    /// The repetition.
    Reminder,
}

/// A mail of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailId {
    /// The order.
    pub order: OrderId,
    /// Which of its mails.
    pub which: Which,
}

impl MailId {
    /// Before every other one.
    pub const LEAST: MailId = MailId { order: OrderId::LEAST, which: Which::Invitation };
    /// After every other one.
    pub const MOST: MailId = MailId { order: OrderId::MOST, which: Which::Reminder };
}

/// What the desk notes of one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It may go from then on.
    Due(Time),
    /// It may go from then on, once its invitation has gone or is dropped.
    Later(Time),
    /// It is on its way, since then.
    Claimed(Time),
    /// The server took it.
    Sent(Time),
}

/// The marks of one order.
pub type Marks = SmallVec<[(Which, Mark); 2]>;

/// The marks of an order as it is. A mail of a promise, or of an order that nothing can fulfil,
/// waits and has none; a reminder waits for its invitation, and its time is known.
pub fn marks(order: &Order) -> Marks {
    let Some(invitation) = order.invitation() else { return Marks::new() };
    let waits = order.mails_wait();
    let first_is_done = matches!(invitation.first.fact, Fact::Sent { .. } | Fact::Dropped { .. });
    let mark = |which, mail: &Mail| match (mail.fact, mail.next) {
        (Fact::Claimed { at }, _) => Some(Mark::Claimed(at)),
        (Fact::Sent { at }, _) => Some(Mark::Sent(at)),
        (Fact::Dropped { .. }, _) | (Fact::Pending, None) => None,
        (Fact::Pending, Some(_)) if waits => None,
        (Fact::Pending, Some(next)) if which == Which::Reminder && !first_is_done => {
            Some(Mark::Later(next))
        }
        (Fact::Pending, Some(next)) => Some(Mark::Due(next)),
    };
    invitation.mails().filter_map(|(which, mail)| Some((which, mark(which, mail)?))).collect()
}
