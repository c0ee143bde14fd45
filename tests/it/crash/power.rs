//! T6: power is cut under load. A file system of its own is shut down without writing anything that
//! was not synced, which is what a kernel crash or a power cut leaves of one; then it is mounted
//! again, and the server started.
//!
//! What this does not show: a disk that says "synced" and forgets. Each round has a control, a file
//! that nobody synced: if it survived, nothing was cut, and the run is void.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::*;
use crate::support::not_run;

/// Two files of the journal, the snapshot, and what ext4 needs.
const IMAGE_BYTES: u64 = 96 << 20;

/// So small that the journal goes on to a new file in nearly every round.
const MORE: [&str; 7] = [
    "--promise-on-shortage",
    "reject",
    "--workers",
    "2",
    "--test-segments",
    "--segment-bytes",
    "262144",
];

/// `FS_IOC_SHUTDOWN` without flushing the log. Perl is on every Debian, and this needs a call that
/// safe Rust has not.
const SHUT_DOWN: &str = r#"
    sysopen(my $root, $ARGV[0], 0) or die "open: $!";
    my $flag = pack("I", 2);
    ioctl($root, 0x8004587d, $flag) or die "ioctl: $!";
"#;

/// An ext4 file system in a file; dropped, it is gone.
struct Disk(TempDir);

impl Disk {
    /// None, and why, where it cannot be.
    fn made() -> Result<Disk, String> {
        let disk = Disk(tempfile::tempdir().expect("there is room"));
        let image = File::create(disk.image()).expect("there is room");
        image.set_len(IMAGE_BYTES).expect("it is sparse");
        std::fs::create_dir(disk.root()).expect("there is room");
        called(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(disk.image()))?;
        disk.mount()?;
        Ok(disk)
    }

    fn image(&self) -> PathBuf {
        self.0.path().join("image")
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("root")
    }

    fn mount(&self) -> Result<(), String> {
        called(Command::new("mount").args(["-o", "loop"]).arg(self.image()).arg(self.root()))
    }

    fn unmount(&self) -> Result<(), String> {
        called(Command::new("umount").arg(self.root()))
    }

    /// From here on nothing reaches the disk, and what has not is lost.
    fn cut(&self) -> Result<(), String> {
        called(Command::new("perl").args(["-e", SHUT_DOWN]).arg(self.root()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["--lazy", "--quiet"]).arg(self.root()).status();
    }
}

fn called(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let ended = command.output().map_err(|error| format!("{name}: {error}"))?;
    match ended.status.success() {
        true => Ok(()),
        false => Err(format!("{name}: {}", String::from_utf8_lossy(&ended.stderr).trim())),
    }
}

/// D1, D2, D3, K1, S1, S2, S4: the checks of a kill, after each cut.
#[actix_web::test]
async fn a_power_cut_loses_nothing_that_was_answered() {
    let disk = match Disk::made() {
        Ok(disk) => disk,
        Err(why) => return not_run(&format!("power cuts: {why}")),
    };
    let (cuts, seed) = (kills(), seed());
    let mut random = Random::seeded(seed);
    let data = disk.root().join("data");
    let ledger = Rc::new(RefCell::new(Ledger::default()));

    let mut program = Program::serve(&data, &MORE).await;
    furnish(&program.http).await;
    for cut in 0..cuts {
        let customers = send_customers(&program.http, &ledger, &mut random, cut).await;
        let control = disk.root().join(format!("control-{cut}"));
        std::fs::write(&control, vec![1; 64 << 10]).expect("there is room");
        disk.cut().expect("it can be shut down");
        for customer in customers {
            customer.await.expect("a customer does not panic");
        }
        program.kill();
        disk.unmount().expect("nobody uses it");
        disk.mount().expect("it is whole for the file system");
        assert!(is_lost(&control), "cut {cut} lost nothing that was not synced: the run is void");
        program = Program::serve(&data, &MORE).await;
        check(&program.http, &ledger).await;
    }

    assert_eq!(program.terminate().code(), Some(0));
    let verified = run(&["verify", data.to_str().expect("it is text")]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let ledger = ledger.borrow();
    println!("power cut: {ledger}");
    assert!(ledger.answered >= 20 * cuts, "only {} answers", ledger.answered);
    assert!(ledger.unanswered > 0, "no cut met a request on its way");
}

fn is_lost(control: &Path) -> bool {
    !std::fs::read(control).is_ok_and(|bytes| bytes == vec![1; 64 << 10])
}
