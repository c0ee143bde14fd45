//! `certus bench`: load, figures, and an audit that can fail the run.

use std::process::ExitCode;

use crate::bench::{Options, run as measure};

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let report = measure(options)?;
    Ok(if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
