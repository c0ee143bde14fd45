//! Refusals by example, those that have values; and those that come together.

use smol_str::SmolStr;
use workflow::command::LocationRef;
use workflow::id::{ArticleId, Version};
use workflow::limits::{
    LINES_PER_ORDER_MAX, LOTS_PER_SHELF_MAX, PICKING_MAX, SUBSCRIPTIONS_PER_TENANT_MAX,
};
use workflow::quantity::Units;
use workflow::refusal::Refusal::{self, *};
use workflow::time::{Millis, Time};

/// When examples happen: 2026-01-12T10:14:03.517Z.
pub(super) const THEN: Time = Time(1_768_212_843_517);

/// Somebody changed it in between.
pub(super) const CHANGED: Refusal = WrongVersion { asked: Version(1), current: Version(2) };

/// The stage does not allow it.
pub(super) const NOT_NOW: Refusal =
    NotNow { stage: "Cancelled", command: "Confirm", version: Version(2) };

/// The promise is past its deadline.
pub(super) const EXPIRED: Refusal = PromiseExpired { until: THEN };

/// The path names an article that is not listed there.
pub(super) const UNKNOWN_LISTING: Refusal = UnknownListing { row: None };

/// The path names a stock that is not there.
pub(super) const UNKNOWN_STOCK: Refusal = UnknownStock { row: None };

/// Another place has this name.
pub(super) const NAME_TAKEN: Refusal = ReferenceInUse { reference: SmolStr::new_static("cologne") };

/// The deadline is too near or too far.
pub(super) const BAD_DEADLINE: Refusal =
    DeadlineOutOfRange { earliest: THEN, latest: Time(THEN.0 + 28_800_000) };

/// Promises would hold too long, or not long enough.
pub(super) const BAD_DURATION: Refusal =
    DurationOutOfRange { shortest: Millis::minutes(1), longest: Millis::hours(8) };

/// The promise has pieces without a place.
pub(super) const UNASSIGNED: Refusal = LinesUnassigned { version: Version(2) };

/// The caller has as many promises as anybody may.
pub(super) const TOO_MANY_PROMISES: Refusal = TooManyOpenPromises { limit: 10_000 };

/// The order would have more lines than an order may.
pub(super) const TOO_MANY_LINES: Refusal = TooManyLines { limit: LINES_PER_ORDER_MAX };

/// The shop has an order under this name.
pub(super) const DUPLICATE: Refusal = DuplicateOrder { number: 17 };

/// The place holds stock or reservations.
pub(super) const PLACE_IN_USE: Refusal = LocationInUse { version: Version(2) };

/// The article has as many stocks there as it may.
pub(super) const TOO_MANY_LOTS: Refusal = TooManyLots { limit: LOTS_PER_SHELF_MAX };

/// More pieces are to move than can.
pub(super) const TOO_FEW_PIECES: Refusal = TooFewPieces { value: Units::ZERO, free: Units::ZERO };

/// There are as many subscriptions as there may be.
pub(super) const TOO_MANY_SUBSCRIPTIONS: Refusal =
    TooManySubscriptions { limit: SUBSCRIPTIONS_PER_TENANT_MAX };

/// Who is to help has as many orders as anybody may.
pub(super) const LIST_FULL: Refusal = ListFull { limit: PICKING_MAX };

/// It is not staged, or a driver has it.
pub(super) const NOT_STAGED: Refusal = NotStaged { number: 17 };

/// No mail of the invitation is unsent.
pub(super) const NOTHING_UNSENT: Refusal = NothingUnsent { version: Version(2) };

/// The first product's GTIN has another check digit.
pub(super) const WRONG_CHECK_DIGIT: Refusal = WrongCheckDigit { product: 0 };

/// What nearly everything may come to that is done with one order.
pub(super) const OF_ORDER: [Refusal; 4] = [UnknownOrder, EXPIRED, CHANGED, NOT_NOW];

/// The first line is short of a piece.
fn short() -> Vec<(u16, Units)> {
    vec![(0, Units::of_line(1).expect("a line may have one piece"))]
}

/// Lines are short, and that is to be refused.
pub(super) fn out_of_stock() -> Refusal {
    OutOfStock { short: short() }
}

/// The stock that is to be made has the name of another article's.
pub(super) fn lot_of_another() -> Refusal {
    let article = ArticleId::parse("coffee").expect("a name");
    LotOfAnother { reference: "shelf-1".into(), article: Box::new(article) }
}

/// The second of several rows is why nothing was done.
pub(super) fn in_row(why: Refusal) -> Refusal {
    InRow { row: 1, why: Box::new(why) }
}

/// Lines are short without which the customer wants nothing.
pub(super) fn critical_short() -> Refusal {
    CriticalShort { short: short() }
}

/// The request names a place there that is not there.
pub(super) fn no_such_place(at: &'static str) -> Refusal {
    let named = LocationRef::by_reference("cologne").said_at(at);
    NoSuchLocation { named: Box::new(named) }
}
