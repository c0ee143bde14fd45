//! Reading, changing and dropping invitations.

use super::*;

#[actix_web::test]
async fn invitations_are_listed_page_by_page() {
    let server = TestServer::start().await;
    for count in 1..=5 {
        let mut body = asking(&format!("o{count}"), ("days", count), None);
        if count % 2 == 0 {
            body["filtercode"] = "even".into();
        }
        report(&server, &body).await.expect(201);
        server.advance(Millis::minutes(1)).await;
    }
    let ids = async |query: &str| {
        let body = server.http.get(&format!("{INVITATIONS}{query}")).await.expect(200);
        assert_eq!(body["success"], true);
        let ids = body["invitations"].as_array().expect("an array").iter();
        let ids: Vec<u64> = ids.filter_map(|it| it["id"].as_u64()).collect();
        (body["meta"]["count"].as_u64().expect("a count"), ids)
    };
    assert_eq!(ids("").await, (5, vec![5, 4, 3, 2, 1]));
    assert_eq!(ids(".json?platform=prestashop&sort=created_at").await, (5, vec![1, 2, 3, 4, 5]));
    assert_eq!(ids("?page_size=2&page=2").await, (5, vec![3, 2]));
    assert_eq!(ids("?page_size=2&page=4").await, (5, vec![]));
    assert_eq!(ids("?filtercode=even").await, (2, vec![4, 2]));
    assert_eq!(ids("?order_id=3").await, (1, vec![3]));
    assert_eq!(ids("?is_sent=true").await, (0, vec![]));
    assert_eq!(ids("?is_sent=false&page_size=1").await, (5, vec![5]));
    for bad in ["page=0", "page_size=0", "page_size=1001", "sort=id", "is_sent=x", "order_id=x"] {
        refused(server.http.get(&format!("{INVITATIONS}?{bad}")).await, 422);
    }
    let orders = server.http.get(&format!("{ORDERS}?external_id=o3")).await.expect(200);
    assert_eq!((&orders["meta"]["count"], &orders["orders"][0]["id"]), (&json!(1), &json!(3)));
    let page =
        server.http.get(&format!("{ORDERS}.json?page_size=2&sort=created_at")).await.expect(200);
    assert_eq!((&page["meta"]["count"], &page["orders"][1]["id"]), (&json!(5), &json!(2)));
}

/// Several orders may have one `external_id`: those of other doors are found by their reference.
#[actix_web::test]
async fn the_orders_of_one_external_id_are_a_list_with_pages() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    for _ in 0..3 {
        promised(&server).await;
    }
    let ids = async |server: &TestServer, query: &str| {
        let path = format!("{ORDERS}?external_id=R1&{query}");
        let body = server.http.get(&path).await.expect(200);
        let ids = body["orders"].as_array().expect("an array").iter();
        let ids: Vec<u64> = ids.filter_map(|it| it["id"].as_u64()).collect();
        (body["meta"]["count"].as_u64().expect("a count"), ids)
    };
    for _ in 0..2 {
        assert_eq!(ids(&server, "").await, (3, vec![3, 2, 1]));
        assert_eq!(ids(&server, "sort=created_at").await, (3, vec![1, 2, 3]));
        assert_eq!(ids(&server, "page_size=2").await, (3, vec![3, 2]));
        assert_eq!(ids(&server, "page_size=2&page=2").await, (3, vec![1]));
        assert_eq!(ids(&server, "page_size=2&page=3").await, (3, vec![]));
        // D14: it is the same list when they have expired and left memory.
        server.advance(Millis::hours(9)).await;
        server.restart().await;
    }
}

#[actix_web::test]
async fn the_calendar_counts_mails_by_day_and_code() {
    let server = TestServer::start().await;
    for (id, code, delay) in [("a", "x", 1), ("b", "x", 1), ("c", "y", 1), ("d", "x", 2)] {
        let mut body = asking(id, ("days", delay), None);
        body["filtercode"] = code.into();
        report(&server, &body).await.expect(201);
    }
    let days = server.http.get(&format!("{INVITATIONS}/calendar.json")).await.expect(200);
    assert_eq!(
        days,
        json!({ "success": true, "days": [
            { "day": "2026-01-13", "filtercode": "x", "mails": 2 },
            { "day": "2026-01-13", "filtercode": "y", "mails": 1 },
            { "day": "2026-01-14", "filtercode": "x", "mails": 1 },
        ] })
    );
    let path = format!("{INVITATIONS}/calendar?from=2026-01-14&to=2026-01-15T00:00:00Z");
    let one = server.http.get(&path).await.expect(200);
    assert_eq!(one["days"].as_array().map(Vec::len), Some(1));
    refused(server.http.get(&format!("{INVITATIONS}/calendar?from=soon")).await, 422);
}

