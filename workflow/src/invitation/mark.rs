//! What the desk notes of an order's mails: what is due, what is on its way, what was sent.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Fact, Mail};
use crate::id::OrderId;
use crate::order::Order;
use crate::time::Time;

/// One of an order's mails: an invitation's two, and those that tell how far the order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Which {
    /// The invitation itself.
    Invitation,
    /// Its repetition.
    Reminder,
    /// All that there is of the order is picked.
    Picked,
    /// It is with a driver.
    OutForDelivery,
}

impl Which {
    /// Whether it tells how far the order has come.
    pub fn is_notice(self) -> bool {
        match self {
            Which::Invitation | Which::Reminder => false,
            Which::Picked | Which::OutForDelivery => true,
        }
    }

    /// The mail that has to have gone, or to be dropped, before this one goes.
    fn follows(self) -> Option<Which> {
        match self {
            Which::Reminder => Some(Which::Invitation),
            Which::OutForDelivery => Some(Which::Picked),
            Which::Invitation | Which::Picked => None,
        }
    }
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
    pub const MOST: MailId = MailId { order: OrderId::MOST, which: Which::OutForDelivery };
}

/// What the desk notes of one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It may go from then on.
    Due(Time),
    /// It may go from then on, once the mail before it has gone or is dropped.
    Later(Time),
    /// It is on its way, since then.
    Claimed(Time),
    /// The server took it.
    Sent(Time),
}

/// The marks of one order.
pub type Marks = SmallVec<[(Which, Mark); 2]>;

/// The marks of an order as it is. An invitation to a promise, or to an order that nothing can
/// fulfil, waits and has none; a mail that follows another waits for that, and its time is known.
pub fn marks(order: &Order) -> Marks {
    let waits = |which: Which| !which.is_notice() && order.mails_wait();
    let is_open = |which| order.mail(which).is_some_and(|mail| !mail.is_settled());
    let mark = |which: Which, mail: &Mail| match (mail.fact, mail.next) {
        (Fact::Claimed { at }, _) => Some(Mark::Claimed(at)),
        (Fact::Sent { at }, _) => Some(Mark::Sent(at)),
        (Fact::Dropped { .. }, _) | (Fact::Pending, None) => None,
        (Fact::Pending, Some(_)) if waits(which) => None,
        (Fact::Pending, Some(next)) if which.follows().is_some_and(is_open) => {
            Some(Mark::Later(next))
        }
        (Fact::Pending, Some(next)) => Some(Mark::Due(next)),
    };
    order.mails().filter_map(|(which, mail)| Some((which, mark(which, mail)?))).collect()
}
