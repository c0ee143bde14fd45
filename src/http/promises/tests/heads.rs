//! What is said of a request before anybody reads its body, and in which order.

use actix_web::test::TestRequest;
use workflow::id::TenantId;

use super::{ORDER, stocked};
use crate::admission::Admission;
use crate::auth::{Caller, Credentials};
use crate::http::idempotency::fingerprint;
use crate::http::json::decode;
use crate::http::promises::bodies::OrderBody;
use crate::http::testing::Door;

const PROMISE: &str = "/api/promises/deliverypromise";

fn json(path: &str) -> TestRequest {
    TestRequest::post().uri(path).insert_header(("content-type", "application/json"))
}

#[actix_web::test]
async fn what_no_route_takes_is_refused_in_its_doors_words() {
    let door = Door::open();
    let seen = door.ask(TestRequest::get().uri("/api/nothing")).await;
    assert_eq!((seen.status, seen.json()[0]["summary"].as_str()), (404, Some("not found")));
    let seen = door.ask(TestRequest::delete().uri("/api/orders")).await;
    assert_eq!((seen.status, seen.header("allow")), (405, "GET, POST"));
    let seen = door.ask(TestRequest::get().uri("/nothing")).await;
    assert_eq!((seen.status, seen.header("content-type")), (404, "application/problem+json"));
    assert_eq!(seen.json()["type"], "/problems/not-found");
    let seen = door.ask(TestRequest::post().uri("/healthz")).await;
    assert_eq!((seen.status, seen.header("allow")), (405, "GET"));
    assert_eq!(door.ask(TestRequest::get().uri("/api//orders")).await.status, 404);
    assert_eq!(door.ask(TestRequest::get().uri("/api/orders/%zz")).await.status, 400);
    let no_text = door.ask(TestRequest::get().uri("/api/orders/%ff")).await;
    assert_eq!((no_text.status, no_text.json().is_array()), (404, true), "{}", no_text.body);
    let long = format!("/api/orders?tenantOrderId={}", "x".repeat(8_200));
    assert_eq!(door.ask(TestRequest::get().uri(&long)).await.status, 414);
    let header = ("x-anything", "x".repeat(8_200));
    let wide = TestRequest::get().uri("/api/orders").insert_header(header);
    assert_eq!(door.ask(wide).await.status, 431);
}

#[actix_web::test]
async fn a_body_is_plain_json_of_bounded_length() {
    let door = Door::open();
    let no_type = TestRequest::post().uri(PROMISE).set_payload(ORDER);
    assert_eq!(door.ask(no_type).await.status, 415);
    let zipped = json(PROMISE).insert_header(("content-encoding", "gzip")).set_payload(ORDER);
    assert_eq!(door.ask(zipped).await.status, 415);
    let declared = json(PROMISE).set_payload("{}").insert_header(("content-length", "1048577"));
    assert_eq!(door.ask(declared).await.status, 413);
    let long = json(PROMISE).set_payload(" ".repeat(1_048_577));
    assert_eq!(door.ask(long).await.status, 413);
    let xml = json(PROMISE).insert_header(("accept", "application/xml")).set_payload(ORDER);
    assert_eq!(door.ask(xml).await.status, 406);
}

#[actix_web::test]
async fn every_answer_has_a_position_and_a_name() {
    let door = stocked().await;
    let named = TestRequest::get().uri("/api/nothing").insert_header(("x-correlation-id", "mine"));
    let seen = door.ask(named).await;
    assert_eq!(seen.header("x-correlation-id"), "mine");
    assert!(seen.header("certus-lsn").starts_with("1:"), "{}", seen.header("certus-lsn"));
    let long = ("x-correlation-id", "x".repeat(129));
    let seen = door.ask(TestRequest::get().uri("/readyz").insert_header(long)).await;
    assert_eq!(seen.status, 200);
    assert!((1..=128).contains(&seen.header("x-correlation-id").len()));
}

