//! A zone of the database in the binary, and the two ways between its clocks and an instant.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Error;
use crate::time::Time;

/// A zone by its name, looked up once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Zone {
        Zone(TimeZone::UTC)
    }
}

impl Zone {
    /// The zone with this name, as `Europe/Amsterdam`.
    ///
    /// # Errors
    /// A name that the database does not have.
    pub fn parse(name: &str) -> Result<Zone, Error> {
        let found = TimeZoneDatabase::bundled().get(name);
        found.map(Zone).map_err(|_| Error::UnknownZone(name.to_owned()))
    }

    /// Its name, as `Europe/Amsterdam`.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The day that it is at an instant, as `2026-01-12`.
    pub fn day(&self, at: Time) -> String {
        self.local(at).date().to_string()
    }

    /// What the clocks show at an instant. What is beyond the year 9999 is its end.
    pub(super) fn local(&self, at: Time) -> DateTime {
        let bounds = Timestamp::MIN.as_millisecond()..=Timestamp::MAX.as_millisecond();
        let millis = at.0.clamp(*bounds.start(), *bounds.end());
        let at = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
        self.0.to_datetime(at)
    }

    /// The instant at which the clocks show this: after a gap if they never do, the first if they
    /// do twice.
    pub(super) fn instant(&self, local: DateTime) -> Time {
        let at = self.0.to_ambiguous_timestamp(local).compatible();
        Time(at.unwrap_or(Timestamp::MAX).as_millisecond())
    }
}
