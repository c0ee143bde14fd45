//! Facilities, listings, stocks and reservations: what promises are made of.

use super::*;

/// Every page has the total, pages follow each other without a gap, and the last one is short.
#[actix_web::test]
async fn pages_of_facilities_have_a_total_and_no_gap() {
    let server = TestServer::start().await;
    let mut made = Vec::new();
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        made.push(server.facility(name).await);
    }
    let mut seen = Vec::new();
    let mut path = "/api/facilities?size=3".to_owned();
    for expected in [3, 3, 1] {
        let page = server.http.get(&path).await.expect(200);
        let rows = page["facilities"].as_array().expect("a page has rows");
        assert_eq!((rows.len(), &page["total"]), (expected, &json!(7)));
        seen.extend(rows.iter().map(|row| text(row, "id")));
        path = format!("/api/facilities?size=3&startAfterId={}", seen.last().expect("a row"));
    }
    let none = server.http.get(&path).await.expect(200);
    assert_eq!((&none["facilities"], &none["total"]), (&json!([]), &json!(7)));
    made.sort();
    seen.sort();
    assert_eq!(seen, made);
    let one = server.http.get("/api/facilities?tenantFacilityId=c&status=ONLINE").await.expect(200);
    assert_eq!(
        (&one["total"], &one["facilities"][0]["tenantFacilityId"]),
        (&json!(1), &json!("c"))
    );
}

#[actix_web::test]
async fn facilities_are_listed_in_the_order_that_is_asked_for() {
    let server = TestServer::start().await;
    for (name, code) in [("b", "2"), ("c", "1"), ("a", "2")] {
        let body = json!({ "name": name, "address": { "companyName": "Certus", "street": "x",
            "postalCode": code, "city": "Köln", "country": "DE" } });
        server.http.post("/api/facilities", &body.to_string()).await.expect(201);
    }
    for (order, expected) in [("CREATED", "bca"), ("NAME", "abc"), ("POSTAL_CODE_ASC", "cba")] {
        let (mut seen, mut after) = (String::new(), String::new());
        for _ in 0..expected.len() {
            let path = format!("/api/facilities?size=1&orderBy={order}{after}");
            let page = server.http.get(&path).await.expect(200);
            assert_eq!(page["total"], 3);
            seen += &text(&page["facilities"][0], "name");
            after = format!("&startAfterId={}", text(&page["facilities"][0], "id"));
        }
        assert_eq!(seen, expected, "{order}");
    }
}

/// P8: a facility has one version, which every change must name.
#[actix_web::test]
async fn a_facility_is_shown_changed_and_closed() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let path = format!("/api/facilities/{store}");
    let own = "/api/facilities/urn:fft:facility:tenantFacilityId:gouda";
    let shown = server.http.get(&path).await.expect(200);
    assert_eq!(server.http.get(own).await.expect(200), shown);

    let change = r#"{"type":"MANAGED_FACILITY","version":1,"status":"OFFLINE"}"#;
    let patch = |body: &'static str| server.http.send(hyper::Method::PATCH, own, &[], body);
    let changed = patch(change).await.expect(200);
    assert_eq!((&changed["status"], &changed["version"]), (&json!("OFFLINE"), &json!(2)));
    let stale = patch(change).await.expect(409);
    assert_eq!((&stale[0]["version"], &stale[0]["requestVersion"]), (&json!(2), &json!(1)));

    let mut whole = changed.clone();
    for ours in ["id", "created", "lastModified"] {
        whole.as_object_mut().expect("an object").remove(ours);
    }
    whole["status"] = json!("ONLINE");
    for (name, value) in
        [("fulfillmentProcessBuffer", json!(60)), ("capacityEnabled", json!(false))]
    {
        whole[name] = value;
    }
    let put = server.http.put(&path, &whole.to_string()).await.expect(200);
    assert_eq!((&put["status"], &put["version"]), (&json!("ONLINE"), &json!(3)));

    server.stock(&store, "tea", 5).await;
    assert_eq!(server.http.delete(&path).await.refused(409), "facility in use");
    let gone = server.http.delete(&format!("{path}?forceDeletion=true")).await;
    assert_eq!((gone.status, gone.body.as_str()), (200, ""));
    assert_eq!(server.http.get(&path).await.refused(404), "facility not found");
    let twin = server.facility("gouda").await;
    assert_ne!(twin, store, "an id is never used twice");
}

