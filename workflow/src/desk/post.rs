//! What the desk knows of mails: which are due, who gets how many, and who reported which order.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::traffic::{Gone, Traffic};
use crate::id::OrderId;
use crate::invitation::{MailId, Mark, Marks, Report, marks};
use crate::order::Order;
use crate::schedule::Deadlines;
use crate::time::Time;

/// The mails of the orders in memory. An order that was reported, or has a mail that is still to go,
/// stays there, so these are all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Post {
    reported: BTreeMap<SmolStr, OrderId>,
    invitations: BTreeMap<OrderId, Brief>,
    due: Deadlines<MailId>,
    /// Mails that follow others which have not gone yet.
    later: Deadlines<MailId>,
    claimed: BTreeSet<MailId>,
    traffic: Traffic,
}

/// What an invitation may be found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Its tag.
    pub filtercode: Option<SmolStr>,
    /// Whether the invitation itself was sent.
    pub is_sent: bool,
}

impl Post {
    /// Notes an order that was placed, or that was read from a snapshot.
    pub(super) fn enter(&mut self, order: &Order) {
        self.follow(order, &Marks::new());
    }

    /// Notes an order as it is, whose marks were others before.
    pub fn follow(&mut self, order: &Order, before: &Marks) {
        let after = marks(order);
        for (which, mark) in before.iter().filter(|mark| !after.contains(mark)) {
            self.unmark(order, MailId { order: order.id, which: *which }, *mark);
        }
        for (which, mark) in after.iter().filter(|mark| !before.contains(mark)) {
            self.mark(order, MailId { order: order.id, which: *which }, *mark);
        }
        let Some(report) = &order.report else { return };
        if !self.reported.contains_key(&report.external_id) {
            self.reported.insert(report.external_id.clone(), order.id);
        }
        if let Some(invitation) = &report.invitation {
            let is_sent = invitation.first.sent().is_some();
            let brief = Brief { filtercode: report.filtercode.clone(), is_sent };
            self.invitations.insert(order.id, brief);
        }
    }

    fn mark(&mut self, order: &Order, mail: MailId, mark: Mark) {
        if let Some((report, gone)) = counted(order, mail, mark) {
            self.traffic.note(report, gone, mail);
        }
        match mark {
            Mark::Due(at) => self.due.arm(at, mail),
            Mark::Later(at) => self.later.arm(at, mail),
            Mark::Claimed(_) => {
                self.claimed.insert(mail);
            }
            Mark::Sent(_) => {}
        }
    }

    fn unmark(&mut self, order: &Order, mail: MailId, mark: Mark) {
        if let Some((report, gone)) = counted(order, mail, mark) {
            self.traffic.strike(report, gone, mail);
        }
        match mark {
            Mark::Due(at) => self.due.disarm(at, mail),
            Mark::Later(at) => self.later.disarm(at, mail),
            Mark::Claimed(_) => drop(self.claimed.remove(&mail)),
            Mark::Sent(_) => {}
        }
    }

    /// The order that was reported under this id.
    pub fn reported(&self, external_id: &str) -> Option<OrderId> {
        self.reported.get(external_id).copied()
    }

    /// The invitations, in the order in which their orders were made.
    pub fn invitations(&self) -> impl DoubleEndedIterator<Item = (OrderId, &Brief)> + '_ {
        self.invitations.iter().map(|(id, brief)| (*id, brief))
    }

    /// What an invitation may be found by, if the order has one.
    pub fn brief(&self, order: OrderId) -> Option<&Brief> {
        self.invitations.get(&order)
    }

    /// Mails in the order in which they fall due.
    pub fn due(&self) -> &Deadlines<MailId> {
        &self.due
    }

    /// Mails with a time from one instant to before another, whether or not they wait for others.
    pub fn between(&self, from: Time, to: Time) -> impl Iterator<Item = (Time, MailId)> + '_ {
        let all = [&self.due, &self.later].into_iter();
        all.flat_map(move |all| all.between(from, to, MailId::LEAST))
    }

    /// How many mails have a time.
    pub fn pending(&self) -> usize {
        self.due.len() + self.later.len()
    }

    /// Whether a mail is due.
    pub fn has_due(&self, now: Time) -> bool {
        self.due.first().is_some_and(|first| first <= now)
    }

    /// Mails that are on their way.
    pub fn claimed(&self) -> impl Iterator<Item = MailId> + '_ {
        self.claimed.iter().copied()
    }

    /// The mails that have gone or are on their way, as caps count them.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

/// A mail as it counts for caps. What tells of an order does not: the customer waits for it, and it
/// keeps no order in memory.
fn counted(order: &Order, mail: MailId, mark: Mark) -> Option<(&Report, Gone)> {
    let report = order.report.as_deref().filter(|_| !mail.which.is_notice())?;
    match mark {
        Mark::Due(_) | Mark::Later(_) => None,
        Mark::Claimed(_) => Some((report, Gone::OnItsWay)),
        Mark::Sent(at) => Some((report, Gone::At(at))),
    }
}

/// An address as it counts for caps and for those who want no mail: without regard to case.
pub fn address(email: &str) -> SmolStr {
    SmolStr::from(email.to_lowercase())
}
