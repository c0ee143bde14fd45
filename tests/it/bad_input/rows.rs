//! Bodies: what is sent, and the field that the answer names.

use super::*;

/// The good promise with one thing set; null takes it away.
fn order(pointer: &str, value: Value) -> Row {
    let mut body = promise("tea", 2);
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let parent = body.pointer_mut(parent).expect("the parent is there");
    let parent = parent.as_object_mut().expect("the parent is an object");
    match value {
        Value::Null => parent.remove(name),
        value => parent.insert(name.to_owned(), value),
    };
    Row::post(PROMISE, body.to_string())
}

/// An order that would be held until a deadline, and would be locked beyond it.
fn locked_promise() -> Row {
    let mut body = promise("tea", 2);
    body["status"] = "LOCKED".into();
    body["promisesOptions"] = json!({ "validUntil": "2026-01-12T11:00:00Z" });
    Row::post("/api/orders", body.to_string())
}

fn broken() -> Vec<Row> {
    let good = promise("tea", 2).to_string();
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 2), "]".repeat(depth - 2));
        format!("{{\"customAttributes\":{{\"a\":{open}{close}}}}}")
    };
    let twice = good.replacen('{', "{\"tenantOrderId\":\"R0\",", 1);
    vec![
        Row::post(PROMISE, "{").is(400, "EOF"),
        Row::post(PROMISE, "[]").is(400, ""),
        Row::post(PROMISE, r#"["2026-01-12T09:00:00Z",[["tea",1]]]"#)
            .is(400, "the body must be an object"),
        order("/consumer", json!([[]])).is(400, "consumer: must be an object"),
        order("/orderLineItems/0/article", json!(["tea", "Tea"]))
            .is(400, "[0].article: must be an object"),
        Row::post(PROMISE, "null").is(400, ""),
        Row::post(PROMISE, "\"order\"").is(400, ""),
        Row::post(PROMISE, format!("{good} {good}")).is(400, "trailing"),
        Row::post(PROMISE, good.replacen("2", "NaN", 1)).is(400, ""),
        Row::post(PROMISE, &good[..good.len() - 1]).is(400, "EOF"),
        Row::post(PROMISE, twice).is(400, "tenantOrderId: comes twice"),
        Row::post(PROMISE, nested(33)).is(400, "nested too deeply"),
        Row::post(PROMISE, "[".repeat(100_000)).is(400, "nested too deeply"),
        Row::post(PROMISE, good.replacen("R1", "R\\u00001", 1)).is(400, "NUL"),
    ]
}

fn quantities() -> Vec<Row> {
    let named = "orderLineItems[0].quantity";
    let bad = [
        json!(0),
        json!(-1),
        json!(1.5),
        json!(9_223_372_036_854_775_808_u64),
        json!("2"),
        json!(true),
        json!([]),
        json!(1_000_001),
        json!(i64::MIN),
        Value::Null,
    ];
    bad.map(|value| order("/orderLineItems/0/quantity", value).is(400, named)).into()
}

fn members() -> Vec<Row> {
    let line = promise("tea", 1)["orderLineItems"][0].clone();
    let lines = |count: usize| Value::Array(vec![line.clone(); count]);
    let long = json!("x".repeat(251));
    vec![
        order("/orderDate", Value::Null).is(400, "orderDate: is required"),
        order("/orderDate", json!("2026-01-12T10:00:00")).is(400, "orderDate"),
        order("/orderDate", json!("yesterday")).is(400, "orderDate"),
        order("/orderDate", json!(1_768_212_000)).is(400, "orderDate"),
        order("/orderLineItems", Value::Null).is(400, "orderLineItems: is required"),
        order("/orderLineItems", json!({})).is(400, "orderLineItems"),
        order("/orderLineItems", lines(0)).is(400, "orderLineItems: must have 1 to 500"),
        order("/orderLineItems", lines(501)).is(400, "orderLineItems: must have 1 to 500"),
        order("/orderLineItems/0/article", Value::Null).is(400, "orderLineItems[0].article"),
        order("/orderLineItems/0/price", json!(7)).is(400, "orderLineItems[0].price"),
        order("/orderLineItems/0/article/tenantArticleId", long.clone())
            .is(400, "orderLineItems[0].article.tenantArticleId"),
        order("/orderLineItems/0/article/title", Value::Null)
            .is(400, "orderLineItems[0].article.title"),
        order("/consumer", Value::Null).is(400, "consumer: is required"),
        order("/consumer/addresses", json!([])).is(400, "consumer.addresses"),
        order("/consumer/addresses", json!([{}])).is(400, "consumer.addresses[0].street"),
        order("/tenantOrderId", long).is(400, "tenantOrderId"),
        order("/quantity", json!(2)).is(400, "quantity: is no member here"),
        order("/status", json!("CANCELLED")).is(400, "status"),
        order("/status", json!("open")).is(400, "status"),
        locked_promise().is(400, "status: must not be LOCKED for what is promised"),
    ]
}

