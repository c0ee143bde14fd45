//! When a facility picks and when it is closed: checked, kept and given back, and read by no rule.
//!
//! A file of its own because these members are documents in which every field has its own rule
//! and its own path.

use serde_json::{Map, Value};

use super::{check_list, time};
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::limits::ENTRIES_MAX;

/// The days that have picking times.
const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// How a closing day comes again.
const RECURRENCES: [&str; 2] = ["YEARLY", "NONRECURRING"];

type Object = Map<String, Value>;

/// `{monday … sunday: [{start*, end*, capacity}]}`: in each day none overlaps another.
pub(super) fn check_picking_times(faults: &mut Faults, at: Path<'_>, sent: &Document) {
    let Ok(days) = serde_json::from_str::<Object>(sent.as_json()) else {
        return faults.add(at, "must be an object");
    };
    for name in DAYS {
        let at = at.member(name);
        let spans = match days.get(name) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(spans)) if spans.len() <= ENTRIES_MAX => spans,
            Some(_) => {
                faults.add(at, "must be an array of at most 500 entries");
                continue;
            }
        };
        let mut known: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
        for (index, span) in spans.iter().enumerate() {
            let at = at.index(index);
            let Some((start, end)) = read_span(faults, &at, span) else { continue };
            faults.check(at.member("end"), start < end, "must be after the start");
            let overlaps = known.iter().any(|(from, to)| start < *to && *from < end);
            faults.check(at, !overlaps, "overlaps another");
            known.push((start, end));
        }
    }
}

/// The first and the last minute, counted from midnight.
fn read_span(faults: &mut Faults, at: &Path<'_>, span: &Value) -> Option<(i64, i64)> {
    let span = faults.good(*at, span.as_object(), "must be an object")?;
    let capacity = is_count(span.get("capacity"));
    faults.check(at.member("capacity"), capacity, "must be a whole number from 0");
    let [start, end] = ["start", "end"].map(|name| {
        let at = at.member(name);
        let clock = faults.required(at, span.get(name))?;
        let clock = faults.good(at, clock.as_object(), "must be an object")?;
        let mut part = |name, most: i64| {
            let at = at.member(name);
            let part = faults.required(at, clock.get(name))?;
            let part = part.as_i64().filter(|part| (0..=most).contains(part));
            faults.good(at, part, &format!("must be a whole number from 0 to {most}"))
        };
        let (hour, minute) = (part("hour", 23), part("minute", 59));
        Some(hour? * 60 + minute?)
    });
    Some((start?, end?))
}

/// `[{date*, reason*, recurrence*}]`.
pub(super) fn check_closing_days(faults: &mut Faults, at: Path<'_>, sent: &Document) {
    check_list(faults, at, Some(sent), 0..=ENTRIES_MAX);
    let days = serde_json::from_str::<Vec<Value>>(sent.as_json()).unwrap_or_default();
    for (index, day) in days.iter().enumerate() {
        let at = at.index(index);
        let Some(day) = faults.good(at, day.as_object(), "must be an object") else { continue };
        let mut text = |name| {
            let at = at.member(name);
            let text = faults.required(at, day.get(name))?;
            faults.good(at, text.as_str(), "must be a text")
        };
        let (date, recurrence, _) = (text("date"), text("recurrence"), text("reason"));
        if let Some(date) = date {
            time(faults, at.member("date"), date);
        }
        let fits = recurrence.is_none_or(|word| RECURRENCES.contains(&word));
        faults.check(at.member("recurrence"), fits, "must be YEARLY or NONRECURRING");
    }
}

/// `[{value*, currency*, decimalPlaces}]`, at most one.
pub(super) fn check_costs(faults: &mut Faults, at: Path<'_>, sent: &Document) {
    check_list(faults, at, Some(sent), 0..=1);
    let costs = serde_json::from_str::<Vec<Value>>(sent.as_json()).unwrap_or_default();
    for (index, cost) in costs.iter().take(1).enumerate() {
        let at = at.index(index);
        let Some(cost) = faults.good(at, cost.as_object(), "must be an object") else { continue };
        let value = faults.required(at.member("value"), cost.get("value"));
        let fits = value.is_none_or(|value| value.as_f64().is_some_and(|value| value >= 0.0));
        faults.check(at.member("value"), fits, "must be a number from 0");
        let currency = faults.required(at.member("currency"), cost.get("currency"));
        let fits = currency.is_none_or(|it| it.as_str().is_some_and(|it| !it.is_empty()));
        faults.check(at.member("currency"), fits, "must be a text");
        let places = is_count(cost.get("decimalPlaces"));
        faults.check(at.member("decimalPlaces"), places, "must be a whole number from 0");
    }
}

