//! `certus serve`: serves until a signal says stop.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use actors::Pace;
use anyhow::Context;
use clap::Args;
use rustix::process::{Resource, getrlimit, setrlimit};

use super::Sources;
use crate::config::Auth;
use crate::recovering::Recovering;
use crate::server::{Extras, Server};
use crate::{http, telemetry};

/// What is asked of `certus serve`.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    sources: Sources,
    /// Begin with three stores and some stock, if there is no location yet
    #[arg(long)]
    demo: bool,
    /// Write the address that clients connect to into this file, once it is ready
    #[arg(long, value_name = "FILE")]
    listen_file: Option<PathBuf>,
    /// Serve POST /bench/echo, which parses a promise and sends it back: the bench compares with it
    #[arg(long)]
    bench_echo: bool,
}

pub(super) fn run(options: Options) -> anyhow::Result<ExitCode> {
    let config = options.sources.read()?;
    telemetry::start(&config.log)?;
    if config.auth == Auth::Off {
        tracing::warn!(listen = %config.listen, "auth is off: whoever reaches this address may do everything");
    }
    open_more_files();
    actix_web::rt::System::new().block_on(async {
        let extras = Extras { echo: options.bench_echo, ..Extras::default() };
        let recovering = Recovering::listen(&config)?;
        let (address, admin) = (recovering.address()?, recovering.admin_address()?);
        tracing::info!(%address, %admin, "listening; not ready before all is recovered");
        let pace = Pace::real();
        let server = Server::recover(recovering, &config, pace, extras, stop_process()).await?;
        if options.demo {
            http::furnish(server.shards()).await?;
        }
        if let Some(file) = &options.listen_file {
            write_whole(file, &server.address().to_string())?;
        }
        tracing::info!(address = %server.address(), admin = %server.admin_address(), "ready");
        let signal = wait_for_signal().await?;
        tracing::info!(signal, "stopping: no new requests; those inside finish");
        server.stop().await?;
        tracing::info!("stopped; everything is on disk");
        Ok(ExitCode::SUCCESS)
    })
}

/// Lets as many files and connections be open as the system would: the limit that processes are
/// usually begun with, 1,024, is for programs of old.
fn open_more_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "no more files may be open than at first");
    }
}

/// A journal that failed cannot be trusted with another acknowledgement (D8): the process ends at
/// once, and recovers when it is started again.
fn stop_process() -> snapshots::commit::OnFailure {
    Box::new(|error| {
        tracing::error!(%error, "the journal failed; nothing more is acknowledged");
        std::process::exit(1);
    })
}

async fn wait_for_signal() -> anyhow::Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    })
}

/// Whoever waits for the file never sees half of it.
fn write_whole(file: &Path, text: &str) -> anyhow::Result<()> {
    let unfinished = file.with_extension("unfinished");
    std::fs::write(&unfinished, text)
        .and_then(|()| std::fs::rename(&unfinished, file))
        .with_context(|| format!("cannot write {}", file.display()))
}
