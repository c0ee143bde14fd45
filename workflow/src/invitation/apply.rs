//! Makes an event about an order's mails true. There are no rules here, and nothing that can fail.

use super::{Base, Event, Fact, Invitation, Later, Mail, Which};
use crate::limits::{REMINDER_GAP_MIN, REMINDER_SLACK};
use crate::order::Order;
use crate::time::Time;

/// Makes `event` true at the time of its command.
pub fn apply(order: &mut Order, event: &Event, at: Time) {
    if event.is_about_the_invitation() {
        let invitation = asked(order);
        invitation.version = invitation.version.next();
        invitation.modified = at;
    }
    match event {
        Event::Scheduled { base, schedule } => {
            let invitation = asked(order);
            invitation.base = Base::At(*base);
            invitation.set(invitation.wish, Some(*schedule));
        }
        Event::Changed { wish, schedule } => asked(order).set(*wish, *schedule),
        Event::MailClaimed { mail } => {
            let mail = of(order, *mail);
            let next = mail.next.expect("M4: a mail without a time is not claimed");
            assert!(next <= at, "M4: a mail is never early");
            mail.fact = Fact::Claimed { at };
        }
        Event::MailSent { mail } => {
            let sent = of(order, *mail);
            assert!(matches!(sent.fact, Fact::Claimed { .. }), "M6: claimed before it is sent");
            sent.fact = Fact::Sent { at };
            if *mail == Which::Invitation {
                keep_apart(asked(order), at);
            }
        }
        Event::MailMoved { mail, next, why } => {
            let mail = of(order, *mail);
            mail.next = Some(*next);
            mail.fact = Fact::Pending;
            mail.tries = mail.tries.saturating_add(u16::from(*why == Later::Deferred));
        }
        Event::MailDropped { mails, why } => {
            for which in mails {
                of(order, *which).fact = Fact::Dropped { at, why: *why };
            }
        }
        Event::MailDue { mail } => order.tell(*mail, at),
    }
}

fn asked(order: &mut Order) -> &mut Invitation {
    let report = order.report.as_mut().expect("M6: an event's order was reported before");
    report.invitation.as_mut().expect("M6: an event's invitation was asked for before")
}

fn of(order: &mut Order, which: Which) -> &mut Mail {
    order.mail_mut(which).expect("M6: an event's mail was asked for, or due, before")
}

/// An invitation that went hours late takes its reminder with it, or both would come together.
fn keep_apart(invitation: &mut Invitation, sent: Time) {
    let Some(reminder) = &mut invitation.reminder else { return };
    let earliest = sent + REMINDER_GAP_MIN;
    let is_close = |next: &Time| *next + REMINDER_SLACK < earliest;
    if reminder.fact == Fact::Pending && reminder.next.as_ref().is_some_and(is_close) {
        reminder.next = Some(earliest);
    }
}