fn deadlines() -> Vec<Row> {
    // A minute has passed since the beginning.
    let now = BEGIN + Millis::minutes(1);
    let at =
        |length: i64| json!({ "validUntil": workflow::time::Time(now.0 + length).to_string() });
    let named = "promisesOptions.validUntil";
    vec![
        order("/promisesOptions", at(-1)).is(400, named),
        order("/promisesOptions", at(0)).is(400, named),
        order("/promisesOptions", at(59_000)).is(400, named),
        order("/promisesOptions", at(59_999)).is(400, named),
        order("/promisesOptions", at(8 * 3_600_000 + 1)).is(400, named),
        order("/promisesOptions", json!({})).is(400, named),
        order("/promisesOptions", json!({ "validUntil": "soon" })).is(400, named),
        order("/promisesOptions", json!({ "until": "soon" })).is(400, "promisesOptions.until"),
    ]
}

fn places() -> Vec<Row> {
    let shipping = |name: &str| json!({ "shipping": { "preselectedFacilities": [name_of(name)] } });
    let both = json!({ "shipping": {}, "collect": [name_of("gouda")] });
    let second = json!({ "preselectedFacilities": [name_of("gouda"), { "facilityRef": NOBODY }] });
    vec![
        order("/deliveryPreferences", shipping("nowhere"))
            .is(400, "deliveryPreferences.shipping.preselectedFacilities[0].tenantFacilityId"),
        order("/deliveryPreferences", json!({ "shipping": second }))
            .is(400, "deliveryPreferences.shipping.preselectedFacilities[1].facilityRef"),
        order("/deliveryPreferences", json!({ "collect": [name_of("nowhere")] }))
            .is(400, "deliveryPreferences.collect[0].tenantFacilityId"),
        order("/deliveryPreferences", json!({ "collect": [{ "facilityRef": NOBODY }] }))
            .is(400, "deliveryPreferences.collect[0].facilityRef"),
        order("/consumer/tenantFacilityId", json!("nowhere"))
            .is(400, "consumer.tenantFacilityId: facility `nowhere`"),
        order("/consumer/facilityRef", json!(NOBODY)).is(400, "consumer.facilityRef: facility `"),
        order("/deliveryPreferences", json!({ "collect": [{}] }))
            .is(400, "deliveryPreferences.collect[0]"),
        order("/deliveryPreferences", both).is(400, "deliveryPreferences"),
        order("/deliveryPreferences", json!({ "fly": {} })).is(400, "deliveryPreferences.fly"),
    ]
}

/// The id of a facility that is not there.
const NOBODY: &str = "019bb100-0000-7000-8000-000000000009";

fn name_of(store: &str) -> Value {
    json!({ "tenantFacilityId": store })
}

#[actix_web::test]
async fn a_bad_promise_is_named_by_its_field_and_changes_nothing() {
    let shop = Shop::open().await;
    shop.refuses([broken(), quantities(), members(), deadlines(), places()].concat()).await;
}

/// The same body at the door that sells at once.
#[actix_web::test]
async fn a_bad_order_is_named_by_its_field_and_changes_nothing() {
    let shop = Shop::open().await;
    let mut rows = [quantities(), members(), places()].concat();
    for row in &mut rows {
        row.path = "/api/orders".to_owned();
    }
    shop.refuses(rows).await;
}

