//! `certus bench`: load on a server, and whether it told the truth under it.
//!
//! ```text
//!   set up ──▶ send (open or closed loop) ──▶ read back ──▶ audit ──▶ report
//!                     │ what was acknowledged      ▲
//!                     └──────── ledger ────────────┘
//! ```
//!
//! It speaks to the public API alone, so it runs against any server that speaks door 3. A figure
//! whose audit fails is no figure: the run does not pass. Nothing here is used by the server.

mod answer;
mod audit;
mod catalog;
mod chance;
mod client;
mod crew;
mod generator;
mod ledger;
mod pulse;
mod queue;
mod readback;
mod report;
mod run;
mod scenario;
mod setup;
mod spawn;
mod tally;
mod zipf;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

pub use self::report::Report;
pub use self::scenario::Scenario;

use self::client::Target;
use self::generator::{Load, Stop};
use self::run::Run;
use self::scenario::{FLASH_ATTEMPTS, LAPSE_AFTER, LAPSE_AFTER_SPAWNED, SPAWNED_FLOOR_MS};
use self::spawn::Spawned;

/// How long is measured when nobody says.
const SECONDS: u64 = 10;

/// Puts load on a server, and checks every acknowledged promise afterwards.
///
/// Without --rate a closed loop finds out what the server can take; with it, requests leave at
/// their instants whatever the answers do, and latency counts from these instants.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// A running server, as http://host:port; without it, one is started and thrown away
    #[arg(long)]
    pub url: Option<String>,

    /// Start a server of our own (the default without --url)
    #[arg(long, conflicts_with = "url")]
    pub spawn: bool,

    /// What to send
    #[arg(long, value_enum, default_value = "steady")]
    pub scenario: Scenario,

    /// Seconds to measure, after a warm-up of a tenth of that; a flash sale spreads its attempts
    /// over them, and without them goes as fast as it can [default: 10]
    #[arg(long)]
    pub seconds: Option<u64>,

    /// Promises per second of an open loop; without it, as many as the server answers
    #[arg(long)]
    pub rate: Option<f64>,

    /// End with one line of JSON on standard output; the table goes to standard error
    #[arg(long)]
    pub json: bool,

    /// Connections; an open loop adds more when all are busy
    #[arg(long, default_value_t = 256)]
    pub connections: usize,

    /// Threads that send
    #[arg(long, default_value_t = 1)]
    pub threads: usize,

    /// Repeats a run: the same seed sends the same requests
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// Rounds of echo and steady in `ratio`
    #[arg(long, default_value_t = 2)]
    pub rounds: u64,

    /// Sent as a bearer token
    #[arg(long)]
    pub token: Option<String>,

    /// Configuration of the server that is started
    #[arg(long, conflicts_with = "url")]
    pub config: Option<PathBuf>,

    /// One more argument of the server that is started; may be repeated
    #[arg(long, conflicts_with = "url", allow_hyphen_values = true, value_name = "ARG")]
    pub serve_arg: Vec<String>,

    /// Where the directory of the server that is started is made [default: the system's
    /// temporary directory]
    #[arg(long, conflicts_with = "url", value_name = "DIR")]
    pub under: Option<PathBuf>,
}

/// Runs the load, prints the result, and returns it; the caller ends with an error unless it
/// [passed](Report::passed).
pub fn run(options: &Options) -> anyhow::Result<Report> {
    options.check()?;
    let spawned = if options.url.is_none() { Some(options.start_server()?) } else { None };
    let url = match &spawned {
        Some(spawned) => spawned.url(),
        None => options.url.clone().unwrap_or_default(),
    };
    // On a server that has lived before, names must not meet those of an earlier run.
    let tag = match &spawned {
        Some(_) => "bench".into(),
        None => format!("bench{:08x}", RandomState::new().hash_one(&url) as u32),
    };
    let run = Run {
        scenario: options.scenario,
        target: Target::parse(&url, options.token.as_deref())?,
        shape: options.scenario.shape(),
        load: options.load(),
        rounds: options.rounds,
        seed: options.seed,
        lapse: if spawned.is_some() { LAPSE_AFTER_SPAWNED } else { LAPSE_AFTER },
        tag,
    };
    let mut report = run.run(&run::progress())?;
    report.in_memory = spawned.as_ref().is_some_and(Spawned::in_memory);
    drop(spawned);
    print(options, &report);
    Ok(report)
}

impl Options {
    fn check(&self) -> anyhow::Result<()> {
        ensure!(self.threads > 0, "--threads is at least 1");
        ensure!(self.connections >= self.threads, "--connections is at least --threads");
        ensure!(self.seconds != Some(0), "--seconds is at least 1");
        ensure!(self.rounds > 0, "--rounds is at least 1");
        let rate_fits = self.rate.is_none_or(|rate| (0.1..=1e6).contains(&rate));
        ensure!(rate_fits, "--rate is from 0.1 to 1000000");
        let closed = self.scenario != Scenario::Ratio || self.rate.is_none();
        ensure!(closed, "a ratio compares what two handlers can take: it has no --rate");
        Ok(())
    }

    fn load(&self) -> Load {
        let length = Duration::from_secs(self.seconds.unwrap_or(SECONDS));
        let steady = Load {
            connections: self.connections,
            threads: self.threads,
            rate: self.rate,
            warm_up: (length / 10).max(Duration::from_secs(1)),
            stop: Stop::After(length),
        };
        if self.scenario != Scenario::Flash {
            return steady;
        }
        // A sale that is over in a moment has no part that could be a warm-up.
        let spread = self.seconds.map(|seconds| FLASH_ATTEMPTS as f64 / seconds as f64);
        let (stop, rate) = (Stop::Jobs(FLASH_ATTEMPTS), self.rate.or(spread));
        Load { rate, warm_up: Duration::ZERO, stop, ..steady }
    }

    fn start_server(&self) -> anyhow::Result<Spawned> {
        let program = std::env::current_exe().context("this program cannot be found again")?;
        let mut extra = Vec::new();
        if matches!(self.scenario, Scenario::Echo | Scenario::Ratio) {
            extra.push("--bench-echo".into());
        }
        if self.scenario == Scenario::Lifecycle {
            extra.extend(["--promise-floor-ms".into(), SPAWNED_FLOOR_MS.into()]);
        }
        if let Some(config) = &self.config {
            extra.extend(["--config".into(), std::path::absolute(config)?.into_os_string()]);
        }
        extra.extend(self.serve_arg.iter().map(Into::into));
        let under = self.under.clone().unwrap_or_else(std::env::temp_dir);
        Spawned::start(Command::new(program), &extra, &under)
    }
}

/// The result is what standard output is for, and a command line tool has nothing else to say it
/// with.
fn print(options: &Options, report: &Report) {
    if options.json {
        eprintln!("{}", report.to_table());
        println!("{}", report.to_json());
    } else {
        println!("{}", report.to_table());
    }
}
