//! `certus verify DIR`
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

/// What is asked of `certus verify`.
#[derive(Args)]
pub(super) struct Options {
    /// The data directory of a server that does not run
    dir: PathBuf,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet {}", options.dir.display())
}
