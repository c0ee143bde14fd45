//! A run from beginning to end: set up, send, read back, judge.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use indicatif::{ProgressBar, ProgressStyle};

use super::audit::{DOUBT, Fault, audit};
use super::catalog::{Catalog, Shape};
use super::client::Target;
use super::generator::{Bench, Load, Stop};
use super::ledger::Ledger;
use super::readback::read_back;
use super::report::{Audited, Report, Round};
use super::scenario::{Scenario, ServerClock, Traffic};
use super::setup::{clock_of, set_up};
use super::tally::Tally;
use super::zipf::Zipf;

/// What to run against which server.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) scenario: Scenario,
    pub(super) target: Target,
    pub(super) shape: Shape,
    pub(super) load: Load,
    /// Rounds of `ratio`.
    pub(super) rounds: u64,
    pub(super) seed: u64,
    /// How far ahead promises are dated that are left to expire.
    pub(super) lapse: TimeDelta,
    /// Tells the names of this run from those of others on the same server.
    pub(super) tag: String,
}

impl Run {
    /// Runs it; `bar` shows how far it is.
    pub(super) fn run(&self, bar: &ProgressBar) -> anyhow::Result<Report> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut catalog = Catalog::new(self.shape, self.tag.clone());
        bar.set_message("setting up");
        let holds = self.scenario != Scenario::Echo;
        let clock = runtime.block_on(async {
            if holds {
                set_up(&self.target, &mut catalog).await
            } else {
                clock_of(&self.target).await
            }
        })?;
        let bench = Bench {
            target: self.target.clone(),
            zipf: Arc::new(Zipf::over(self.shape.articles)),
            catalog: Arc::new(catalog),
            clock,
            seed: self.seed,
        };
        let (tally, ledger, rounds) = self.send(&bench, bar)?;
        let audited = if holds {
            wait_for_deadlines(&ledger, clock, bar);
            bar.set_message("auditing");
            let read = read_back(&self.target, &bench.catalog, &ledger, (clock, self.seed));
            Some(match runtime.block_on(read) {
                Ok(seen) => Audited {
                    faults: audit(&bench.catalog, &ledger, &seen),
                    stocks: seen.stocks.iter().flatten().count() as u64,
                    orders: seen.orders.len() as u64,
                    expired: seen.expired(),
                },
                // What was sent is worth a report even if the server did not survive it.
                Err(error) => Audited {
                    faults: vec![Fault::Unread { why: format!("{error:#}") }],
                    ..Audited::default()
                },
            })
        } else {
            None
        };
        bar.finish_and_clear();
        let mut report = Report::of(self.scenario, &tally, audited.as_ref());
        report.rate = self.load.rate;
        report.seed = self.seed;
        Ok(if rounds.is_empty() { report } else { report.with_rounds(rounds) })
    }

    /// All phases of the scenario. The figures of a ratio's echoes are in its rounds alone; their
    /// errors count like all others.
    fn send(
        &self,
        bench: &Bench,
        bar: &ProgressBar,
    ) -> anyhow::Result<(Tally, Ledger, Vec<Round>)> {
        let phase = |traffic, seed, name: &str| {
            let bench = Bench { seed, ..bench.clone() };
            bench.drive(traffic, &self.load, &mut teller(bar, &self.load, name))
        };
        let traffic = match self.scenario {
            Scenario::Steady | Scenario::Split => Traffic::Promises,
            Scenario::Flash => Traffic::Singles,
            Scenario::Lifecycle => Traffic::Lives { lapse: self.lapse },
            Scenario::Echo => Traffic::Echoes,
            Scenario::Ratio => {
                let (mut all, mut ledger) = (Tally::new(), Ledger::of(&bench.catalog));
                let mut rounds = Vec::new();
                for round in 0..self.rounds {
                    // Both get the same seed, and so the same bodies.
                    let seed = self.seed.wrapping_add(round);
                    let (echoes, _) = phase(Traffic::Echoes, seed, "echo")?;
                    let (steady, seen) = phase(Traffic::Promises, seed, "steady")?;
                    rounds.push(Round {
                        echo: echoes.promises_per_second(),
                        steady: steady.promises_per_second(),
                    });
                    all.after(steady);
                    all.errors_of(echoes);
                    ledger.absorb(seen);
                }
                return Ok((all, ledger, rounds));
            }
        };
        let (tally, ledger) = phase(traffic, self.seed, self.scenario.name())?;
        Ok((tally, ledger, Vec::new()))
    }
}

/// Waits until the server must say of every promise that was left to expire that it has.
fn wait_for_deadlines(ledger: &Ledger, clock: ServerClock, bar: &ProgressBar) {
    let last = ledger.leases.iter().map(|lease| lease.until).max();
    let left = last.and_then(|last| (last + DOUBT * 2 - clock.now()).to_std().ok());
    if let Some(left) = left {
        bar.set_message("waiting for the last deadline");
        std::thread::sleep(left);
    }
}

/// A bar that hides itself where there is no terminal.
pub(super) fn progress() -> ProgressBar {
    let bar = ProgressBar::new(1);
    if let Ok(style) = ProgressStyle::with_template("{msg:32} {wide_bar} {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// Moves the bar by time, or by answers where these are what ends the phase.
fn teller(bar: &ProgressBar, load: &Load, name: &str) -> impl FnMut(u64) + use<> {
    let (bar, name, start) = (bar.clone(), name.to_owned(), Instant::now());
    let (stop, warm_up) = (load.stop, load.warm_up);
    move |answers| {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (length, position) = match stop {
            Stop::After(length) => (millis(warm_up + length), millis(start.elapsed())),
            Stop::Jobs(jobs) => (jobs, answers),
        };
        bar.set_length(length);
        bar.set_position(position.min(length));
        bar.set_message(format!("{name}: {answers} answers"));
    }
}
