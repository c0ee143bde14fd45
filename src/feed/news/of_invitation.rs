//! What is told of an invitation and of other mails: which ones, and when, never to whom they go.

use serde::Serialize;
use workflow::invitation::{Invitation, Report, Schedule, Which, Why};

use super::of_order::At;

/// An order that a shop reported for reviews.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportedData<'a> {
    external_id: &'a str,
}

impl<'a> ReportedData<'a> {
    pub(super) fn of(report: &'a Report) -> ReportedData<'a> {
        ReportedData { external_id: &report.external_id }
    }
}

/// When the mails go.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScheduledData {
    send_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_reminder_at: Option<At>,
}

impl ScheduledData {
    /// None while that is not known.
    pub(super) fn of(invitation: &Invitation) -> Option<ScheduledData> {
        let again = invitation.reminder.as_ref().and_then(|mail| mail.due);
        let send_at = At(invitation.first.due?);
        Some(ScheduledData { send_at, send_reminder_at: again.map(At) })
    }

    pub(super) fn at(schedule: &Schedule) -> ScheduledData {
        let Schedule { invitation, reminder } = *schedule;
        ScheduledData { send_at: At(invitation), send_reminder_at: reminder.map(At) }
    }
}

/// A mail to the customer of a delivery that was sent.
#[derive(Debug, Serialize)]
pub(super) struct SentData {
    mail: &'static str,
}

impl SentData {
    pub(super) fn of(mail: Which) -> SentData {
        SentData { mail: name(mail) }
    }
}

/// Mails that will not be sent.
#[derive(Debug, Serialize)]
pub(super) struct DroppedData {
    mails: Vec<&'static str>,
    reason: &'static str,
}

impl DroppedData {
    pub(super) fn of(mails: &[Which], why: Why) -> DroppedData {
        let reason = match why {
            Why::Removed => "removed",
            Why::OrderClosed => "order_closed",
            Why::Suppressed => "unsubscribed",
            Why::Rejected => "rejected",
            Why::GivenUp => "given_up",
            Why::Outdated => "outdated",
        };
        DroppedData { mails: mails.iter().copied().map(name).collect(), reason }
    }
}

fn name(mail: Which) -> &'static str {
    match mail {
        Which::Invitation => "invitation",
        Which::Reminder => "reminder",
        Which::Picked => "picked",
        Which::OutForDelivery => "out_for_delivery",
    }
}
