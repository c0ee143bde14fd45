//! What a run says at the end: a table for people, one line of JSON for programs, and whether it
//! passed.

use std::collections::BTreeMap;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::audit::Fault;
use super::scenario::Scenario;
use super::tally::{Tally, quantile_ms};

/// With fewer measured answers a figure means nothing.
const ANSWERS_MIN: u64 = 100;

/// Faults that are told word by word; the rest are counted.
const FAULTS_TOLD: usize = 10;

/// The result of a run. The names of its members are those of the JSON.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What was sent.
    pub scenario: Scenario,
    /// Promises answered per second; of `ratio` the median of its steady rounds.
    pub per_second: f64,
    /// Median latency of a promise.
    pub p50_ms: f64,
    /// 99th percentile of it.
    pub p99_ms: f64,
    /// 99.9th percentile of it.
    pub p999_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// Requests that got a wrong answer or none.
    pub errors: u64,
    /// `ok`, what was found, or `none` where nothing is held that could be audited.
    pub audit: String,
    /// Why the run did not pass; empty if it did.
    pub failures: Vec<String>,
    /// Promises and actions answered per second.
    pub requests_per_second: f64,
    /// The median over the rounds of what the promises gave by what the echo gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The median of the echo rounds of `ratio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echo_per_second: Option<f64>,
    /// Every round of `ratio`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Round>,
    /// Median latency of confirms and cancels.
    pub action_p50_ms: f64,
    /// 99th percentile of it.
    pub action_p99_ms: f64,
    /// Promises asked for, the warm-up included.
    pub sent: u64,
    /// Promises that hold all they asked for.
    pub held: u64,
    /// Promises that found less than they asked for.
    pub sold_out: u64,
    /// Promises that were bought.
    pub confirmed: u64,
    /// Promises that were given up.
    pub cancelled: u64,
    /// Promises that were left to expire, and were read back as expired; of orders that were not all
    /// read back, those of the sample.
    pub expired: u64,
    /// Requests that an overloaded server turned away in an open loop.
    pub shed: u64,
    /// Requests of an open loop that were due and never found a connection.
    pub unsent: u64,
    /// The most connections open at once.
    pub connections: u64,
    /// The most requests that waited for a connection at once.
    pub backlog_max: u64,
    /// The rate of the open loop; absent for a closed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// How long was measured, in seconds.
    pub seconds: f64,
    /// What makes the run repeatable.
    pub seed: u64,
    /// Stocks that the audit compared.
    pub stocks_audited: u64,
    /// Orders that the audit asked for.
    pub orders_audited: u64,
    /// Errors by kind: how many, and the first in words.
    pub error_kinds: BTreeMap<String, (u64, String)>,
    /// The data of the server that was started lay in memory: its syncs cost nothing.
    pub in_memory: bool,
}

/// One round of `ratio`, in answers per second: first the echo, then the promises.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Round {
    /// What the handler gave that only echoes.
    pub echo: f64,
    /// What the promises gave.
    pub steady: f64,
}

/// What the audit compared and found.
#[derive(Debug, Default)]
pub(super) struct Audited {
    pub(super) faults: Vec<Fault>,
    pub(super) stocks: u64,
    pub(super) orders: u64,
    /// Promises that were left to expire, and have.
    pub(super) expired: u64,
}

impl Report {
    /// Sums a run up; `audited` is `None` where nothing was held.
    pub(super) fn of(scenario: Scenario, tally: &Tally, audited: Option<&Audited>) -> Self {
        let mut failures = guards(scenario, tally, audited);
        if tally.errors > 0 {
            failures.push(format!("{} errors", tally.errors));
        }
        if let Some(audited) = audited {
            let told = audited.faults.iter().take(FAULTS_TOLD);
            failures.extend(told.map(|fault| format!("audit: {fault}")));
        }
        Self {
            scenario,
            per_second: round(tally.promises_per_second(), 10.0),
            p50_ms: quantile_ms(&tally.promises, 0.5),
            p99_ms: quantile_ms(&tally.promises, 0.99),
            p999_ms: quantile_ms(&tally.promises, 0.999),
            max_ms: quantile_ms(&tally.promises, 1.0),
            errors: tally.errors,
            audit: verdict(audited),
            failures,
            requests_per_second: round(tally.requests_per_second(), 10.0),
            ratio: None,
            echo_per_second: None,
            rounds: Vec::new(),
            action_p50_ms: quantile_ms(&tally.actions, 0.5),
            action_p99_ms: quantile_ms(&tally.actions, 0.99),
            sent: tally.sent,
            held: tally.held,
            sold_out: tally.sold_out,
            confirmed: tally.confirmed,
            cancelled: tally.cancelled,
            expired: audited.map_or(0, |audited| audited.expired),
            shed: tally.shed,
            unsent: tally.unsent,
            connections: tally.connections_max,
            backlog_max: tally.backlog_max,
            rate: None,
            seconds: round(tally.measured.as_secs_f64(), 1_000.0),
            seed: 0,
            stocks_audited: audited.map_or(0, |audited| audited.stocks),
            orders_audited: audited.map_or(0, |audited| audited.orders),
            error_kinds: tally.kinds.clone(),
            in_memory: false,
        }
    }