/// A whole number below 2^63; nothing and `null` are none, which is good, too.
fn is_count(value: Option<&Value>) -> bool {
    value.is_none_or(|it| it.is_null() || it.as_i64().is_some_and(|it| it >= 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::http::json;

    type Check = fn(&mut Faults, Path<'_>, &Document);

    /// The place of the first fault.
    fn fault(check: Check, text: &str) -> Option<String> {
        let sent: Document = json::decode(text.as_bytes()).unwrap();
        let mut faults = Faults::default();
        check(&mut faults, Path::Root.member("x"), &sent);
        match faults.end(Some(())) {
            Ok(()) => None,
            Err(Failure::Malformed(faults)) => Some(faults[0].path.clone()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn picking_times_are_hours_of_days_that_do_not_overlap() {
        let span = |from: u32, to: u32| {
            format!(r#"{{"start":{{"hour":{from},"minute":0}},"end":{{"hour":{to},"minute":30}}}}"#)
        };
        let monday = |spans: &[String]| format!(r#"{{"monday":[{}]}}"#, spans.join(","));
        let fault = |text: &str| fault(check_picking_times, text);
        assert_eq!(fault(&monday(&[span(8, 11), span(12, 17)])), None);
        assert_eq!(fault(r#"{"monday":null,"holidays":7}"#), None);
        let endless = span(8, 9).replacen('{', r#"{"capacity":null,"#, 1);
        assert_eq!(fault(&monday(&[endless])), None);
        for (text, path) in [
            (monday(&[span(8, 12), span(12, 17)]), "x.monday[1]"),
            (monday(&[span(17, 8)]), "x.monday[0].end"),
            (monday(&[span(8, 24)]), "x.monday[0].end.hour"),
            (monday(&[span(8, 9).replace("30", "60")]), "x.monday[0].end.minute"),
            (monday(&[span(8, 9).replace("start", "begin")]), "x.monday[0].start"),
            (monday(&[span(8, 9).replacen('{', r#"{"capacity":-1,"#, 1)]), "x.monday[0].capacity"),
            (monday(&["7".to_owned()]), "x.monday[0]"),
            (r#"{"sunday":{}}"#.to_owned(), "x.sunday"),
            ("[]".to_owned(), "x"),
        ] {
            assert_eq!(fault(&text).as_deref(), Some(path), "{text}");
        }
    }

    #[test]
    fn a_closing_day_has_a_date_a_reason_and_says_whether_it_comes_again() {
        let good =
            r#"[{"date":"2026-12-25T00:00:00Z","reason":"Christmas","recurrence":"YEARLY"}]"#;
        let fault = |text: &str| fault(check_closing_days, text);
        assert_eq!((fault(good), fault("[]")), (None, None));
        for (text, path) in [
            (good.replace("2026-12-25T00:00:00Z", "2026-12-25"), "x[0].date"),
            (good.replace("YEARLY", "WEEKLY"), "x[0].recurrence"),
            (good.replace("reason", "why"), "x[0].reason"),
            (good.replace("\"Christmas\"", "7"), "x[0].reason"),
            ("[7]".to_owned(), "x[0]"),
            ("{}".to_owned(), "x"),
        ] {
            assert_eq!(fault(&text).as_deref(), Some(path), "{text}");
        }
    }

    #[test]
    fn a_cost_is_a_number_from_0_in_a_currency() {
        let good = r#"[{"value":2.5,"currency":"EUR","decimalPlaces":2}]"#;
        let fault = |text: &str| fault(check_costs, text);
        assert_eq!((fault(good), fault("[]")), (None, None));
        assert_eq!(fault(&good.replace(":2}", ":null}")), None);
        for (text, path) in [
            (good.replace("2.5", "-1"), "x[0].value"),
            (good.replace("value", "amount"), "x[0].value"),
            (good.replace("\"EUR\"", "7"), "x[0].currency"),
            (good.replace(":2}", ":0.5}"), "x[0].decimalPlaces"),
            (good.replace(":2}", ":9223372036854775808}"), "x[0].decimalPlaces"),
            ("[{},{}]".to_owned(), "x"),
        ] {
            assert_eq!(fault(&text).as_deref(), Some(path), "{text}");
        }
    }
}
