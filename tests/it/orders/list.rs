//! The list of orders: newest first, by page, time and status.

use workflow::time::Millis;

use super::*;
use crate::support::BEGIN;

/// The numbers of the orders on a page, with how many there are in all.
async fn listed(server: &TestServer, query: &str) -> (Vec<u64>, u64) {
    let data = server.http.get(&format!("/orders?{query}")).await.expect(200)["data"].clone();
    let items = data["items"].as_array().unwrap_or_else(|| panic!("{data}")).iter();
    let numbers = items.map(|item| item["orderId"].as_u64().expect("a number")).collect();
    assert!(data.get("scannedTo").is_none(), "all were looked at");
    (numbers, data["total"].as_u64().expect("a number"))
}

/// D14: one list of orders that are open and orders that have left memory.
#[actix_web::test]
async fn orders_are_listed_newest_first() {
    let mut server = TestServer::start().await;
    assert_eq!(listed(&server, "").await, (vec![], 0));
    for number in 1..=7 {
        let body = sample(Value::Null).to_string();
        server.customer(&key(number), "/orders", &body).await.expect(200);
        if number % 3 == 0 {
            let path = format!("/orders/{number}/cancel");
            server.customer(&key(number), &path, "").await.expect(200);
        }
        server.advance(Millis::minutes(1)).await;
    }
    let minute = |minute: u64| (BEGIN + Millis::minutes(minute)).to_string();
    for _ in 0..2 {
        assert_eq!(listed(&server, "").await, (vec![7, 6, 5, 4, 3, 2, 1], 7));
        assert_eq!(listed(&server, "page=2&pageSize=3").await, (vec![4, 3, 2], 7));
        assert_eq!(listed(&server, "page=3&pageSize=3").await, (vec![1], 7));
        assert_eq!(listed(&server, "page=4&pageSize=3").await, (vec![], 7));
        assert_eq!(listed(&server, "status=CANCELLED").await, (vec![6, 3], 2));
        assert_eq!(listed(&server, "status=PENDING&pageSize=2&page=2").await, (vec![4, 2], 5));
        assert_eq!(listed(&server, "status=CANCELLED,PENDING&pageSize=1").await, (vec![7], 7));
        assert_eq!(listed(&server, "status=SHIPPED").await, (vec![], 0));
        let from = format!("createdFrom={}", minute(2));
        assert_eq!(listed(&server, &from).await, (vec![7, 6, 5, 4, 3], 5));
        let window = format!("{from}&createdTo={}", minute(4));
        assert_eq!(listed(&server, &window).await, (vec![5, 4, 3], 3));
        assert_eq!(listed(&server, &format!("{window}&status=CANCELLED")).await, (vec![3], 1));
        let late = format!("createdFrom={}", minute(60));
        assert_eq!(listed(&server, &late).await, (vec![], 0));
        server.restart().await; // the cancelled ones are not loaded
    }
    for bad in [
        "status=GONE",
        "status=",
        "page=0",
        "pageSize=201",
        "createdFrom=today",
        "createdTo=2026-01-12",
    ] {
        let (name, _) = bad.split_once('=').unwrap();
        let said =
            problem(server.http.get(&format!("/orders?{bad}")).await, 400, "/problems/validation");
        assert!(said.starts_with(name), "{said}");
    }
}
