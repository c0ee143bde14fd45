//! Orders that are refused, each with the path that its answer must name.

use serde_json::{Value, json};

use super::{ORDER, stocked};

/// A change of the good order, as a JSON pointer and a value, and the path that is named.
type Row = (&'static str, Value, &'static str);

fn rows() -> Vec<Row> {
    [lines(), substitutes(), facts(), ways(), texts()].concat()
}

fn lines() -> Vec<Row> {
    let line = |quantity: Value| json!([{ "article": { "tenantArticleId": "1", "title": "t" }, "quantity": quantity }]);
    let quantity = "orderLineItems[0].quantity";
    vec![
        ("/orderDate", Value::Null, "orderDate"),
        ("/orderDate", json!("2026-01-12T10:00:00"), "orderDate"),
        ("/orderDate", json!("2026-02-30T10:00:00Z"), "orderDate"),
        ("/orderDate", json!(7), "orderDate"),
        ("/orderLineItems", Value::Null, "orderLineItems"),
        ("/orderLineItems", json!([]), "orderLineItems"),
        ("/orderLineItems", json!({}), "orderLineItems"),
        ("/orderLineItems", Value::Array(vec![line(json!(1))[0].clone(); 501]), "orderLineItems"),
        ("/orderLineItems", line(json!(0)), quantity),
        ("/orderLineItems", line(json!(-1)), quantity),
        ("/orderLineItems", line(json!(1.5)), quantity),
        ("/orderLineItems", line(json!("2")), quantity),
        ("/orderLineItems", line(json!(1_000_001)), quantity),
        ("/orderLineItems", line(json!(9_223_372_036_854_775_808_u64)), quantity),
        ("/orderLineItems", line(Value::Null), quantity),
        ("/orderLineItems/0/article", Value::Null, "orderLineItems[0].article"),
        ("/orderLineItems/1/article/title", Value::Null, "orderLineItems[1].article.title"),
        (
            "/orderLineItems/1/article/tenantArticleId",
            json!(""),
            "orderLineItems[1].article.tenantArticleId",
        ),
        (
            "/orderLineItems/1/article/tenantArticleId",
            json!("x".repeat(251)),
            "orderLineItems[1].article.tenantArticleId",
        ),
        ("/orderLineItems/1/article/weight", json!(-1), "orderLineItems[1].article.weight"),
        ("/orderLineItems/1/price", json!(1), "orderLineItems[1].price"),
        ("/orderLineItems/1/secondaryQuantity", json!(-1), "orderLineItems[1].secondaryQuantity"),
    ]
}

/// What may be sent instead has the rules of what is asked for.
fn substitutes() -> Vec<Row> {
    let with = |name: &str, value: Value| {
        let mut row = json!({ "tenantArticleId": "1", "title": "t" });
        row[name] = value;
        json!([row])
    };
    let list = "/orderLineItems/1/allowedSubstitutes";
    vec![
        (list, with("tenantArticleId", json!("")), "allowedSubstitutes[0].tenantArticleId"),
        (list, with("title", Value::Null), "orderLineItems[1].allowedSubstitutes[0].title"),
        (list, with("title", json!("x".repeat(2_001))), "allowedSubstitutes[0].title"),
        (list, with("imageUrl", json!("x".repeat(2_001))), "allowedSubstitutes[0].imageUrl"),
        (list, with("priority", json!(-1)), "allowedSubstitutes[0].priority"),
        (list, with("weight", json!(-0.5)), "allowedSubstitutes[0].weight"),
        (list, with("attributes", json!(vec![0; 501])), "allowedSubstitutes[0].attributes"),
    ]
}