    /// Makes it the report of a `ratio` run: the median of the rounds' own ratios, since the two
    /// halves of a round follow one another while the machine drifts from round to round.
    pub(super) fn with_rounds(mut self, rounds: Vec<Round>) -> Self {
        let echo = median(rounds.iter().map(|round| round.echo).collect());
        let steady = median(rounds.iter().map(|round| round.steady).collect());
        self.per_second = round(steady, 10.0);
        self.echo_per_second = Some(round(echo, 10.0));
        let ratios = rounds.iter().map(|round| round.steady / round.echo.max(1e-9)).collect();
        self.ratio = Some(round(median(ratios), 1_000.0));
        self.rounds = rounds;
        self
    }

    /// Whether nothing was wrong.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// One line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists of them are JSON")
    }

    /// For people: what counts first.
    pub fn to_table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY);
        let mut row = |name: &str, value: String| {
            table.add_row([name, value.as_str()]);
        };
        row("scenario", self.scenario.name().into());
        if let (Some(ratio), Some(echo)) = (self.ratio, self.echo_per_second) {
            row("ratio", format!("{ratio:.3}, echo {echo:.0} per second"));
        }
        for Round { echo, steady } in &self.rounds {
            let ratio = steady / echo.max(1e-9);
            row("round", format!("{ratio:.3}: echo {echo:.0}, steady {steady:.0} per second"));
        }
        row("promises per second", format!("{:.0}", self.per_second));
        if self.confirmed + self.cancelled > 0 {
            row("requests per second", format!("{:.0}", self.requests_per_second));
            let ends = (self.confirmed, self.cancelled, self.expired);
            row("confirmed, cancelled, expired", format!("{}, {}, {}", ends.0, ends.1, ends.2));
            let actions = (self.action_p50_ms, self.action_p99_ms);
            row("action p50, p99", format!("{:.2} ms, {:.2} ms", actions.0, actions.1));
        }
        row("p50, p99", format!("{:.2} ms, {:.2} ms", self.p50_ms, self.p99_ms));
        row("p99.9, longest", format!("{:.2} ms, {:.2} ms", self.p999_ms, self.max_ms));
        row("held, sold out", format!("{}, {}", self.held, self.sold_out));
        if let Some(rate) = self.rate {
            row("due per second", format!("{rate:.0}"));
            row("shed, unsent", format!("{}, {}", self.shed, self.unsent));
        }
        row("connections", self.connections.to_string());
        row("errors", self.errors.to_string());
        for (kind, (times, words)) in &self.error_kinds {
            row("", format!("{times} × {kind}: {words}"));
        }
        let audited = (self.stocks_audited, self.orders_audited);
        row("audit", format!("{} ({} stocks, {} orders)", self.audit, audited.0, audited.1));
        if self.in_memory {
            row("note", "the data lay in memory: syncs cost nothing".into());
        }
        for failure in &self.failures {
            row("FAILED", failure.clone());
        }
        table.to_string()
    }
}

