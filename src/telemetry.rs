//! Logs: readable on a terminal, JSON otherwise. No customer's data is ever in them.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What is logged.
///
/// # Errors
/// One that cannot be read.
pub(crate) fn filter(text: &str) -> anyhow::Result<EnvFilter> {
    Ok(EnvFilter::try_new(text)?)
}

/// Starts logging to standard output. `filter` is as `info` or `certus=debug,warn`.
///
/// # Errors
/// A filter that cannot be read.
pub fn start(filter: &str) -> anyhow::Result<()> {
    let filter = self::filter(filter)?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter);
    if std::io::stdout().is_terminal() {
        logs.with_target(false).init();
    } else {
        logs.json().flatten_event(true).init();
    }
    // A panic is a stop (F5): it aborts the process, so it is logged before.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a broken invariant stops the process");
        report(panic);
    }));
    Ok(())
}
