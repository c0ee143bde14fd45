//! How long promises hold, in this door's words.

use serde::Serialize;
use workflow::outcome::Outcome;
use workflow::reply::Reply;
use workflow::time::Millis;

use crate::http::reply::entity;
use crate::http::reply::json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConfigurationAnswer {
    id: &'static str,
    version: u64,
    invalid_after_time: String,
}

/// The configuration of promises: 200.
pub(crate) fn shown(outcome: &Outcome) -> Reply {
    let Outcome::Settings { settings, promise_ttl } = outcome else {
        unreachable!("a configuration is answered with settings")
    };
    let answer = ConfigurationAnswer {
        id: "promises",
        version: settings.version.0,
        invalid_after_time: duration(*promise_ttl),
    };
    entity(200, settings.version, json(&answer))
}

/// ISO 8601. Clients set whole minutes; an operator's value may be finer.
pub(crate) fn duration(length: Millis) -> String {
    let (minutes, millis) = (length.0 / 60_000, length.0 % 60_000);
    let mut text = String::from("PT");
    for (count, unit) in [(minutes / 60, 'H'), (minutes % 60, 'M')] {
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if millis > 0 {
        text.push_str(&format!("{}S", millis as f64 / 1000.0));
    }
    if text.len() == 2 { "PT0S".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_iso_8601() {
        for (millis, expected) in [
            (28_800_000, "PT8H"),
            (900_000, "PT15M"),
            (5_400_000, "PT1H30M"),
            (1_500, "PT1.5S"),
            (0, "PT0S"),
        ] {
            assert_eq!(duration(Millis(millis)), expected);
        }
    }
}
