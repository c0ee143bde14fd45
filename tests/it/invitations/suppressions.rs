//! Who gets no mail, as an operator sees and corrects it.

use super::*;
use crate::support::Sink;

const SUPPRESSIONS: &str = "/admin/v1/suppressions";

fn path(address: &str) -> String {
    format!("{SUPPRESSIONS}?tenant=default&address={address}")
}

fn to(id: &str, email: &str) -> Value {
    let mut body = asking(id, ("days", 0), None);
    body["customer"]["email"] = email.into();
    body
}

/// Whoever was unsubscribed by a mistake gets mail again, over restarts; what was dropped
/// meanwhile stays dropped.
#[actix_web::test]
async fn an_operator_takes_an_address_off_again() {
    let mut sink = Sink::start(&[]);
    let mut server = TestServer::configured(&sink.settings()).await;
    let added = server.operators().put(&path("Jan.B%2Bx@example.nl"), "").await;
    let address = json!("jan.b+x@example.nl");
    let is_now = |suppressed: bool, changed: bool| {
        json!({ "tenant": "default", "address": address, "suppressed": suppressed,
            "changed": changed })
    };
    assert!(!added.header("certus-lsn").is_empty());
    assert_eq!(added.expect(200), is_now(true, true));
    let again = server.operators().put(&path("jan.b%2Bx@example.nl"), "").await.expect(200);
    assert_eq!(again, is_now(true, false));
    report(&server, &to("o1", "jan.b+x@example.nl")).await.expect(201);
    report(&server, &to("o2", "ann@example.nl")).await.expect(201);
    assert_eq!(sink.next().await.to, "ann@example.nl");
    server.restart().await;

    let looked = server.operators().get(&path("JAN.b%2Bx@example.nl")).await.expect(200);
    let one = json!({ "tenant": "default", "addresses": [address], "total": 1 });
    assert_eq!(looked, one);
    let removed = server.operators().delete(&path("jan.b%2Bx@example.nl")).await.expect(200);
    assert_eq!(removed, is_now(false, true));
    server.restart().await;
    let removed = server.operators().delete(&path("jan.b%2Bx@example.nl")).await.expect(200);
    assert_eq!(removed, is_now(false, false));
    report(&server, &to("o3", "jan.b+x@example.nl")).await.expect(201);
    let letter = sink.next().await;
    assert_eq!(letter.to, "jan.b+x@example.nl");
    let seen = server.http.get(&format!("{INVITATIONS}/1")).await.expect(200);
    assert_eq!(seen["invitation"]["dropped"], "unsubscribed");
    server.stop().await;
    assert!(sink.is_empty());
}

/// A tenant's list, page by page; it is nobody else's.
#[actix_web::test]
async fn those_who_get_no_mail_are_listed() {
    let server = TestServer::start().await;
    for address in ["c@example.nl", "a@example.nl", "b@example.nl"] {
        server.operators().put(&path(address), "").await.expect(200);
    }
    let list = async |query: &str| {
        let seen = server.operators().get(&format!("{SUPPRESSIONS}?{query}")).await.expect(200);
        (seen["addresses"].clone(), seen["total"].clone())
    };
    assert_eq!(
        list("tenant=default&size=2").await,
        (json!(["a@example.nl", "b@example.nl"]), json!(3))
    );
    assert_eq!(
        list("tenant=default&size=2&after=b@example.nl").await,
        (json!(["c@example.nl"]), json!(3))
    );
    assert_eq!(list("tenant=other").await, (json!([]), json!(0)));
    assert_eq!(list("tenant=default&address=d@example.nl").await, (json!([]), json!(0)));
}

/// Nonsense is told and changes nothing; the address stands in no answer to it.
#[actix_web::test]
async fn nonsense_is_refused() {
    let server = TestServer::start().await;
    let bad = [
        ("", ["tenant", "address"].as_slice()),
        ("tenant=default", &["address"]),
        ("address=jan@example.nl", &["tenant"]),
        ("tenant=default&address=jan.b+x@example.nl", &["address"]),
        ("tenant=default&address=nobody", &["address"]),
        ("tenant=default&address=%ff", &["address"]),
    ];
    for (query, fields) in bad {
        for method in [Method::PUT, Method::DELETE] {
            let path = format!("{SUPPRESSIONS}?{query}");
            let reply = server.operators().send(method, &path, &[], "").await;
            assert!(!reply.body.contains("example.nl"), "{}", reply.body);
            let body = reply.expect(400);
            for field in fields {
                assert!(body["errors"].to_string().contains(field), "{query}: {body}");
            }
        }
    }
    let list = server.operators().get(&format!("{SUPPRESSIONS}?tenant=default")).await.expect(200);
    assert_eq!(list["total"], 0);
    let reply = server.operators().get(&format!("{SUPPRESSIONS}?tenant=default&size=0")).await;
    reply.expect(400);
}
