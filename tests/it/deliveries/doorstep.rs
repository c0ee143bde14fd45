//! From the shelf to the doorstep, over HTTP: pickers, drivers, and what becomes of the stock.

use super::*;

const SETTINGS: &str = r#"
[[credentials]]
token = "a-token-of-the-shop"
name = "shop"
tenant = "acme"
[[credentials]]
token = "a-token-of-picker-1"
name = "pia"
tenant = "acme"
[[credentials]]
token = "a-token-of-driver-1"
name = "dirk"
tenant = "acme"
"#;

async fn ok(reply: Reply) -> Value {
    reply.expect(200)
}

/// Totals of an article: on hand, reserved, available.
async fn totals(server: &TestServer, article: &str) -> (u64, u64, u64) {
    let path = format!("/api/stocks/summaries?tenantArticleIds={article}");
    let seen = server.http.get(&path).await.expect(200);
    let row = &seen["stockSummaries"][0];
    let of = |name: &str| find(row, name).unwrap_or_else(|| panic!("no {name} in {row}"));
    (of("stockOnHand"), of("reserved"), of("available"))
}

/// The first number under a name that begins so, wherever it stands.
fn find(value: &Value, name: &str) -> Option<u64> {
    match value {
        Value::Object(all) => {
            let here = all.iter().find(|(key, _)| key.starts_with(name));
            let here = here.and_then(|(_, value)| value.as_u64());
            here.or_else(|| all.values().find_map(|value| find(value, name)))
        }
        Value::Array(all) => all.iter().find_map(|value| find(value, name)),
        _ => None,
    }
}