/// A reminder that waits for its invitation is to go, too.
#[actix_web::test]
async fn the_calendar_counts_reminders() {
    let server = TestServer::start().await;
    let mut body = asking("a", ("days", 1), Some(("days", 3)));
    body["filtercode"] = "x".into();
    let made = report(&server, &body).await.expect(201);
    let days = async || {
        let seen = server.http.get(&format!("{INVITATIONS}/calendar")).await.expect(200);
        let days = seen["days"].as_array().expect("days are an array").clone();
        days.iter().map(|it| (text(it, "day"), it["mails"].clone())).collect::<Vec<_>>()
    };
    let one = |day: &str| (day.to_owned(), json!(1));
    assert_eq!(days().await, [one("2026-01-13"), one("2026-01-15")]);
    let path = format!("{INVITATIONS}/{}", number(&made));
    let change = r#"{"reminder":{"unit":"days","amount":4}}"#;
    server.http.patch(&path, change).await.expect(200);
    assert_eq!(days().await, [one("2026-01-13"), one("2026-01-16")]);
    server.http.delete(&path).await.expect(200);
    assert_eq!(days().await, []);
}

#[actix_web::test]
async fn an_invitation_is_changed_and_dropped() {
    let server = TestServer::start().await;
    let made = report(&server, &asking("o1", ("days", 1), Some(("days", 3)))).await.expect(201);
    let path = format!("{INVITATIONS}/{}", number(&made));
    let seen = server.http.get(&path).await;
    assert_eq!(seen.header("etag"), "\"1\"");
    let change = async |headers: &[(&str, &str)], body: &str| {
        server.http.send(Method::PATCH, &path, headers, body).await
    };
    let two = change(&[], r#"{"delay":{"unit":"days","amount":2}}"#).await;
    assert_eq!(two.header("etag"), "\"2\"");
    let two = two.expect(200);
    assert_eq!(two["invitation"]["send_at"], "2026-01-14T10:00:00Z");
    assert_eq!(two["invitation"]["send_reminder_at"], "2026-01-15T10:00:00Z");
    assert_eq!(
        refused(change(&[("if-match", "\"1\"")], r#"{"reminder":null}"#).await, 412),
        "it is at version 2, version 1 was sent"
    );
    let none = change(&[("if-match", "\"2\"")], r#"{"reminder":null}"#).await.expect(200);
    assert_eq!(none["invitation"]["send_reminder_at"], Value::Null);
    refused(change(&[], r#"{"reminder":{"unit":"days","amount":2}}"#).await, 422);
    refused(change(&[], r#"{"delay":{"unit":"moons","amount":2}}"#).await, 422);
    // The order did not change by any of this.
    let order = server.http.get(&format!("{ORDERS}/o1")).await;
    assert_eq!(refused(order, 404), "there is no such order");
    let order = server.http.get(&format!("{ORDERS}/{}", number(&made))).await.expect(200);
    assert_eq!(order["order"]["version"], 1);
    assert_eq!(server.http.delete(&path).await.expect(200), json!({ "success": true }));
    assert_eq!(
        refused(server.http.delete(&path).await, 422),
        "no mail of the invitation is unsent"
    );
    refused(change(&[], r#"{"reminder":null}"#).await, 422);
    for unknown in ["0", "99", "x", "019bb29e-0b7a-7c11-8d3f-2a6c9e0f4b71"] {
        let path = format!("{INVITATIONS}/{unknown}");
        assert_eq!(refused(server.http.get(&path).await, 404), "there is no such invitation");
        refused(server.http.delete(&path).await, 404);
    }
}

/// D14: what has left memory is found by its number.
#[actix_web::test]
async fn an_order_of_another_door_is_found_by_its_number_as_long_as_it_lasts() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 3).await;
    let id = promised(&server).await;
    server.advance(Millis::hours(9)).await;
    server.restart().await; // the snapshot follows to the end, and only what is open is loaded
    let order = server.http.get(&format!("{ORDERS}/1")).await.expect(200);
    assert_eq!(order["order"]["uuid"], id.as_str());
    let orders = server.http.get(ORDERS).await.expect(200);
    assert_eq!((&orders["meta"]["count"], &orders["orders"][0]["id"]), (&json!(1), &json!(1)));
    refused(server.http.get(&format!("{ORDERS}/2")).await, 404);
}
