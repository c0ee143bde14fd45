//! How long promises hold, as a client sets it: ISO 8601 durations of whole minutes.

use serde::{Deserialize, Serialize};
use workflow::command::Command;
use workflow::id::Version;
use workflow::time::Millis;

use super::action::agree;
use super::version;
use crate::failure::Failure;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;

/// The configuration of promises. Unknown members are ignored.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigurationBody<'a> {
    version: Option<i64>,
    #[serde(borrow)]
    invalid_after_time: Option<Text<'a>>,
}

const MINUTE_S: u64 = 60;
/// A year: longer than any promise may hold.
const LENGTH_MAX_S: u64 = 366 * 24 * 60 * MINUTE_S;

impl ConfigurationBody<'_> {
    /// The command to the tenant's settings.
    pub(crate) fn into_command(self, if_match: Option<Version>) -> Result<Command, Failure> {
        let mut faults = Faults::default();
        let at = Path::Root.member("version");
        let sent = faults.required(at, self.version);
        let sent = sent.and_then(|sent| version(&mut faults, at, sent));
        agree(&mut faults, if_match, sent);
        let at = Path::Root.member("invalidAfterTime");
        let text = faults.required(at, self.invalid_after_time.as_ref());
        let seconds = text.and_then(|text| {
            let seconds = seconds(text)
                .filter(|it| (MINUTE_S..=LENGTH_MAX_S).contains(it) && it % MINUTE_S == 0);
            faults.good(at, seconds, "must be an ISO 8601 duration of whole minutes")
        });
        let promise_ttl = seconds.map(|seconds| Millis(seconds * 1000));
        let command = sent
            .zip(promise_ttl)
            .map(|(version, promise_ttl)| Command::Configure { version, promise_ttl });
        faults.end(command)
    }
}

/// The seconds of a duration like `P1DT2H30M`; no years and months, whose lengths differ.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let rest = text.strip_prefix('P')?;
    let (days, clock) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((days, clock)) => (days, clock),
        None => (rest, ""),
    };
    if days.is_empty() && clock.is_empty() {
        return None;
    }
    let days = parts(days, &[('W', 604_800), ('D', 86_400)])?;
    days.checked_add(parts(clock, &[('H', 3_600), ('M', 60), ('S', 1)])?)
}

/// The sum of numbers with units, each unit at most once and in this order.
fn parts(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut sum = 0_u64;
    for (unit, seconds) in units {
        if let Some((number, rest)) = text.split_once(*unit) {
            if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(*seconds)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_iso_8601() {
        for (text, expected) in [
            ("PT15M", Some(900)),
            ("PT8H", Some(28_800)),
            ("P1DT2H30M", Some(95_400)),
            ("P1W", Some(604_800)),
            ("PT60S", Some(60)),
            ("PT", None),
            ("P", None),
            ("15M", None),
            ("PT-15M", None),
            ("PT1.5H", None),
            ("PT5M1H", None),
            ("P1Y", None),
            ("PT99999999999999999999M", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
