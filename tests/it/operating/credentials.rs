//! Who may call, and that nobody sees anybody else's things.

use super::*;
use crate::tidy::documents::routes;
use hyper::Method;

pub(super) const OURS: &str = "the-token-of-ours1";
pub(super) const THEIRS: &str = "the-token-of-theirs";
pub(super) const TWO_TENANTS: &str = r#"
[[credentials]]
tenant = "ours"
name = "till"
token = "the-token-of-ours1"
[[credentials]]
tenant = "theirs"
name = "till"
token = "the-token-of-theirs"
"#;

/// A row of the matrix: a method, a path and a body.
pub(super) type Request = (Method, String, String);

/// The ids of a store, a lot, an order, a reservation, a subscription, a report and a safety stock.
pub(super) type Things = [String; 7];

/// Everything that can be asked of one tenant's things, by their ids.
fn requests(
    [store, stock, order, reservation, subscription, reported, safety]: &Things,
) -> Vec<Request> {
    let get = |path: String| (Method::GET, path, String::new());
    let delete = |path: String| (Method::DELETE, path, String::new());
    let patch = r#"{"type":"MANAGED_FACILITY","version":1,"name":"x"}"#;
    let replace = json!({ "type": "MANAGED_FACILITY", "version": 1, "name": "x", "status": "ONLINE",
        "locationType": "STORE", "fulfillmentProcessBuffer": 1, "capacityEnabled": false,
        "address": { "companyName": "c", "street": "s", "city": "x", "postalCode": "1",
            "country": "DE" } });
    let listings = r#"{"listings":[{"tenantArticleId":"tea","title":"x"}]}"#;
    let modify = r#"{"version":1,"actions":[{"action":"ModifyListing","title":"x"}]}"#;
    let act = |name: &str| json!({ "name": name, "version": 1 }).to_string();
    let rows = json!({ "stocks": [{ "id": stock, "value": 1 }] }).to_string();
    let mut all = vec![
        get(format!("/api/orders/{order}")),
        get(format!("/api/facilities/{store}")),
        get("/api/facilities/urn:fft:facility:tenantFacilityId:gouda".into()),
        get(format!("/api/facilities/{store}/listings")),
        get(format!("/api/facilities/{store}/listings/tea")),
        get(format!("/api/stocks/{stock}")),
        get(format!("/api/reservations/{reservation}")),
        (Method::PATCH, format!("/api/facilities/{store}"), patch.into()),
        (Method::PUT, format!("/api/facilities/{store}"), replace.to_string()),
        delete(format!("/api/facilities/{store}?forceDeletion=true")),
        (Method::PUT, format!("/api/facilities/{store}/listings"), listings.into()),
        (Method::PUT, format!("/api/stocks/{stock}"), r#"{"value":1}"#.into()),
        (Method::PUT, "/api/stocks".into(), rows),
        delete(format!("/api/stocks/{stock}")),
        delete(format!("/api/subscriptions/{subscription}")),
        get(format!("/api/v2/orders/{reported}")),
        get(format!("/api/v2/invitations/{reported}")),
        (Method::PATCH, format!("/api/v2/invitations/{reported}"), r#"{"reminder":null}"#.into()),
        delete(format!("/api/v2/invitations/{reported}")),
        delete(format!("/api/safetystocks/{safety}")),
        delete(format!("/api/facilities/{store}/listings")),
        delete(format!("/api/facilities/{store}/listings/tea")),
        (Method::PATCH, format!("/api/facilities/{store}/listings/tea"), modify.into()),
    ];
    all.extend(door_1(order));
    let lines = r#"{"lineItems":[{"partNumber":"tea"}]}"#;
    all.extend([
        get(format!("/orders/{order}")),
        (Method::POST, format!("/orders/{order}/lineItems"), lines.into()),
        (Method::POST, format!("/orders/{order}/cancel"), r#"{"reason":"x"}"#.into()),
        // The number of our first order, which is the only one.
        get("/orders/1".into()),
        get("/deliveries/1".into()),
        get("/api/orders/1".into()),
        get("/api/v2/orders/1".into()),
        get("/api/v2/invitations/2".into()),
    ]);
    for name in ["CONFIRM_PROMISE", "EXTEND_PROMISE", "CANCEL"] {
        all.push((Method::POST, format!("/api/orders/{order}/actions"), act(name)));
    }
    all
}

/// What a request must carry besides its token, at the door that wants both.
fn with(token: &str) -> [(&str, &str); 2] {
    [("x-api-key", token), ("idempotency-key", "550e8400-e29b-41d4-a716-446655440000")]
}

/// The same at the workflow server's door; the first line of the order is an item.
fn door_1(order: &str) -> Vec<Request> {
    let head = order.get(..order.len().saturating_sub(4)).unwrap_or_default();
    let item = format!("{head}0001");
    let post = |path: String, body: &str| (Method::POST, path, body.to_owned());
    let window = r#"{"start_utc":2000000000,"end_utc":2000003600}"#;
    let with = r#"{"product":{"client_sku":"jam"}}"#;
    vec![
        (Method::GET, format!("/deliveries/{order}"), String::new()),
        post(format!("/deliveries/{order}/cancel"), ""),
        post(format!("/deliveries/{order}/stage"), ""),
        post(format!("/deliveries/{order}/pickers"), r#"{"picker_id":"emil"}"#),
        post(format!("/deliveries/{order}/arrive_soon"), ""),
        post(format!("/deliveries/{order}/delivered"), ""),
        (Method::PUT, format!("/deliveries/{order}/desired_delivery_window"), window.into()),
        post(format!("/delivery_items/{item}/out_of_stock"), ""),
        post(format!("/delivery_items/{item}/substitute"), with),
    ]
}

/// The rows above are all routes of the table that name a thing: a new one must join them.
#[test]
fn every_route_that_names_a_thing_is_asked_for_anothers() {
    let asked = requests(&["s", "k", "o", "r", "u", "i", "f"].map(String::from));
    // What these are named by is a secret, or belongs to nobody.
    let others = ["{secret}", "{token}", "{name}", "{file}"];
    let names_a_thing =
        |path: &str| path.contains('{') && !others.iter().any(|it| path.contains(it));
    for route in routes().into_iter().filter(|route| names_a_thing(&route.path)) {
        let is_it = |path: &str| {
            let path = path.split('?').next().unwrap_or_default();
            let (path, row) = (path.split('/'), route.path.split('/'));
            path.clone().count() == row.clone().count()
                && path.zip(row).all(|(part, row)| row.starts_with('{') || part == row)
        };
        let found =
            asked.iter().any(|(method, path, _)| method.as_str() == route.method && is_it(path));
        assert!(found, "requests() has no row for {} {}", route.method, route.path);
    }
}

/// Makes a store, a lot, a promise, a subscription, a report and a safety stock, and answers with
/// their ids and the reservation's.
pub(super) async fn furnish(http: &Caller) -> Things {
    let store = json!({ "name": "gouda", "tenantFacilityId": "gouda", "address": {
        "companyName": "c", "street": "s", "city": "x", "postalCode": "1", "country": "DE" } });
    let store = text(&http.post("/api/facilities", &store.to_string()).await.expect(201), "id");
    let stock = json!({ "tenantArticleId": "tea", "value": 9, "facilityRef": store }).to_string();
    let stock = text(&http.post("/api/stocks", &stock).await.expect(201), "id");
    let order = http.post(PROMISE, &promise("tea", 2).to_string()).await.expect(201);
    let held = http.get("/api/reservations").await.expect(200);
    let hook = json!({ "name": "hook", "event": "ORDER_CREATED",
        "target": { "type": "WEBHOOK", "callbackUrl": "https://shop.example.com/hooks" } });
    let hook = http.post("/api/subscriptions", &hook.to_string()).await.expect(201);
    let reservation = text(&held["reservations"][0], "id");
    let report = json!({ "external_id": "R9", "customer": { "email": "jan@example.nl" },
        "invitation": { "delay": { "unit": "days", "amount": 3 } } });
    let report = http.post("/api/v2/orders", &report.to_string()).await.expect(201);
    let reported = text(&report["order"], "uuid");
    let keep = json!({ "tenantArticleId": "tea", "value": 1, "facilityRef": store });
    let keep = json!({ "operations": [keep] }).to_string();
    http.put("/api/safetystocks", &keep).await.expect(207);
    let kept = http.get("/api/safetystocks").await.expect(200);
    let safety = text(&kept["safetyStocks"][0], "id");
    [store, stock, text(&order, "orderRef"), reservation, text(&hook, "id"), reported, safety]
}

/// Names of nothing, in the form of those that [`furnish`] makes.
pub(super) fn absent() -> Things {
    let id = |part: &str| format!("019bb2a0-44f1-7d02-b1c3-91a0d4e7{part}");
    ["0000", "0001", "1000", "1001", "0002", "2000", "0003"].map(id)
}

/// An answer without what names the request.
pub(super) fn bare(reply: &Reply, ids: &Things) -> String {
    let mut said = reply.body.replace(reply.header("x-correlation-id"), "");
    for id in ids {
        let item = format!("{}0001", &id[..id.len() - 4]);
        said = said.replace(id, "").replace(&item, "");
    }
    said
}

/// Lists and filters and places in them that name one tenant's things.
fn looks(things: &Things) -> Vec<String> {
    let [store, stock, order, reservation, subscription, reported, safety] = things;
    vec![
        "/orders".into(),
        "/deliveries".into(),
        "/deliveries/history".into(),
        "/deliveries?store_id=gouda".into(),
        "/deliveries?order_id=R1".into(),
        "/picklist".into(),
        "/router/deliveries/unroute".into(),
        "/api/orders?tenantOrderId=R1".into(),
        format!("/api/orders?startAfterId={order}"),
        "/api/facilities?status=ONLINE".into(),
        format!("/api/facilities?startAfterId={store}"),
        format!("/api/stocks?facilityRef={store}"),
        format!("/api/stocks?startAfterId={stock}"),
        "/api/stocks?tenantArticleId=tea".into(),
        format!("/api/stocks/summaries?facilityRefs={store}"),
        "/api/stocks/summaries?tenantArticleIds=tea".into(),
        format!("/api/safetystocks?facilityRef={store}"),
        format!("/api/safetystocks?startAfterId={safety}"),
        format!("/api/reservations?after={reservation}"),
        "/api/subscriptions".into(),
        format!("/api/subscriptions?startAfterId={subscription}"),
        "/api/v2/orders?external_id=R9".into(),
        "/api/v2/orders?sort=created_at".into(),
        format!("/api/v2/invitations?order_id={reported}"),
        "/api/v2/invitations?is_sent=false".into(),
        "/api/v2/invitations/calendar?from=2026-01-01&to=2026-02-01".into(),
        "/feed?follow=false".into(),
        "/feed?follow=false&from=1".into(),
        "/feed?follow=false&from_time=2026-01-12T09:00:00Z".into(),
        format!("/feed?follow=false&subject=orders/{order}"),
    ]
}

/// All that a tenant can list.
pub(super) async fn lists(http: &Caller) -> Vec<String> {
    let mut bodies = Vec::new();
    for path in [
        "/api/orders",
        "/api/facilities",
        "/api/stocks",
        "/api/reservations",
        "/api/stocks/summaries",
        "/api/safetystocks",
        "/api/subscriptions",
        "/api/configurations/promises",
        "/api/v2/orders",
        "/api/v2/invitations",
    ] {
        let reply = http.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        bodies.push(reply.body);
    }
    bodies
}

/// Whoever is not known is told so, alike on every route.
#[actix_web::test]
async fn without_a_good_token_every_route_is_401() {
    let server = TestServer::configured(TWO_TENANTS).await;
    let id = "019bb2a0-44f1-7d02-b1c3-91a0d4e70000";
    let mut all = requests(&[id; 7].map(String::from));
    all.push((Method::POST, PROMISE.into(), promise("tea", 1).to_string()));
    all.push((Method::POST, "/api/orders".into(), "{".into()));
    for path in ["/api/orders", "/api/facilities", "/api/stocks/summaries", "/api/health"] {
        all.push((Method::GET, path.into(), String::new()));
    }
    let inside = format!("/api/orders?access_token={OURS}");
    all.push((Method::GET, inside, String::new()));
    for caller in [server.http.clone(), server.http.bearing("the-token-of-nobody")] {
        for (method, path, body) in &all {
            let reply = caller.send(method.clone(), path, &[], body).await;
            assert_eq!(reply.header("www-authenticate"), "Bearer", "{method} {path}");
            if path.starts_with("/api/v2/") {
                assert_eq!(reply.body, r#"{"success":false,"error":"Unauthorized"}"#);
            } else if path.starts_with("/api/") {
                assert_eq!(
                    reply.complaint(),
                    "unauthorized | a good credential is needed, once, in Authorization"
                );
            }
            assert_eq!(reply.status, 401, "{method} {path}");
            server.advance(Millis(1_000)).await; // so many bad ones in a second would be 429
        }
    }
    for path in ["/healthz", "/readyz", "/api/status"] {
        assert_eq!(server.http.get(path).await.status, 200, "{path} is open");
    }
}

/// What belongs to another tenant is not there: 404 on every route, and nothing is changed.
#[actix_web::test]
async fn a_tenant_never_meets_the_things_of_another() {
    let server = TestServer::configured(TWO_TENANTS).await;
    let (ours, theirs) = (server.http.bearing(OURS), server.http.bearing(THEIRS));
    let things = furnish(&ours).await;
    let [store, _, order, ..] = &things;
    let before = lists(&ours).await;
    let nothing = absent();
    for (there, nowhere) in requests(&things).into_iter().zip(requests(&nothing)) {
        let ask = async |(method, path, body): &Request| {
            theirs.send(method.clone(), path, &with(THEIRS), body).await
        };
        let told = format!("{} {}", there.0, there.1);
        let (one, other) = (ask(&there).await, ask(&nowhere).await);
        assert_eq!(one.status, 404, "{told}: {}", one.body);
        assert_eq!(bare(&one, &things), bare(&other, &nothing), "{told} tells what is there");
    }
    let resumed = theirs.send(Method::GET, "/feed?follow=false", &[("last-event-id", "1")], "");
    let resumed = resumed.await;
    assert_eq!((resumed.status, things.iter().find(|id| resumed.body.contains(*id))), (200, None));
    for path in looks(&things) {
        let found = theirs.send(Method::GET, &path, &with(THEIRS), "").await;
        assert!([200, 400, 404, 422].contains(&found.status), "{path}: {}", found.body);
        let mut others = things.iter().filter(|id| !path.contains(id.as_str()));
        let seen = others.find(|id| found.body.contains(id.as_str()));
        assert_eq!(seen, None, "{path}: {}", found.body);
    }
    let mut named = promise("tea", 1);
    named["deliveryPreferences"] =
        json!({ "shipping": { "preselectedFacilities": [{ "facilityRef": store }] } });
    theirs.post(PROMISE, &named.to_string()).await.refused(400);
    let replaces = [("certus-replaces", order.as_str())];
    let body = promise("tea", 1).to_string();
    theirs.send(Method::POST, PROMISE, &replaces, &body).await.refused(404);
    let stock = json!({ "tenantArticleId": "tea", "value": 9, "facilityRef": store }).to_string();
    theirs.post("/api/stocks", &stock).await.refused(400);
    for path in ["/api/orders", "/api/facilities", "/api/reservations", "/api/stocks/summaries"] {
        assert_eq!(theirs.get(path).await.expect(200)["total"], 0, "{path}");
    }
    assert_eq!(lists(&ours).await, before);

    // The same names and the same stock stand side by side.
    let [mine, ..] = furnish(&theirs).await;
    assert_ne!(mine, *store);
    assert_eq!(lists(&ours).await, before);
    let settings = r#"{"version":1,"invalidAfterTime":"PT15M"}"#;
    theirs.put("/api/configurations/promises", settings).await.expect(200);
    assert_eq!(lists(&ours).await, before);
}

/// K4: one tenant's key is not another's, whatever is asked under it.
#[actix_web::test]
async fn a_tenant_never_meets_the_keys_of_another() {
    let server = TestServer::configured(TWO_TENANTS).await;
    let (ours, theirs) = (server.http.bearing(OURS), server.http.bearing(THEIRS));
    let report = r#"{"external_id":"R9","customer":{"email":"jan@example.nl"}}"#;
    let promise = promise("tea", 1).to_string();
    for (path, body) in [(PROMISE, promise.as_str()), ("/api/v2/orders", report)] {
        let first = ours.post_as("k", path, body).await;
        let other = theirs.post_as("k", path, body).await;
        assert!(other.headers.get("idempotency-replayed").is_none(), "{}", other.body);
        assert_ne!(other.expect(201), first.expect(201), "{path}");
        let again = ours.post_as("k", path, body).await;
        assert_eq!(again.header("idempotency-replayed"), "true");
    }
}

/// The routes that one tenant may use work with its token: the matrix above is not empty.
#[actix_web::test]
async fn a_tenant_meets_its_own_things() {
    let server = TestServer::configured(TWO_TENANTS).await;
    let ours = server.http.bearing(OURS);
    let things = furnish(&ours).await;
    for (method, path, body) in requests(&things) {
        if method == Method::GET && !path.ends_with("/tea") {
            let reply: Reply = ours.send(method, &path, &with(OURS), &body).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        }
    }
}
