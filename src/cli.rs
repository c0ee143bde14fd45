//! The command line.

mod bench;
mod config;
mod keys;
mod repair;
mod serve;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Overrides;

/// An order-promising server: routes an order, holds its stock, and answers once that is on disk.
#[derive(Parser)]
#[command(name = "certus", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until a signal says stop
    Serve(serve::Options),
    /// Check every record, the snapshot and all invariants of a directory that nobody serves
    Verify(verify::Options),
    /// Say what damage in the middle of a journal costs, and go on without it if told to
    Repair(repair::Options),
    /// Make, list and revoke the API keys of a running server
    Keys(keys::Options),
    /// Print the configuration that is in force
    Config(config::Options),
    /// Send load, measure, and audit what the server did
    Bench(crate::bench::Options),
}

/// Where the configuration comes from.
#[derive(clap::Args, Clone, Debug, Default)]
struct Sources {
    /// The configuration file [default: certus.toml, if it is there]
    #[arg(long, env = "CERTUS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    over: Overrides,
}

impl Sources {
    fn read(self) -> anyhow::Result<crate::config::Config> {
        crate::config::Config::read(self.config.as_deref(), self.over)
    }
}

/// Does what the command line says; the exit code tells whether that went well.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(options) => serve::run(options),
        Command::Verify(options) => verify::run(&options),
        Command::Repair(options) => repair::run(&options),
        Command::Keys(options) => keys::run(options),
        Command::Config(options) => config::run(options),
        Command::Bench(options) => bench::run(&options),
    };
    done.unwrap_or_else(|error| {
        eprintln!("certus: {error:#}");
        ExitCode::FAILURE
    })
}
