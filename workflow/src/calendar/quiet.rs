//! Quiet hours: a part of every day in which nobody is to be disturbed.

use jiff::ToSpan;
use jiff::civil::{DateTime, Time};

use super::Error;

/// From one time of the day to another, over midnight if the second is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    from: Time,
    to: Time,
}

impl Quiet {
    /// Reads `21:00-08:00`.
    ///
    /// # Errors
    /// Anything else, and two times that are equal.
    pub fn parse(text: &str) -> Result<Quiet, Error> {
        let bad = || Error::BadQuiet(text.to_owned());
        let (from, to) = text.split_once('-').ok_or_else(bad)?;
        let time = |text: &str| text.trim().parse::<Time>().map_err(|_| bad());
        let (from, to) = (time(from)?, time(to)?);
        if from == to { Err(bad()) } else { Ok(Quiet { from, to }) }
    }

    /// When the quiet hours that `at` is in end; none if it is in none.
    pub(super) fn ends(self, at: DateTime) -> Option<DateTime> {
        let time = at.time();
        let today = at.date().to_datetime(self.to);
        let (after_from, before_to) = (time >= self.from, time < self.to);
        if self.from < self.to {
            return (after_from && before_to).then_some(today);
        }
        match (after_from, before_to) {
            (true, _) => Some(today.saturating_add(1.day())),
            (false, true) => Some(today),
            (false, false) => None,
        }
    }
}
