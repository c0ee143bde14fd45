//! A tenant's calendar: when it is which day there, which days are worked, and when nobody is
//! to be disturbed.
//!
//! The only place that knows zones. They come from the database in the binary, are looked up
//! once, and what is computed with them is stored in events: replay never asks again (P4).

mod day;
mod delay;
mod quiet;
mod zone;

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{SignedDuration, ToSpan};

pub use day::Day;
pub use delay::{Delay, Unit};
pub use quiet::Quiet;
pub use zone::Zone;

use crate::time::{Millis, Time};

/// A zone, its holidays and its quiet hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    zone: Zone,
    /// Days that are no weekdays although they are Monday to Friday.
    holidays: BTreeSet<Date>,
    quiet: Option<Quiet>,
}

/// Why a calendar is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The zone is not in the database.
    #[error("there is no zone `{0}`")]
    UnknownZone(String),
    /// A holiday is no day.
    #[error("the holiday `{0}` is no day like 2026-12-25")]
    BadHoliday(String),
    /// Quiet hours are no two times of the day.
    #[error("the quiet hours `{0}` are no two times like 21:00-08:00")]
    BadQuiet(String),
}

impl Calendar {
    /// A calendar from what an operator writes: the zone's name, days as `2026-12-25`, and quiet
    /// hours as `21:00-08:00`.
    ///
    /// # Errors
    /// What is not understood.
    pub fn parse(
        zone: &str,
        holidays: &[impl AsRef<str>],
        quiet: Option<&str>,
    ) -> Result<Calendar, Error> {
        let day = |text: &str| text.parse().map_err(|_| Error::BadHoliday(text.to_owned()));
        Ok(Calendar {
            zone: Zone::parse(zone)?,
            holidays: holidays.iter().map(|it| day(it.as_ref())).collect::<Result<_, _>>()?,
            quiet: quiet.map(Quiet::parse).transpose()?,
        })
    }

    /// The instant that is so much after `base`.
    ///
    /// Minutes, hours and days are exact, a day is 24 hours. Weekdays keep the time of the day;
    /// one that does not exist moves to after the gap, one that exists twice is the first.
    pub fn after(&self, base: Time, delay: Delay) -> Time {
        match delay.exact() {
            Some(length) => base + length,
            None if delay.amount() == 0 => base,
            None => self.zone.instant(self.on_weekday(base, delay.amount())).max(base),
        }
    }

    /// How long it is from one delay's end to another's when no clock is changed in between; zero
    /// if the second is not later.
    pub fn between(&self, base: Time, first: Delay, second: Delay) -> Millis {
        let local = |delay: Delay| match delay.exact() {
            Some(length) => {
                let millis = i64::try_from(length.0).unwrap_or(i64::MAX);
                self.zone.local(base).saturating_add(SignedDuration::from_millis(millis))
            }
            None => self.on_weekday(base, delay.amount()),
        };
        let length = local(second).duration_since(local(first)).as_millis();
        Millis(u64::try_from(length).unwrap_or(0))
    }

    /// The first instant from `at` on that is not in the quiet hours.
    pub fn awake(&self, at: Time) -> Time {
        let Some(quiet) = self.quiet else { return at };
        match quiet.ends(self.zone.local(at)) {
            Some(end) => self.zone.instant(end).max(at),
            None => at,
        }
    }

    /// Its zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The day that it is at an instant, as `2026-01-12`.
    pub fn day(&self, at: Time) -> String {
        self.zone.day(at)
    }

    /// What the clocks show at an instant, as `15:00`.
    pub fn clock(&self, at: Time) -> String {
        let local = self.zone.local(at);
        format!("{:02}:{:02}", local.hour(), local.minute())
    }

    /// The local time so many weekdays later.
    fn on_weekday(&self, base: Time, count: u32) -> DateTime {
        let base = self.zone.local(base);
        let mut date = base.date();
        let mut left = count;
        while left > 0 {
            date = date.saturating_add(1.day());
            left -= u32::from(self.is_weekday(date));
            if date == Date::MAX {
                break;
            }
        }
        date.to_datetime(base.time())
    }

    fn is_weekday(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !self.holidays.contains(&date)
    }
}

#[cfg(test)]
mod tests;
