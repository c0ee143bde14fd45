//! The list of deliveries: open and closed orders are one list.

use actors::{Render, Verdict, Words, Work};
use futures_util::future::join_all;
use workflow::command::{Ask, Command, Invite};
use workflow::id::TenantId;
use workflow::reply::Reply as Said;

use super::*;

/// The numbers of a page, and how many orders fit in all.
async fn listed(server: &TestServer, path: &str) -> (Vec<u64>, u64) {
    let list = server.http.get(path).await.expect(200);
    let rows = list["deliveries"].as_array().expect("a list").iter();
    assert!(list.get("scanned_to").is_none(), "all were looked at");
    (
        rows.map(|row| row["number"].as_u64().expect("a number")).collect(),
        list["total"].as_u64().expect("a total"),
    )
}

/// D14: the list and the history are the same before and after orders have left memory.
#[actix_web::test]
async fn closed_orders_stay_in_the_list() {
    let mut server = TestServer::start().await;
    for (name, article) in [("9781", "tea"), ("9782", "jam")] {
        let store = server.facility(name).await;
        server.stock(&store, article, 9).await;
    }
    for (number, article) in [(1, "tea"), (2, "tea"), (3, "jam"), (4, "tea"), (5, "tea")] {
        let mut body = order(article, 1, "");
        let shop = if number < 3 { "a" } else { "b" };
        body["order"] = json!({ "client_id": shop, "client_internal_order_id": number });
        server.hands_over(&body).await;
    }
    let ok = async |path: &str, body: &str| server.http.post(path, body).await.expect(200);
    ok("/picklist/next?store_id=9781", "").await;
    ok("/delivery_items/pick", r#"{"barcode":"tea"}"#).await;
    ok("/deliveries/1/stage", "").await;
    ok("/router/deliveries/add", r#"{"deliveries":[1]}"#).await;
    ok("/deliveries/1/delivered", "").await;
    for number in [2, 4] {
        ok(&format!("/deliveries/{number}/cancel"), "").await;
    }
    for _ in 0..2 {
        let seen = async |path: &str| listed(&server, path).await;
        assert_eq!(seen("/deliveries").await, (vec![5, 4, 3, 2, 1], 5));
        assert_eq!(seen("/deliveries?page=2&page_size=2").await, (vec![3, 2], 5));
        assert_eq!(seen("/deliveries?page=3&page_size=2").await, (vec![1], 5));
        assert_eq!(seen("/deliveries?page=4&page_size=2").await, (vec![], 5));
        assert_eq!(seen("/deliveries?order_status=CANCELLED").await, (vec![4, 2], 2));
        let last = "/deliveries?order_status=CANCELLED&page=2&page_size=1";
        assert_eq!(seen(last).await, (vec![2], 2));
        assert_eq!(seen("/deliveries?message_status=DELIVERED&client_id=a").await, (vec![1], 1));
        assert_eq!(seen("/deliveries?client_id=b").await, (vec![5, 4, 3], 3));
        assert_eq!(seen("/deliveries?store_id=9781").await, (vec![5, 1], 2));
        assert_eq!(seen("/deliveries?order_id=4").await, (vec![4], 1));
        assert_eq!(seen("/deliveries/history").await, (vec![1], 1));
        assert_eq!(seen("/deliveries/history?page=2").await, (vec![], 1));
        server.restart().await; // only what is open is loaded
    }
}

/// F3: any number of orders may have one name. Those that have left memory are read few at once;
/// they are counted and paged all the same, and the one that matters is found among them.
#[actix_web::test]
async fn one_name_of_many_orders_is_looked_up_whole() {
    let mut server = TestServer::start().await;
    let mut body = promise("tea", 1);
    body["tenantOrderId"] = json!("77");
    body["consumer"]["consumerId"] = json!("c-1");
    let mut twin = order("tea", 1, "");
    twin["order"] = json!({ "client_id": "a", "client_internal_order_id": "77" });
    let cancel = async |server: &TestServer, number: u64| {
        let path = format!("/deliveries/{number}/cancel");
        server.http.post(&path, "").await.expect(200);
    };
    for number in 1..=130 {
        server.http.post("/api/orders", &body.to_string()).await.expect(201);
        cancel(&server, number).await;
    }
    server.hands_over(&twin).await;
    cancel(&server, 131).await;
    server.restart().await; // only what is open is loaded
    server.http.post("/api/orders", &body.to_string()).await.expect(201);
    let refused = super::refused(server.http.post("/deliveries", &twin.to_string()).await);
    assert_eq!((refused.0, refused.1.as_str()), (422, "Duplicated order."));
    twin["order"]["client_id"] = json!("b");
    assert_eq!(server.hands_over(&twin).await["number"], 133, "the shop's own name for it");
    let twice = super::refused(server.http.post("/deliveries", &twin.to_string()).await);
    assert_eq!(twice.0, 422, "of those in memory, too");
    for (filter, total) in [("tenantOrderId=77", 133), ("consumerId=c-1", 131)] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/orders?{filter}&size=60{after}");
            let page = server.http.get(&path).await.expect(200);
            assert_eq!(page["total"], total, "{filter}");
            let rows = page["orders"].as_array().expect("a page");
            seen.extend(rows.iter().map(|row| text(row, "id")));
            let Some(last) = rows.last() else { break };
            after = format!("&startAfterId={}", text(last, "id"));
        }
        assert_eq!(seen.len(), total, "{filter}");
        assert!(seen.is_sorted_by(|one, next| one < next), "each once");
    }
}