/// The seed's sample from the web shop to the door; what is picked stays on hand and reserved until
/// it leaves, so what is available never moves.
#[actix_web::test]
async fn the_sample_is_brought_to_the_door() {
    let mut server = TestServer::configured(SETTINGS).await;
    let bare = server.http.clone();
    server.http = bare.bearing("a-token-of-the-shop");
    let (pia, dirk) = (bare.bearing("a-token-of-picker-1"), bare.bearing("a-token-of-driver-1"));
    let store = server.facility("9781").await;
    server.stock(&store, "NHK1480", 5).await;
    server.stock(&store, "AKT5687", 5).await;
    let order = server.hands_over(&sample(SEED)).await;
    let number = order["number"].as_u64().expect("a number");
    let status = async |server: &TestServer| {
        let seen = server.delivery(&json!(number)).await;
        ["order_status", "picked_status", "message_status"].map(|name| text(&seen, name))
    };
    assert_eq!(ok(pia.get("/picklist/waiting").await).await["count"], 1);
    assert_eq!(status(&server).await, ["IN_FULFILLMENT", "UNPICKED", "RECEIVED"]);

    let list = ok(pia.post("/picklist/next", "").await).await;
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert_eq!(list[0]["picking_progress"], "2/0/0");
    assert_eq!(status(&server).await, ["IN_FULFILLMENT", "PICKING", "RECEIVED"]);
    assert_eq!(ok(dirk.get("/picklist").await).await, json!([]));

    let scan = json!({ "barcode": "NHK1480", "quantity": 1, "id": list[0]["id"],
        "delivery_id": number });
    let scan = scan.to_string();
    let item = pia.post_as("scan-1", "/delivery_items/pick", &scan).await;
    assert_eq!(item.header("etag"), "\"3\"");
    let item = item.expect(200);
    assert_eq!(
        (&item["picked_status"], &item["picking_progress"]),
        (&json!("SCANNED"), &json!("2/1/0"))
    );
    // K1: the same scan under its key is one scan.
    let again = pia.post_as("scan-1", "/delivery_items/pick", &scan).await.expect(200);
    assert_eq!(again, item);
    let wrong = refused(pia.post("/delivery_items/pick", r#"{"barcode":"none"}"#).await);
    assert_eq!((wrong.0, wrong.1.as_str()), (422, "You scanned the wrong item."));
    let most =
        refused(pia.post("/delivery_items/pick", r#"{"barcode":"NHK1480","quantity":2}"#).await);
    assert_eq!(most.1, "You scanned the wrong item.", "picking more than is wanted");
    let none = refused(pia.post("/api/delivery_items/pick", r#"{"barcode":"OUT_OF_STOCK"}"#).await);
    assert_eq!(none.1, "Please select a product first.");
    let early = refused(pia.post(&format!("/deliveries/{number}/stage"), "").await);
    assert_eq!((early.0, early.1.as_str()), (422, "The order is not picked yet."));
    for barcode in ["NHK1480", "AKT5687"] {
        let scan = json!({ "barcode": barcode }).to_string();
        assert_eq!(
            ok(pia.post("/delivery_items/pick", &scan).await).await["picked_status"],
            "PICKED"
        );
    }
    assert_eq!(status(&server).await, ["IN_FULFILLMENT", "PICKED", "RECEIVED"]);
    let full = refused(pia.post("/delivery_items/pick", r#"{"barcode":"AKT5687"}"#).await);
    assert_eq!(full.1, "You scanned the wrong item.");
    let body = json!({ "deliveries": [number] }).to_string();
    let early = refused(dirk.post("/router/deliveries/add", &body).await);
    assert_eq!((early.0, early.1.as_str()), (422, "The order is not staged."));

    let done = json!({ "barcode": "REMOVE_COMPLETED_DELIVERY", "delivery_id": number });
    let done = ok(pia.post("/delivery_items/pick", &done.to_string()).await).await;
    assert_eq!(
        (&done["delivery_id"], &done["remove_completed_delivery"]),
        (&json!(number), &json!(true))
    );
    assert_eq!(status(&server).await, ["IN_FULFILLMENT", "STORE_STAGING", "PICKED"]);
    assert_eq!(ok(pia.get("/picklist").await).await, json!([]));
    assert_eq!(totals(&server, "NHK1480").await, (5, 2, 3));

    let staged = ok(dirk.get("/router/deliveries/unroute").await).await;
    assert_eq!((&staged[0]["id"], &staged[0]["quantity"]), (&json!(number), &json!(3)));
    let none = refused(
        dirk.post("/router/deliveries/add", &json!({ "deliveries": [number, 999] }).to_string())
            .await,
    );
    assert_eq!(none.0, 404, "all or none");
    let route = ok(dirk.post("/router/deliveries/add", &body).await).await;
    assert_eq!(route[0]["id"], number);
    assert_eq!(totals(&server, "NHK1480").await, (3, 0, 3), "available has not moved");
    assert_eq!(status(&server).await, ["OUT_FOR_DELIVERY", "STORE_STAGING", "OUT_FOR_DELIVERY"]);
    let late = refused(server.http.post(&format!("/deliveries/{number}/cancel"), "").await);
    assert_eq!((late.0, late.1.as_str()), (422, "Not possible now."));

    // D5, D14: a restart knows all of it.
    server.restart().await;
    let bare = server.http.clone();
    server.http = bare.bearing("a-token-of-the-shop");
    let dirk = bare.bearing("a-token-of-driver-1");
    assert_eq!(ok(dirk.get("/router/deliveries").await).await[0]["id"], number);
    ok(dirk.post(&format!("/deliveries/{number}/arrive_soon"), "").await).await;
    assert_eq!(status(&server).await, ["OUT_FOR_DELIVERY", "STORE_STAGING", "ARRIVE_SOON"]);
    for _ in 0..2 {
        ok(dirk.post(&format!("/deliveries/{number}/delivered"), "").await).await;
    }
    assert_eq!(status(&server).await, ["DELIVERED", "STORE_STAGING", "DELIVERED"]);
    assert_eq!(ok(dirk.get("/router/deliveries").await).await, json!([]));
}

/// What is not on the shelf goes off on hand and reserved; then something takes its place.
#[actix_web::test]
async fn what_is_not_on_the_shelf_is_substituted() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 5).await;
    server.stock(&store, "jam", 2).await;
    let order = server.hands_over(&order("tea", 2, "substitute")).await;
    let item = order["items"][0]["id"].clone();
    let http = &server.http;
    ok(http.post("/picklist/next", "").await).await;
    ok(http.post("/delivery_items/pick", r#"{"barcode":"tea"}"#).await).await;
    let path = format!("/delivery_items/{item}/substitute");
    let jam = r#"{"product":{"client_sku":"jam","product_name":"Jam","price":"2.10"}}"#;
    let early = refused(http.post(&path, jam).await);
    assert_eq!((early.0, early.1.as_str()), (422, "Nothing to substitute."));
    let missing = http.post(&format!("/delivery_items/{item}/out_of_stock"), "").await;
    let missing = ok(missing).await;
    assert_eq!(missing["picking_progress"], "2/1/1");
    assert_eq!(totals(&server, "tea").await, (4, 1, 0), "none is promised until it is written");
    let lots = ok(http.get("/api/stocks?tenantArticleId=tea").await).await;
    assert_eq!(
        (&lots["stocks"][0]["value"], &lots["stocks"][0]["available"]),
        (&json!(4), &json!(0))
    );
    let none = r#"{"product":{"client_sku":"milk"}}"#;
    assert_eq!(refused(http.post(&path, none).await).1, "Out of stock.");
    assert_eq!(refused(http.post(&path, r#"{"product":{}}"#).await).2, ["product.client_sku"]);
    let new = ok(http.post(&path, jam).await).await;
    assert_eq!((&new["client_sku"], &new["quantity"]), (&json!("jam"), &json!(1)));
    assert_eq!(new["original_item_id"], item);
    let list = ok(http.get("/picklist").await).await;
    assert_eq!((&list[0]["is_replaced"], &list[1]["id"]), (&json!(true), &new["id"]));
    ok(http.post("/delivery_items/pick", r#"{"barcode":"jam"}"#).await).await;
    let cleared = ok(http.delete("/picklist/picked").await).await;
    assert_eq!(cleared["message"], "1 orders have been removed from the list.");

    let path = format!("/deliveries/{}/desired_delivery_window", order["number"]);
    let window = json!({ "start_utc": 1_770_000_000, "end_utc": 1_770_003_600 }).to_string();
    let seen = http.put(&path, &window).await.expect(200);
    let said = &seen["order"]["estimated_delivery_window"];
    assert_eq!(said, "2026-02-02 02:40:00 UTC, 60");
    let turned = json!({ "start_utc": 2, "end_utc": 1 }).to_string();
    assert_eq!(refused(http.put(&path, &turned).await).2, ["end_utc"]);
}

/// What one store has not, another gives; with stock nowhere it waits, at no store.
#[actix_web::test]
async fn what_is_not_on_the_shelf_comes_from_another_store() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 2).await;
    let (first, last) = (order("tea", 1, "backorder"), order("tea", 1, ""));
    let (first, last) = (server.hands_over(&first).await, server.hands_over(&last).await);
    let other = server.facility("9782").await;
    server.stock(&other, "tea", 1).await;
    let http = &server.http;
    for _ in 0..2 {
        ok(http.post("/picklist/next?store_id=9781", "").await).await;
    }
    for made in [&first, &last] {
        let path = format!("/delivery_items/{}/out_of_stock", made["items"][0]["id"]);
        let missing = http.post(&path, "").await;
        let number = made["number"].as_u64().expect("a number");
        let seen = http.get(&format!("/deliveries/{number}")).await;
        assert_eq!(missing.header("etag"), seen.header("etag"), "the picker has seen all of it");
        ok(missing).await;
    }
    let state = async |made: &Value| {
        let seen = server.delivery(&made["number"]).await;
        let item = &seen["items"][0];
        [&seen["order_status"], &item["outcome"], &item["store_id"]].map(Value::clone)
    };
    assert_eq!(state(&first).await, [json!("IN_FULFILLMENT"), json!("HELD"), json!("9782")]);
    assert_eq!(state(&last).await, [json!("BACKORDERED"), json!("BACKORDERED"), json!(null)]);

    let feed = [("accept", "application/x-ndjson")];
    let path = "/feed?follow=false&from=0&types=routing.rerouted,routing.waiting";
    let told = http.send(Method::GET, path, &feed, "").await.body;
    let told: Vec<Value> =
        told.lines().map(|line| serde_json::from_str(line).expect("a message")).collect();
    let told = told.iter().map(|it| (&it["events"][0]["type"], &it["events"][0]["subject"]));
    let about = |made: &Value| json!(format!("orders/{}", text(made, "id")));
    let (rerouted, waiting) = (json!("routing.rerouted"), json!("routing.waiting"));
    assert_eq!(told.collect::<Vec<_>>(), [(&rerouted, &about(&first)), (&waiting, &about(&last))]);
}

/// A picker has at most three, the oldest first; another one may help.
#[actix_web::test]
async fn a_list_has_three_deliveries_first_in_first_out() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 9).await;
    for _ in 0..4 {
        server.hands_over(&order("tea", 1, "")).await;
    }
    let mut lists = Vec::new();
    for _ in 0..4 {
        let list = ok(server.http.post("/picklist/next", "").await).await;
        let ids = list.as_array().expect("a list").iter();
        lists.push(ids.filter_map(|item| item["delivery_id"].as_u64()).collect::<Vec<u64>>());
    }
    assert_eq!(lists, [vec![1], vec![1, 2], vec![1, 2, 3], vec![1, 2, 3]]);
    let falling = ok(server.http.get("/picklist?direction=desc").await).await;
    assert_eq!(falling[0]["delivery_id"], 3);
    assert_eq!(refused(server.http.get("/picklist?sort=price").await).0, 400);
    let share = r#"{"picker_id":"emil"}"#;
    ok(server.http.post("/deliveries/1/pickers", share).await).await;
    let twice = refused(server.http.post("/deliveries/1/pickers", share).await);
    assert_eq!((twice.0, twice.1.as_str()), (422, "The order is already in that list."));
    let other = refused(server.http.post("/deliveries/4/pickers", share).await);
    assert_eq!(other.1, "The order is not in your list.");
    let bad = refused(server.http.post("/deliveries/1/pickers", "{}").await);
    assert_eq!((bad.0, bad.2), (422, vec!["picker_id".to_owned()]));
    let bad = refused(server.http.post("/router/deliveries/add", r#"{"deliveries":"1"}"#).await);
    assert_eq!((bad.0, bad.2), (400, vec!["deliveries".to_owned()]));
}

/// Whatever the credential: a picker sees and takes what is picked at their own stores.
#[actix_web::test]
async fn a_picker_has_the_items_of_their_own_stores() {
    let pickers = r#"
[[credentials]]
token = "a-token-of-the-shop"
name = "shop"
tenant = "acme"
[[credentials]]
token = "a-token-of-picker-1"
name = "pia"
tenant = "acme"
stores = ["9782", "9783"]
[[credentials]]
token = "a-token-of-nora-who-left"
name = "nora"
tenant = "acme"
stores = []
"#;
    let mut server = TestServer::configured(pickers).await;
    let bare = server.http.clone();
    server.http = bare.bearing("a-token-of-the-shop");
    for (name, article) in [("9781", "tea"), ("9782", "jam")] {
        let store = server.facility(name).await;
        server.stock(&store, article, 9).await;
    }
    let tea = server.hands_over(&order("tea", 1, "")).await;
    let jam = server.hands_over(&order("jam", 1, "")).await;
    let key = json!({ "tenant": "acme", "name": "emil", "permissions": ["picking"],
        "stores": ["9781"] });
    let key = server.operators().post("/admin/v1/keys", &key.to_string()).await.expect(201);
    assert_eq!(key["stores"], json!(["9781"]));
    let none = json!({ "tenant": "acme", "name": "ned", "permissions": ["picking"], "stores": [] });
    let none = server.operators().post("/admin/v1/keys", &none.to_string()).await.expect(201);
    assert_eq!(none["stores"], json!([]));
    let bad = json!({ "tenant": "acme", "name": "emil", "stores": [""] }).to_string();
    let bad = server.operators().post("/admin/v1/keys", &bad).await.expect(422);
    assert_eq!(bad["errors"][0]["pointer"], "#/stores");

    // D5: the key is of its stores after a restart, too.
    server.restart().await;
    let bare = server.http.clone();
    let (pia, emil) = (bare.bearing("a-token-of-picker-1"), bare.bearing(&text(&key, "key")));
    for nobody in [bare.bearing("a-token-of-nora-who-left"), bare.bearing(&text(&none, "key"))] {
        assert_eq!(ok(nobody.get("/picklist/waiting").await).await["count"], 0);
        assert_eq!(ok(nobody.post("/picklist/next", "").await).await, json!([]));
    }
    let numbers = |list: &Value| -> Vec<Value> {
        list.as_array().expect("a list").iter().map(|item| item["delivery_id"].clone()).collect()
    };
    let scan =
        |item: &Value| json!({ "barcode": item["client_sku"], "id": item["id"] }).to_string();
    for (picker, own, other) in [(&pia, &jam, &tea), (&emil, &tea, &jam)] {
        assert_eq!(ok(picker.get("/picklist/waiting").await).await["count"], 1);
        let foreign = if own == &jam { "9781" } else { "9782" };
        let path = format!("/picklist/waiting?store_id={foreign}");
        assert_eq!(ok(picker.get(&path).await).await["count"], 0);
        let path = format!("/picklist/next?store_id={foreign}");
        assert_eq!(ok(picker.post(&path, "").await).await, json!([]));
        let list = ok(picker.post("/picklist/next", "").await).await;
        assert_eq!(numbers(&list), [own["number"].clone()]);
        let wrong = refused(picker.post("/delivery_items/pick", &scan(&other["items"][0])).await);
        assert_eq!(wrong.1, "You scanned the wrong item.");
    }
    // What is shared with them elsewhere is nothing of theirs.
    let share = format!("/deliveries/{}/pickers", tea["number"]);
    ok(emil.post(&share, r#"{"picker_id":"pia"}"#).await).await;
    assert_eq!(numbers(&ok(pia.get("/picklist").await).await), [jam["number"].clone()]);
    let missing = format!("/delivery_items/{}/out_of_stock", tea["items"][0]["id"]);
    assert_eq!(refused(pia.post(&missing, "").await).1, "You scanned the wrong item.");
    ok(emil.post("/delivery_items/pick", &scan(&tea["items"][0])).await).await;
    ok(emil.delete("/picklist/picked").await).await;
}

/// The customer sees the order without a credential, and may change two things until it is picked.
#[actix_web::test]
async fn a_customer_changes_the_flag_until_picking_begins() {
    let mut server = TestServer::configured(SETTINGS).await;
    let bare = server.http.clone();
    server.http = bare.bearing("a-token-of-the-shop");
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 5).await;
    let order = server.hands_over(&order("tea", 2, "")).await;
    let path = format!("/shared/deliveries/{}", text(&order, "secure_order_id"));
    let page = ok(bare.get(&path).await).await;
    assert_eq!(page["order"]["number"], order["number"]);
    let wish = r#"{"delivery_option":"kitchen_counter_delivery","order_flag":"skip"}"#;
    let patch = async |body: &str| bare.send(Method::PATCH, &path, &[], body).await;
    let changed = ok(patch(wish).await).await;
    assert_eq!(changed["order"]["delivery_option"], "KITCHEN_COUNTER_DELIVERY");
    assert_eq!(changed["order"]["order_options_flags"], "SKIP");
    assert_eq!(changed["order"]["items"][0]["order_item_options_flags"], "SKIP");
    assert_eq!(changed["order"]["customer"]["email"], "jane@example.com");
    let bad = refused(patch(r#"{"order_flag":"all"}"#).await);
    assert_eq!((bad.0, bad.2), (422, vec!["order_flag".to_owned()]));
    let other = format!("/shared/deliveries/{}", "0".repeat(64));
    assert_eq!(refused(bare.get(&other).await).0, 404);
    assert_eq!(refused(bare.get("/shared/deliveries/1").await).0, 404);
    assert_eq!(refused(bare.get("/deliveries/1").await).0, 401);

    let history = async || ok(server.http.get("/deliveries/history").await).await["total"].as_u64();
    ok(server.http.post("/picklist/next", "").await).await;
    assert_eq!(history().await, Some(0));
    ok(server.http.post("/delivery_items/pick", r#"{"barcode":"tea"}"#).await).await;
    assert_eq!(history().await, Some(1));
    let late = refused(patch(wish).await);
    assert_eq!((late.0, late.1.as_str()), (422, "Not possible now."));
}

/// A code on the goods is one of the listing's, and an item says where it lies.
#[actix_web::test]
async fn a_scan_may_be_any_code_of_the_listing() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    for (article, at) in [("tea", "2W-10-9"), ("jam", "1A-1-1")] {
        let stock = json!({ "facilityRef": store, "tenantArticleId": article, "value": 5,
            "locationRef": at });
        server.http.post("/api/stocks", &stock.to_string()).await.expect(201);
    }
    let listing = |article: &str, codes: &[&str]| json!({ "tenantArticleId": article, "title": article, "scannableCodes": codes });
    let listings =
        json!({ "listings": [listing("tea", &["4006381333931", "T"]), listing("jam", &["jam!"])] });
    let path = format!("/api/facilities/{store}/listings");
    server.http.put(&path, &listings.to_string()).await.expect(200);
    let tea = server.hands_over(&order("tea", 2, "")).await;
    server.hands_over(&order("jam", 1, "")).await;
    for _ in 0..2 {
        ok(server.http.post("/picklist/next", "").await).await;
    }
    let by_place = ok(server.http.get("/picklist?sort=location").await).await;
    let places = by_place.as_array().expect("a list").iter().map(|it| text(it, "location"));
    assert_eq!(places.collect::<Vec<_>>(), ["1A-1-1", "2W-10-9"]);

    let scan =
        async |body: Value| server.http.post("/delivery_items/pick", &body.to_string()).await;
    let item = ok(scan(json!({ "barcode": 4_006_381_333_931_u64 })).await).await;
    assert_eq!((&item["client_sku"], &item["picked_quantity"]), (&json!("tea"), &json!(1)));
    assert_eq!(item["location"], "2W-10-9");
    let named = json!({ "barcode": "T", "id": tea["items"][0]["id"] });
    let named = ok(scan(named).await).await;
    assert_eq!(
        (&named["picked_status"], &named["delivery_id"]),
        (&json!("PICKED"), &tea["number"])
    );
    // Named is the tea, which has no such code; the jam in the list has.
    let other = json!({ "barcode": "jam!", "id": tea["items"][0]["id"] });
    assert_eq!(ok(scan(other).await).await["client_sku"], "jam");
    let none = refused(scan(json!({ "barcode": "4006381333932" })).await);
    assert_eq!((none.0, none.1.as_str()), (422, "You scanned the wrong item."));
}

/// An item that is named by its uuid is meant, like one that is named by its number.
#[actix_web::test]
async fn a_scan_names_an_item_by_number_or_by_uuid() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 5).await;
    let mut orders = Vec::new();
    for _ in 0..2 {
        orders.push(server.hands_over(&order("tea", 1, "")).await);
        ok(server.http.post("/picklist/next", "").await).await;
    }
    let whole =
        server.http.get(&format!("/api/orders/{}", text(&orders[1], "id"))).await.expect(200);
    let line = text(&whole["orderLineItems"][0], "id");
    let scan = json!({ "barcode": "tea", "id": line }).to_string();
    let item = server.http.post_as("scan-1", "/delivery_items/pick", &scan).await;
    let item = ok(item).await;
    assert_eq!(item["delivery_id"], orders[1]["number"], "not the oldest, which has the code too");
    // K2: a name in a body counts as it is written.
    let by_number = json!({ "barcode": "tea", "id": orders[1]["items"][0]["id"] }).to_string();
    let other = server.http.post_as("scan-1", "/delivery_items/pick", &by_number).await;
    assert_eq!(refused(other).0, 422);
    let missing = json!({ "barcode": "OUT_OF_STOCK", "id": line }).to_string();
    let full = refused(server.http.post("/delivery_items/pick", &missing).await);
    assert_eq!(full.1, "You scanned the wrong item.", "all of it is picked");
    let none = json!({ "barcode": "tea", "id": "tea" }).to_string();
    assert_eq!(refused(server.http.post("/delivery_items/pick", &none).await).0, 422);
}

/// What has left a store is listed as that store's, in memory and after.
#[actix_web::test]
async fn an_order_is_listed_by_its_store_when_it_has_left_it() {
    let mut server = TestServer::start().await;
    for (name, article) in [("9781", "tea"), ("9782", "jam")] {
        let store = server.facility(name).await;
        server.stock(&store, article, 9).await;
    }
    for (number, article) in [(1, "tea"), (2, "tea"), (3, "jam")] {
        let mut body = order(article, 1, "");
        body["order"] = json!({ "client_id": "a", "client_internal_order_id": number });
        server.hands_over(&body).await;
    }
    let of_store = async |server: &TestServer, query: &str| {
        let list = server.http.get(&format!("/deliveries?{query}")).await.expect(200);
        let rows = list["deliveries"].as_array().expect("a list").clone();
        let row = |row: &Value| (row["number"].as_u64(), row["items"][0]["store_id"].clone());
        rows.iter().map(row).collect::<Vec<_>>()
    };
    let at = |number: u64, store: &str| (Some(number), json!(store));
    for body in [json!({ "barcode": "tea" }), json!({ "barcode": "jam" })] {
        // The oldest of each store; the second order is cancelled before anybody begins with it.
        let store = if body["barcode"] == "tea" { "9781" } else { "9782" };
        ok(server.http.post(&format!("/picklist/next?store_id={store}"), "").await).await;
        ok(server.http.post("/delivery_items/pick", &body.to_string()).await).await;
    }
    ok(server.http.delete("/picklist/picked").await).await;
    ok(server.http.post("/deliveries/2/cancel", "").await).await;
    ok(server.http.post("/deliveries/3/cancel", "").await).await;
    ok(server.http.post("/router/deliveries/add", r#"{"deliveries":[1]}"#).await).await;
    assert_eq!(of_store(&server, "store_id=9781").await, [at(1, "9781")], "it is on its way");
    ok(server.http.post("/deliveries/1/delivered", "").await).await;
    assert_eq!(of_store(&server, "store_id=9781").await, [at(1, "9781")]);
    assert_eq!(of_store(&server, "store_id=9782").await, [at(3, "9782")], "it was staged there");
    server.restart().await; // only what is open is loaded
    assert_eq!(of_store(&server, "store_id=9781&order_id=1").await, [at(1, "9781")]);
    assert_eq!(of_store(&server, "store_id=9782&order_id=1").await, []);
    assert_eq!(of_store(&server, "store_id=9781&order_id=2").await, [], "nobody had begun with it");
    assert_eq!(of_store(&server, "store_id=9782&order_id=3").await, [at(3, "9782")]);
    let seen = server.delivery(&json!(1)).await;
    assert_eq!(seen["items"][0]["store_id"], "9781");
    let again = ok(server.http.post("/deliveries/1/delivered", "").await).await;
    assert_eq!(again["order"]["items"][0]["store_id"], "9781");
}
