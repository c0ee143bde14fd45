//! Whole runs against a server that lies where it is told to: the audit finds every lie.

use std::time::Duration;

use chrono::TimeDelta;
use clap::{CommandFactory as _, Parser as _};
use indicatif::ProgressBar;

use super::Options;
use super::catalog::Shape;
use super::client::Target;
use super::fake::{Fake, Lie};
use super::generator::{Load, Stop};
use super::report::Report;
use super::run::Run;
use super::scenario::Scenario;

/// A small shop that a sale of 1,500 attempts empties.
const SALE: Shape =
    Shape { articles: 1, locations: 1, places_per_article: 1, warehouses: 0, value: 1_000 };

/// A shop with plenty of everything, and more than one page of stock in a location.
const PLENTY: Shape =
    Shape { articles: 600, locations: 4, places_per_article: 2, warehouses: 0, value: 1_000_000 };

fn run_of(scenario: Scenario, shape: Shape, fake: &Fake) -> Run {
    let load = Load {
        connections: 8,
        threads: 2,
        rate: None,
        warm_up: Duration::ZERO,
        stop: Stop::Jobs(1_500),
    };
    let target = Target::parse(&fake.url(), None).unwrap();
    Run {
        scenario,
        target,
        shape,
        load,
        rounds: 2,
        seed: 1,
        lapse: TimeDelta::minutes(-1),
        tag: "t".into(),
    }
}

fn report(scenario: Scenario, shape: Shape, lie: Lie) -> Report {
    let fake = Fake::start(lie);
    run_of(scenario, shape, &fake).run(&ProgressBar::hidden()).unwrap()
}

#[track_caller]
fn fails_with(report: &Report, words: &str) {
    assert!(report.failures.iter().any(|failure| failure.contains(words)), "{report:#?}");
}

#[test]
fn a_sale_holds_every_unit_once_in_both_dialects() {
    for lie in [Lie::Honest, Lie::Rejects] {
        let report = report(Scenario::Flash, SALE, lie);
        assert!(report.passed(), "{report:#?}");
        assert_eq!((report.held, report.sold_out, report.sent), (1_000, 500, 1_500));
        assert_eq!(report.audit, "ok");
    }
}

#[test]
fn steady_load_passes_and_reads_everything_back() {
    let report = report(Scenario::Steady, PLENTY, Lie::Honest);
    assert!(report.passed(), "{report:#?}");
    assert_eq!((report.held, report.errors), (1_500, 0));
    assert_eq!((report.stocks_audited, report.orders_audited), (1_200, 1_500));
    assert!(report.per_second > 0.0 && report.p99_ms >= report.p50_ms);
}

#[test]
fn lives_are_confirmed_cancelled_and_left() {
    let report = report(Scenario::Lifecycle, PLENTY, Lie::Honest);
    assert!(report.passed(), "{report:#?}");
    assert!(report.confirmed > 900 && report.cancelled > 100);
    assert_eq!(report.confirmed + report.cancelled + report.expired, 1_500);
    assert!(report.expired > 200, "none was left");
    assert!(report.requests_per_second > report.per_second);
}

#[test]
fn an_open_loop_sends_at_its_rate_and_counts_what_is_shed() {
    let fake = Fake::start(Lie::Sheds);
    let mut run = run_of(Scenario::Steady, PLENTY, &fake);
    run.load.rate = Some(5_000.0);
    let report = run.run(&ProgressBar::hidden()).unwrap();
    assert!(report.passed(), "{report:#?}");
    assert_eq!((report.sent, report.held, report.shed), (1_500, 750, 750));
    assert!(report.seconds >= 0.29, "1,500 at 5,000 per second took {} s", report.seconds);
}

#[test]
fn a_closed_loop_takes_shedding_for_an_error() {
    fails_with(&report(Scenario::Steady, PLENTY, Lie::Sheds), "750 errors");
}

#[test]
fn the_echo_holds_nothing_and_is_not_audited() {
    let report = report(Scenario::Echo, PLENTY, Lie::Honest);
    assert!(report.passed(), "{report:#?}");
    assert_eq!((report.audit.as_str(), report.held), ("none", 0));
}

