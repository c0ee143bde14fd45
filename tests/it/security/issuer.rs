//! An issuer of tokens: keys that were made for these tests and are used nowhere else, and a
//! server that publishes them.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::support::BEGIN;

pub(crate) const OLD: &str = include_str!("issuer/old.json");
pub(crate) const NEW: &str = include_str!("issuer/new.json");
pub(crate) const SECRET: &str = "a secret of 32 bytes, or of more";

/// The folder of the issuer's files.
pub(crate) fn file(name: &str) -> String {
    format!("{}/tests/it/security/issuer/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What a good token says; an hour from the beginning.
pub(crate) fn claims() -> Value {
    json!({
        "iss": "idp", "aud": "certus", "sub": "till", "tenant": "shop",
        "scope": "openid orders.read", "exp": BEGIN.0 / 1_000 + 3_600,
    })
}

/// The claims with one that is other; null takes it away.
pub(crate) fn but(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
        value => claims[name] = value,
    }
    claims
}

pub(crate) fn rsa(name: &str) -> EncodingKey {
    let pem = std::fs::read(file(&format!("rsa-{name}.pem"))).expect("it is there");
    EncodingKey::from_rsa_pem(&pem).expect("a key")
}

/// A token with just this header, signed.
pub(crate) fn token(header: &Value, claims: &str, key: &EncodingKey, by: Algorithm) -> String {
    let message =
        format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.as_bytes()));
    let signature = sign(message.as_bytes(), key, by).expect("it signs");
    format!("{message}.{signature}")
}

/// A token by the issuer's old RSA key.
pub(crate) fn by_old(claims: &Value) -> String {
    let header = json!({ "alg": "RS256", "kid": "old", "typ": "JWT" });
    token(&header, &claims.to_string(), &rsa("old"), Algorithm::RS256)
}

/// A token by the issuer's new RSA key.
pub(crate) fn by_new(claims: &Value) -> String {
    let header = json!({ "alg": "RS256", "kid": "new", "typ": "JWT" });
    token(&header, &claims.to_string(), &rsa("new"), Algorithm::RS256)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let bits = part.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        let bits = bits << (8 * (3 - part.len()));
        for place in 0..=part.len() {
            text.push(char::from(LETTERS[(bits >> (18 - 6 * place)) as usize & 63]));
        }
    }
    text
}

/// Publishes keys, on this machine.
pub(crate) struct Publisher {
    pub(crate) url: String,
    said: Arc<Mutex<Said>>,
}

/// What it answers, and how often it was asked.
struct Said {
    status: u16,
    body: String,
    times: u32,
}

impl Publisher {
    pub(crate) fn of(body: &str) -> Publisher {
        let said = Arc::new(Mutex::new(Said { status: 200, body: body.into(), times: 0 }));
        let shared = said.clone();
        let server = HttpServer::new(move || {
            App::new().app_data(web::Data::from(shared.clone())).default_service(web::to(publish))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/keys", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        Publisher { url, said }
    }

    /// Says this from now on.
    pub(crate) fn says(&self, status: u16, body: &str) {
        let mut said = self.said.lock().expect("nobody panicked");
        (said.status, said.body) = (status, body.into());
    }

    /// How often it was asked.
    pub(crate) fn times(&self) -> u32 {
        self.said.lock().expect("nobody panicked").times
    }
}

async fn publish(said: web::Data<Mutex<Said>>) -> HttpResponse {
    let mut said = said.lock().expect("nobody panicked");
    said.times += 1;
    let status = said.status.try_into().expect("a status");
    let mut answer = HttpResponse::build(status);
    if status.is_redirection() {
        answer.insert_header(("location", "/elsewhere"));
    }
    answer.body(said.body.clone())
}
