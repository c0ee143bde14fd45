//! Instants as this door takes and writes them: `2007-11-09 11:20:25 UTC`.

use workflow::time::Time;

/// Reads `2007-11-09 11:20:25 UTC`, RFC 3339, or a date alone, which is the start of that day in
/// UTC.
pub(super) fn parse(text: &str) -> Option<Time> {
    let text = text.trim();
    if let Some(time) = Time::parse(text) {
        return Some(time);
    }
    if let Some(bare) = text.strip_suffix(" UTC") {
        return Time::parse(&format!("{}Z", bare.replacen(' ', "T", 1)));
    }
    let is_date = text.len() == "2014-04-12".len();
    if is_date { Time::parse(&format!("{text}T00:00:00Z")) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms_of_an_instant_are_read() {
        let read = |text: &str| parse(text).map(|time| time.to_string());
        let noon = Some("2007-11-09T11:20:25.000Z");
        assert_eq!(read("2007-11-09 11:20:25 UTC").as_deref(), noon);
        assert_eq!(read("2007-11-09T12:20:25+01:00").as_deref(), noon);
        assert_eq!(read("2014-04-12").as_deref(), Some("2014-04-12T00:00:00.000Z"));
        for bad in ["", "2014-04", "2014-13-01", "11:20", "2007-11-09 25:00:00 UTC", "tomorrow"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
