//! What a web shop hands over, and how it is seen at every door.

use super::*;

/// The seed's sample with all its traps: nearly all is empty, one sum is wrong, the adjustments
/// are a word, and the flags are in lower case.
#[actix_web::test]
async fn the_seeds_sample_is_held_where_both_articles_are() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "NHK1480", 5).await;
    server.stock(&store, "AKT5687", 5).await;
    let made = server.http.post("/deliveries", SEED).await;
    assert_eq!(made.header("certus-outcome"), "held");
    assert_eq!((made.header("etag"), made.header("location")), ("\"1\"", "/deliveries/1"));
    let order = made.expect(200)["order"].clone();
    assert_eq!(order["order_status"], "IN_FULFILLMENT");
    assert_eq!(order["estimated_delivery_window"], "2026-01-12 14:00:00 UTC, 120");
    let warnings = order["warnings"].as_array().expect("a sum is wrong");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["field"], "order.total_price");
    assert_eq!(warnings[0]["message"], "106.0 was sent, the items add up to 108.0");
    for (item, (sku, held)) in [("NHK1480", 2), ("AKT5687", 1)].into_iter().enumerate() {
        let seen = &order["items"][item];
        assert_eq!(seen["client_sku"], sku);
        assert_eq!((&seen["held"], &seen["waiting"]), (&json!(held), &json!(0)));
        assert_eq!((&seen["outcome"], &seen["store_id"]), (&json!("HELD"), &json!("9781")));
        assert_eq!(seen["id"], 1001 + item);
    }
    let seen = server.delivery(&order["number"]).await;
    assert_eq!(seen["items"][0]["order_item_options_flags"], "BACKORDER");
    assert_eq!(seen["items"][0]["other_adjustments"], "adjustments");
    assert_eq!(seen["sums"]["total_item_adjustments"], "adjustments");
    assert_eq!(seen["order_placed_timestamp"], "2007-11-09 11:20:25 UTC");
    assert_eq!(
        (&seen["client_id"], &seen["client_internal_order_id"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(server.available("NHK1480").await, 3);

    // Without a number of the shop it may come twice, and is two orders.
    let again = server.hands_over(&sample(SEED)).await;
    assert_eq!((&order["number"], &again["number"]), (&json!(1), &json!(2)));
    assert_ne!(order["secure_order_id"], again["secure_order_id"]);
    assert_eq!(text(&again, "secure_order_id").len(), 64);
}

#[actix_web::test]
async fn the_sample_as_it_was_printed_is_not_json() {
    let server = TestServer::start().await;
    let printed = SEED.replace("\"customer\":", "customer:");
    let refusal = refused(server.http.post("/deliveries", &printed).await);
    assert_eq!((refusal.0, refusal.1.as_str()), (400, "Bad request."));
}

#[actix_web::test]
async fn on_an_empty_server_all_of_it_waits() {
    let server = TestServer::start().await;
    let order = server.hands_over(&sample(SEED)).await;
    assert_eq!(order["order_status"], "BACKORDERED");
    assert_eq!(order["estimated_delivery_window"], "");
    assert_eq!(order["items"][0]["outcome"], "BACKORDERED");
    assert_eq!(order["items"][0]["waiting"], 2);
    let seen = server.delivery(&order["id"]).await;
    assert_eq!(seen["picked_status"], "UNASSIGNED");
    assert_eq!(seen["message_status"], "RECEIVED");
}

/// The other shape: sums that agree, numbers of the shop, a card, a window, and a date alone.
#[actix_web::test]
async fn the_same_order_as_one_delivery_has_no_warnings() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "NHK1480", 1).await;
    let made = server.http.post("/api/deliveries", DELIVERY).await;
    assert!(!made.body.contains("tok_example"), "a card's token is never given back");
    let order = made.expect(200)["order"].clone();
    assert_eq!(order["warnings"], json!([]));
    assert_eq!(order["order_status"], "BACKORDERED");
    assert_eq!(order["items"][0]["outcome"], "PARTLY_HELD");
    assert_eq!(order["items"][1]["outcome"], "TO_SUBSTITUTE");
    assert_eq!(
        (&order["client_id"], &order["client_internal_order_id"]),
        (&json!("205697"), &json!("6585395783"))
    );
    let seen = server.delivery(&order["number"]).await;
    assert_eq!(seen["payment_card_last4"], "1234");
    assert_eq!(seen["picked_status"], "UNPICKED");

    let twin = refused(server.http.post("/deliveries", DELIVERY).await);
    assert_eq!((twin.0, twin.1.as_str()), (422, "Duplicated order."));
    let mut other = sample(DELIVERY);
    other["delivery"]["client_id"] = json!("another shop");
    server.hands_over(&other).await;

    // The wanted window is kept when it can be met.
    let mut wanted = super::order("NHK1480", 1, "");
    wanted["order"]["desired_deliverywindow"] = json!("2026-02-01 08:00:00 UTC");
    server.stock(&store, "NHK1480", 9).await;
    let order = server.hands_over(&wanted).await;
    assert_eq!(order["estimated_delivery_window"], "2026-02-01 08:00:00 UTC, 120");
}

