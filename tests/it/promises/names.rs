//! What facilities, stocks and articles are called, and lists that go on after one of them.

use super::*;

/// What a page begins after need not fit the filter any more, but it must be there.
#[actix_web::test]
async fn a_sorted_list_goes_on_after_a_facility_that_left_it() {
    let server = TestServer::start().await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(server.facility(name).await);
    }
    let offline = r#"{"type":"MANAGED_FACILITY","version":1,"status":"OFFLINE"}"#;
    let path = format!("/api/facilities/{}", ids[1]);
    server.http.send(hyper::Method::PATCH, &path, &[], offline).await.expect(200);
    for order in ["NAME", "POSTAL_CODE_ASC"] {
        let list = format!("/api/facilities?status=ONLINE&orderBy={order}&startAfterId={}", ids[1]);
        let page = server.http.get(&list).await.expect(200);
        assert_eq!(page["facilities"].as_array().map(Vec::len), Some(1), "{order}");
        assert_eq!(page["facilities"][0]["id"], json!(ids[2]), "{order}");
    }
    server.http.delete(&path).await.expect(200);
    for order in ["NAME", "POSTAL_CODE_ASC"] {
        let list = format!("/api/facilities?orderBy={order}&startAfterId={}", ids[1]);
        let refused = server.http.get(&list).await;
        assert!(refused.complaint().contains(" | startAfterId: "), "{}", refused.body);
        assert_eq!(refused.refused(400), "malformed request");
    }
}

/// A name is one stock's: a creation under it changes that stock, unless it is of another article.
#[actix_web::test]
async fn a_name_of_another_articles_stock_is_refused() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let named = |article: &str, value: u32| {
        json!({ "tenantArticleId": article, "value": value, "facilityRef": store,
            "tenantStockId": "shelf-1" })
    };
    let post = async |stock: &Value| server.http.post("/api/stocks", &stock.to_string()).await;
    let made = post(&named("tea", 5)).await.expect(201);
    let again = post(&named("tea", 6)).await.expect(201);
    assert_eq!(again["id"], made["id"]);
    let refused = post(&named("jam", 7)).await;
    assert!(refused.complaint().contains("tenantStockId: `shelf-1` is a stock of article `tea`"));
    assert_eq!(refused.refused(409), "tenantStockId in use");
    let batch = json!({ "stocks": [named("jam", 7)] }).to_string();
    let refused = server.http.put("/api/stocks", &batch).await;
    assert_eq!(refused.refused(409), "tenantStockId in use");
    assert_eq!(server.available("tea").await, 6);
    let mut other = named("jam", 7);
    other["tenantStockId"] = json!("shelf-2");
    let jam = post(&other).await.expect(201);
    let first = json!({ "tenantArticleId": "milk", "value": 1, "facilityRef": store });
    for (row, said) in [
        (named("jam", 7), "stocks[1].tenantStockId: `shelf-1` is a stock of article `tea`"),
        (
            json!({ "id": jam["id"], "value": 7, "tenantStockId": "shelf-1" }),
            "stocks[1].tenantStockId: `shelf-1` is a stock of article `tea`",
        ),
        (
            json!({ "id": made["id"], "value": 7, "version": 1 }),
            "stocks[1].version: it is at version 2, version 1 was sent",
        ),
    ] {
        let batch = json!({ "stocks": [first, row] }).to_string();
        let refused = server.http.put("/api/stocks", &batch).await;
        assert!(refused.complaint().contains(said), "{}", refused.body);
        refused.expect(409);
    }
}

/// A name is one stock's, whichever way a stock comes by it, and who gives it up frees it.
#[actix_web::test]
async fn a_stock_is_not_renamed_to_the_name_of_another() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let named = |name: &str| json!({ "tenantArticleId": "tea", "value": 5, "facilityRef": store, "tenantStockId": name });
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let made = server.http.post("/api/stocks", &named(name).to_string()).await.expect(201);
        ids.push(text(&made, "id"));
    }
    let put = async |id: &str, name: &str| {
        let body = json!({ "value": 5, "tenantStockId": name }).to_string();
        server.http.put(&format!("/api/stocks/{id}"), &body).await
    };
    let refused = put(&ids[1], "one").await;
    assert!(refused.complaint().contains(" | tenantStockId: `one` is a stock"), "{}", refused.body);
    assert_eq!(refused.refused(409), "tenantStockId in use");
    put(&ids[0], "one").await.expect(200);
    let swap = json!({ "stocks": [
        { "id": ids[0], "value": 5, "tenantStockId": "three" },
        { "id": ids[1], "value": 5, "tenantStockId": "one" },
    ] });
    server.http.put("/api/stocks", &swap.to_string()).await.expect(200);
    assert_eq!(put(&ids[0], "one").await.refused(409), "tenantStockId in use");
}

/// An article has no title of its own: it is what the first facility that says one calls it.
#[actix_web::test]
async fn a_summary_shows_the_first_title_that_a_listing_has() {
    let server = TestServer::start().await;
    let mut stores = Vec::new();
    for name in ["gouda", "utrecht"] {
        let store = server.facility(name).await;
        server.stock(&store, "tea", 5).await;
        stores.push(store);
    }
    stores.sort();
    let title = async || {
        let sums = server.http.get("/api/stocks/summaries").await.expect(200);
        text(&sums["stockSummaries"][0]["article"], "title")
    };
    assert_eq!(title().await, "tea", "nobody calls it anything");
    for (store, said) in [(&stores[1], "Second"), (&stores[0], "First")] {
        let rows = json!({ "listings": [{ "tenantArticleId": "tea", "title": said }] });
        let path = format!("/api/facilities/{store}/listings");
        server.http.put(&path, &rows.to_string()).await.expect(200);
        assert_eq!(title().await, said);
    }
}

/// A facility may be named in two places and by two names, and all must be of one facility.
#[actix_web::test]
async fn a_stock_names_one_facility_wherever_it_does() {
    let server = TestServer::start().await;
    let [gouda, utrecht] = [server.facility("gouda").await, server.facility("utrecht").await];
    let post = async |inner: Value, outer: (&str, &str)| {
        let mut body = json!({ "tenantArticleId": "tea", "value": 5, "facility": inner });
        body[outer.0] = json!(outer.1);
        server.http.post("/api/stocks", &body.to_string()).await
    };
    let by_id = || json!({ "facilityRef": gouda });
    let by_name = || json!({ "tenantFacilityId": "gouda" });
    for (inner, outer, summary) in [
        (by_id(), ("facilityRef", utrecht.as_str()), "malformed request"),
        (by_name(), ("tenantFacilityId", "utrecht"), "malformed request"),
        (by_id(), ("tenantFacilityId", "utrecht"), "no such facility"),
        (by_name(), ("facilityRef", utrecht.as_str()), "no such facility"),
    ] {
        assert_eq!(post(inner, outer).await.refused(400), summary);
    }
    for (inner, outer) in [
        (by_id(), ("facilityRef", gouda.as_str())),
        (by_id(), ("tenantFacilityId", "gouda")),
        (by_name(), ("facilityRef", gouda.as_str())),
    ] {
        assert_eq!(text(&post(inner, outer).await.expect(201), "facilityRef"), gouda);
    }
}