/// Text that is only kept, and lists of it.
fn texts() -> Vec<Row> {
    let long = || json!("x".repeat(2_001));
    let phones = json!(vec![json!({ "value": "1", "type": "PHONE" }); 501]);
    let carriers = json!(vec![json!({ "carrierKey": "dhl" }); 501]);
    vec![
        ("/statusReasons", json!([{ "reason": "late" }]), "statusReasons[0].status"),
        ("/statusReasons", json!([{ "status": "OPEN" }]), "statusReasons[0].reason"),
        ("/statusReasons", json!([7]), "statusReasons[0]"),
        ("/consumer/addresses/0/street", long(), "consumer.addresses[0].street"),
        ("/consumer/addresses/0/firstName", long(), "consumer.addresses[0].firstName"),
        ("/consumer/addresses/0/phoneNumbers", phones, "consumer.addresses[0].phoneNumbers"),
        ("/orderLineItems/1/article/imageUrl", long(), "orderLineItems[1].article.imageUrl"),
        (
            "/deliveryPreferences",
            json!({ "shipping": { "preferredCarriers": vec!["dhl"; 501] } }),
            "deliveryPreferences.shipping.preferredCarriers",
        ),
        (
            "/deliveryPreferences",
            json!({ "shipping": { "preferredCarriersWithProduct": carriers } }),
            "deliveryPreferences.shipping.preferredCarriersWithProduct",
        ),
    ]
}

fn facts() -> Vec<Row> {
    vec![
        ("/reserved", json!(1), "reserved"),
        ("/status", json!("LOCKED"), "status"),
        ("/status", json!("CANCELLED"), "status"),
        ("/status", json!("DONE"), "status"),
        ("/tenantOrderId", json!("x".repeat(251)), "tenantOrderId"),
        ("/promisesOptions", json!({}), "promisesOptions.validUntil"),
        ("/promisesOptions", json!({ "validUntil": "soon" }), "promisesOptions.validUntil"),
        (
            "/promisesOptions",
            json!({ "validUntil": "2026-01-12T10:14:30Z" }),
            "promisesOptions.validUntil",
        ),
        (
            "/promisesOptions",
            json!({ "validUntil": "2036-01-12T10:14:30Z" }),
            "promisesOptions.validUntil",
        ),
    ]
}

fn ways() -> Vec<Row> {
    let address = |country: &str| json!([{ "street": "s", "city": "c", "postalCode": "1", "country": country }]);
    vec![
        ("/consumer", Value::Null, "consumer"),
        ("/consumer", json!({}), "consumer.addresses"),
        ("/consumer/addresses", address("de"), "consumer.addresses[0].country"),
        ("/consumer/addresses", address("DEU"), "consumer.addresses[0].country"),
        ("/consumer/addresses", json!([{}]), "consumer.addresses[0].street"),
        (
            "/consumer/addresses/0/coordinates",
            json!({ "lat": 91, "lon": 0 }),
            "consumer.addresses[0].coordinates",
        ),
        ("/consumer/addresses/0/addressType", json!("INVOICE_ADDRESS"), "consumer.addresses"),
        (
            "/deliveryPreferences/collect",
            json!([{ "tenantFacilityId": "320176" }]),
            "deliveryPreferences",
        ),
        ("/deliveryPreferences", json!({ "collect": [{}] }), "deliveryPreferences.collect[0]"),
        (
            "/deliveryPreferences",
            json!({ "collect": [{ "tenantFacilityId": "a" }, { "tenantFacilityId": "b" }] }),
            "deliveryPreferences.collect",
        ),
        (
            "/deliveryPreferences",
            json!({ "collect": [{ "facilityRef": "a" }] }),
            "deliveryPreferences.collect[0].facilityRef",
        ),
        (
            "/deliveryPreferences",
            json!({ "shipping": { "preselectedFacilities": [{ "tenantFacilityId": "nowhere" }] } }),
            "nowhere",
        ),
        (
            "/deliveryPreferences",
            json!({ "shipping": { "serviceLevel": "FAST" } }),
            "deliveryPreferences.shipping.serviceLevel",
        ),
        ("/deliveryPreferences/teleport", json!({}), "deliveryPreferences.teleport"),
        (
            "/deliveryPreferences/reservationPreferences",
            json!({}),
            "deliveryPreferences.reservationPreferences.mode",
        ),
        (
            "/additionalInfo",
            json!({ "resourceInvestment": { "level": 2 } }),
            "additionalInfo.resourceInvestment.level",
        ),
        ("/customAttributes", json!([]), "customAttributes"),
        ("/customAttributes", json!({ "a": "x".repeat(16_384) }), "customAttributes"),
        ("/stickers", json!(vec![{}; 101]), "stickers"),
        ("/paymentInfo", json!({ "iban": "x" }), "paymentInfo.iban"),
    ]
}

