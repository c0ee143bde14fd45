//! One instant, in whole milliseconds since 1970 in UTC.
//!
//! Deadlines are compared to the millisecond, so an instant is an integer: no zone, no fraction
//! that is lost on the wire, eight bytes. Its text is `chrono`'s; what nearly all texts look like is
//! read and written here, since every promise has such texts.

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
    /// Reads RFC 3339 with an offset; anything finer than a millisecond is cut off. In UTC the year
    /// must have four digits, too, or the instant could not be written as it was read.
    pub fn parse(text: &str) -> Option<Time> {
        let read = || {
            let time = Time(DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis());
            digits(time).map(|_| time)
        };
        of_digits(text.as_bytes()).or_else(read)
    }

    /// The instant as chrono's, if chrono's range holds it.
    pub fn to_utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.0)
    }

    /// Appends the text that [`Display`](fmt::Display) writes, without its machinery.
    pub fn write_to(self, out: &mut String) {
        self.with_text(|text| out.push_str(text));
    }

    fn with_text<R>(self, then: impl FnOnce(&str) -> R) -> R {
        match digits(self).as_ref().map(|digits| str::from_utf8(digits)) {
            Some(Ok(text)) => then(text),
            _ => then(&self.rare_text()),
        }
    }

    /// The text of an instant whose year has not four digits.
    fn rare_text(self) -> String {
        match self.to_utc() {
            Some(at) => at.to_rfc3339_opts(SecondsFormat::Millis, true),
            None => format!("{}ms", self.0),
        }
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
        self.with_text(|text| out.write_str(text))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Every usual text has this form; a zero stands for any digit.
const FORM: &[u8; 24] = b"0000-00-00T00:00:00.000Z";

const DAY_MS: i64 = 24 * 3_600_000;
/// Days of the 400 years after which the calendar repeats itself.
const ERA_DAYS: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAY: i64 = 719_468;

/// The usual text, if the year has four digits.
fn digits(at: Time) -> Option<[u8; 24]> {
    let (day, ms) = (at.0.div_euclid(DAY_MS), at.0.rem_euclid(DAY_MS));
    // Years that begin in March, so that the day that is not always there comes last.
    let shifted = day.checked_add(EPOCH_DAY)?;
    let (era, of_era) = (shifted.div_euclid(ERA_DAYS), shifted.rem_euclid(ERA_DAYS));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    if !(0..=9_999).contains(&year) {
        return None;
    }
    let mut text = *FORM;
    let mut put = |places: std::ops::Range<usize>, mut value: i64| {
        for place in places.rev() {
            text[place] = b'0' + (value % 10) as u8;
            value /= 10;
        }
    };
    put(0..4, year);
    put(5..7, month);
    put(8..10, day);
    put(11..13, ms / 3_600_000);
    put(14..16, ms / 60_000 % 60);
    put(17..19, ms / 1_000 % 60);
    put(20..23, ms % 1_000);
    Some(text)
}

/// The instant of a usual text. None if it is another one, or not certainly good.
fn of_digits(text: &[u8]) -> Option<Time> {
    let text: &[u8; 24] = text.try_into().ok()?;
    let fits =
        |(sent, form): (&u8, &u8)| if *form == b'0' { sent.is_ascii_digit() } else { sent == form };
    if !text.iter().zip(FORM).all(fits) {
        return None;
    }
    let take = |places: std::ops::Range<usize>| {
        text[places].iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
    };
    let (year, month, day) = (take(0..4), take(5..7), take(8..10));
    let (hour, minute, second) = (take(11..13), take(14..16), take(17..19));
    // Every month has 28 days; what comes after them, and leap seconds, chrono knows.
    let is_plain = (1..=12).contains(&month) && (1..=28).contains(&day);
    if !is_plain || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let march_year = year - i64::from(month <= 2);
    let (era, year_of_era) = (march_year.div_euclid(400), march_year.rem_euclid(400));
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * march_month + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = era * ERA_DAYS + of_era - EPOCH_DAY;
    Some(Time(days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1_000 + take(20..23)))
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;
    use proptest::prelude::*;

    use super::*;

    /// What chrono alone writes.
    fn written(at: Time) -> String {
        at.to_utc()
            .map_or(format!("{}ms", at.0), |at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    /// What chrono alone reads, if it is written in the same form.
    fn read(text: &str) -> Option<Time> {
        let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        (0..=9_999).contains(&at.year()).then_some(Time(at.timestamp_millis()))
    }

    #[track_caller]
    fn is_as_chrono_has_it(at: Time) {
        let text = at.to_string();
        assert_eq!(text, written(at), "{}", at.0);
        assert_eq!(Time::parse(&text), read(&text), "{text}");
        let mut appended = String::from("at ");
        at.write_to(&mut appended);
        assert_eq!(appended, format!("at {text}"));
    }

    /// Days around years that are leap years, and around those that by their number might be; and
    /// where years begin to have another number of digits.
    #[test]
    fn every_day_is_as_chrono_has_it() {
        for text in ["0000", "1900", "2000", "2024", "2100", "2400"] {
            let Time(january) = read(&format!("{text}-01-01T12:00:00.000Z")).unwrap();
            let day = |day: i64| Time(january + day * DAY_MS);
            (-800..800).map(day).for_each(is_as_chrono_has_it);
        }
        for text in ["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"] {
            let Time(edge) = read(text).unwrap();
            (-3..=3).for_each(|by| is_as_chrono_has_it(Time(edge + by)));
        }
        [i64::MIN, i64::MAX].map(Time).into_iter().for_each(is_as_chrono_has_it);
    }

    /// What an offset brings out of the years that have four digits could not be read again.
    #[test]
    fn what_is_read_can_be_written_and_read_again() {
        for text in ["9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+14:00"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        for text in ["9999-12-31T23:59:59+00:01", "0000-01-01T00:00:00-14:00"] {
            let time = Time::parse(text).unwrap();
            assert_eq!(Time::parse(&time.to_string()), Some(time), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_instant_is_as_chrono_has_it(ms in prop_oneof![
            any::<i64>(),
            -100_000_000_000_000_i64..300_000_000_000_000,
        ]) {
            is_as_chrono_has_it(Time(ms));
        }

        #[test]
        fn what_chrono_reads_is_read_the_same(
            text in "[0-9+-]{4}-[0-3][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{3}[Zz0]"
        ) {
            prop_assert_eq!(Time::parse(&text), read(&text), "{}", text);
        }
    }
}
