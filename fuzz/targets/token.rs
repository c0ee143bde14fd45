//! What may stand behind `Bearer`. Two lines are the header and the claims of a token that is then
//! signed with an issuer's key, so that what is behind the signature is reached; anything else is
//! sent as it is, and nobody believes it.

#![no_main]

use std::cell::LazyCell;
use std::fs;

use actix_rt::{Runtime, System};
use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use actix_web::test::TestRequest;
use actors::Pace;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use certus::auth::Credentials;
use certus::config::{Issuer, Signature};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tempfile::TempDir;
use workflow::time::Time;

/// 2026-01-12T10:00:00Z.
const BEGIN: Time = Time(1_768_212_000_000);
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

struct Gate {
    _dir: TempDir,
    runtime: Runtime,
    credentials: Credentials,
}

thread_local! {
    static GATE: LazyCell<Gate> = const { LazyCell::new(gate) };
}

fuzz_target!(|bytes: &[u8]| GATE.with(|gate| {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let (first, claims) = (lines.next().unwrap_or_default(), lines.next());
    let text = match claims {
        Some(claims) => signed(first, claims).into_bytes(),
        None => first.to_vec(),
    };
    let Ok(value) = HeaderValue::from_bytes(&[b"Bearer ", text.as_slice()].concat()) else {
        return;
    };
    let request = TestRequest::get().insert_header((AUTHORIZATION, value)).to_http_request();
    let caller = gate.runtime.block_on(gate.credentials.caller(&request));
    let again = gate.runtime.block_on(gate.credentials.caller(&request));
    assert_eq!(caller, again, "once believed, always believed");
    if caller.is_ok() {
        let claims = claims.expect("without the key nobody signs");
        let claims: Value = serde_json::from_slice(claims).expect("claims are JSON");
        assert_eq!(claims["iss"], "idp");
        let until = claims["exp"].as_i64().expect("a token ends");
        assert!((until + 30) * 1_000 > BEGIN.0, "it has not ended");
    }
}));

fn gate() -> Gate {
    let _ = System::new();
    let dir = tempfile::tempdir().expect("there is room");
    let secret = dir.path().join("secret");
    fs::write(&secret, SECRET).expect("there is room");
    let issuer = Issuer {
        issuer: "idp".into(),
        audience: "certus".into(),
        algorithms: vec![Signature::HS256],
        key_file: None,
        secret_file: Some(secret),
        secret_variable: None,
        jwks_url: None,
        http_on_loopback: false,
        kid: None,
        tenant: None,
    };
    let runtime = Runtime::new().expect("there is a thread");
    let known = Credentials::of([]).by(Pace::by_hand(BEGIN).clock()).anonymous(false);
    let credentials = runtime.block_on(known.believing(&[issuer], dir.path()));
    Gate { _dir: dir, runtime, credentials: credentials.expect("the block is right") }
}

fn signed(header: &[u8], claims: &[u8]) -> String {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let key = EncodingKey::from_secret(SECRET);
    let signature = crypto::sign(message.as_bytes(), &key, Algorithm::HS256);
    format!("{message}.{}", signature.expect("it is a key for this"))
}