#[actix_web::test]
async fn a_bad_action_is_named_by_its_field_and_changes_nothing() {
    let shop = Shop::open().await;
    let open = format!("/api/orders/{}/actions", shop.open);
    let expired = format!("/api/orders/{}/actions", shop.expired);
    let nobody = format!("/api/orders/{}/actions", shop.store);
    let confirm =
        |version: Value| json!({ "name": "CONFIRM_PROMISE", "version": version }).to_string();
    let mut rows = vec![
        Row::post(&open, confirm(json!(2))).is(409, "version 1, version 2 was sent"),
        Row::post(&open, confirm(json!(0))).is(400, "version"),
        Row::post(&open, confirm(json!("1"))).is(400, "version"),
        Row::post(&open, r#"{"name":"CONFIRM_PROMISE"}"#).is(400, "version: is required"),
        Row::post(&open, r#"{"version":1}"#).is(400, "name: is required"),
        Row::post(&open, r#"{"name":"BURN","version":1}"#).is(400, "name: must be"),
        Row::post(&open, r#"{"name":"confirm_promise","version":1}"#).is(400, "name"),
        Row::post(&open, confirm(json!(1))).with("if-match", "\"2\"").is(400, "If-Match"),
        Row::post(&open, confirm(json!(1))).with("if-match", "1").is(400, "If-Match"),
        Row::post(&nobody, confirm(json!(1))).is(404, "order not found"),
        Row::post("/api/orders/R1/actions", confirm(json!(1))).is(404, "order not found"),
    ];
    for name in ["CONFIRM_PROMISE", "EXTEND_PROMISE", "EXTENDPROMISE", "CANCEL"] {
        let body = json!({ "name": name, "version": 1 }).to_string();
        rows.push(Row::post(&expired, body).is(404, "promise expired"));
    }
    shop.refuses(rows).await;
}

#[actix_web::test]
async fn bad_stock_is_named_by_its_field_and_changes_nothing() {
    let shop = Shop::open().await;
    let facility = json!({ "facilityRef": shop.store });
    let stock = |article: Value, value: Value, facility: Value| {
        let body = json!({ "tenantArticleId": article, "value": value, "facility": facility });
        Row::post("/api/stocks", body.to_string())
    };
    let nowhere = json!({ "tenantFacilityId": "nowhere" });
    let own = format!("/api/stocks/{}", shop.stock);
    let twice = json!({ "stocks": [
        { "id": shop.stock, "value": 1 }, { "id": shop.stock, "value": 2 } ] });
    let many = json!({ "stocks": vec![json!({ "id": shop.stock, "value": 1 }); 501] });
    let unknown =
        json!({ "stocks": [{ "id": shop.stock, "value": 1 }, { "id": shop.store, "value": 1 }] });
    let actions = "/api/stocks/actions";
    let action = |action: Value| Row::post(actions, json!({ "action": action }).to_string());
    let moving = |to: Value, amount: Value| {
        json!({ "name": "MOVE_TO_LOCATION", "fromStockId": shop.stock, "toLocationRef": to,
            "amount": amount })
    };
    let moved = |to: Value, amount: Value| action(moving(to, amount));
    let removed = json!({ "name": "DELETE_BY_IDS", "ids": [shop.stock] });
    let together = json!({ "actions": [removed, moving(json!("A"), json!(1))] });
    let outside = json!({ "tenantArticleId": "tea", "value": 1, "tenantFacilityId": "nowhere" });
    let second = |facility: &Value| {
        let other = json!({ "tenantArticleId": "jam", "value": 1, "facility": facility });
        json!({ "stocks": [{ "id": shop.stock, "value": 1 }, other] })
    };
    let versionless = json!([{ "operationType": "CREATE", "tenantArticleId": "tea", "value": 1,
        "facilityRef": NOBODY }]);
    let refused = |id: &str| {
        let rows = json!([{ "operationType": "UPDATE", "id": shop.stock, "value": 1 },
            { "operationType": "UPDATE", "id": id, "value": 1 }]);
        json!({ "name": "UPDATE_VERSIONLESS", "stocks": rows })
    };
    let in_nowhere =
        json!({ "name": "DELETE_BY_LOCATIONS", "facilityRef": NOBODY, "locationRefs": ["A"] });
    shop.refuses(vec![
        stock(json!("tea"), json!(-1), facility.clone()).is(400, "value"),
        stock(json!("tea"), json!(1.5), facility.clone()).is(400, "value"),
        stock(json!("tea"), json!("3"), facility.clone()).is(400, "value"),
        stock(json!("tea"), json!(2_147_483_648_i64), facility.clone()).is(400, "value"),
        stock(json!(""), json!(1), facility.clone()).is(400, "tenantArticleId"),
        stock(json!("tea"), json!(1), nowhere.clone())
            .is(400, "no such facility | facility.tenantFacilityId: facility `nowhere`"),
        stock(json!("tea"), json!(1), json!({ "facilityRef": NOBODY }))
            .is(400, "no such facility | facility.facilityRef: facility `"),
        Row::post("/api/stocks", outside.to_string())
            .is(400, "no such facility | tenantFacilityId: facility `nowhere`"),
        Row::put("/api/stocks", second(&nowhere).to_string())
            .is(400, "no such facility | stocks[1].facility.tenantFacilityId: facility `nowhere`"),
        action(json!({ "name": "UPDATE_VERSIONLESS", "stocks": versionless }))
            .is(400, "no such facility | action.stocks[0].facilityRef: facility `"),
        action(refused(&shop.store)).is(404, "| action.stocks[1].id: there is no such stock"),
        Row::post(actions, json!({ "actions": [refused(&shop.store)] }).to_string())
            .is(404, "| actions[0].stocks[1].id: there is no such stock"),
        action(json!({ "name": "DELETE_BY_PRODUCTS", "facilityRef": NOBODY,
            "tenantArticleIds": ["tea"] }))
        .is(400, "no such facility | action.facilityRef: facility `"),
        Row::post(actions, json!({ "actions": [removed, in_nowhere] }).to_string())
            .is(400, "no such facility | actions[1].facilityRef: facility `"),
        Row::get(format!("/api/stocks?facilityRef={NOBODY}")).is(400, "| facilityRef: facility `"),
        Row::get("/api/stocks?tenantFacilityId=nowhere").is(400, "| tenantFacilityId: facility `"),
        Row::get(format!("/api/stocks/summaries?facilityRefs={NOBODY}"))
            .is(400, "| facilityRefs: facility `"),
        Row::get(format!("/api/safetystocks?facilityRef={NOBODY}"))
            .is(400, "| facilityRef: facility `"),
        stock(json!("tea"), json!(1), json!({})).is(400, "facility"),
        Row::put(&own, r#"{"value":1,"version":7}"#).is(409, "version 7 was sent"),
        Row::put(&own, r#"{"version":1}"#).is(400, "value: is required"),
        Row::put(format!("/api/stocks/{}", shop.store), r#"{"value":1}"#).is(404, "stock"),
        Row::put("/api/stocks", twice.to_string()).is(400, "stocks[1].id"),
        Row::put("/api/stocks", many.to_string()).is(400, "stocks"),
        Row::put("/api/stocks", unknown.to_string()).is(404, "stocks[1].id"),
        Row::put("/api/stocks", "{}").is(400, "stocks: is required"),
        Row::post("/api/stocks/actions", r#"{"action":{"name":"BURN"}}"#).is(400, "action.name"),
        action(json!({ "name": "DELETE_BY_LOCATIONS" }))
            .is(400, "action.locationRefs: is required"),
        action(json!({ "name": "DELETE_BY_LOCATIONS", "locationRefs": ["A", ""] }))
            .is(400, "action.locationRefs[1]"),
        action(json!({ "name": "MOVE_TO_LOCATION", "toLocationRef": "A", "amount": 1 }))
            .is(400, "action.fromStockId: is required"),
        moved(json!("A"), json!(0)).is(400, "action.amount: must be 1"),
        moved(json!(""), json!(1)).is(400, "action.toLocationRef"),
        moved(json!("A"), json!(10)).is(409, "too few pieces"),
        Row::post(actions, r#"{"actions":[]}"#).is(400, "actions: must have 1 to 10"),
        Row::post(actions, "{}").is(400, "action: is required"),
        Row::post(actions, together.to_string()).is(400, "actions[1].name: must be alone"),
        Row::put("/api/safetystocks", r#"{"operations":[]}"#).is(400, "operations"),
        Row::put("/api/safetystocks", r#"{"operations":[{"tenantArticleId":"tea","value":-1}]}"#)
            .is(400, "operations[0].value"),
        Row::get("/api/safetystocks?facilityRef=gouda").is(400, "facilityRef: is no id"),
        Row::of(Method::DELETE, format!("/api/safetystocks/{}", shop.stock), "")
            .is(404, "safety stock not found"),
    ])
    .await;
}

#[actix_web::test]
async fn bad_facilities_and_settings_change_nothing() {
    let shop = Shop::open().await;
    let own = format!("/api/facilities/{}", shop.store);
    let listings = format!("{own}/listings");
    let mut twin = shop.replaceable.clone();
    for ours in ["id", "version", "created", "lastModified"] {
        twin.as_object_mut().expect("an object").remove(ours);
    }
    let settings = "/api/configurations/promises";
    let patch = |body: &str| Row::of(Method::PATCH, &own, body);
    let modify = r#"{"version":1,"actions":[{"action":"ModifyListing","title":"x"}]}"#;
    let unlisted =
        r#"{"listings":[{"tenantArticleId":"jam"},{"tenantArticleId":"tea","version":1}]}"#;
    let restock = r#"{"listings":[{"tenantArticleId":"tea","outOfStockBehaviour":"RESTOCK"}]}"#;
    shop.refuses(vec![
        Row::get("/api/facilities?orderBy=COLOUR").is(400, "orderBy: has an unknown value"),
        Row::get("/api/stocks/summaries?facilityServiceTypes=FLY").is(400, "facilityServiceTypes"),
        Row::post("/api/facilities", "{}").is(400, "name: is required"),
        Row::post("/api/facilities", twin.to_string()).is(409, "tenantFacilityId"),
        patch(r#"{"type":"MANAGED_FACILITY","version":7,"name":"x"}"#).is(409, "version 7"),
        patch(r#"{"type":"MANAGED_FACILITY","version":1,"nmae":"x"}"#).is(400, "nmae: is unknown"),
        patch(r#"{"type":"MANAGED_FACILITY","version":1,"status":"AWAY"}"#).is(400, "status"),
        patch(r#"{"type":"MANAGED_FACILITY","name":"x"}"#).is(400, "version: is required"),
        patch(r#"{"version":1,"actions":[{"action":"ModifyFacility","status":"AWAY"}]}"#)
            .is(400, "actions[0].status"),
        patch(r#"{"version":1,"actions":7}"#).is(400, "actions: must be an array of objects"),
        patch(r#"{"type":"MANAGED_FACILITY","version":1,"fulfillmentProcessBuffer":527041}"#)
            .is(400, "fulfillmentProcessBuffer: must be 0 to 527040"),
        patch(r#"{"type":"MANAGED_FACILITY","version":1,"pickingTimes":{"monday":[{}]}}"#)
            .is(400, "pickingTimes.monday[0].start: is required"),
        patch(r#"{"type":"MANAGED_FACILITY","version":1,"closingDays":[{"date":"25.12."}]}"#)
            .is(400, "closingDays[0].date"),
        patch(r#"{"type":"MANAGED_FACILITY","version":1,"operativeCosts":[{"value":-1}]}"#)
            .is(400, "operativeCosts[0].value"),
        Row::put(&own, r#"{"version":1}"#).is(400, "address: is required"),
        Row::of(Method::DELETE, &own, "").is(409, "facility in use"),
        Row::of(Method::DELETE, &own, "")
            .with("if-match", "\"4294967296\"")
            .is(409, "version 4294967296 was sent"),
        Row::of(Method::DELETE, &own, "")
            .with("if-match", "\"9223372036854775808\"")
            .is(400, "If-Match"),
        Row::put(&listings, r#"{"listings":[]}"#).is(400, "listings"),
        Row::put(&listings, r#"{"listings":[{"title":"x"}]}"#)
            .is(400, "listings[0].tenantArticleId"),
        Row::put(&listings, restock).is(400, "listings[0].outOfStockConfig"),
        Row::put(&listings, r#"{"listings":[{"tenantArticleId":"tea","scannableCodes":[7]}]}"#)
            .is(400, "listings[0].scannableCodes[0]"),
        Row::put(&listings, unlisted).is(404, "not found | listings[1].tenantArticleId: is not"),
        Row::of(Method::PATCH, format!("{listings}/tea"), r#"{"version":1,"actions":[]}"#)
            .is(400, "actions: must have 1 to 500 entries"),
        Row::of(Method::PATCH, format!("{listings}/tea"), modify)
            .is(404, "listing not found | this article is not listed"),
        Row::of(Method::DELETE, format!("{listings}/tea"), "").is(404, "listing not found"),
        Row::of(Method::DELETE, "/api/facilities/nowhere/listings", "")
            .is(404, "facility not found"),
        Row::put("/api/facilities/nowhere/listings", restock).is(404, "facility not found"),
        Row::get("/api/facilities/nowhere/listings").is(404, "facility not found"),
        Row::put(settings, r#"{"version":1,"invalidAfterTime":"PT90S"}"#)
            .is(400, "invalidAfterTime"),
        Row::put(settings, r#"{"version":1,"invalidAfterTime":900}"#).is(400, "invalidAfterTime"),
        Row::put(settings, r#"{"version":9,"invalidAfterTime":"PT15M"}"#).is(409, "version 9"),
        Row::put(settings, r#"{"invalidAfterTime":"PT15M"}"#).is(400, "version: is required"),
    ])
    .await;
}
