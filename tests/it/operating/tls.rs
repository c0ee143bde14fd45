//! TLS: the certificate of the doors, and another one while it serves.

use reqwest::{Certificate, Client};

use super::*;
use crate::support::certificates::{NEW, OLD};

/// A client that believes one certificate and nothing else, over new connections only.
fn client(server: &TestServer, certificate: &str) -> Client {
    let certificate = Certificate::from_pem(certificate.as_bytes()).expect("it is PEM");
    let client = Client::builder().tls_certs_only([certificate]).pool_max_idle_per_host(0);
    client.resolve("localhost", server.http.address()).build().expect("a client")
}

async fn is_believed(server: &TestServer, client: &Client) -> bool {
    let url = format!("https://localhost:{}/readyz", server.http.address().port());
    client.get(url).send().await.is_ok_and(|reply| reply.status() == 200)
}

/// A renewed certificate is shown without a restart; files that do not fit leave the old one.
#[actix_web::test]
async fn a_certificate_is_renewed_while_it_serves() {
    let dir = tempfile::tempdir().expect("there is room");
    let [certificate, key] = ["doors.pem", "doors.key"].map(|name| dir.path().join(name));
    let put = |[one, other]: [&str; 2]| {
        std::fs::write(&certificate, one).expect("there is room");
        std::fs::write(&key, other).expect("there is room");
    };
    put(OLD);
    let settings = format!("tls_certificate = {certificate:?}\ntls_key = {key:?}\n");
    let server = TestServer::configured(&settings).await;
    let (old, new) = (client(&server, OLD[0]), client(&server, NEW[0]));
    assert!(is_believed(&server, &old).await && !is_believed(&server, &new).await);
    let plain = server.http.try_send(hyper::Method::GET, "/readyz", &[], "").await;
    assert!(plain.is_none(), "a door with TLS speaks nothing else: {plain:?}");

    put([NEW[0], OLD[1]]); // as seen in the middle of a renewal
    assert!(is_believed(&server, &old).await);
    put(NEW);
    while !is_believed(&server, &new).await {}
    // A client of its own: the other one has a ticket of the handshake that it remembers.
    assert!(!is_believed(&server, &client(&server, OLD[0])).await);
}

/// Half a setting, and files that hold nothing, are refused at start.
#[test]
fn a_certificate_needs_its_key() {
    let dir = tempfile::tempdir().expect("there is room");
    let path = dir.path().join("empty.pem");
    std::fs::write(&path, "").expect("there is room");
    let path = path.to_str().expect("it is text");
    let data = dir.path().join("data");
    let data = data.to_str().expect("it is text");
    let start = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--tls-certificate", path];
    for (more, says) in [(&[][..], "one needs the other"), (&["--tls-key", path], "certificate")] {
        let ended = run(&[&start[..], more].concat());
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && said.contains(says), "{said}");
    }
}
