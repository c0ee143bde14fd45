//! `certus config`: the configuration that is in force, as a file that would give the same.

use std::process::ExitCode;

use clap::Args;

use super::Sources;

/// What is asked of `certus config`.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    sources: Sources,
}

pub(super) fn run(options: Options) -> anyhow::Result<ExitCode> {
    print!("{}", toml::to_string(&options.sources.read()?)?);
    Ok(ExitCode::SUCCESS)
}
