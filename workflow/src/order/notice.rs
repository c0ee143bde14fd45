//! A mail that tells a customer how far their order has come: it is picked, it is on its way.
//!
//! ```text
//!  the stage's event ──► due, in the same record ──► Claimed ──► Sent
//!                         │                            │
//!                         └────────► Dropped ◄─────────┘
//! ```
//!
//! A file of its own because it is about the order's life, while how a mail goes is the
//! invitation's: there is one life of a mail, and one mailer. Only an order that is brought to its
//! customer has one (deliveries), and only if the operator has such mails sent.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Order, Stage, Step};
use crate::invitation::{Mail, Which};
use crate::limits::NOTICE_OVERTAKEN_AFTER;
use crate::time::Time;

/// A mail that tells how far an order has come. There is one of each kind at most: the next one,
/// of an order that is brought in parts, takes the place of the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Notice {
    /// What it tells.
    pub which: Which,
    /// How often that has been told, with this time: from 1.
    pub count: u16,
    /// What becomes of it.
    pub mail: Mail,
}

impl Order {
    /// The mails that tell how far it has come.
    pub fn notices(&self) -> &[Notice] {
        self.work.as_ref().map_or(&[], |work| &work.notices)
    }

    /// The notice of this kind, if there is one.
    pub fn notice(&self, which: Which) -> Option<&Notice> {
        self.notices().iter().find(|notice| notice.which == which)
    }

    /// All its mails.
    pub fn mails(&self) -> impl Iterator<Item = (Which, &Mail)> {
        let invited = self.invitation().into_iter().flat_map(|it| it.mails());
        invited.chain(self.notices().iter().map(|notice| (notice.which, &notice.mail)))
    }

    /// One of its mails, if there is such a one.
    pub fn mail(&self, which: Which) -> Option<&Mail> {
        self.mails().find(|(known, _)| *known == which).map(|(_, mail)| mail)
    }

    /// Where a mail about it goes.
    pub fn mail_address(&self, which: Which) -> Option<&SmolStr> {
        match which.is_notice() {
            true => self.asked.handover.as_ref()?.email.as_ref(),
            false => self.report.as_ref().map(|report| &report.email),
        }
    }

    /// What its customer is to be told of it, now that it has come from `before` to here. That
    /// somebody gave it back to the shelf, or cancelled it, is not among it.
    pub fn news_since(&self, before: &Order) -> Option<Which> {
        let out = |order: &Order| order.parts().iter().filter(|it| it.step == Step::Out).count();
        let has_left = out(self) > out(before);
        let is_picked = self.is_staged() && !before.is_staged();
        let which = match (has_left, is_picked) {
            (true, _) => Which::OutForDelivery,
            (false, true) => Which::Picked,
            (false, false) => return None,
        };
        self.mail_address(which).map(|_| which)
    }

    /// Whether a notice still has something to say: what it says is so, or was so until a moment
    /// ago and the order has come further.
    pub fn is_news(&self, which: Which, now: Time) -> bool {
        let is_so = match which {
            Which::Invitation | Which::Reminder => return true,
            Which::Picked => self.is_staged(),
            Which::OutForDelivery => self.is_under_way(),
        };
        let came_further = self.has_left() && !matches!(self.stage, Stage::Cancelled { .. });
        let due = self.mail(which).and_then(|mail| mail.due);
        is_so || (came_further && due.is_some_and(|due| now <= due + NOTICE_OVERTAKEN_AFTER))
    }

    /// A notice is due; it takes the place of the one that told the same before.
    pub(crate) fn tell(&mut self, which: Which, at: Time) {
        let notices = &mut self.work.get_or_insert_default().notices;
        let before = notices.iter().position(|it| it.which == which).map(|at| notices.remove(at));
        let count = before.map_or(0, |notice| notice.count).saturating_add(1);
        notices.push(Notice { which, count, mail: Mail::due(Some(at)) });
    }

    pub(crate) fn mail_mut(&mut self, which: Which) -> Option<&mut Mail> {
        match which {
            Which::Invitation => Some(&mut self.report.as_mut()?.invitation.as_mut()?.first),
            Which::Reminder => self.report.as_mut()?.invitation.as_mut()?.reminder.as_mut(),
            Which::Picked | Which::OutForDelivery => {
                let mut notices = self.work.as_mut()?.notices.iter_mut();
                notices.find(|notice| notice.which == which).map(|notice| &mut notice.mail)
            }
        }
    }

    /// Whether a notice is still to go, or on its way.
    pub(super) fn has_open_notice(&self) -> bool {
        self.notices().iter().any(|notice| !notice.mail.is_settled())
    }
}
