//! What is asked about invitations, and about orders by their numbers.

use smol_str::SmolStr;

use super::OrderName;
use crate::calendar::Delay;
use crate::id::Version;
use crate::invitation::{Trouble, Which, Wish};
use crate::kept::Kept;
use crate::order::Line;

/// An order that a shop reports for reviews.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invite {
    /// The shop's own id for the order, unique in the tenant.
    pub external_id: SmolStr,
    /// Where mails go: an address that was checked.
    pub email: SmolStr,
    /// The customer's name.
    pub fullname: Option<SmolStr>,
    /// A tag, to find invitations by.
    pub filtercode: Option<SmolStr>,
    /// The products, as lines without pieces.
    pub products: Vec<Line>,
    /// The same, for an order that has lines of its own.
    pub kept: Kept,
    /// The first product whose GTIN has another check digit than it should.
    pub wrong_check_digit: Option<usize>,
    /// The mails that are asked for.
    pub wish: Option<Wish>,
}

/// What may be done about an invitation, and about any mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationAction {
    /// Ask for other times, counted as before.
    Change {
        /// The version that the caller saw last.
        version: Option<Version>,
        /// The invitation's, if it changes.
        delay: Option<Delay>,
        /// The reminder's, if it changes; the inner none removes it.
        reminder: Option<Option<Delay>>,
    },
    /// Drop what is unsent.
    Drop {
        /// The version that the caller saw last.
        version: Option<Version>,
    },
    /// Send a mail: it is on its way from now on, unless it may not go now.
    Claim(Which),
    /// The mail server took a mail.
    Done(Which),
    /// The mail server did not take a mail.
    Failed(Which, Trouble),
}

impl InvitationAction {
    pub(super) fn name(&self) -> &'static str {
        match self {
            InvitationAction::Change { .. } => "ChangeInvitation",
            InvitationAction::Drop { .. } => "DropInvitation",
            InvitationAction::Claim(_) => "ClaimMail",
            InvitationAction::Done(_) => "MailDone",
            InvitationAction::Failed(..) => "MailFailed",
        }
    }
}

/// A part of a list that is counted from one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How many come before.
    pub skip: u64,
    /// How many at most.
    pub size: usize,
    /// Whether the newest comes first.
    pub newest_first: bool,
}

impl Part {
    /// The numbers in this part of a list that is numbered from 1 to `last`.
    pub fn numbers(&self, last: u64) -> Vec<u64> {
        let size = self.size as u64;
        let end = last.min(self.skip.saturating_add(size));
        let places = (self.skip + 1)..=end;
        match self.newest_first {
            true => places.map(|place| last + 1 - place).collect(),
            false => places.collect(),
        }
    }
}

/// Which invitations.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct InvitationFilter {
    /// Those with this tag.
    pub filtercode: Option<SmolStr>,
    /// Those that were sent, or those that were not.
    pub is_sent: Option<bool>,
    /// That of this order.
    pub order: Option<OrderName>,
}
