//! Who is let in, and to what.

mod bodies;
mod issuer;
mod keys;
mod limits;
mod matrix;
mod namesakes;
mod silence;
mod slow;
mod tokens;
mod wire;

use serde_json::{Value, json};
use workflow::time::Millis;

use crate::support::{Caller, Reply, TestServer, run, text};

/// A server that lets nobody in without a credential.
async fn closed() -> TestServer {
    TestServer::configured("auth = \"on\"\n").await
}

/// A key of a tenant, good for these; none means the usual ones.
async fn key_of(server: &TestServer, tenant: &str, permissions: &[&str]) -> Value {
    let mut body = json!({ "tenant": tenant, "name": "till" });
    if !permissions.is_empty() {
        body["permissions"] = json!(permissions);
    }
    server.operators().post("/admin/v1/keys", &body.to_string()).await.expect(201)
}

/// Whether a request was refused for its credential, in whatever shape.
#[track_caller]
fn is_refused(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{}", reply.body);
    let summary = match status {
        401 => "unauthorized",
        403 => "forbidden",
        429 => "too many requests",
        other => panic!("{other} is no refusal of a credential"),
    };
    // Each door has a shape of its own; all of them say this.
    assert!(reply.body.to_lowercase().contains(summary), "{}", reply.body);
    if status == 401 {
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
}