#[actix_web::test]
async fn a_bad_key_or_header_is_named() {
    let door = stocked().await;
    for (name, value) in
        [("idempotency-key", ""), ("idempotency-key", "a b"), ("certus-replaces", "R1")]
    {
        let seen = door.ask(json(PROMISE).insert_header((name, value)).set_payload(ORDER)).await;
        assert_eq!(seen.status, 400, "{name}");
        let description = seen.json()[0]["description"].to_string().to_lowercase();
        assert!(description.contains(name), "{description}");
    }
}

#[actix_web::test]
async fn the_echo_is_only_there_when_told() {
    let door = Door::open();
    let seen = door.ask(json("/bench/echo").set_payload(ORDER)).await;
    assert_eq!((seen.status, seen.header("content-type")), (404, "application/problem+json"));
}

#[actix_web::test]
async fn without_a_credential_only_the_open_paths_answer() {
    let tenant = TenantId::parse("shop").unwrap();
    let caller = Caller { tenant, who: "till".into(), ..Caller::anonymous() };
    let tokens = [("s3cret".to_owned(), caller)];
    let door = Door::with(|app| app.credentials = Credentials::of(tokens));
    let bearer = ("authorization", "Bearer s3cret");
    for request in [
        json(PROMISE).set_payload(ORDER),
        TestRequest::get().uri("/api/orders?access_token=s3cret").insert_header(bearer),
        TestRequest::get().uri("/api/orders").append_header(bearer).append_header(bearer),
        TestRequest::get().uri("/api/health"),
    ] {
        let seen = door.ask(request).await;
        assert_eq!((seen.status, seen.header("www-authenticate")), (401, "Bearer"));
        assert_eq!(seen.json()[0]["summary"], "unauthorized");
    }
    for path in ["/api/status", "/healthz", "/readyz"] {
        assert_eq!(door.ask(TestRequest::get().uri(path)).await.status, 200, "{path}");
    }
    let known = TestRequest::get().uri("/api/orders").insert_header(bearer);
    assert_eq!(door.ask(known).await.status, 200);
    // The credential is looked at before the JSON, the length and the type before both.
    let no_json = json(PROMISE).set_payload("{");
    assert_eq!(door.ask(no_json).await.status, 401);
    let no_type = TestRequest::post().uri(PROMISE).set_payload("{");
    assert_eq!(door.ask(no_type).await.status, 415);
}

#[actix_web::test]
async fn starting_a_sale_is_shed_and_finishing_one_goes_on() {
    let door = Door::with(|app| app.admission = Admission::of(0, 1, 1));
    let shed = door.ask(json(PROMISE).set_payload("{")).await;
    assert_eq!(shed.status, 503);
    assert!(["1", "2", "3"].contains(&shed.header("retry-after")));
    let confirm = r#"{"name":"CONFIRM_PROMISE","version":1}"#;
    let nobody = "/api/orders/019bb2a0-44f1-7d02-b1c3-91a0d4e70000/actions";
    assert_eq!(door.send("POST", nobody, confirm).await.status, 404);
    assert_eq!(door.send("GET", "/api/status", "").await.json()["status"], "DEGRADED");
}

#[actix_web::test]
async fn a_door_that_closes_says_so() {
    let door = Door::with(|app| app.stop());
    let seen = door.send("POST", PROMISE, ORDER).await;
    assert_eq!((seen.status, seen.header("retry-after")), (503, "2"));
    let ready = door.ask(TestRequest::get().uri("/readyz")).await;
    assert_eq!((ready.status, ready.header("content-type")), (503, "application/problem+json"));
}