/// F3: of more orders with one name than a list looks at it shows the newest, and says where it
/// stopped, the same in memory and out of it.
#[actix_web::test]
async fn a_list_of_one_name_has_the_newest_and_says_so() {
    let mut server = TestServer::start().await;
    let mut body = promise("tea", 1);
    body["tenantOrderId"] = json!("77");
    let body = body.to_string();
    let all = join_all((0..502).map(|_| server.http.post("/api/orders", &body))).await;
    assert!(all.iter().all(|reply| reply.status == 201));
    let seen = async |server: &TestServer| {
        let list = server.http.get("/deliveries?order_id=77&page_size=1").await.expect(200);
        (list["deliveries"][0]["number"].clone(), list["total"].clone(), list["scanned_to"].clone())
    };
    assert_eq!(seen(&server).await, (json!(502), json!(500), json!(3)));
    let paths: Vec<String> = (1..=502).map(|it| format!("/deliveries/{it}/cancel")).collect();
    let all = join_all(paths.iter().map(|path| server.http.post(path, ""))).await;
    assert!(all.iter().all(|reply| reply.status == 200));
    server.restart().await; // only what is open is loaded
    assert_eq!(seen(&server).await, (json!(502), json!(500), json!(3)));
    server.http.post("/api/orders", &body).await.expect(201);
    assert_eq!(seen(&server).await, (json!(503), json!(501), json!(3)));
}

/// An order without lines, asked of its shard without a door between.
fn report(number: u32) -> Work {
    let invite = Invite {
        external_id: format!("r-{number}").into(),
        email: "jan@example.nl".into(),
        ..Invite::default()
    };
    let tenant = TenantId::parse("default").expect("a name");
    let command = Command::Invite(Box::new(invite));
    let ask = Ask::of(tenant, "shop".into(), command);
    let nothing: Render = |_| Said { status: 200, headers: Vec::new(), body: String::new() };
    Work::Change(Box::new(ask), Words::Plain(nothing))
}

/// F3: a list by anything but the shop's number looks at so many orders, and says how far it came;
/// one of all orders counts them all.
#[actix_web::test]
async fn a_list_looks_at_so_many_orders_and_says_so() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 9).await;
    server.hands_over(&order("tea", 1, "")).await;
    let shard = &server.server().shards().all()[0];
    let reports = (1..=2_000).map(|number| shard.ask(report(number), None));
    for done in join_all(reports).await {
        assert!(matches!(done.expect("it runs").verdict, Verdict::Done(_)));
    }
    let first = server.http.get("/deliveries?order_status=IN_FULFILLMENT").await.expect(200);
    assert_eq!((&first["total"], &first["scanned_to"]), (&json!(0), &json!(2)));
    let rest = server.http.get("/deliveries?order_status=PLACED&page_size=1").await.expect(200);
    assert_eq!((&rest["total"], &rest["scanned_to"]), (&json!(2_000), &json!(2)));
    assert_eq!(rest["deliveries"][0]["number"], 2_001);
    assert_eq!(listed(&server, "/deliveries?page=2001&page_size=1").await, (vec![1], 2_001));
}
