//! Why a command was not carried out, in order of precedence.
//!
//! A refusal knows no door: no status, no text for customers. It holds the values that a door's
//! answer needs. What is refused changed nothing (P7).

use smol_str::SmolStr;

use crate::command::LocationRef;
use crate::id::{ArticleId, Version};
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
    /// The path, or a row, names an article that is not listed there.
    UnknownListing {
        /// The row, counted from 0, if there were rows.
        row: Option<usize>,
    },
    /// The path names a reservation that is not there.
    UnknownReservation,
    /// The path names a safety stock that is not there.
    UnknownSafetyStock,
    /// The path names an API key that is not there.
    UnknownKey,
    /// The body names a location that is not there, or two different ones.
    NoSuchLocation {
        /// What it was called, and where.
        named: Box<LocationRef>,
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
    /// The web shop has an order under this name already.
    DuplicateOrder {
        /// That order's number.
        number: u64,
    },
    /// Lines without which the customer wants nothing are short.
    CriticalShort {
        /// Line, counted from 0, and missing pieces.
        short: Vec<(u16, Units)>,
    },
    /// All lines are short, and all of them were to be dropped then.
    NothingLeft,
    /// Nothing that the caller picks fits, or all of it is picked.
    WrongItem,
    /// The caller does not pick this order.
    NotInList,
    /// Who is to help has it in their list already.
    AlreadyInList,
    /// Who is to help has as many orders as anybody may.
    ListFull {
        /// How many anybody may have.
        limit: usize,
    },
    /// Something of it is still to be picked.
    NotPicked,
    /// It is not staged, or a driver has it.
    NotStaged {
        /// The order's number.
        number: u64,
    },
    /// No piece of the line is missing.
    NothingToSubstitute,
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
    /// The tenant does not deliver there.
    AddressNotAllowed,
    /// The path names an address of which nobody has said anything.
    UnknownAddress,
    /// Something is known of as many addresses as there may be.
    TooManyAddresses {
        /// How many there may be.
        limit: usize,
    },
    /// The location has a lot by this name, and it is of another article than what is to be made,
    /// or another lot than the one that is to have it.
    LotOfAnother {
        /// The name.
        reference: SmolStr,
        /// What the lot is of.
        article: Box<ArticleId>,
    },
    /// What a sorted list is to go on after is gone, so nobody knows where it was.
    UnknownAnchor,
    /// One of several rows is why nothing was done.
    InRow {
        /// The row, counted from 0.
        row: usize,
        /// What is wrong with it.
        why: Box<Refusal>,
    },
    /// The order may not be held at the location: it is not online, the customer wants it from
    /// elsewhere, or the order is at as many as it may be.
    TakesNoPart,
}

/// What kind of no a refusal is. A door that has no words of its own for a refusal answers by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// What the request names is not there.
    Absent,
    /// As it is, the request could never be carried out.
    Invalid,
    /// As things stand, it cannot be carried out.
    Conflict,
    /// The caller has as much as anybody may.
    TooMuch,
}

impl Refusal {
    /// The same, as what is wrong with one of several rows.
    pub(crate) fn in_row(self, row: usize) -> Refusal {
        Refusal::InRow { row, why: Box::new(self) }
    }

    /// What kind of no it is.
    pub fn class(&self) -> Class {
        match self {
            Refusal::UnknownOrder
            | Refusal::UnknownLocation
            | Refusal::UnknownStock { .. }
            | Refusal::UnknownListing { .. }
            | Refusal::UnknownReservation
            | Refusal::UnknownSafetyStock
            | Refusal::UnknownKey
            | Refusal::UnknownSubscription
            | Refusal::UnknownInvitation
            | Refusal::UnknownAddress => Class::Absent,
            Refusal::NoSuchLocation { .. }
            | Refusal::DeadlineOutOfRange { .. }
            | Refusal::DurationOutOfRange { .. }
            | Refusal::TooManyLots { .. }
            | Refusal::TooManyLines { .. }
            | Refusal::TooMuchAtOnce
            | Refusal::ReminderTooSoon
            | Refusal::WrongCheckDigit { .. }
            | Refusal::UnknownAnchor
            | Refusal::AddressNotAllowed => Class::Invalid,
            Refusal::PromiseExpired { .. }
            | Refusal::WrongVersion { .. }
            | Refusal::LinesUnassigned { .. }
            | Refusal::NotNow { .. }
            | Refusal::OutOfStock { .. }
            | Refusal::ReferenceInUse { .. }
            | Refusal::LocationInUse { .. }
            | Refusal::TooFewPieces { .. }
            | Refusal::TooManySubscriptions { .. }
            | Refusal::DuplicateOrder { .. }
            | Refusal::CriticalShort { .. }
            | Refusal::NothingLeft
            | Refusal::WrongItem
            | Refusal::NotInList
            | Refusal::AlreadyInList
            | Refusal::ListFull { .. }
            | Refusal::NotPicked
            | Refusal::NotStaged { .. }
            | Refusal::NothingToSubstitute
            | Refusal::ExternalIdTaken
            | Refusal::NothingUnsent { .. }
            | Refusal::MailNotDue
            | Refusal::LotOfAnother { .. }
            | Refusal::TakesNoPart => Class::Conflict,
            Refusal::TooManyOpenPromises { .. }
            | Refusal::TooManyKeys { .. }
            | Refusal::TooManyAddresses { .. } => Class::TooMuch,
            Refusal::InRow { why, .. } => why.class(),
        }
    }

    /// The refusal in plain words, for doors that have none of their own for it.
    pub fn words(&self) -> String {
        self.name().replace('_', " ")
    }

    /// The refusal's name, for logs, metrics and transcripts.
    pub fn name(&self) -> &'static str {
        match self {
            Refusal::UnknownOrder => "unknown_order",
            Refusal::UnknownLocation => "unknown_location",
            Refusal::UnknownStock { .. } => "unknown_stock",
            Refusal::UnknownListing { .. } => "unknown_listing",
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
            Refusal::DuplicateOrder { .. } => "duplicate_order",
            Refusal::CriticalShort { .. } => "critical_short",
            Refusal::NothingLeft => "nothing_left",
            Refusal::WrongItem => "wrong_item",
            Refusal::NotInList => "not_in_list",
            Refusal::AlreadyInList => "already_in_list",
            Refusal::ListFull { .. } => "list_full",
            Refusal::NotPicked => "not_picked",
            Refusal::NotStaged { .. } => "not_staged",
            Refusal::NothingToSubstitute => "nothing_to_substitute",
            Refusal::TooManyLines { .. } => "too_many_lines",
            Refusal::AddressNotAllowed => "address_not_allowed",
            Refusal::UnknownAddress => "unknown_address",
            Refusal::TooManyAddresses { .. } => "too_many_addresses",
            Refusal::LotOfAnother { .. } => "lot_of_another",
            Refusal::UnknownAnchor => "unknown_anchor",
            Refusal::InRow { why, .. } => why.name(),
            Refusal::TakesNoPart => "takes_no_part",
        }
    }
}