/// A facility that is offline sends nothing; one that came back does.
#[actix_web::test]
async fn a_facility_that_is_offline_sends_nothing() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let path = format!("/api/facilities/{store}");
    let set = |version: u32, status: &str| {
        json!({ "type": "MANAGED_FACILITY", "version": version, "status": status }).to_string()
    };
    let patch = async |body: String| {
        server.http.send(hyper::Method::PATCH, &path, &[], &body).await.expect(200);
    };
    patch(set(1, "OFFLINE")).await;
    assert_eq!(server.promises(&promise("tea", 1)).await.outcome, "not-held");
    patch(set(2, "ONLINE")).await;
    assert_eq!(server.promises(&promise("tea", 1)).await.outcome, "held");
}

#[actix_web::test]
async fn listings_are_put_listed_and_shown() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let path = format!("/api/facilities/{store}/listings");
    let rows: Vec<Value> =
        ["a", "b", "c"].map(|id| json!({ "tenantArticleId": id, "title": id })).into();
    let body = json!({ "listings": rows }).to_string();
    let put = server.http.put(&path, &body).await.expect(200);
    assert!(put.as_array().is_some_and(|all| all.iter().all(|it| it["status"] == "CREATED")));
    let again = server.http.put(&path, &body).await.expect(200);
    assert!(again.as_array().is_some_and(|all| all.iter().all(|it| it["status"] == "UNCHANGED")));

    let page = server.http.get(&format!("{path}?size=2&startAfterId=a")).await.expect(200);
    let names = page["listings"].as_array().expect("a page").iter();
    let names: Vec<String> = names.map(|row| text(row, "tenantArticleId")).collect();
    assert_eq!((names, &page["total"]), (vec!["b".into(), "c".into()], &json!(3)));
    let one = server.http.get(&format!("{path}/b")).await.expect(200);
    assert_eq!(one["tenantArticleId"], "b");
    assert_eq!(server.http.get(&format!("{path}/x")).await.refused(404), "listing not found");

    let off = json!({ "listings": [{ "tenantArticleId": "a", "status": "INACTIVE" }] });
    server.http.put(&path, &off.to_string()).await.expect(200);
    server.stock(&store, "a", 5).await;
    assert_eq!(server.promises(&promise("a", 1)).await.outcome, "not-held");
}

/// P8: a listing is changed member by member at its version, and goes away at it.
#[actix_web::test]
async fn a_listing_is_changed_and_removed() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let list = format!("/api/facilities/{store}/listings");
    let rows = json!({ "listings": [
        { "tenantArticleId": "tea", "title": "Tea", "outOfStockBehaviour": "BACKORDER" },
        { "tenantArticleId": "jam", "title": "Jam", "scannableCodes": ["1", "2"] } ] });
    server.http.put(&list, &rows.to_string()).await.expect(200);
    let waiting = server.promises(&promise("tea", 1)).await;
    assert_eq!(waiting.answer["backOrdered"]["lineItems"][0]["quantity"], 1);

    let tea = format!("{list}/tea");
    let change = json!({ "version": 1, "actions": [
        { "action": "ModifyListing", "title": null, "scannableCodes": ["2", "3"] } ] });
    let changed = server.http.patch(&tea, &change.to_string()).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.expect(200);
    assert_eq!((&changed[0]["version"], changed[0].get("title")), (&json!(2), None));
    assert_eq!(changed[0]["outOfStockBehaviour"], "BACKORDER", "what is not given stays");
    assert_eq!(server.http.get(&tea).await.expect(200), changed[0]);
    let stale = server.http.patch(&tea, &change.to_string()).await.expect(409);
    assert_eq!((&stale[0]["version"], &stale[0]["requestVersion"]), (&json!(2), &json!(1)));
    for (code, articles) in [("2", vec!["jam", "tea"]), ("3", vec!["tea"]), ("4", vec![])] {
        let page = server.http.get(&format!("{list}?scannableCode={code}")).await.expect(200);
        let rows = page["listings"].as_array().expect("a page").iter();
        let found: Vec<String> = rows.map(|row| text(row, "tenantArticleId")).collect();
        assert_eq!((found.len(), &page["total"]), (articles.len(), &json!(articles.len())));
        assert_eq!(found, articles, "{code}");
    }

    let remove = async |version: &str| {
        let headers = [("if-match", version)];
        server.http.send(hyper::Method::DELETE, &tea, &headers, "").await
    };
    assert_eq!(remove("\"1\"").await.refused(409), "version conflict");
    let gone = remove("\"2\"").await;
    assert_eq!((gone.status, gone.body.as_str()), (200, ""));
    assert_eq!(remove("\"2\"").await.refused(404), "listing not found");
    assert_eq!(
        server.http.patch(&tea, &change.to_string()).await.refused(404),
        "listing not found"
    );
    assert_eq!(server.promises(&promise("tea", 1)).await.outcome, "not-held");
    let held = server.http.get("/api/reservations").await.expect(200);
    assert_eq!(held["total"], 1, "what waits goes on waiting");

    assert_eq!(server.http.delete(&list).await.status, 200);
    assert_eq!(server.http.get(&list).await.expect(200)["total"], 0);
}

