//! An invitation in this door's words.

use serde::Serialize;
use workflow::invitation::{Fact, Mail, Why};
use workflow::order::Order;
use workflow::outcome::Outcome;
use workflow::reply::Reply;

use super::{Meta, Seconds, the_order, the_orders};
use crate::http::reply::json;
use crate::http::reply::{entity, plain};

/// An invitation: its number is that of its order.
#[derive(Serialize)]
pub(super) struct InvitationAnswer<'a> {
    id: u64,
    order_id: u64,
    created_at: Seconds,
    send_at: Option<Seconds>,
    is_sent: bool,
    send_reminder_at: Option<Seconds>,
    is_reminder_sent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    filtercode: Option<&'a str>,
    /// Why the invitation will not be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped: Option<&'static str>,
    /// Why the reminder will not be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    reminder_dropped: Option<&'static str>,
}

#[derive(Serialize)]
struct OneAnswer<'a> {
    success: bool,
    invitation: Option<InvitationAnswer<'a>>,
}

#[derive(Serialize)]
struct ManyAnswer<'a> {
    meta: Meta,
    success: bool,
    invitations: Vec<InvitationAnswer<'a>>,
}

#[derive(Serialize)]
struct DroppedAnswer {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

#[derive(Serialize)]
struct DaysAnswer<'a> {
    success: bool,
    days: Vec<DayAnswer<'a>>,
}

#[derive(Serialize)]
struct DayAnswer<'a> {
    day: &'a str,
    filtercode: Option<&'a str>,
    mails: u64,
}

/// The invitation of an order, if it has one. With the code where nothing else shows it.
pub(super) fn of(order: &Order, with_code: bool) -> Option<InvitationAnswer<'_>> {
    let invitation = order.invitation()?;
    let code = order.report.as_ref().and_then(|report| report.filtercode.as_deref());
    let reminder = invitation.reminder.as_ref();
    Some(InvitationAnswer {
        id: order.number,
        order_id: order.number,
        created_at: Seconds(invitation.created),
        send_at: invitation.first.next.map(Seconds),
        is_sent: invitation.first.sent().is_some(),
        send_reminder_at: reminder.and_then(|mail| mail.next).map(Seconds),
        is_reminder_sent: reminder.is_some_and(|mail| mail.sent().is_some()),
        filtercode: code.filter(|_| with_code),
        dropped: why(&invitation.first),
        reminder_dropped: reminder.and_then(why),
    })
}

fn why(mail: &Mail) -> Option<&'static str> {
    let Fact::Dropped { why, .. } = mail.fact else { return None };
    Some(match why {
        Why::Removed => "removed",
        Why::OrderClosed => "order_closed",
        Why::Suppressed => "unsubscribed",
        Why::Rejected => "rejected",
        Why::GivenUp => "given_up",
        Why::Outdated => "outdated",
    })
}

/// The reply to a look at one invitation, or to its change: 200.
pub(crate) fn invitation(outcome: &Outcome) -> Reply {
    let order = the_order(outcome);
    let body = json(&OneAnswer { success: true, invitation: of(order, true) });
    match order.invitation() {
        Some(invitation) => entity(200, invitation.version, body),
        None => unreachable!("an invitation is answered with an order that has one"),
    }
}

/// A page of invitations: 200.
pub(crate) fn invitations(outcome: &Outcome) -> Reply {
    let (orders, count) = the_orders(outcome);
    let invitations = orders.iter().filter_map(|order| of(order, true)).collect();
    plain(200, json(&ManyAnswer { meta: Meta { count }, success: true, invitations }))
}

/// The reply to an invitation that was dropped: 200, and whether a mail is on its way.
pub(crate) fn dropped(outcome: &Outcome) -> Reply {
    let is_out = the_order(outcome).invitation().is_some_and(|it| it.is_on_its_way());
    let message = is_out.then_some("a mail is already on its way");
    plain(200, json(&DroppedAnswer { success: true, message }))
}

/// The mails that are still to go, by day and filter code: 200.
pub(crate) fn days(outcome: &Outcome) -> Reply {
    let Outcome::MailDays(days) = outcome else {
        unreachable!("a look at the calendar is answered with days")
    };
    let day = days.iter().map(|it| DayAnswer {
        day: &it.day,
        filtercode: it.filtercode.as_deref(),
        mails: it.mails,
    });
    plain(200, json(&DaysAnswer { success: true, days: day.collect() }))
}
