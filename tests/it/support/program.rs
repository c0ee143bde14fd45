//! The program `certus` as a process, for what only a process can show.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use super::Caller;

/// A running `certus serve`. Dropped, it is killed.
pub(crate) struct Program {
    child: Child,
    pub(crate) http: Caller,
}

impl Program {
    /// Starts the server on `data`, and answers when it does.
    pub(crate) async fn serve(data: &Path, more: &[&str]) -> Program {
        Program::telling(data, more, Stdio::null()).await
    }

    /// The same, with somewhere for its log to go.
    pub(crate) async fn telling(data: &Path, more: &[&str], log: impl Into<Stdio>) -> Program {
        let started = Program::under(&[], data, more, (log.into(), Stdio::inherit())).await;
        started.unwrap_or_else(|ended| panic!("the server did not start: {ended}"))
    }

    /// The same below another program, which must become it: how it ended, if it never answered.
    pub(crate) async fn under(
        wrapper: &[&str],
        data: &Path,
        more: &[&str],
        (log, errors): (Stdio, Stdio),
    ) -> Result<Program, ExitStatus> {
        let told = data.with_extension("address");
        let _ = std::fs::remove_file(&told);
        let mut child = command(wrapper)
            .args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .env("CERTUS_SEGMENT_BYTES", "17825792")
            .env("CERTUS_LOG", "warn")
            .args(["--data".as_ref(), data.as_os_str()])
            .args(["--listen-file".as_ref(), told.as_os_str()])
            .args(more)
            .stdout(log)
            .stderr(errors)
            .spawn()
            .expect("the program starts");
        let address = address_in(&told, &mut child).await?;
        Ok(Program { child, http: Caller::of(address) })
    }

    /// Its number among the processes.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ends, when it does so by itself.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.child.wait().expect("it is ours")
    }

    /// SIGKILL: nothing is flushed, nothing is said.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
        self.child.wait().expect("it is ours")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program to its end. One that serves although it should refuse is ended after a while,
/// with another exit code than the program's own.
pub(crate) fn run(arguments: &[&str]) -> Output {
    run_with(&[], arguments)
}

/// The same, with variables.
pub(crate) fn run_with(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut bounded = Command::new("timeout");
    bounded.arg("60").arg(env!("CARGO_BIN_EXE_certus")).current_dir(std::env::temp_dir());
    bounded.args(arguments).envs(variables.iter().copied()).output().expect("the program starts")
}

fn command(wrapper: &[&str]) -> Command {
    let program = env!("CARGO_BIN_EXE_certus");
    let words = [wrapper, &[program]].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command.current_dir(std::env::temp_dir()); // no certus.toml of this folder is read
    command
}

/// The address that a starting server writes when it answers. Another process cannot wake us, so
/// this looks again and again, and gives up after a minute.
async fn address_in(file: &Path, child: &mut Child) -> Result<SocketAddr, ExitStatus> {
    for _ in 0..6_000 {
        if let Ok(text) = std::fs::read_to_string(file) {
            return Ok(text.parse().expect("an address"));
        }
        if let Some(ended) = child.try_wait().expect("it is ours") {
            return Err(ended);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the server did not start")
}
