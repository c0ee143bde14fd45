//! An invitation to review an order: a mail, and perhaps a reminder.
//!
//! ```text
//!                 ┌────────────── moved (server, quiet hours, cap) ─┐
//!                 ▼                                                 │
//!  asked ──► Pending ──► Claimed ──► Sent                           │
//!                 │          └──────────────────────────────────────┤
//!                 └──► Dropped ◄────────────────────────────────────┘
//! ```
//!
//! It lives in its order, which it does not change: it has a version of its own, and its mails go
//! on after the order is closed. A mail is claimed by a command before anybody connects, and done
//! by another after the server has taken it (M3, M6).
//!
//! The mails that tell how far an order has come ([`Notice`](crate::order::Notice)) go the same
//! way: they are due when that happens, and are claimed, sent, moved and dropped as these are.

mod apply;
mod decide;
mod mark;
mod schedule;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use apply::apply;
pub use decide::{Command, Trouble, decide};
pub use mark::{MailId, Mark, Marks, Which, marks};
pub use schedule::{Schedule, TooSoon, Wish};

use crate::id::{ArticleId, Version};
use crate::kept::Kept;
use crate::time::Time;

/// What a shop reported of an order, for reviews.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Report {
    /// The shop's own id for the order, unique in the tenant for ever.
    pub external_id: SmolStr,
    /// Where mails go: an address that was checked.
    pub email: SmolStr,
    /// The customer's name.
    pub fullname: Option<SmolStr>,
    /// A tag, to find invitations by.
    pub filtercode: Option<SmolStr>,
    /// The products, if the order has other lines: those of the door that made it.
    pub kept: Kept,
    /// The invitation, if one was asked for.
    pub invitation: Option<Invitation>,
    /// The products that its mails are about, each once, as caps count them: those that were
    /// reported, or else the lines of the order that was joined. Later lines change nothing.
    pub products: Box<[ArticleId]>,
}

/// An invitation, with its reminder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Invitation {
    /// Grows by one per event about it.
    pub version: Version,
    /// When it was asked for.
    pub created: Time,
    /// When it last changed.
    pub modified: Time,
    /// What was asked for.
    pub wish: Wish,
    /// What the delays are counted from.
    pub base: Base,
    /// The invitation itself.
    pub first: Mail,
    /// Its repetition.
    pub reminder: Option<Mail>,
}

/// What the delays of an invitation are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Base {
    /// This instant.
    At(Time),
    /// When the order is confirmed, which it is not yet.
    Confirmed,
    /// When the order is delivered, which it is not yet.
    Delivered,
}

/// One mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mail {
    /// When it is to go, by what was asked for; none while its base is not known.
    pub due: Option<Time>,
    /// When it is tried next, not before `due`.
    pub next: Option<Time>,
    /// How often the server put it off.
    pub tries: u16,
    /// What became of it.
    pub fact: Fact,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// Nothing yet.
    Pending,
    /// It is on its way.
    Claimed {
        /// Since when.
        at: Time,
    },
    /// The mail server took it.
    Sent {
        /// When.
        at: Time,
    },
    /// It will not be sent.
    Dropped {
        /// Since when.
        at: Time,
        /// Why not.
        why: Why,
    },
}

/// Why a mail is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Why {
    /// Somebody removed the invitation.
    Removed,
    /// The order was cancelled, or its promise expired.
    OrderClosed,
    /// The customer wants no mail.
    Suppressed,
    /// The mail server will not take it.
    Rejected,
    /// The mail server put it off for days.
    GivenUp,
    /// What it says has been overtaken by what came after.
    Outdated,
}

/// Why a mail goes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Later {
    /// The mail server was not there; as soon as it is, the mail goes.
    Unreachable,
    /// The mail server put it off.
    Deferred,
    /// It is quiet where the tenant is.
    Quiet,
    /// The address got as many mails as it may for now.
    Capped,
}

/// What happened to an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Event {
    /// What its delays are counted from has happened.
    Scheduled {
        /// The instant that they are counted from.
        base: Time,
        /// When the mails go.
        schedule: Schedule,
    },
    /// Something else was asked for.
    Changed {
        /// What.
        wish: Wish,
        /// When the mails go; none while the base is not known.
        schedule: Option<Schedule>,
    },
    /// A mail is on its way.
    MailClaimed {
        /// Which one.
        mail: Which,
    },
    /// The mail server took a mail.
    MailSent {
        /// Which one.
        mail: Which,
    },
    /// A mail goes later.
    MailMoved {
        /// Which one.
        mail: Which,
        /// When it is tried next.
        next: Time,
        /// Why.
        why: Later,
    },
    /// Mails will not be sent.
    MailDropped {
        /// Which ones.
        mails: Vec<Which>,
        /// Why not.
        why: Why,
    },
    /// The order has come so far that its customer is told.
    MailDue {
        /// By which mail.
        mail: Which,
    },
}

impl Event {
    /// Whether it changes the invitation, which has a version.
    fn is_about_the_invitation(&self) -> bool {
        match self {
            Event::Scheduled { .. } | Event::Changed { .. } => true,
            Event::MailClaimed { mail }
            | Event::MailSent { mail }
            | Event::MailMoved { mail, .. }
            | Event::MailDue { mail } => !mail.is_notice(),
            Event::MailDropped { mails, .. } => mails.iter().any(|mail| !mail.is_notice()),
        }
    }
}

impl Invitation {
    /// An invitation as it begins.
    pub fn new(wish: Wish, base: Base, schedule: Option<Schedule>, now: Time) -> Invitation {
        let mut invitation = Invitation {
            version: Version::FIRST,
            created: now,
            modified: now,
            wish,
            base,
            first: Mail::due(None),
            reminder: None,
        };
        invitation.set(wish, schedule);
        invitation
    }

    /// The mails there are.
    pub fn mails(&self) -> impl Iterator<Item = (Which, &Mail)> {
        let reminder = self.reminder.iter().map(|mail| (Which::Reminder, mail));
        [(Which::Invitation, &self.first)].into_iter().chain(reminder)
    }

    /// Those to which nothing has happened yet.
    pub fn pending(&self) -> Vec<Which> {
        let pending = self.mails().filter(|(_, mail)| mail.fact == Fact::Pending);
        pending.map(|(which, _)| which).collect()
    }

    /// Whether a mail is on its way.
    pub fn is_on_its_way(&self) -> bool {
        self.mails().any(|(_, mail)| matches!(mail.fact, Fact::Claimed { .. }))
    }

    fn set(&mut self, wish: Wish, schedule: Option<Schedule>) {
        self.wish = wish;
        self.first = Mail::due(schedule.map(|schedule| schedule.invitation));
        let again = schedule.and_then(|schedule| schedule.reminder);
        self.reminder = wish.reminder.map(|_| Mail::due(again));
    }
}

impl Mail {
    /// A mail that is to go then.
    pub(crate) fn due(due: Option<Time>) -> Mail {
        Mail { due, next: due, tries: 0, fact: Fact::Pending }
    }

    /// When the server took it, if it did.
    pub fn sent(&self) -> Option<Time> {
        match self.fact {
            Fact::Sent { at } => Some(at),
            _ => None,
        }
    }

    /// Whether nothing more can happen to it.
    pub fn is_settled(&self) -> bool {
        matches!(self.fact, Fact::Sent { .. } | Fact::Dropped { .. })
    }
}
