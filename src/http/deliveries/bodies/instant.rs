//! Instants as this door takes and writes them: `2007-11-09 11:20:25 UTC`, or a day alone.

use serde::Serialize;
use workflow::calendar::Day;
use workflow::time::Time;

/// An instant, or a day that begins at another one in each zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Moment {
    At(Time),
    On(Day),
}

/// Reads `2007-11-09 11:20:25 UTC`, RFC 3339, or a date alone.
pub(super) fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Some(time) = Time::parse(text) {
        return Some(Moment::At(time));
    }
    if let Some(bare) = text.strip_suffix(" UTC") {
        return Time::parse(&format!("{}Z", bare.replacen(' ', "T", 1))).map(Moment::At);
    }
    Day::parse(text).map(Moment::On)
}

/// The instant, or else the day.
pub(super) fn parted(moment: Option<Moment>) -> (Option<Time>, Option<Day>) {
    match moment {
        Some(Moment::At(time)) => (Some(time), None),
        Some(Moment::On(day)) => (None, Some(day)),
        None => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms_of_an_instant_are_read() {
        let noon = Time::parse("2007-11-09T11:20:25Z").map(Moment::At);
        assert!(noon.is_some());
        assert_eq!(parse("2007-11-09 11:20:25 UTC"), noon);
        assert_eq!(parse("2007-11-09T12:20:25+01:00"), noon);
        assert_eq!(parse(" 2014-04-12 "), Day::parse("2014-04-12").map(Moment::On));
        for bad in ["", "2014-04", "2014-13-01", "11:20", "2007-11-09 25:00:00 UTC", "tomorrow"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