/// S1, S9: every number of a stock says what its name says; a batch is done whole or not at all.
#[actix_web::test]
async fn stock_is_counted_changed_and_removed() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let stock = server.stock(&store, "tea", 14).await;
    server.promises(&promise("tea", 4)).await;
    let path = format!("/api/stocks/{stock}");
    let shown = server.http.get(&path).await.expect(200);
    insta::assert_json_snapshot!("stock", without_ids(&shown));
    assert_eq!((&shown["reserved"], &shown["available"]), (&json!(4), &json!(10)));

    let batch = json!({ "stocks": [
        { "id": stock, "value": 20, "version": shown["version"] },
        { "tenantArticleId": "jam", "value": 1, "tenantFacilityId": "nowhere" } ] });
    server.http.put("/api/stocks", &batch.to_string()).await.refused(400);
    assert_eq!(server.http.get(&path).await.expect(200), shown, "a batch is whole or not there");

    let body = json!({ "value": 20, "version": shown["version"] }).to_string();
    let put = server.http.put(&path, &body).await.expect(200);
    assert_eq!((&put["value"], &put["available"]), (&json!(20), &json!(16)));
    assert_eq!(server.http.put(&path, &body).await.refused(409), "version conflict");

    let keep = json!({ "operations": [
        { "tenantArticleId": "tea", "value": 6, "facilityRef": store }] });
    let kept = server.http.put("/api/safetystocks", &keep.to_string()).await.expect(207);
    assert_eq!(kept[0]["status"], "CREATED");
    let sums = server.http.get("/api/stocks/summaries").await.expect(200);
    insta::assert_json_snapshot!("summary", without_ids(&sums));
    assert_eq!(server.available("tea").await, 10);

    server.http.delete(&path).await.expect(200);
    assert_eq!(server.http.get(&path).await.refused(404), "stock not found");
    assert_eq!(server.available("tea").await, 0);
}

/// S1: a shelf is counted to less than is held: the newest reservations lose their host.
#[actix_web::test]
async fn a_count_below_what_is_held_takes_the_newest_holds() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let stock = server.stock(&store, "tea", 5).await;
    let old = server.promises(&promise("tea", 3)).await.id;
    server.advance(Millis(1)).await;
    let new = server.promises(&promise("tea", 2)).await.id;
    let path = format!("/api/stocks/{stock}");
    let counted = server.http.put(&path, r#"{"value":3}"#).await.expect(200);
    assert_eq!((&counted["value"], &counted["reserved"]), (&json!(3), &json!(3)));
    let held = server.http.get("/api/reservations").await.expect(200);
    for row in held["reservations"].as_array().expect("a page") {
        let order = text(&row["relatedRefs"]["orderRefs"], 0);
        let host = if order == old { "STOCK" } else { "NONE" };
        assert_eq!(row["host"]["type"], host, "{row}");
        assert!(order == old || order == new);
    }
}