/// Inside `delivery` items have both names too; the right-hand one wins, and a fault names its own.
#[actix_web::test]
async fn the_items_of_one_delivery_have_either_name() {
    let server = TestServer::start().await;
    let mut body = sample(DELIVERY);
    let delivery = body["delivery"].as_object_mut().expect("an object");
    delivery.remove("order_id");
    let items = delivery.remove("delivery_items_attributes").expect("items");
    delivery.insert("order_items".into(), items);
    let order = server.hands_over(&body).await;
    assert_eq!(order["items"][0]["client_sku"], "NHK1480");

    body["delivery"]["delivery_items_attributes"] =
        json!([{ "client_sku": "tea", "quantity": 1, "price": 1 }]);
    let order = server.hands_over(&body).await;
    assert_eq!(
        (&order["items"][0]["client_sku"], &order["items"][1]),
        (&json!("tea"), &json!(null))
    );

    body["delivery"]["delivery_items_attributes"] = json!(null);
    for (items, field) in [
        (json!([{ "quantity": 1, "price": 1 }]), "delivery.order_items[0].client_sku"),
        (json!(null), "delivery.delivery_items_attributes"),
    ] {
        body["delivery"]["order_items"] = items;
        let refusal = refused(server.http.post("/deliveries", &body.to_string()).await);
        assert_eq!((refusal.0, refusal.2.first().map(String::as_str)), (422, Some(field)));
    }
}

/// K1, K2, K5: a key is optional; under one, the same order is made once, across a restart.
#[actix_web::test]
async fn a_repeated_order_under_a_key_is_one_order() {
    let mut server = TestServer::start().await;
    let first = server.http.post_as("k-1", "/deliveries", DELIVERY).await;
    let again = server.http.post_as("k-1", "/deliveries", DELIVERY).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.body, again.body);
    let other = refused(server.http.post_as("k-1", "/deliveries", SEED).await);
    assert_eq!((other.0, other.1.as_str()), (422, "Invalid order."));
    server.restart().await;
    let again = server.http.post_as("k-1", "/deliveries", DELIVERY).await;
    assert_eq!(first.body, again.body);
    // Its name is taken, also after it was cancelled and the server was started again.
    let number = again.expect(200)["order"]["number"].clone();
    let cancelled = server.http.post(&format!("/deliveries/{number}/cancel"), "").await.expect(200);
    assert_eq!(cancelled["order"]["order_status"], "CANCELLED");
    server.restart().await;
    let twin = refused(server.http.post("/deliveries", DELIVERY).await);
    assert_eq!((twin.0, twin.1.as_str()), (422, "Duplicated order."));
}

#[actix_web::test]
async fn each_flag_says_what_becomes_of_a_short_item() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 1).await;
    for (flag, outcome, status) in [
        ("substitute", "TO_SUBSTITUTE", "IN_FULFILLMENT"),
        ("", "PARTLY_HELD", "BACKORDERED"),
        ("SKIP", "SKIPPED", "IN_FULFILLMENT"),
    ] {
        let order = server.hands_over(&super::order("tea", 2, flag)).await;
        assert_eq!(order["items"][0]["outcome"], outcome, "{flag}");
        assert_eq!(order["items"][0]["held"], 1, "{flag}");
        assert_eq!(order["order_status"], status, "{flag}");
        let path = format!("/deliveries/{}/cancel", order["number"]);
        server.http.post(&path, "").await.expect(200);
    }
    for (body, reason) in [
        (super::order("tea", 2, "Critical"), "Critical item out of stock."),
        (super::order("jam", 2, "skip"), "Nothing left to deliver."),
    ] {
        let refusal = refused(server.http.post("/deliveries", &body.to_string()).await);
        assert_eq!((refusal.0, refusal.1.as_str()), (422, reason));
    }
    let mut whole = super::order("jam", 1, "BACKORDER");
    whole["order"]["order_options_flags"] = json!("critical");
    let refusal = refused(server.http.post("/deliveries", &whole.to_string()).await);
    assert_eq!(refusal.1, "Critical item out of stock.", "the order's flag overrides the item's");
    assert_eq!(server.available("tea").await, 1);
}

