//! A file system that is really full: a small one in memory, mounted for the test.

use std::fs::File;
use std::io::Write;

use super::*;

/// Bytes of the file system: the snapshot wants 16 MiB free before it takes a batch.
const DISK_BYTES: usize = 40 << 20;

/// What a start takes: the snapshot's database writes a little when it is opened.
const START_BYTES: u64 = 2 << 20;

/// Smaller still, so that the last one is soon full.
const SMALL: [&str; 5] = ["--workers", "1", "--test-segments", "--segment-bytes", "262144"];

/// What requests are sent at most while the server looks for room each second.
const REQUESTS_MAX: usize = 1_000_000;

/// A file system of its own; dropped, it is gone.
struct Disk(tempfile::TempDir);

impl Disk {
    /// None where nothing may be mounted.
    fn mounted() -> Option<Disk> {
        let dir = tempfile::tempdir().expect("there is room");
        let options = format!("size={DISK_BYTES},mode=0700");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(dir.path());
        match mount.output() {
            Ok(mounted) if mounted.status.success() => Some(Disk(dir)),
            _ => {
                not_run("a full disk: a file system can only be mounted by root");
                None
            }
        }
    }

    fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }

    /// Takes all room that is left.
    fn fill(&self) {
        let mut file = File::create(self.ballast()).expect("an empty file has room");
        let page = [1; 4096];
        let mut written = 0;
        while file.write_all(&page).is_ok() {
            written += page.len();
        }
        assert!(written > 0 && written < DISK_BYTES, "{written}");
    }

    /// Makes the room that a start takes.
    fn let_start(&self) {
        let ballast = File::options().write(true).open(self.ballast()).expect("it is there");
        let length = ballast.metadata().expect("it has a length").len();
        ballast.set_len(length - START_BYTES).expect("a file can be cut");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

/// D1, D9: when the disk is full, changes are refused with 503 and reads go on; when there is room
/// again, so do changes, by themselves; and whatever was answered survives a kill while it was full,
/// and a start on a disk that is all but full.
#[actix_web::test]
async fn a_full_disk_refuses_changes_and_goes_on_when_there_is_room() {
    let Some(disk) = Disk::mounted() else { return };
    let data = disk.0.path().join("data");
    let mut told = Told::default();
    let program = Program::serve(&data, &SMALL).await;
    furnish(&program.http).await;
    told.shop(&program.http, 5).await;

    disk.fill();
    let shopped = told.shop(&program.http, 5_000).await;
    assert_eq!(shopped.end, End::NoRoom, "after {} answers", shopped.answered);
    assert!(shopped.answered > 0, "what was made ahead is used");
    reads_go_on(&program.http, &told).await;
    program.kill();

    disk.let_start();
    let program = Program::serve(&data, &SMALL).await;
    let shopped = told.shop(&program.http, 10_000).await;
    assert_eq!(shopped.end, End::NoRoom, "after {} answers", shopped.answered);
    reads_go_on(&program.http, &told).await;

    std::fs::remove_file(disk.ballast()).expect("it is there");
    goes_on(&program.http, &mut told).await;
    told.must_be_all(&program.http).await;
    assert_eq!(program.terminate().code(), Some(0));
    must_verify(&data);
    let program = Program::serve(&data, &SMALL).await;
    told.must_be_all(&program.http).await;
}

async fn reads_go_on(http: &Caller, told: &Told) {
    assert_eq!(http.get("/readyz").await.status, 200);
    let last = told.orders.last().expect("orders were answered");
    http.get(&format!("/api/orders/{last}")).await.expect(200);
    let act = format!("/api/orders/{last}/actions");
    let confirm = r#"{"name":"CONFIRM_PROMISE","version":1}"#;
    assert_eq!(http.post(&act, confirm).await.refused(503), "no room");
}

/// Asks until there is room.
async fn goes_on(http: &Caller, told: &mut Told) {
    for _ in 0..REQUESTS_MAX {
        if told.shop(http, 1).await.end == End::Enough {
            return;
        }
    }
    panic!("there is room, and changes are refused still");
}
