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

/// What a disk may be formatted with. Each promises other things about what was not synced.
const FILE_SYSTEMS: [FileSystem; 3] = [
    FileSystem { name: "ext4", make: EXT4, options: "loop", image_bytes: 96 << 20 },
    // A file may have its length before its bytes are there.
    FileSystem {
        name: "ext4 data=writeback",
        make: EXT4,
        options: "loop,data=writeback",
        image_bytes: 96 << 20,
    },
    // It makes none of less than 300 MB.
    FileSystem { name: "xfs", make: &["mkfs.xfs", "-q"], options: "loop", image_bytes: 320 << 20 },
];
const EXT4: &[&str] = &["mkfs.ext4", "-q", "-F"];

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

/// `FS_IOC_SHUTDOWN` without flushing the log, which all of them know. Perl is on every Debian, and
/// this needs a call that safe Rust has not.
const SHUT_DOWN: &str = r#"
    sysopen(my $root, $ARGV[0], 0) or die "open: $!";
    my $flag = pack("I", 2);
    ioctl($root, 0x8004587d, $flag) or die "ioctl: $!";
"#;

struct FileSystem {
    name: &'static str,
    /// The program that makes it, with what stands before the image.
    make: &'static [&'static str],
    /// How it is mounted.
    options: &'static str,
    /// Room for two files of the journal, the snapshot, and what it needs itself.
    image_bytes: u64,
}

/// A file system in a file; dropped, it is gone.
struct Disk {
    dir: TempDir,
    options: &'static str,
}

impl Disk {
    /// None, and why, where it cannot be.
    fn made(with: &FileSystem) -> Result<Disk, String> {
        let dir = tempfile::tempdir().expect("there is room");
        let disk = Disk { dir, options: with.options };
        let image = File::create(disk.image()).expect("there is room");
        image.set_len(with.image_bytes).expect("it is sparse");
        std::fs::create_dir(disk.root()).expect("there is room");
        called(Command::new(with.make[0]).args(&with.make[1..]).arg(disk.image()))?;
        disk.mount()?;
        Ok(disk)
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join("image")
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    fn mount(&self) -> Result<(), String> {
        let mut mount = Command::new("mount");
        called(mount.args(["-o", self.options]).arg(self.image()).arg(self.root()))
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
    let seed = seed();
    for with in &FILE_SYSTEMS {
        match Disk::made(with) {
            Ok(disk) => cut_under_load(&disk, with.name, seed).await,
            Err(why) => not_run(&format!("power cuts on {}: {why}", with.name)),
        }
    }
}

async fn cut_under_load(disk: &Disk, name: &str, seed: u64) {
    let cuts = kills();
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
        assert!(
            is_lost(&control),
            "{name}: cut {cut} lost nothing that was not synced: it is void"
        );
        program = Program::serve(&data, &MORE).await;
        check(&program.http, &ledger).await;
    }

    assert_eq!(program.terminate().code(), Some(0));
    let verified = run(&["verify", data.to_str().expect("it is text")]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let ledger = ledger.borrow();
    println!("power cut on {name}: {ledger}");
    assert!(ledger.answered >= 20 * cuts, "{name}: only {} answers", ledger.answered);
    assert!(ledger.unanswered > 0, "{name}: no cut met a request on its way");
}

fn is_lost(control: &Path) -> bool {
    !std::fs::read(control).is_ok_and(|bytes| bytes == vec![1; 64 << 10])
}