#[test]
fn what_means_the_same_has_the_same_fingerprint() {
    let print = |json: &str| {
        let body: OrderBody<'_> = decode(json.as_bytes()).unwrap();
        fingerprint(&body)
    };
    let one = print(r#"{"status":"OPEN","tags":[{"b":1,"a":2}],"consumer":{"email":"e"}}"#);
    let same = print(
        r#"{ "consumer": {"unknown": 1, "email": "\u0065"}, "tags": [ {"a": 2, "b": 1} ], "status": "OPEN" }"#,
    );
    let other = print(r#"{"status":"OPEN","tags":[{"b":1,"a":3}],"consumer":{"email":"e"}}"#);
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[actix_web::test]
async fn health_names_the_parts_that_there_are() {
    let door = Door::open();
    for ((is_stuck, is_far), status, snapshot) in [
        ((false, false), "UP", "UP"),
        ((true, false), "DEGRADED", "DOWN"),
        ((false, true), "DEGRADED", "UP"),
        ((false, false), "UP", "UP"),
    ] {
        door.follow(is_stuck, is_far);
        let seen = door.ask(TestRequest::get().uri("/api/status")).await;
        assert_eq!(seen.json()["status"], status);
        let seen = door.ask(TestRequest::get().uri("/api/health")).await;
        let parts = format!(
            r#"[{{"name":"journal","status":"UP"}},{{"name":"snapshot","status":"{snapshot}"}},{{"name":"webhooks","status":"UP"}},{{"name":"mail","status":"OFF"}}]"#
        );
        assert_eq!(seen.body, format!(r#"{{"status":"{snapshot}","dependencies":{parts}}}"#));
    }
}

#[actix_web::test]
async fn an_order_that_makes_a_promise_may_replace_one() {
    let door = stocked().await;
    let all = ORDER.replace("\"quantity\": 2", "\"quantity\": 14");
    let promise = all.replace("\"status\": \"OPEN\"", "\"status\": \"PROMISED\"");
    let first = door.send("POST", "/api/orders", &promise).await;
    let first = first.json()["id"].as_str().unwrap().to_owned();
    let place = |body: &str| {
        let request = json("/api/orders").insert_header(("certus-replaces", first.clone()));
        door.ask(request.set_payload(body.to_owned()))
    };
    let sold = place(&all).await;
    assert_eq!(sold.status, 400, "{}", sold.body);
    let description = sold.json()[0]["description"].as_str().unwrap().to_owned();
    assert!(description.starts_with("Certus-Replaces: is for promises only"), "{description}");
    let second = place(&promise).await;
    assert_eq!((second.status, second.header("certus-outcome")), (201, "partly-held"));
    let second = second.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/orders/{second}?certus=true");
    let held = door.send("GET", &path, "").await.json();
    assert_eq!(held["customAttributes"]["certus"]["certusHeld"][0]["quantity"], 14);
    let gone = door.send("GET", &format!("/api/orders/{first}"), "").await.json();
    assert_eq!(gone["status"], "CANCELLED");
    assert_eq!(place(&promise).await.status, 409, "what is over gives way to nothing");
}

#[actix_web::test]
async fn what_is_ours_is_shown_wherever_an_order_is() {
    let door = stocked().await;
    let placed = door.send("POST", "/api/orders?certus=true", ORDER).await;
    assert_eq!(
        (placed.status, &placed.json()["customAttributes"]["certus"]["number"]),
        (201, &1.into())
    );
    let path = format!("/api/orders/{}/actions", placed.json()["id"].as_str().unwrap());
    let cancel = r#"{"name":"CANCEL","version":1}"#;
    let acted = door.send("POST", &format!("{path}?x=1&certus=true"), cancel).await.json();
    assert_eq!(acted["customAttributes"]["certus"]["certusStage"], "Cancelled");
    let plain = door.send("POST", &format!("{path}?certus=false"), cancel).await.json();
    assert!(plain.get("customAttributes").is_none(), "{plain}");
    let promised = door.send("POST", &format!("{PROMISE}?x=1&certus=true"), ORDER).await.json();
    assert!(promised["certusConsidered"].is_array(), "{promised}");
    for path in [PROMISE, "/api/orders", &path] {
        let seen = door.send("POST", &format!("{path}?certus=yes"), ORDER).await;
        assert_eq!(seen.status, 400, "{path}: {}", seen.body);
        assert!(seen.json().to_string().contains("certus: must be true or false"), "{}", seen.body);
    }
}
