//! A day that somebody named without a time: when it begins depends on where.

use std::fmt;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::Zone;
use crate::time::Time;

/// A day, as `2014-04-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(Date);

impl Day {
    /// Reads `2014-04-12`, and no other form of a day. It is of a year in which it begins, in UTC,
    /// wherever that is.
    pub fn parse(text: &str) -> Option<Day> {
        let is_plain = text.len() == "2014-04-12".len()
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let day: Date = text.parse().ok().filter(|_| is_plain)?;
        (1..=9_998).contains(&day.year()).then_some(Day(day))
    }

    /// When it begins there: where midnight never comes, after the gap.
    pub fn starts(self, zone: &Zone) -> Time {
        zone.instant(self.0.at(0, 0, 0, 0))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_it_does_there() {
        let day = Day::parse("2026-07-01").unwrap();
        for (zone, start) in [
            ("UTC", "2026-07-01T00:00:00.000Z"),
            ("Europe/Berlin", "2026-06-30T22:00:00.000Z"),
            ("Asia/Tokyo", "2026-06-30T15:00:00.000Z"),
        ] {
            assert_eq!(day.starts(&Zone::parse(zone).unwrap()).to_string(), start);
        }
        // In Cairo the clocks go from 23:59:59 to 1:00 that night.
        let spring = Day::parse("2026-04-24").unwrap();
        let cairo = Zone::parse("Africa/Cairo").unwrap();
        assert_eq!(spring.starts(&cairo).to_string(), "2026-04-23T22:00:00.000Z");
        for bad in [
            "",
            "2026-7-1",
            "2026-02-30",
            "20260701",
            "2026-07-01T0",
            "+2026-07-1",
            "0000-01-01",
            "9999-12-31",
        ] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
    }
}
