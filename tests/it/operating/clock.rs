//! The clock: accepted after a leap, or moved by hand.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use actors::Pace;

use super::*;

const CLOCK: &str = "/admin/v1/clock";
const ACCEPT: &str = "/admin/v1/clock/accept";

/// A clock whose computer has leapt an hour ahead since it was looked at.
fn leapt() -> Pace {
    let Pace::RealTime { believed: (wall, monotonic), .. } = Pace::real() else {
        panic!("it is the computer's time")
    };
    let before = Time(wall.0 - 3_600_000);
    let last = Arc::new(AtomicI64::new(before.0));
    Pace::RealTime { last, believed: (before, monotonic), alarmed: false }
}

/// P5: no clock that leaps ends a promise, until an operator says that it is right; then it ends.
#[actix_web::test]
async fn a_clock_that_leapt_is_accepted_by_an_operator() {
    let server = TestServer::at_pace(leapt()).await;
    let operators = server.operators();
    let seen = operators.get(CLOCK).await.expect(200);
    assert_eq!((&seen["believed"], &seen["by_hand"]), (&json!(false), &json!(false)));
    let time =
        |view: &serde_json::Value, name: &str| Time::parse(&text(view, name)).expect("an instant");
    let ahead = time(&seen, "computer").since(time(&seen, "now"));
    assert!(ahead > Millis::minutes(59), "{seen}");

    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 2).await;
    let mut short = promise("tea", 2);
    let until = time(&seen, "now") + Millis::minutes(5);
    short["promisesOptions"] = json!({ "validUntil": until.to_string() });
    let made = server.http.post(PROMISE, &short.to_string()).await.expect(201);
    let path = format!("/api/orders/{}", text(&made, "orderRef"));
    assert_eq!(server.http.get(&path).await.expect(200)["status"], "PROMISED");
    let wrong = operators.post(CLOCK, r#"{"advance":"PT1H"}"#).await;
    assert_eq!(wrong.status, 404, "time is real: {}", wrong.body);

    let accepted = operators.post(ACCEPT, "").await.expect(200);
    assert_eq!(accepted["believed"], true, "{accepted}");
    assert!(time(&accepted, "now") >= time(&seen, "computer"));
    assert_eq!(server.http.get(&path).await.expect(200)["status"], "OBSOLETE");
    while server.available("tea").await < 2 {} // the scheduler was told, too
    assert_eq!(operators.post(ACCEPT, "").await.expect(200)["believed"], true);
}

#[actix_web::test]
async fn a_clock_by_hand_is_moved() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 2).await;
    let mut short = promise("tea", 2);
    short["promisesOptions"] = json!({ "validUntil": (BEGIN + Millis::minutes(1)).to_string() });
    server.http.post(PROMISE, &short.to_string()).await.expect(201);
    let operators = server.operators();
    for (body, status) in [
        ("{", 400),
        (r#"{"by":"PT1M"}"#, 400),
        ("{}", 422),
        (r#"{"advance":"1 min"}"#, 422),
        (r#"{"advance":"PT0S"}"#, 422),
        (r#"{"advance":"P367D"}"#, 422),
    ] {
        let reply = operators.post(CLOCK, body).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.body);
    }
    assert_eq!(server.available("tea").await, 0);
    let moved = operators.post(CLOCK, r#"{"advance":"PT1M"}"#).await.expect(200);
    let then = (BEGIN + Millis::minutes(1)).to_string();
    let expected = json!({ "now": then, "computer": then, "believed": true, "by_hand": true });
    assert_eq!(moved, expected);
    assert_eq!(server.available("tea").await, 2);
    assert_eq!(operators.get(CLOCK).await.expect(200), expected);
    assert_eq!(operators.post(ACCEPT, "").await.expect(200), expected);
}