/// S2: each held line is a reservation, and pages of them have a beginning and an end.
#[actix_web::test]
async fn reservations_are_what_orders_hold() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(server.promises(&promise("tea", 2)).await.id);
    }
    let first = server.http.get("/api/reservations?size=2").await.expect(200);
    assert_eq!((&first["total"], &first["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
    let after = text(&first["pageInfo"], "endCursor");
    let second =
        server.http.get(&format!("/api/reservations?size=2&after={after}")).await.expect(200);
    let info = &second["pageInfo"];
    assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(false), &json!(true)));
    let rows = [&first, &second].into_iter().flat_map(|page| page["reservations"].as_array());
    let mut held: Vec<String> =
        rows.flatten().map(|row| text(&row["relatedRefs"]["orderRefs"], 0)).collect();
    held.sort();
    orders.sort();
    assert_eq!(held, orders);
    let one = &second["reservations"][0];
    let path = format!("/api/reservations/{}", text(one, "id"));
    assert_eq!(&server.http.get(&path).await.expect(200), one);
    insta::assert_json_snapshot!("reservation", without_ids(one));
    assert_eq!(
        server.http.get(&format!("/api/reservations/{store}")).await.refused(404),
        "reservation not found"
    );
}

/// Orders are listed with a total, and found by what the shop calls them.
#[actix_web::test]
async fn orders_are_listed_and_found() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let mut body = promise("tea", 1);
        body["tenantOrderId"] = json!(format!("R{number}"));
        ids.push(server.promises(&body).await.id);
    }
    server.act(&ids[1], "CANCEL", 1).await.expect(200);
    let page = server.http.get("/api/orders?size=2").await.expect(200);
    assert_eq!(page["total"], 5);
    insta::assert_json_snapshot!("orders", without_ids(&page));
    let after = text(&page["orders"][1], "id");
    let rest = server.http.get(&format!("/api/orders?startAfterId={after}")).await.expect(200);
    let mut all: Vec<String> = [&page, &rest]
        .into_iter()
        .flat_map(|page| page["orders"].as_array().expect("a page"))
        .map(|row| text(row, "id"))
        .collect();
    all.sort();
    ids.sort();
    assert_eq!(all, ids);
    let found = server.http.get("/api/orders?tenantOrderId=R3").await.expect(200);
    assert_eq!((&found["total"], &found["orders"][0]["tenantOrderId"]), (&json!(1), &json!("R3")));
}

/// S1, S2, S3: what lies elsewhere in the store is as much as before, and as much of it is held.
#[actix_web::test]
async fn stock_is_moved_within_a_store_and_removed_by_its_place() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let stock = server.stock(&store, "tea", 9).await;
    let held = server.promises(&promise("tea", 2)).await;
    let act = async |body: Value| server.http.post("/api/stocks/actions", &body.to_string()).await;
    let moving = |amount: u32| {
        json!({ "name": "MOVE_TO_LOCATION", "fromStockId": stock, "toLocationRef": "B-2",
            "amount": amount, "options": { "deleteFromStockIfZero": true } })
    };
    let moved = act(json!({ "action": moving(4) })).await.expect(200);
    let (from, to) = (&moved["result"]["fromStock"], &moved["result"]["toStock"]);
    assert_eq!(moved["name"], "MOVE_TO_LOCATION");
    assert_eq!((&from["value"], &from["reserved"]), (&json!(5), &json!(2)));
    assert_eq!((&to["value"], &to["locationRef"]), (&json!(4), &json!("B-2")));
    assert_eq!(act(json!({ "action": moving(6) })).await.refused(409), "too few pieces");
    assert_eq!(server.available("tea").await, 7);

    let rest = act(json!({ "actions": [moving(5)] })).await.expect(200);
    assert_eq!(rest[0]["result"].get("fromStock"), None, "it is empty and gone");
    assert_eq!(rest[0]["result"]["toStock"]["reserved"], 2);
    let there = server.http.get("/api/stocks?locationRef=B-2&size=1").await.expect(200);
    assert_eq!((&there["total"], &there["stocks"][0]["value"]), (&json!(1), &json!(9)));
    let orders = server.http.get(&format!("/api/orders/{}?certus=true", held.id)).await.expect(200);
    let host = &orders["customAttributes"]["certus"]["certusHeld"][0]["stockRef"];
    assert_eq!(host, &there["stocks"][0]["id"]);

    let nowhere = json!({ "name": "DELETE_BY_LOCATIONS", "locationRefs": ["B-2"],
        "facilityRef": server.facility("edam").await });
    let removal = json!({ "name": "DELETE_BY_LOCATIONS", "locationRefs": ["B-2", "C-3"] });
    let removed = act(json!({ "actions": [nowhere, removal] })).await.expect(200);
    assert_eq!(removed[0]["result"]["ids"], json!([]));
    assert_eq!(removed[1]["result"]["ids"], json!([there["stocks"][0]["id"]]));
    assert_eq!(server.available("tea").await, 0);
    let none = server.http.get("/api/stocks?locationRef=B-2").await.expect(200);
    assert_eq!(none["total"], 0);
}

