//! Names of things: parsed once, then trusted.
//!
//! Every id that Certus makes is a UUID of version 7 whose last 16 bits count the parts of one
//! thing. An order's own id ends in zeroes; its lines, its reservations and its routing run are
//! the same id with a part number. So a part's id leads to its order without an index, and
//! neither memory nor journal has to hold it.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use uuid::Uuid;

use crate::limits::REFERENCE_CHARS_MAX;
use crate::time::Time;

/// The id of an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId(Uuid);

/// The id of a location.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocationId(Uuid);

/// The id of one lot of stock, or of one listing, at a location.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StockId(Uuid);

/// The id of a reservation: its order's id and a part number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReservationId(Uuid);

/// The id of an API key; nothing about it is secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId(Uuid);

/// The id of a subscription.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SubscriptionId(Uuid);

/// What the shop calls an article: 1 to 250 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ArticleId(SmolStr);

/// Who owns a set of locations and orders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TenantId(SmolStr);

/// The version of an entity: 1 when it is made, then only growing. What a client sends may be any
/// number up to 2^63 − 1 (door 3's int64), so that a refusal can say which it was.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
pub struct Version(pub u64);

/// The last 16 bits of an id count parts.
const PART_BITS: u32 = 16;
const PART_MASK: u128 = (1 << PART_BITS) - 1;
/// Part 0 is the order, 1 to 500 its lines, 0x0FFF its routing run, from 0x1000 its reservations.
const ROUTING_RUN_PART: u16 = 0x0FFF;
const RESERVATION_PART: u16 = 0x1000;

/// A UUID of version 7 from an instant and 58 random bits, with zeroes where parts are counted.
fn v7(at: Time, random: u64) -> u128 {
    let time = u128::try_from(at.0.max(0)).unwrap_or(0) & ((1 << 48) - 1);
    let high = u128::from(random >> 46) & 0xFFF;
    let low = u128::from(random & ((1 << 46) - 1));
    (time << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | (low << PART_BITS)
}

macro_rules! uuid_id {
    ($name:ident) => {
        impl $name {
            /// Reads the usual hyphened form.
            pub fn parse(text: &str) -> Option<$name> {
                Uuid::try_parse(text).ok().map($name)
            }

            /// The id as a number, for orderly keys.
            pub fn to_bits(self) -> u128 {
                self.0.as_u128()
            }

            /// The id whose number this is.
            pub fn from_bits(bits: u128) -> $name {
                $name(Uuid::from_u128(bits))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.as_hyphenated(), out)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, out)
            }
        }
    };
}

uuid_id!(OrderId);
uuid_id!(LocationId);
uuid_id!(StockId);
uuid_id!(ReservationId);
uuid_id!(KeyId);
uuid_id!(SubscriptionId);

impl OrderId {
    /// Before every other one.
    pub(crate) const LEAST: OrderId = OrderId(Uuid::nil());
    /// After every other one.
    pub(crate) const MOST: OrderId = OrderId(Uuid::max());

    /// A new id from the command's time and its random number.
    pub fn of(at: Time, random: u64) -> OrderId {
        OrderId(Uuid::from_u128(v7(at, random)))
    }

    /// The id of the line at `index`, counted from 0.
    pub fn line(self, index: u16) -> Uuid {
        self.part(index + 1)
    }

    /// The id of the routing run that placed the order.
    pub fn routing_run(self) -> Uuid {
        self.part(ROUTING_RUN_PART)
    }

    /// The id of the reservation at `index`, counted from 0 over the order's whole life.
    pub fn reservation(self, index: u16) -> ReservationId {
        ReservationId(self.part(RESERVATION_PART + index))
    }

    fn part(self, part: u16) -> Uuid {
        Uuid::from_u128(self.0.as_u128() | u128::from(part))
    }
}

impl ReservationId {
    /// The order whose stock this reservation holds.
    pub fn order(self) -> OrderId {
        OrderId(Uuid::from_u128(self.0.as_u128() & !PART_MASK))
    }

    /// Which of its order's reservations this is, if the id names one.
    pub fn index(self) -> Option<u16> {
        u16::try_from(self.0.as_u128() & PART_MASK).ok()?.checked_sub(RESERVATION_PART)
    }
}

impl LocationId {
    /// A new id from the command's time and its random number.
    pub fn of(at: Time, random: u64) -> LocationId {
        LocationId(Uuid::from_u128(v7(at, random)))
    }
}

impl KeyId {
    /// A new id from the command's time and its random number.
    pub fn of(at: Time, random: u64) -> KeyId {
        KeyId(Uuid::from_u128(v7(at, random)))
    }
}

impl SubscriptionId {
    /// A new id from the command's time and its random number.
    pub fn of(at: Time, random: u64) -> SubscriptionId {
        SubscriptionId(Uuid::from_u128(v7(at, random)))
    }
}

impl StockId {
    /// A new id from the command's time, its random number, and a row's place in the command.
    pub fn of(at: Time, random: u64, row: u16) -> StockId {
        StockId(Uuid::from_u128(v7(at, random) | u128::from(row)))
    }
}

impl Version {
    /// The version of a thing just made.
    pub const FIRST: Version = Version(1);

    /// The version after one more change.
    #[must_use]
    pub fn next(self) -> Version {
        Version(self.0.checked_add(1).expect("an entity changes fewer than 2^64 times"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

/// Whether a text may stand as a name from elsewhere: 1 to 250 characters, none of them a control
/// character.
pub fn is_reference(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain {
        return (1..=REFERENCE_CHARS_MAX).contains(&text.len());
    }
    !text.is_empty()
        && text.chars().count() <= REFERENCE_CHARS_MAX
        && !text.chars().any(char::is_control)
}

macro_rules! text_id {
    ($name:ident) => {
        impl $name {
            /// Takes 1 to 250 characters without control characters.
            pub fn parse(text: &str) -> Option<$name> {
                is_reference(text).then(|| $name(SmolStr::new(text)))
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

text_id!(ArticleId);
text_id!(TenantId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_leads_to_its_order() {
        let order = OrderId::of(Time(1_768_212_843_517), u64::MAX);
        let reservation = order.reservation(7);
        assert_eq!(reservation.order(), order);
        assert_eq!(reservation.index(), Some(7));
        assert_eq!(OrderId::parse(&order.to_string()), Some(order));
    }

    #[test]
    fn an_id_is_a_version_7_of_its_time() {
        let id = Uuid::from_u128(OrderId::of(Time(1_768_212_843_517), 42).to_bits());
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        assert!(OrderId::of(Time(1), u64::MAX) < OrderId::of(Time(2), 0));
    }

    #[test]
    fn a_reference_is_short_and_printable() {
        assert!(ArticleId::parse("4711").is_some());
        assert!(ArticleId::parse("").is_none());
        assert!(ArticleId::parse("a\u{0}b").is_none());
        assert!(ArticleId::parse(&"x".repeat(250)).is_some());
        assert!(ArticleId::parse(&"x".repeat(251)).is_none());
    }
}
