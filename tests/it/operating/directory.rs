//! The directory of journal and snapshot: in use, damaged, half gone.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::*;

/// A directory with so many promises in it, that nobody serves.
async fn stopped(promises: usize) -> TestServer {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 1_000).await;
    for _ in 0..promises {
        server.http.post(PROMISE, &promise("tea", 1).to_string()).await.expect(201);
    }
    server.stop().await;
    server
}

pub(super) fn verify(data: &Path) -> (Option<i32>, String) {
    let ended = run(&["verify", data.to_str().expect("it is text")]);
    let said = [ended.stdout, ended.stderr].concat();
    (ended.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// The oldest segment of the journal.
pub(super) fn segment(data: &Path) -> PathBuf {
    let files = std::fs::read_dir(data.join("shard-0/journal")).expect("there is a journal");
    let files = files.map(|file| file.expect("it is readable").path());
    let with_records = files.filter(|file| {
        file.is_file() && !frames(&std::fs::read(file).expect("it is readable")).is_empty()
    });
    with_records.min().expect("a segment has records")
}

/// Where the records begin: four bytes of checksum stand before a record's name.
pub(super) fn frames(bytes: &[u8]) -> Vec<usize> {
    let names = bytes.windows(4).enumerate().filter(|(_, it)| it == b"Crec");
    names.filter_map(|(at, _)| at.checked_sub(4)).collect()
}

#[actix_web::test]
async fn a_clean_directory_verifies() {
    let server = stopped(20).await;
    let (code, said) = verify(&server.data());
    assert_eq!(code, Some(0), "{said}");
    // A facility, a lot, twenty promises.
    assert!(said.contains("records    22 read from the first one"), "{said}");
    assert!(said.contains("agrees with the journal") && said.contains("all hold"), "{said}");
}

/// D7: one wrong bit in the middle is named by file and byte, and nothing of it is served; put
/// right again, everything is there.
#[actix_web::test]
async fn a_flipped_bit_is_named_and_never_served() {
    let mut server = stopped(20).await;
    let file = segment(&server.data());
    let good = std::fs::read(&file).expect("it is readable");
    let frames = frames(&good);
    let at = frames[frames.len() / 2];
    let data = server.data();
    let path = data.to_str().expect("it is text").to_owned();
    for flipped in [at, at + 8, at + 45, at + 80] {
        let mut bad = good.clone();
        bad[flipped] ^= 0x10;
        std::fs::write(&file, &bad).expect("there is room");
        let named = format!("{} is damaged at byte {at}, LSN ", file.display());
        let (code, said) = verify(&data);
        assert_eq!(code, Some(1), "byte {flipped}: {said}");
        assert!(said.contains(&named), "byte {flipped}: {said}");

        let served = run(&[
            "serve",
            "--data",
            &path,
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
        ]);
        let said = String::from_utf8_lossy(&served.stderr);
        assert_eq!(served.status.code(), Some(1), "byte {flipped} is served: {said}");
        assert!(said.contains(&named), "byte {flipped}: {said}");
        assert!(std::fs::read(&file).expect("it is readable") == bad, "the evidence was changed");
    }
    std::fs::write(&file, &good).expect("there is room");
    server.begin().await;
    assert_eq!(server.http.get("/api/orders").await.expect(200)["total"], 20);
}

/// D10: one directory, one process; whoever comes second changes nothing.
#[actix_web::test]
async fn a_second_process_on_the_directory_refuses() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let data = server.data();
    let path = data.to_str().expect("it is text");
    let second =
        run(&["serve", "--data", path, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("in use by another process"), "{said}");
    let path = format!("/api/facilities/{store}");
    server.http.get(&path).await.expect(200);
    server.stock(&store, "tea", 1).await;
}

/// D15, D5: the snapshot can go at any time; the journal alone makes the same world, with stored
/// replies and orders that had left memory.
#[actix_web::test]
async fn a_lost_snapshot_loses_nothing() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let body = promise("tea", 2).to_string();
    let first = server.http.post_as("k", PROMISE, &body).await;
    let closed = text(&server.http.post(PROMISE, &body).await.expect(201), "orderRef");
    let cancel = r#"{"name":"CANCEL","version":1}"#;
    let act = format!("/api/orders/{closed}/actions");
    server.http.post(&act, cancel).await.expect(200);
    server.restart().await;

    let paths = ["/api/orders", "/api/stocks", "/api/reservations", "/api/facilities"];
    let one = format!("/api/orders/{closed}");
    let mut before = Vec::new();
    for path in paths.into_iter().chain([one.as_str()]) {
        before.push((path, server.http.get(path).await.body));
    }
    server.stop().await;
    let snapshot = server.data().join("shard-0/snapshot");
    for damage in ["gone", "nonsense"] {
        std::fs::remove_dir_all(&snapshot).expect("there is a snapshot");
        if damage == "nonsense" {
            let mut private = std::fs::DirBuilder::new();
            private.mode(0o700).create(&snapshot).expect("there is room");
            std::fs::write(snapshot.join("db"), "nonsense").expect("there is room");
            std::fs::write(snapshot.join("conf"), "nonsense").expect("there is room");
        }
        server.begin().await;
        for (path, body) in &before {
            assert_eq!(&server.http.get(path).await.body, body, "{path}, the snapshot is {damage}");
        }
        let again = server.http.post_as("k", PROMISE, &body).await;
        assert_eq!(again.header("idempotency-replayed"), "true", "K1");
        assert_eq!(again.body, first.body);
        server.stop().await;
        let (code, said) = verify(&server.data());
        assert!(code == Some(0) && said.contains("agrees with the journal"), "{said}");
    }
}

/// Connections are files: a server takes as many as the system would let it.
#[actix_web::test]
async fn as_many_files_may_be_open_as_the_system_lets() {
    let dir = tempfile::tempdir().expect("there is room");
    let wrapper = ["prlimit", "--nofile=64:4000"];
    let silent = || (std::process::Stdio::null(), std::process::Stdio::null());
    let server = Program::under(&wrapper, &dir.path().join("data"), &[], silent()).await;
    let server = server.expect("it starts");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let numbers: Vec<&str> = files.split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers, ["4000", "4000"]);
}
