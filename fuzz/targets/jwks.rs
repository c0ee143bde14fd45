//! What an issuer may publish as its keys, fetched over HTTP as the server does.

#![no_main]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{LazyLock, Mutex};
use std::thread;

use actix_rt::Runtime;
use certus::auth::Credentials;
use certus::config::{Issuer, Signature};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static PUBLISHED: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static AT: LazyLock<SocketAddr> = LazyLock::new(publish);
static DIR: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("there is room"));

thread_local! {
    static RUNTIME: Runtime = Runtime::new().expect("there is a thread");
}

fuzz_target!(|bytes: &[u8]| {
    *PUBLISHED.lock().expect("nobody has panicked") = bytes.to_vec();
    let issuer = Issuer {
        issuer: "idp".into(),
        audience: "certus".into(),
        algorithms: vec![Signature::RS256, Signature::ES256, Signature::EdDSA],
        key_file: None,
        secret_file: None,
        secret_variable: None,
        jwks_url: Some(format!("http://{}/keys", *AT)),
        http_on_loopback: true,
        kid: None,
        tenant: None,
    };
    let issuers = [issuer];
    let believing = Credentials::of([]).believing(&issuers, DIR.path());
    RUNTIME.with(|it| it.block_on(believing)).expect("a set that is wrong stops no start");
});

/// Answers whoever asks with what is published now, one after the other.
fn publish() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut piece = [0; 512];
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read(&mut piece) {
                    Ok(count) if count > 0 => head.extend_from_slice(&piece[..count]),
                    _ => break,
                }
            }
            let body = PUBLISHED.lock().expect("nobody has panicked").clone();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(&[head.as_bytes(), &body].concat()); // or it has gone
        }
    });
    address
}