#[test]
fn the_ratio_alternates_and_audits_all_rounds() {
    let report = report(Scenario::Ratio, PLENTY, Lie::Honest);
    assert!(report.passed(), "{report:#?}");
    assert_eq!((report.rounds.len(), report.held), (2, 3_000));
    assert!(report.ratio.unwrap() > 0.0 && report.echo_per_second.unwrap() > 0.0);
}

#[test]
fn a_unit_that_is_sold_twice_is_found() {
    let report = report(Scenario::Flash, SALE, Lie::SellsTwice);
    fails_with(&report, "oversold t-0 at t-place-0: 1001 promised of 1000");
    fails_with(&report, "1001 held of 1000");
}

#[test]
fn a_promise_that_is_forgotten_is_found() {
    fails_with(&report(Scenario::Steady, PLENTY, Lie::Forgets), "is missing");
}

#[test]
fn a_false_sold_out_is_found() {
    let report = report(Scenario::Flash, SALE, Lie::SellsOutEarly);
    fails_with(&report, "falsely sold out 510 times");
}

#[test]
fn a_cancel_that_keeps_its_stock_is_found() {
    fails_with(&report(Scenario::Lifecycle, PLENTY, Lie::KeepsCancelled), "hold leaked");
}

#[test]
fn a_promise_that_never_expires_is_found() {
    let report = report(Scenario::Lifecycle, PLENTY, Lie::NeverExpires);
    fails_with(&report, "hold leaked");
    fails_with(&report, "nothing expired");
    assert_eq!(report.expired, 0);
}

#[test]
fn a_confirm_that_is_not_done_is_found() {
    let report = report(Scenario::Lifecycle, PLENTY, Lie::DropsConfirms);
    fails_with(&report, "is PROMISED, acknowledged was Confirmed");
}

#[test]
fn a_cut_connection_is_an_error_but_no_fault() {
    let report = report(Scenario::Steady, PLENTY, Lie::Cuts);
    assert_eq!(report.failures, ["1 errors"], "{report:#?}");
    assert_eq!((report.held, report.audit.as_str()), (1_499, "ok"));
}

#[test]
fn a_server_that_dies_leaves_a_report() {
    let report = report(Scenario::Steady, PLENTY, Lie::Dies);
    fails_with(&report, "nothing could be read back");
    assert_eq!((report.held, report.errors), (99, 1_401));
}

#[derive(Debug, clap::Parser)]
struct CommandLine {
    #[command(flatten)]
    options: Options,
}

fn options(line: &str) -> Result<Options, String> {
    let words = std::iter::once("bench").chain(line.split_whitespace());
    let options = CommandLine::try_parse_from(words).map_err(|error| error.to_string())?.options;
    options.check().map_err(|error| error.to_string())?;
    Ok(options)
}

#[test]
fn a_command_line_that_contradicts_itself_is_refused() {
    CommandLine::command().debug_assert();
    for line in [
        "--url http://h:1 --spawn",
        "--url http://h:1 --config c.toml",
        "--scenario none",
        "--scenario ratio --rate 100",
        "--rate 0",
        "--seconds 0",
        "--threads 0",
        "--threads 4 --connections 2",
    ] {
        assert!(options(line).is_err(), "{line}");
    }
    assert_eq!(options("--serve-arg --workers").unwrap().serve_arg, ["--workers"]);
}

#[test]
fn a_sale_is_as_fast_as_it_can_or_spread_and_the_rest_warms_up() {
    let load = |line| options(line).unwrap().load();
    let sale = load("--scenario flash");
    assert!(sale.rate.is_none() && sale.warm_up.is_zero());
    assert!(matches!(sale.stop, Stop::Jobs(50_000)));
    assert_eq!(load("--scenario flash --seconds 5").rate, Some(10_000.0));
    assert_eq!(load("--seconds 3").warm_up, Duration::from_secs(1));
    assert_eq!(load("--seconds 60").warm_up, Duration::from_secs(6));
}
