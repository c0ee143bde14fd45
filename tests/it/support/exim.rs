//! Exim, a mail server of others, as a process with a spool of its own.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::certificates::OLD;
use super::{Letter, not_run};

const PROGRAM: &str = "/usr/sbin/exim4";
/// Made by its package, for the user that it runs as when it is started by root.
const ITS_FOLDER: &str = "/var/spool/exim4";

/// A mail server that takes mails under TLS from `certus`, whose password is `a secret`, and puts
/// them into files.
pub(crate) struct Exim {
    pub(crate) port: u16,
    dir: TempDir,
    child: Child,
    read: Vec<PathBuf>,
}

impl Exim {
    /// None, and a line that says so, where it is not installed.
    pub(crate) async fn start() -> Option<Exim> {
        if !Path::new(PROGRAM).exists() {
            not_run("mail to Exim: exim4-daemon-light is not installed");
            return None;
        }
        let free = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let port = free.local_addr().expect("it has an address").port();
        drop(free);
        let dir = tempfile::tempdir().expect("there is room");
        // Exim delivers nothing as root, so what root starts runs as the package's user.
        let owner = match rustix::process::getuid().is_root() {
            true => fs::metadata(ITS_FOLDER).expect("the package is installed whole"),
            false => fs::metadata(dir.path()).expect("it was made just now"),
        };
        let (uid, gid) = (owner.uid(), owner.gid());
        let config = CONFIG
            .replace("DIR", dir.path().to_str().expect("it is text"))
            .replace("PORT", &port.to_string())
            .replace("UID", &uid.to_string())
            .replace("GID", &gid.to_string());
        let files = [("exim.conf", config.as_str()), ("show.pem", OLD[0]), ("key.pem", OLD[1])];
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("there is room");
        }
        if rustix::process::getuid().is_root() {
            // All but the configuration, which must be root's.
            for name in ["show.pem", "key.pem", ""] {
                chown(dir.path().join(name), Some(uid), Some(gid)).expect("root may do that");
            }
        }
        let exim = Exim { port, child: run(dir.path()), dir, read: Vec::new() };
        answers(port).await;
        Some(exim)
    }

    /// Ends it, with all its connections.
    pub(crate) fn stop(&mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    /// Starts it after a stop.
    pub(crate) async fn begin(&mut self) {
        self.child = run(self.dir.path());
        answers(self.port).await;
    }

    /// The next mail that was delivered. Another process cannot wake us, so this looks again and
    /// again, and gives up after a minute.
    pub(crate) async fn next(&mut self) -> Letter {
        for _ in 0..6_000 {
            if let Some(path) = self.unread().pop() {
                let text = fs::read_to_string(&path).expect("it was moved here whole");
                self.read.push(path);
                let text = text.replace('\n', "\r\n");
                let mut letter = Letter { to: String::new(), text };
                letter.to = letter.header("envelope-to");
                return letter;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let log = fs::read_to_string(self.dir.path().join("spool/mainlog"));
        panic!("no mail came: {log:?}");
    }

    /// Mails that were delivered and not looked at.
    pub(crate) fn unread(&self) -> Vec<PathBuf> {
        let Ok(files) = fs::read_dir(self.dir.path().join("mails/new")) else { return Vec::new() };
        let paths = files.map(|file| file.expect("it is ours").path());
        paths.filter(|path| !self.read.contains(path)).collect()
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}

fn run(dir: &Path) -> Child {
    Command::new(PROGRAM)
        .arg("-C")
        .arg(dir.join("exim.conf"))
        .arg("-bdf")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

/// Waits for it to answer, for a minute at most.
async fn answers(port: u16) {
    for _ in 0..6_000 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("exim did not start");
}

const CONFIG: &str = r"
primary_hostname = mx.example.org
keep_environment =
exim_user = UID
exim_group = GID
spool_directory = DIR/spool
log_file_path = DIR/spool/%slog
pid_file_path = DIR/spool/pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = PORT
host_lookup =
rfc1413_hosts =
tls_advertise_hosts = *
tls_certificate = DIR/show.pem
tls_privatekey = DIR/key.pem
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_mail = who
acl_smtp_rcpt = whom
acl_smtp_data = accept

begin acl
who:
  deny !authenticated = *
       message = say who you are
  accept
whom:
  deny local_parts = nobody
       message = there is nobody
  defer local_parts = later
       message = not now
  accept

begin routers
all:
  driver = accept
  transport = files

begin transports
files:
  driver = appendfile
  directory = DIR/mails
  maildir_format
  create_directory
  envelope_to_add
  return_path_add
  user = UID
  group = GID

begin retry
* * F,1h,1m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{certus}}{eq{$auth3}{a secret}}}}
  server_set_id = $auth2
";
