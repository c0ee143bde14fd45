//! What may happen to an order's mails: one row per rule.

use super::{Event, Fact, Invitation, Later, Mail, Mark, Schedule, Which, Why, Wish, marks};
use crate::id::Version;
use crate::limits::{MAIL_GIVEN_UP_AFTER, MAIL_RETRIES};
use crate::order::{Order, Stage};
use crate::refusal::Refusal;
use crate::time::Time;

/// What may be asked of an invitation, or of another mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// What the delays are counted from has happened.
    Schedule {
        /// The instant.
        base: Time,
        /// When the mails go.
        schedule: Schedule,
    },
    /// Ask for something else.
    Change {
        /// The version that the caller saw last.
        version: Option<Version>,
        /// What is asked for.
        wish: Wish,
        /// When the mails go then; none while the base is not known.
        schedule: Option<Schedule>,
    },
    /// Drop what is unsent.
    Drop {
        /// The version that the caller saw last.
        version: Option<Version>,
    },
    /// The order has been closed.
    Close,
    /// Send a mail: it is on its way from now on.
    Claim(Which),
    /// A mail goes later.
    Move {
        /// Which one.
        mail: Which,
        /// When.
        next: Time,
        /// Why.
        why: Later,
    },
    /// A mail will not be sent.
    Forgo(Which, Why),
    /// The mail server took a mail.
    Done(Which),
    /// The mail server did not take a mail.
    Failed(Which, Trouble),
    /// The order has come so far that its customer is told.
    Tell(Which),
}

/// Why a mail server did not take a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It was not there, or it went away before it had the mail.
    Unreachable,
    /// Not now: an answer from 400 to 499.
    Deferred,
    /// Never: an answer from 500 to 599.
    Rejected,
}

impl Command {
    /// The command's name, as records, logs and metrics say it.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Schedule { .. } => "ScheduleMails",
            Command::Change { .. } => "ChangeInvitation",
            Command::Drop { .. } => "DropInvitation",
            Command::Close => "CloseInvitation",
            Command::Claim(_) => "ClaimMail",
            Command::Move { .. } => "MoveMail",
            Command::Forgo(..) => "ForgoMail",
            Command::Done(_) => "MailDone",
            Command::Failed(..) => "MailFailed",
            Command::Tell(_) => "Tell",
        }
    }
}

/// Answers with the event that carries `command` out, with nothing if it is done already, or
/// refuses it and changes nothing (P7).
pub fn decide(order: &Order, command: &Command, now: Time) -> Result<Option<Event>, Refusal> {
    match command {
        Command::Schedule { base, schedule } => match asked(order)?.first.due {
            None => Ok(Some(Event::Scheduled { base: *base, schedule: *schedule })),
            Some(_) => Ok(None),
        },
        Command::Change { version, wish, schedule } => {
            let invitation = current(order, *version)?;
            match invitation.first.fact {
                Fact::Pending if *wish == invitation.wish => Ok(None),
                Fact::Pending => Ok(Some(Event::Changed { wish: *wish, schedule: *schedule })),
                _ => Err(Refusal::NothingUnsent { version: invitation.version }),
            }
        }
        Command::Drop { version } => {
            let invitation = current(order, *version)?;
            match dropped(invitation.pending(), Why::Removed) {
                None if !invitation.is_on_its_way() => {
                    Err(Refusal::NothingUnsent { version: invitation.version })
                }
                event => Ok(event),
            }
        }
        Command::Close => {
            let pending = order.mails().filter(|(_, mail)| mail.fact == Fact::Pending);
            Ok(dropped(pending.map(|(which, _)| which).collect(), Why::OrderClosed))
        }
        Command::Tell(mail) => match order.mail(*mail) {
            // What is still to be written says this, too.
            Some(known) if !known.is_settled() => Ok(None),
            _ => Ok(Some(Event::MailDue { mail: *mail })),
        },
        Command::Claim(mail) if is_due(order, *mail, now) => {
            Ok(Some(Event::MailClaimed { mail: *mail }))
        }
        Command::Move { mail, next, why } if is_due(order, *mail, now) => {
            Ok(Some(Event::MailMoved { mail: *mail, next: *next, why: *why }))
        }
        Command::Forgo(mail, why) if is_due(order, *mail, now) => Ok(dropped(vec![*mail], *why)),
        // Somebody else was faster, or it is too early (M4).
        Command::Claim(mail) | Command::Move { mail, .. } | Command::Forgo(mail, _) => {
            match mail.is_notice() {
                true => Err(Refusal::MailNotDue),
                false => asked(order).and(Err(Refusal::MailNotDue)),
            }
        }
        Command::Done(mail) => match order.mail(*mail).map(|mail| mail.fact) {
            Some(Fact::Claimed { .. }) => Ok(Some(Event::MailSent { mail: *mail })),
            _ => Ok(None),
        },
        Command::Failed(mail, trouble) => match order.mail(*mail) {
            Some(claimed @ Mail { fact: Fact::Claimed { .. }, .. }) => {
                Ok(Some(failed(order, (*mail, claimed), *trouble, now)))
            }
            _ => Ok(None),
        },
    }
}

fn asked(order: &Order) -> Result<&Invitation, Refusal> {
    order.invitation().ok_or(Refusal::UnknownInvitation)
}

/// The invitation, if it is the one that the caller saw last.
fn current(order: &Order, version: Option<Version>) -> Result<&Invitation, Refusal> {
    let invitation = asked(order)?;
    match version.filter(|asked| *asked != invitation.version) {
        Some(asked) => Err(Refusal::WrongVersion { asked, current: invitation.version }),
        None => Ok(invitation),
    }
}

fn dropped(mails: Vec<Which>, why: Why) -> Option<Event> {
    (!mails.is_empty()).then_some(Event::MailDropped { mails, why })
}

/// Whether a mail may be sent now.
pub(crate) fn is_due(order: &Order, which: Which, now: Time) -> bool {
    let is_due = |(known, mark): &(Which, Mark)| {
        *known == which && matches!(mark, Mark::Due(next) if *next <= now)
    };
    marks(order).iter().any(is_due)
}

/// What becomes of a mail that was not taken. A mail that came back after its order was closed is
/// dropped like the others (M3).
fn failed(order: &Order, (which, mail): (Which, &Mail), trouble: Trouble, now: Time) -> Event {
    let drop = |why| Event::MailDropped { mails: vec![which], why };
    let later = |next, why| Event::MailMoved { mail: which, next, why };
    let is_over = matches!(order.stage, Stage::Cancelled { .. } | Stage::Expired { .. });
    match trouble {
        Trouble::Rejected => drop(Why::Rejected),
        _ if is_over => drop(Why::OrderClosed),
        Trouble::Unreachable => later(now, Later::Unreachable),
        Trouble::Deferred => {
            let pause = MAIL_RETRIES[usize::from(mail.tries).min(MAIL_RETRIES.len() - 1)];
            let next = now + pause;
            let since = mail.due.unwrap_or(now);
            // What was put off before it could be tried in time is still tried a few times.
            let is_tried = usize::from(mail.tries) >= MAIL_RETRIES.len();
            if is_tried && next > since + MAIL_GIVEN_UP_AFTER {
                drop(Why::GivenUp)
            } else {
                later(next, Later::Deferred)
            }
        }
    }
}