/// S9: a facility's own safety stock goes before the one that holds everywhere, over a restart.
#[actix_web::test]
async fn safety_stocks_are_set_listed_and_removed() {
    let mut server = TestServer::start().await;
    let gouda = server.facility("gouda").await;
    server.stock(&gouda, "tea", 9).await;
    let path = "/api/safetystocks";
    let everywhere = json!({ "tenantArticleId": "tea", "value": 4 });
    let own = json!({ "tenantArticleId": "tea", "value": 1, "facilityRef": gouda });
    let body = json!({ "operations": [everywhere, own] }).to_string();
    let put = server.http.put(path, &body).await.expect(207);
    assert_eq!((&put[0]["status"], put[0].get("facilityRef")), (&json!("CREATED"), None));
    assert_eq!((&put[1]["status"], &put[1]["facilityRef"]), (&json!("CREATED"), &json!(gouda)));
    let again = server.http.put(path, &body).await.expect(207);
    assert_eq!((&again[0]["status"], &again[1]["status"]), (&json!("UPDATED"), &json!("UPDATED")));
    let nowhere = json!({ "tenantArticleId": "tea", "value": 2, "facilityRef": server.stock(&gouda, "jam", 1).await });
    let failed = json!({ "operations": [everywhere, nowhere] }).to_string();
    let failed = server.http.put(path, &failed).await.expect(207);
    let error = |at: usize, name: &str| text(&failed[at]["error"], name);
    assert_eq!((error(0, "type"), error(1, "type")), ("NOT_ALLOWED".into(), "NOT_FOUND".into()));
    assert!(error(1, "message").starts_with("operations[1].facilityRef: facility `"), "{failed}");
    let edam = server.facility("edam").await;
    server.stock(&edam, "tea", 9).await;
    assert_eq!(server.available("tea").await, 8 + 5);

    server.restart().await;
    assert_eq!(server.available("tea").await, 8 + 5);
    let list = server.http.get("/api/safetystocks?tenantArticleId=tea").await.expect(200);
    assert_eq!(list["total"], 2);
    let first = &list["safetyStocks"][0];
    assert_eq!((&first["value"], &first["version"]), (&json!(4), &json!(1)));
    let rest = format!("{path}?size=1&startAfterId={}", text(first, "id"));
    let rest = server.http.get(&rest).await.expect(200);
    assert_eq!(
        (&rest["total"], &rest["safetyStocks"][0]["facilityRef"]),
        (&json!(2), &json!(gouda))
    );
    let theirs = server.http.get(&format!("{path}?facilityRef={edam}")).await.expect(200);
    assert_eq!(theirs, json!({ "safetyStocks": [], "total": 0 }));

    for (id, left) in [(text(&rest["safetyStocks"][0], "id"), 5 + 5), (text(first, "id"), 9 + 9)] {
        let id = format!("{path}/{id}");
        let at = async |version: &str| {
            server.http.send(hyper::Method::DELETE, &id, &[("if-match", version)], "").await
        };
        let stale = at("\"7\"").await.expect(409);
        let seen = (&stale[0]["version"], &stale[0]["requestVersion"]);
        assert_eq!(seen, (&json!(1), &json!(7)), "{stale}");
        assert_eq!(at("\"1\"").await.status, 200);
        assert_eq!(server.http.delete(&id).await.refused(404), "safety stock not found");
        assert_eq!(server.available("tea").await, left);
    }
}
