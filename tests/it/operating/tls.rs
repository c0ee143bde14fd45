//! TLS: the certificate of the doors, and another one while it serves.

use reqwest::{Certificate, Client};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection};

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

/// The bound on connections of one address holds behind TLS, too.
#[actix_web::test]
async fn one_address_cannot_take_all_connections() {
    let dir = tempfile::tempdir().expect("there is room");
    let [certificate, key] = ["doors.pem", "doors.key"].map(|name| dir.path().join(name));
    std::fs::write(&certificate, OLD[0]).expect("there is room");
    std::fs::write(&key, OLD[1]).expect("there is room");
    let files = format!("tls_certificate = {certificate:?}\ntls_key = {key:?}\n");
    let server = TestServer::configured(&format!("{files}connections_per_address = 1\n")).await;
    let says = async |what: &str| {
        let metrics = server.operators().get("/metrics").await.body;
        metrics.lines().any(|line| line == what)
    };
    let keeps = Certificate::from_pem(OLD[0].as_bytes()).expect("it is PEM");
    let keeps = Client::builder().tls_certs_only([keeps]);
    let keeps = keeps.resolve("localhost", server.http.address()).build().expect("a client");
    assert!(is_believed(&server, &keeps).await);
    assert!(says("certus_connections 1").await);
    assert!(!is_believed(&server, &client(&server, OLD[0])).await);
    assert!(says("certus_connections_refused_total 1").await);
    assert!(is_believed(&server, &keeps).await, "the one that is open goes on");
    drop(keeps);
    while !is_believed(&server, &client(&server, OLD[0])).await {}
}

/// A client that speaks HTTP/2 as well gets HTTP/1.1: a proxy speaks the other (F3).
#[actix_web::test]
async fn http_2_is_not_offered() {
    let dir = tempfile::tempdir().expect("there is room");
    let [certificate, key] = ["doors.pem", "doors.key"].map(|name| dir.path().join(name));
    std::fs::write(&certificate, OLD[0]).expect("there is room");
    std::fs::write(&key, OLD[1]).expect("there is room");
    let settings = format!("tls_certificate = {certificate:?}\ntls_key = {key:?}\n");
    let server = TestServer::configured(&settings).await;
    let address = server.http.address();
    let agreed = move |offers: &[&str]| {
        let mut roots = rustls::RootCertStore::empty();
        let believed = CertificateDer::from_pem_slice(OLD[0].as_bytes()).expect("it is PEM");
        roots.add(believed).expect("a certificate");
        let config = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into());
        let config = config.with_safe_default_protocol_versions().expect("the provider has them");
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = offers.iter().map(|offer| offer.as_bytes().to_vec()).collect();
        let name = "localhost".try_into().expect("a name");
        let mut client = ClientConnection::new(config.into(), name).expect("a client");
        let mut stream = std::net::TcpStream::connect(address).expect("it listens");
        let ended = client.complete_io(&mut stream);
        (ended.is_ok(), client.alpn_protocol().map(<[u8]>::to_vec))
    };
    let shaken = actix_web::web::block(move || {
        [agreed(&["h2", "http/1.1"]), agreed(&["http/1.1"]), agreed(&[]), agreed(&["h2"])]
    });
    let [both, one, none, other] = shaken.await.expect("it runs");
    let spoken = Some(b"http/1.1".to_vec());
    assert_eq!((both, one), ((true, spoken.clone()), (true, spoken)));
    assert!(none.0);
    assert!(!other.0, "nothing is agreed on: {other:?}");
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
