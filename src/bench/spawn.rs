//! A server of one's own to send load to: a child process with a directory that is thrown away.

use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// How long the server may take until it is ready, and until it has stopped.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A running server; dropping it stops it and removes its data.
#[derive(Debug)]
pub(super) struct Spawned {
    child: Child,
    home: Home,
    address: SocketAddr,
}

/// A directory that goes when its owner goes.
#[derive(Debug)]
struct Home(PathBuf);

impl Spawned {
    /// Starts `program`, which has to take the arguments of `certus serve`, with `extra` ones and
    /// a new directory below `under`, and waits until it has written down its address.
    pub(super) fn start(
        mut program: Command,
        extra: &[OsString],
        under: &Path,
    ) -> anyhow::Result<Self> {
        let home = Home::below(under)?;
        let listen_file = home.0.join("listening");
        // It is measured as it comes: neither the configuration of where we are nor ours is its.
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"CERTUS_") {
                program.env_remove(name);
            }
        }
        program
            .current_dir(&home.0)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(home.0.join("data"))
            .arg("--listen-file")
            .arg(&listen_file)
            .args(["--admin-listen", "127.0.0.1:0"]) // another server may have the usual one
            // One caller makes all promises here, and none is ever ended.
            .args(["--open-promises-max", "4294967295"])
            .args(extra)
            .stdin(Stdio::null())
            .stdout(Stdio::null()); // ours ends in the result
        let child = program.spawn().with_context(|| format!("cannot start {program:?}"))?;
        let mut spawned = Self { child, home, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        spawned.address = spawned.await_address(&listen_file)?;
        Ok(spawned)
    }

    /// Where it listens.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether its data lies in memory, where a sync costs nothing and proves nothing.
    pub(super) fn in_memory(&self) -> bool {
        lies_in_memory(&self.home.0)
    }

    fn await_address(&mut self, file: &Path) -> anyhow::Result<SocketAddr> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended before it was ready: {status}");
            }
            // A file that is not there or not whole yet does not parse.
            let text = fs::read_to_string(file).unwrap_or_default();
            if let Ok(address) = text.trim().parse() {
                return Ok(address);
            }
            std::thread::sleep(LOOK_EVERY);
        }
        bail!("the server was not ready after {} s", PATIENCE.as_secs())
    }

    /// Asks it to stop, and ends it if it does not.
    fn stop(&mut self) -> std::io::Result<()> {
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id() as i32) {
            // It fails only if the child has ended already.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::warn!(%error, "the server that was started could not be stopped");
        }
    }
}

impl Home {
    fn below(under: &Path) -> anyhow::Result<Self> {
        let under = std::path::absolute(under)?; // the server is in another directory than we are
        let mut nth = 0;
        loop {
            let path = under.join(format!("certus-bench-{}-{nth}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => nth += 1,
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot make {}", path.display()));
                }
            }
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "the data could not be removed");
        }
    }
}

/// Whether `path` is on a file system without a disk.
#[cfg(target_os = "linux")]
fn lies_in_memory(path: &Path) -> bool {
    const TMPFS: i64 = 0x0102_1994;
    const RAMFS: i64 = 0x8584_58f6;
    rustix::fs::statfs(path).is_ok_and(|found| [TMPFS, RAMFS].contains(&found.f_type))
}

/// Whether `path` is on a file system without a disk; not known here.
#[cfg(not(target_os = "linux"))]
fn lies_in_memory(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that reads the arguments of `certus serve` and then does what `then` says.
    fn shell(then: &str) -> Command {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", then]);
        shell
    }

    #[test]
    fn a_server_is_found_stopped_and_cleaned_up_after() {
        let under = tempfile::tempdir().unwrap();
        // $0 is "serve", $1 … are --listen A --data D --listen-file F.
        let serve = r#"mkdir "$4"; printf 127.0.0.1:4012 > "$6"; exec tail -f /dev/null"#;
        let spawned = Spawned::start(shell(serve), &[], under.path()).unwrap();
        assert_eq!(spawned.url(), "http://127.0.0.1:4012");
        assert!(spawned.home.0.join("data").is_dir());
        let pid = rustix::process::Pid::from_raw(spawned.child.id() as i32).unwrap();
        drop(spawned);
        assert!(rustix::process::test_kill_process(pid).is_err(), "the server lives on");
        assert_eq!(fs::read_dir(under.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_server_has_neither_our_configuration_nor_an_address_that_is_taken() {
        let under = tempfile::tempdir().unwrap();
        let serve = r#"pwd > "$4"; env >> "$4"; echo "$@" >> "$4"; printf 127.0.0.1:4012 > "$6";
            exec tail -f /dev/null"#;
        let mut program = shell(serve);
        program.env("OTHERWISE", "kept");
        let spawned = Spawned::start(program, &[], under.path()).unwrap();
        let told = fs::read_to_string(spawned.home.0.join("data")).unwrap();
        let home = fs::canonicalize(&spawned.home.0).unwrap();
        assert_eq!(told.lines().next(), home.to_str(), "{told}");
        assert!(told.contains("OTHERWISE=kept") && !told.contains("CERTUS_"), "{told}");
        assert!(told.contains("--admin-listen 127.0.0.1:0"), "{told}");
    }

    #[test]
    fn a_server_that_cannot_start_is_an_error_and_leaves_nothing() {
        let under = tempfile::tempdir().unwrap();
        let error = Spawned::start(shell("exit 3"), &[], under.path()).unwrap_err().to_string();
        assert!(error.contains("ended before it was ready"), "{error}");
        assert_eq!(fs::read_dir(under.path()).unwrap().count(), 0);
    }
}
