//! What stands in a body and names a thing: another tenant's is named like nothing.

use super::credentials::{
    OURS, Request, THEIRS, TWO_TENANTS, Things, absent, bare, furnish, lists,
};
use super::*;

/// A request, the status for whom its things are another's, and the one for whom they are their own.
type Row = (Request, u16, u16);

/// Every request whose body names a thing, in an order in which all of them can be done.
fn rows([store, stock, order, ..]: &Things) -> Vec<Row> {
    let item = format!("{}0001", &order[..order.len() - 4]);
    let post = |path: &str, body: serde_json::Value| (Method::POST, path.into(), body.to_string());
    let put = |path: &str, body: serde_json::Value| (Method::PUT, path.into(), body.to_string());
    let act = |action| post("/api/stocks/actions", json!({ "action": action }));
    let pick = |body| post("/delivery_items/pick", body);
    let row = json!({ "id": stock, "value": 8, "operationType": "UPDATE" });
    let keep = json!({ "tenantArticleId": "tea", "value": 1, "facilityRef": store });
    let lot = json!({ "tenantArticleId": "jam", "value": 1, "facilityRef": store });
    let whole = json!({ "barcode": "REMOVE_COMPLETED_DELIVERY", "delivery_id": order });
    let window = json!({ "order_id": order, "start_utc": 2_000_000_000, "end_utc": 2_000_003_600 });
    let promised = {
        let mut body = promise("tea", 1);
        body["deliveryPreferences"] =
            json!({ "shipping": { "preselectedFacilities": [{ "facilityRef": store }] } });
        body
    };
    vec![
        (post("/deliveries/set_desired_delivery_window", window), 404, 200),
        (post("/router/deliveries/add", json!({ "deliveries": [order] })), 404, 422),
        (pick(whole), 404, 422),
        (pick(json!({ "barcode": "tea", "id": item })), 422, 200),
        (pick(json!({ "barcode": "OUT_OF_STOCK", "id": item })), 422, 200),
        (post(PROMISE, promised), 400, 201),
        (post("/api/stocks", lot.clone()), 400, 201),
        (put("/api/stocks", json!({ "stocks": [lot] })), 400, 200),
        (put("/api/safetystocks", json!({ "operations": [keep] })), 207, 207),
        (act(json!({ "name": "UPDATE_VERSIONLESS", "stocks": [row] })), 404, 200),
        (
            act(json!({ "name": "MOVE_TO_LOCATION", "fromStockId": stock, "toLocationRef": "B-2",
                "amount": 1 })),
            404,
            200,
        ),
        (
            act(json!({ "name": "DELETE_BY_LOCATIONS", "facilityRef": store,
                "locationRefs": ["B-2"] })),
            400,
            200,
        ),
        (
            act(json!({ "name": "DELETE_BY_PRODUCTS", "facilityRef": store,
                "tenantArticleIds": ["jam"] })),
            400,
            200,
        ),
        (act(json!({ "name": "DELETE_BY_IDS", "ids": [stock] })), 200, 200),
    ]
}

/// [`furnish`]ed, with an order that its caller has in the pick list in place of the promise.
async fn furnished(http: &Caller) -> Things {
    let mut things = furnish(http).await;
    let order = json!({ "customer": { "name": "Jane", "shipping_address": "1 Main St",
            "email": "jane@example.com" }, "order": {},
        "order_items": [{ "client_sku": "tea", "quantity": 2, "price": 1 }] });
    let made = http.post("/deliveries", &order.to_string()).await.expect(200);
    things[2] = text(&made["order"], "id");
    http.post("/picklist/next", "").await.expect(200);
    things
}

/// What is named in a body is looked for among the caller's own: what another has is answered as
/// what nobody has, and stays as it is.
#[actix_web::test]
async fn a_body_names_nothing_of_another_tenant() {
    let server = TestServer::configured(TWO_TENANTS).await;
    let (ours, theirs) = (server.http.bearing(OURS), server.http.bearing(THEIRS));
    let things = furnished(&ours).await;
    let before = lists(&ours).await;
    let nothing = absent();
    for (there, nowhere) in rows(&things).into_iter().zip(rows(&nothing)) {
        let ((method, path, body), status, _) = there;
        let told = format!("{method} {path} {body}");
        let one = theirs.send(method.clone(), &path, &[], &body).await;
        let other = theirs.send(method, &path, &[], &nowhere.0.2).await;
        assert_eq!(one.status, status, "{told}: {}", one.body);
        assert_eq!(other.status, status, "{told}: {}", other.body);
        assert_eq!(bare(&one, &things), bare(&other, &nothing), "{told} tells what is there");
    }
    assert_eq!(lists(&ours).await, before);
    for ((method, path, body), _, status) in rows(&things) {
        let done = ours.send(method, &path, &[], &body).await;
        assert_eq!(done.status, status, "{path} {body}: {}", done.body);
        assert!(status != 207 || done.body.contains("UPDATED"), "{}", done.body);
    }
    assert_eq!(ours.get(&format!("/api/stocks/{}", things[1])).await.status, 404, "it was deleted");
}

/// A shop's own number of an order is the shop's: a report joins no order of another tenant.
#[actix_web::test]
async fn a_shops_own_number_finds_only_its_own_order() {
    let server = TestServer::configured(TWO_TENANTS).await;
    let (ours, theirs) = (server.http.bearing(OURS), server.http.bearing(THEIRS));
    let made = ours.post(PROMISE, &promise("tea", 1).to_string()).await.expect(201);
    let order = text(&made, "orderRef");
    let before = lists(&ours).await;
    let report = json!({ "external_id": "R1", "customer": { "email": "jan@example.nl" },
        "invitation": { "delay": { "unit": "days", "amount": 3 } } });
    let report = report.to_string();
    let other = theirs.post("/api/v2/orders", &report).await.expect(201);
    assert_ne!(text(&other["order"], "uuid"), order);
    assert_eq!(lists(&ours).await, before);
    let joined = ours.post("/api/v2/orders", &report).await.expect(201);
    assert_eq!(text(&joined["order"], "uuid"), order);
}
