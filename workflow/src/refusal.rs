//! Why a command was not carried out, in order of precedence.
//!
//! A refusal knows no door: no status, no text for customers. It holds the values that a door's
//! answer needs. What is refused changed nothing (P7).

use smol_str::SmolStr;

use crate::id::Version;
use crate::quantity::Units;
use crate::time::{Millis, Time};

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The path, or the request as what is replaced, names an order that is not there.
    UnknownOrder,
    /// The path names a location that is not there.
    UnknownLocation,
    /// The path, or a row, names a lot that is not there.
    UnknownStock {
        /// The row, counted from 0, if there were several.
        row: Option<usize>,
    },
    /// The path names an article that is not listed there.
    UnknownListing,
    /// The path names a reservation that is not there.
    UnknownReservation,
    /// The path names a safety stock that is not there.
    UnknownSafetyStock,
    /// The path names an API key that is not there.
    UnknownKey,
    /// The body names a location that is not there, or two different ones.
    NoSuchLocation {
        /// What it was called.
        name: SmolStr,
        /// Where in the request: the position in the list of names that were sent.
        at: usize,
    },
    /// The deadline that was asked for is too near or too far.
    DeadlineOutOfRange {
        /// The nearest allowed.
        earliest: Time,
        /// The farthest allowed.
        latest: Time,
    },
    /// The time that promises are to hold is too short or too long.
    DurationOutOfRange {
        /// The shortest allowed.
        shortest: Millis,
        /// The longest allowed.
        longest: Millis,
    },
    /// The promise is past its deadline.
    PromiseExpired {
        /// The deadline.
        until: Time,
    },
    /// Somebody changed the thing in between.
    WrongVersion {
        /// The version that was sent.
        asked: Version,
        /// The version it has.
        current: Version,
    },
    /// Pieces of the promise have no place, so it cannot be sold.
    LinesUnassigned {
        /// The order's version.
        version: Version,
    },
    /// The order's stage does not allow it.
    NotNow {
        /// The stage.
        stage: &'static str,
        /// The command.
        command: &'static str,
        /// The order's version.
        version: Version,
    },
    /// The caller holds more promises than anybody may.
    TooManyOpenPromises {
        /// How many anybody may hold.
        limit: u32,
    },
    /// Nothing can fulfil these lines, and the tenant wants that refused.
    OutOfStock {
        /// Line, counted from 0, and missing pieces.
        short: Vec<(u16, Units)>,
    },
    /// Another location of the tenant has this reference.
    ReferenceInUse {
        /// The reference.
        reference: SmolStr,
    },
    /// The location holds stock or reservations.
    LocationInUse {
        /// The location's version.
        version: Version,
    },
    /// More pieces than the lot has are to move, or they cannot without parting a reservation.
    TooFewPieces {
        /// How many it has.
        value: Units,
        /// How many of them are not reserved.
        free: Units,
    },
    /// The article has as many lots at the location as it may.
    TooManyLots {
        /// How many it may have.
        limit: usize,
    },
    /// The tenant has as many good API keys as it may.
    TooManyKeys {
        /// How many it may have.
        limit: usize,
    },
    /// The path names a subscription that is not there.
    UnknownSubscription,
    /// The tenant has as many subscriptions as it may.
    TooManySubscriptions {
        /// How many it may have: of this event, or of all.
        limit: usize,
    },
    /// The command would touch more reservations than fit in one record; do it in smaller steps.
    TooMuchAtOnce,
    /// The path names an invitation that is not there.
    UnknownInvitation,
    /// The shop reported an order under this id before.
    ExternalIdTaken,
    /// The reminder would go less than 24 hours after the invitation.
    ReminderTooSoon,
    /// A product's GTIN has another check digit, and the tenant wants that refused.
    WrongCheckDigit {
        /// The product, counted from 0.
        product: usize,
    },
    /// No mail of the invitation is unsent.
    NothingUnsent {
        /// The invitation's version.
        version: Version,
    },
    /// The mail is not to be sent now: too early, sent already, or dropped.
    MailNotDue,
    /// The order would have more lines than an order may.
    TooManyLines {
        /// How many it may have.
        limit: usize,
    },
}

impl Refusal {
    /// The refusal's name, for logs, metrics and transcripts.
    pub fn name(&self) -> &'static str {
        match self {
            Refusal::UnknownOrder => "unknown_order",
            Refusal::UnknownLocation => "unknown_location",
            Refusal::UnknownStock { .. } => "unknown_stock",
            Refusal::UnknownListing => "unknown_listing",
            Refusal::UnknownReservation => "unknown_reservation",
            Refusal::UnknownSafetyStock => "unknown_safety_stock",
            Refusal::UnknownKey => "unknown_key",
            Refusal::NoSuchLocation { .. } => "no_such_location",
            Refusal::DeadlineOutOfRange { .. } => "deadline_out_of_range",
            Refusal::DurationOutOfRange { .. } => "duration_out_of_range",
            Refusal::PromiseExpired { .. } => "promise_expired",
            Refusal::WrongVersion { .. } => "wrong_version",
            Refusal::LinesUnassigned { .. } => "lines_unassigned",
            Refusal::NotNow { .. } => "not_now",
            Refusal::OutOfStock { .. } => "out_of_stock",
            Refusal::ReferenceInUse { .. } => "reference_in_use",
            Refusal::LocationInUse { .. } => "location_in_use",
            Refusal::TooFewPieces { .. } => "too_few_pieces",
            Refusal::TooManyLots { .. } => "too_many_lots",
            Refusal::TooManyKeys { .. } => "too_many_keys",
            Refusal::UnknownSubscription => "unknown_subscription",
            Refusal::TooManySubscriptions { .. } => "too_many_subscriptions",
            Refusal::TooMuchAtOnce => "too_much_at_once",
            Refusal::UnknownInvitation => "unknown_invitation",
            Refusal::ExternalIdTaken => "external_id_taken",
            Refusal::ReminderTooSoon => "reminder_too_soon",
            Refusal::WrongCheckDigit { .. } => "wrong_check_digit",
            Refusal::NothingUnsent { .. } => "nothing_unsent",
            Refusal::MailNotDue => "mail_not_due",
            Refusal::TooManyOpenPromises { .. } => "too_many_open_promises",
            Refusal::TooManyLines { .. } => "too_many_lines",
        }
    }
}
