//! Where the addresses of profiles are, and what routing makes of it.

use workflow::time::Millis;

use super::*;

const PATH: &str = "/admin/v1/addresses/88120?tenant=default";

/// A store at a place, with some of the example's article.
async fn store(server: &TestServer, name: &str, (lat, lon): (f64, f64)) {
    let body = json!({ "name": name, "tenantFacilityId": name, "address": { "companyName": "c",
        "street": "s", "city": "x", "postalCode": "1", "country": "DE",
        "resolvedCoordinates": { "lat": lat, "lon": lon } } });
    let made = server.http.post("/api/facilities", &body.to_string()).await.expect(201);
    server.stock(&text(&made, "id"), "PART-12345", 9).await;
}

/// The store that the next order of the example comes from.
async fn source(server: &TestServer, number: u32) -> String {
    let made = server.customer(&key(number), "/orders", SAMPLE).await.expect(200);
    let seen = server.http.get(&format!("/deliveries/{}", made["data"]["orderId"])).await;
    text(&seen.expect(200)["order"]["items"][0], "store_id")
}

/// An order comes from near the address, over a restart too; what is known changes by version.
#[actix_web::test]
async fn an_order_comes_from_near_its_address() {
    let mut server = TestServer::start().await;
    let (hamburg, munich) = ((53.55, 10.0), (48.14, 11.58));
    store(&server, "hamburg", hamburg).await;
    store(&server, "munich", munich).await;
    let at = |(lat, lon): (f64, f64)| {
        json!({ "coordinates": { "lat": lat, "lon": lon }, "country": "DE" }).to_string()
    };
    server.operators().get(PATH).await.expect(404);
    let first = server.operators().put(PATH, &at(munich)).await;
    assert_eq!(first.header("etag"), "\"1\"");
    first.expect(200);
    assert_eq!(source(&server, 1).await, "munich");
    let stale = [("if-match", "\"2\"")];
    server.operators().send(Method::PUT, PATH, &stale, &at(hamburg)).await.expect(412);
    let known = [("if-match", "\"1\"")];
    let moved = server.operators().send(Method::PUT, PATH, &known, &at(hamburg)).await.expect(200);
    assert_eq!((&moved["version"], &moved["coordinates"]["lat"]), (&json!(2), &json!(53.55)));
    assert_eq!(source(&server, 2).await, "hamburg");
    let same = server.operators().put(PATH, &at(hamburg)).await.expect(200);
    assert_eq!(same, moved, "what is so already changes nothing");
    server.restart().await;
    server.advance(Millis::hours(1)).await;
    assert_eq!(server.operators().get(PATH).await.expect(200), moved);
    assert_eq!(source(&server, 3).await, "hamburg");
    server.operators().get("/admin/v1/addresses/88120?tenant=other").await.expect(404);
}

#[actix_web::test]
async fn nonsense_about_an_address_is_refused() {
    let server = TestServer::start().await;
    let operators = server.operators();
    for (path, body, status) in [
        (PATH, "{", 400),
        (PATH, r#"{"colour":"red"}"#, 400),
        ("/admin/v1/addresses/88120", r#"{"coordinates":{"lat":1,"lon":1}}"#, 400),
        (PATH, "{}", 422),
        (PATH, r#"{"coordinates":{"lat":91,"lon":1}}"#, 422),
        (PATH, r#"{"coordinates":{"lat":1,"lon":1},"country":"de"}"#, 422),
        ("/admin/v1/addresses/0?tenant=default", r#"{"coordinates":{"lat":1,"lon":1}}"#, 404),
        ("/admin/v1/addresses/x?tenant=default", r#"{"coordinates":{"lat":1,"lon":1}}"#, 404),
    ] {
        let reply = operators.put(path, body).await;
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.status, status, "{path} {body}: {}", reply.body);
    }
    operators.get(PATH).await.expect(404);
}