/// An order has one life: it is seen, by id and by number, at the doors that there are.
#[actix_web::test]
async fn one_order_is_seen_at_both_doors() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 9).await;
    let order = server.hands_over(&super::order("tea", 2, "")).await;
    let path = format!("/api/orders/{}", text(&order, "id"));
    let there = server.http.get(&path).await.expect(200);
    assert_eq!(there["status"], "OPEN");
    assert_eq!(there["consumer"]["email"], "jane@example.com");
    assert!(!there.to_string().contains("certus:deliveries"), "{there}");
    let seen = server.http.get(&format!("{path}?certus=true")).await.expect(200);
    assert!(!seen.to_string().contains("certus:deliveries"), "{seen}");

    let made = server.http.post("/api/orders", &promise("tea", 1).to_string()).await.expect(201);
    let here = server.delivery(&made["id"]).await;
    assert_eq!((&here["number"], &here["order_status"]), (&json!(2), &json!("IN_FULFILLMENT")));
    assert_eq!(here["items"][0]["order_item_options_flags"], "BACKORDER");
    let address = text(&here["customer"], "shipping_address");
    assert!(address.contains("Köln"), "{address}");

    let path = format!("/deliveries/{}/cancel", text(&made, "id"));
    let cancelled = server.http.post(&path, "").await.expect(200);
    assert_eq!(cancelled["order"]["order_status"], "CANCELLED");
    let again = server.http.post(&path, "").await.expect(200);
    assert_eq!(again["order"], cancelled["order"], "P6: a repeated cancel is the same cancel");
    assert_eq!(server.delivery(&json!(2)).await["order_status"], "CANCELLED");
}

#[actix_web::test]
async fn the_list_has_the_newest_first_and_filters() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 2).await;
    for number in 1..=4 {
        let mut body = super::order("tea", 1, "");
        body["order"]["client_id"] = json!(if number < 3 { "a" } else { "b" });
        body["order"]["client_internal_order_id"] = json!(number);
        server.hands_over(&body).await;
    }
    let numbers = async |query: &str| {
        let list = server.http.get(&format!("/deliveries?{query}")).await.expect(200);
        let rows = list["deliveries"].as_array().expect("a list").iter();
        let numbers: Vec<u64> = rows.filter_map(|row| row["number"].as_u64()).collect();
        (numbers, list["total"].as_u64().expect("a total"))
    };
    assert_eq!(numbers("").await, (vec![4, 3, 2, 1], 4));
    assert_eq!(numbers("page=2&page_size=3").await, (vec![1], 4));
    assert_eq!(numbers("client_id=a").await, (vec![2, 1], 2));
    assert_eq!(numbers("client_id=b&order_id=3").await, (vec![3], 1));
    assert_eq!(numbers("order_status=BACKORDERED").await, (vec![4, 3], 2));
    assert_eq!(numbers("picked_status=UNPICKED&store_id=9781").await, (vec![2, 1], 2));
    assert_eq!(numbers("order_status=NONSENSE").await, (vec![], 0));
    let bad = refused(server.http.get("/deliveries?page=0").await);
    assert_eq!((bad.0, bad.2), (400, vec!["page".to_owned()]));
    let bad = refused(server.http.get("/deliveries?store_id=nowhere").await);
    assert_eq!((bad.0, bad.2), (422, vec!["store_id".to_owned()]));
}

/// A day begins when it does at the store: the one that is named, else the one that holds; a store
/// without a zone goes by its tenant's clocks.
#[actix_web::test]
async fn a_day_begins_when_it_does_at_the_store() {
    let server = TestServer::configured("[invitations]\nzone = \"Europe/London\"\n").await;
    let store = |name: &str, zone: &str| {
        json!({ "name": name, "tenantFacilityId": name, "address": { "companyName": "c",
            "street": "s", "city": "x", "postalCode": "1", "country": "DE",
            "resolvedTimeZone": { "timeZoneId": zone } } })
    };
    let make = async |body: Value| server.http.post("/api/facilities", &body.to_string()).await;
    let tokyo = make(store("tokyo", "Asia/Tokyo")).await.expect(201);
    server.stock(&text(&tokyo, "id"), "tea", 9).await;
    let berlin = make(store("berlin", "Europe/Berlin")).await.expect(201);
    server.stock(&text(&berlin, "id"), "jam", 9).await;
    let gouda = server.facility("gouda").await;
    server.stock(&gouda, "rusk", 9).await;
    for (sku, named, start) in [
        ("tea", "", "2026-06-30 15:00:00 UTC, 120"),
        ("jam", "", "2026-06-30 22:00:00 UTC, 120"),
        ("jam", "berlin", "2026-06-30 22:00:00 UTC, 120"),
        ("rusk", "", "2026-06-30 23:00:00 UTC, 120"),
    ] {
        let mut body = order(sku, 1, "");
        body["order"] = json!({ "desired_deliverywindow": "2026-07-01", "store_id": named,
            "order_placed_timestamp": "2026-01-02" });
        let made = server.hands_over(&body).await;
        assert_eq!(made["estimated_delivery_window"], start, "{sku} at {named}");
        let placed = server.delivery(&made["number"]).await["order_placed_timestamp"].clone();
        let zone = if sku == "tea" { "2026-01-01 15:00:00 UTC" } else { "2026-01-0" };
        assert!(placed.as_str().is_some_and(|text| text.starts_with(zone)), "{placed}");
    }
    let unknown = make(store("x", "Mars/Olympus")).await;
    let what = "address.resolvedTimeZone.timeZoneId: is no zone like Europe/Berlin";
    assert_eq!(unknown.complaint(), format!("malformed request | {what}"));
    unknown.refused(400);
}