#[actix_web::test]
async fn a_bad_order_is_400_and_its_field_is_named() {
    let door = stocked().await;
    let before = door.send("GET", "/api/orders", "").await.json()["total"].clone();
    for (pointer, value, path) in rows() {
        let mut order: Value = serde_json::from_str(ORDER).unwrap();
        put(&mut order, pointer, value.clone());
        let body = order.to_string();
        let seen = door.send("POST", "/api/promises/deliverypromise", &body).await;
        assert_eq!(seen.status, 400, "{pointer} {value}: {}", seen.body);
        let description = seen.json()[0]["description"].as_str().unwrap_or_default().to_owned();
        assert!(description.contains(path), "{pointer} {value}: {description}");
    }
    assert_eq!(door.send("GET", "/api/orders", "").await.json()["total"], before);
}

#[actix_web::test]
async fn text_of_2000_characters_is_taken() {
    let door = stocked().await;
    let mut order: Value = serde_json::from_str(ORDER).unwrap();
    let long = json!("é".repeat(2_000));
    put(&mut order, "/consumer/addresses/0/street", long.clone());
    put(&mut order, "/orderLineItems/1/article/imageUrl", long);
    put(&mut order, "/statusReasons", json!([{ "reason": "late", "status": "OPEN" }]));
    let seen = door.send("POST", "/api/promises/deliverypromise", &order.to_string()).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
}

/// A version that nothing can have is stale, however large it is.
#[actix_web::test]
async fn a_version_beyond_all_is_a_conflict() {
    let door = stocked().await;
    let path = format!("/api/orders/{}/actions", door.promise().await);
    for version in [2_u64, 4_294_967_295, 4_294_967_296, 9_223_372_036_854_775_807] {
        let body = format!(r#"{{"name":"CANCEL","version":{version}}}"#);
        let seen = door.send("POST", &path, &body).await;
        assert_eq!(seen.status, 409, "{version}: {}", seen.body);
        assert_eq!(seen.json()[0]["version"], 1);
        assert_eq!(seen.json()[0]["requestVersion"], version);
        let said = format!("it is at version 1, version {version} was sent");
        assert_eq!(seen.json()[0]["description"], said);
    }
}

#[actix_web::test]
async fn all_faults_are_named_at_once() {
    let door = stocked().await;
    let body = r#"{"orderDate":"x","orderLineItems":[{"quantity":0}],"status":"CANCELLED"}"#;
    let seen = door.send("POST", "/api/orders", body).await;
    let described = seen.json();
    let described: Vec<_> = described
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["description"].as_str().unwrap())
        .collect();
    for path in [
        "orderDate",
        "orderLineItems[0].quantity",
        "orderLineItems[0].article",
        "status",
        "consumer",
    ] {
        assert!(described.iter().any(|it| it.starts_with(path)), "{path}: {described:?}");
    }
}

#[actix_web::test]
async fn what_is_no_json_is_400() {
    let door = stocked().await;
    let deep = format!("{{\"customAttributes\":{}{}}}", "[".repeat(40), "]".repeat(40));
    for body in ["", "{", "[]", "null", "{\"orderDate\":NaN}", "{\"x\":1e999}", "{} {}", &deep] {
        let seen = door.send("POST", "/api/promises/deliverypromise", body).await;
        assert_eq!(seen.status, 400, "{body}: {}", seen.body);
        assert!(seen.json().is_array(), "{}", seen.body);
    }
}

#[actix_web::test]
async fn two_lines_of_one_article_are_held_together() {
    let door = stocked().await;
    let mut order: Value = serde_json::from_str(ORDER).unwrap();
    let line = order["orderLineItems"][0].clone();
    order["orderLineItems"] = json!([line, line]);
    put(&mut order, "/orderLineItems/1/quantity", json!(12));
    let seen = door.send("POST", "/api/promises/deliverypromise", &order.to_string()).await;
    assert_eq!((seen.status, seen.header("certus-outcome")), (201, "held"), "{}", seen.body);
}

/// Sets what a pointer points at; null takes it away.
fn put(order: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = order.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
}
