//! One instant, in whole milliseconds since 1970 in UTC.
//!
//! Deadlines are compared to the millisecond, so an instant is an integer: no zone, no fraction
//! that is lost on the wire, eight bytes. `chrono` reads and writes its text.

use std::fmt;
use std::ops::{Add, Sub};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Time(pub i64);

/// A length of time in milliseconds, never negative.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize,
)]
pub struct Millis(pub u64);

impl Millis {
    /// So many whole minutes.
    pub const fn minutes(minutes: u64) -> Millis {
        Millis(minutes * 60_000)
    }

    /// So many whole hours.
    pub const fn hours(hours: u64) -> Millis {
        Millis::minutes(hours * 60)
    }
}

impl Time {
    /// Reads RFC 3339 with an offset; anything finer than a millisecond is cut off.
    pub fn parse(text: &str) -> Option<Time> {
        DateTime::parse_from_rfc3339(text).ok().map(|at| Time(at.timestamp_millis()))
    }

    /// The instant as chrono's, if chrono's range holds it.
    pub fn to_utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.0)
    }

    /// How long it is from `earlier` to here, zero if `earlier` is later.
    pub fn since(self, earlier: Time) -> Millis {
        Millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Millis> for Time {
    type Output = Time;

    fn add(self, length: Millis) -> Time {
        Time(self.0.saturating_add_unsigned(length.0))
    }
}

impl Sub<Millis> for Time {
    type Output = Time;

    fn sub(self, length: Millis) -> Time {
        Time(self.0.saturating_sub_unsigned(length.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_utc() {
            Some(at) => out.write_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(out, "{}ms", self.0),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