/// Whether the run showed anything at all: a load that did not happen passes every audit.
fn guards(scenario: Scenario, tally: &Tally, audited: Option<&Audited>) -> Vec<String> {
    let mut empty = Vec::new();
    let mut guard = |missing: bool, what: String| {
        if missing {
            empty.push(format!("nothing shown: {what}"));
        }
    };
    let measured = tally.promises_measured;
    guard(measured < ANSWERS_MIN, format!("{measured} answers were measured"));
    if let Some(audited) = audited {
        guard(audited.stocks == 0, "no stock was read back".into());
        guard(audited.orders == 0, "no order was read back".into());
        guard(tally.held == 0, "no promise held anything".into());
    }
    match scenario {
        Scenario::Flash => {
            let units = scenario.shape().value;
            let answered = tally.held + tally.sold_out;
            guard(answered <= units, format!("{answered} attempts at {units} units"));
            if answered > units && tally.held != units && tally.errors == 0 {
                empty.push(format!("{} held of {units}", tally.held));
            }
        }
        Scenario::Lifecycle => {
            guard(tally.confirmed == 0, "nothing was confirmed".into());
            guard(tally.cancelled == 0, "nothing was cancelled".into());
            let expired = audited.map_or(0, |audited| audited.expired);
            guard(expired == 0, "nothing expired".into());
        }
        Scenario::Steady | Scenario::Split | Scenario::Echo | Scenario::Ratio => {}
    }
    empty
}

fn verdict(audited: Option<&Audited>) -> String {
    let Some(audited) = audited else {
        return "none".into();
    };
    match audited.faults.as_slice() {
        [] => "ok".into(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    }
}

/// The middle of the values, or between the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

/// Cuts digits that say nothing.
fn round(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audited() -> Audited {
        Audited { faults: Vec::new(), stocks: 1, orders: 1, expired: 0 }
    }

    #[test]
    fn a_run_without_answers_does_not_pass() {
        let report = Report::of(Scenario::Steady, &Tally::new(), Some(&Audited::default()));
        assert!(!report.passed());
        assert_eq!(report.failures.len(), 4, "{:?}", report.failures);
    }

    #[test]
    fn a_flash_sale_passes_only_with_every_unit_held() {
        let mut tally = Tally::new();
        (tally.promises_measured, tally.held, tally.sold_out) = (50_000, 1_000, 49_000);
        let failures =
            |tally: &Tally| Report::of(Scenario::Flash, tally, Some(&audited())).failures;
        assert!(failures(&tally).is_empty());
        tally.held = 999;
        assert_eq!(failures(&tally), ["999 held of 1000"]);
        tally.sold_out = 0;
        assert_eq!(failures(&tally), ["nothing shown: 999 attempts at 1000 units"]);
    }

    #[test]
    fn lives_of_which_none_expires_do_not_pass() {
        let mut tally = Tally::new();
        (tally.promises_measured, tally.held) = (1_000, 1_000);
        (tally.confirmed, tally.cancelled) = (700, 100);
        let report = |expired| {
            Report::of(Scenario::Lifecycle, &tally, Some(&Audited { expired, ..audited() }))
        };
        assert_eq!(report(1).failures, Vec::<String>::new());
        assert_eq!(report(0).failures, ["nothing shown: nothing expired"]);
        assert!(Report::of(Scenario::Steady, &tally, Some(&audited())).passed());
    }

    #[test]
    fn errors_and_faults_fail_a_run_and_are_told() {
        let mut tally = Tally::new();
        (tally.promises_measured, tally.held) = (1_000, 1_000);
        assert!(Report::of(Scenario::Steady, &tally, Some(&audited())).passed());
        tally.error("500".into(), || "500 broken".into());
        let mut audited = audited();
        audited.faults.push(Fault::Odd { what: "this".into(), times: 2 });
        let report = Report::of(Scenario::Steady, &tally, Some(&audited));
        assert_eq!(report.failures, ["1 errors", "audit: 2 odd answers: this"]);
        assert_eq!(report.audit, "2 odd answers: this");
    }

    #[test]
    fn the_ratio_is_the_median_of_the_rounds_own() {
        let report = Report::of(Scenario::Ratio, &Tally::new(), None);
        let report = report.with_rounds(
            [(100.0, 60.0), (200.0, 90.0), (110.0, 70.0)]
                .map(|(echo, steady)| Round { echo, steady })
                .to_vec(),
        );
        assert_eq!((report.per_second, report.echo_per_second), (70.0, Some(110.0)));
        assert_eq!(report.ratio, Some(0.6));
        let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(json["scenario"], "ratio");
        assert_eq!(json["audit"], "none");
        assert!(report.to_table().contains("0.600, echo 110 per second"));
    }
}
