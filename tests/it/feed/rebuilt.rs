//! D12: whoever has only the feed has the server's numbers, after any history, from any place.

use std::collections::BTreeMap;

use actors::Random;
use workflow::time::Time;

use super::consumer::{Consumer, Row};
use super::*;
use crate::support::{BEGIN, between, seed};

const ARTICLES: [&str; 3] = ["tea", "jam", "rusk"];
/// Steps between two looks.
const STEPS: usize = 80;
const LOOKS: usize = 4;

/// Somebody who does all that can be done to stock.
struct Shop {
    server: TestServer,
    random: Random,
    stores: Vec<String>,
    orders: Vec<String>,
    opened: u64,
    now: Time,
}

impl Shop {
    async fn step(&mut self) {
        match between(&mut self.random, 0, 27) {
            0..=3 => self.deliver().await,
            4..=9 => self.promise().await,
            10..=11 => self.act("CONFIRM_PROMISE").await,
            12..=14 => self.act("CANCEL").await,
            15 => self.correct().await,
            16 => self.take_away().await,
            17 => self.keep_back().await,
            18 => self.wait().await,
            19 => self.relocate().await,
            20..=22 => self.hand_over().await,
            23..=26 => self.pick_and_ship().await,
            _ => self.close_or_open().await,
        }
    }

    fn any<T: Clone>(random: &mut Random, of: &[T]) -> Option<T> {
        let last = of.len().checked_sub(1)? as u64;
        of.get(between(random, 0, last) as usize).cloned()
    }

    fn article(&mut self) -> &'static str {
        Shop::any(&mut self.random, &ARTICLES).expect("there are three")
    }

    async fn deliver(&mut self) {
        let Some(store) = Shop::any(&mut self.random, &self.stores) else { return };
        let (article, value) = (self.article(), between(&mut self.random, 0, 9));
        let mut body = json!({ "tenantArticleId": article, "value": value,
            "facility": { "facilityRef": store } });
        if between(&mut self.random, 0, 3) == 0 {
            let hours = between(&mut self.random, 1, 12);
            body["availableUntil"] = json!((self.now + Millis::hours(hours)).to_string());
        }
        self.server.http.post("/api/stocks", &body.to_string()).await.expect(201);
    }

    async fn promise(&mut self) {
        let (article, quantity) = (self.article(), between(&mut self.random, 1, 6) as i64);
        let body = promise(article, quantity).to_string();
        let made = self.server.http.post(PROMISE, &body).await.expect(201);
        self.orders.push(text(&made, "orderRef"));
    }

    async fn act(&mut self, name: &str) {
        let Some(order) = Shop::any(&mut self.random, &self.orders) else { return };
        let path = format!("/api/orders/{order}");
        let seen = self.server.http.get(&path).await.expect(200);
        let body = json!({ "name": name, "version": seen["version"] }).to_string();
        self.server.http.post(&format!("{path}/actions"), &body).await; // perhaps it is too late
    }

    async fn lot(&mut self) -> Option<String> {
        let lots: Vec<String> = lots(&self.server).await.into_keys().collect();
        Shop::any(&mut self.random, &lots)
    }

    async fn correct(&mut self) {
        let Some(lot) = self.lot().await else { return };
        let body = json!({ "value": between(&mut self.random, 0, 9) }).to_string();
        self.server.http.put(&format!("/api/stocks/{lot}"), &body).await.expect(200);
    }

    async fn take_away(&mut self) {
        let Some(lot) = self.lot().await else { return };
        self.server.http.delete(&format!("/api/stocks/{lot}")).await.expect(200);
    }

    async fn keep_back(&mut self) {
        let Some(store) = Shop::any(&mut self.random, &self.stores) else { return };
        let (article, value) = (self.article(), between(&mut self.random, 0, 3));
        let row = json!({ "tenantArticleId": article, "value": value, "facilityRef": store });
        let body = json!({ "operations": [row] }).to_string();
        self.server.http.put("/api/safetystocks", &body).await.expect(207);
    }

    async fn relocate(&mut self) {
        let Some(lot) = self.lot().await else { return };
        let place = format!("A-{}", between(&mut self.random, 1, 3));
        let action = json!({ "name": "MOVE_TO_LOCATION", "fromStockId": lot,
            "toLocationRef": place, "amount": between(&mut self.random, 1, 4),
            "options": { "deleteFromStockIfZero": between(&mut self.random, 0, 1) == 0 } });
        let body = json!({ "action": action }).to_string();
        let moved = self.server.http.post("/api/stocks/actions", &body).await;
        assert!([200, 409].contains(&moved.status), "{}", moved.body); // perhaps it has too few
    }

    async fn hand_over(&mut self) {
        let (article, quantity) = (self.article(), between(&mut self.random, 1, 3));
        let body = json!({ "customer": { "name": "Jane", "shipping_address": "1 Main St",
                "email": "jane@example.com" }, "order": {},
            "order_items": [{ "client_sku": article, "quantity": quantity, "price": 1 }] });
        self.server.http.post("/deliveries", &body.to_string()).await.expect(200);
    }

    /// A picker's round: all of the list is scanned or found missing, and what is whole leaves.
    async fn pick_and_ship(&mut self) {
        let http = self.server.http.clone();
        let list = http.post("/picklist/next", "").await.expect(200);
        for item in list.as_array().expect("it is a list") {
            if between(&mut self.random, 0, 3) == 0 {
                http.post(&format!("/delivery_items/{}/out_of_stock", item["id"]), "").await;
                continue;
            }
            let scan = json!({ "barcode": item["client_sku"], "id": item["id"],
                "quantity": item["quantity"] });
            http.post("/delivery_items/pick", &scan.to_string()).await; // perhaps it was before
        }
        http.delete("/picklist/picked").await.expect(200);
        let staged = http.get("/router/deliveries/unroute").await.expect(200);
        let staged = staged.as_array().expect("it is a list");
        let staged: Vec<&Value> = staged.iter().map(|it| &it["id"]).collect();
        if !staged.is_empty() {
            let body = json!({ "deliveries": staged }).to_string();
            http.post("/router/deliveries/add", &body).await.expect(200);
        }
    }

    async fn wait(&mut self) {
        let hours = Millis::hours(between(&mut self.random, 1, 5));
        self.advance(hours).await;
    }

    async fn advance(&mut self, by: Millis) {
        let now = self.server.server().shards().advance(by).await;
        self.now = now.expect("time is by hand");
    }

    /// Starts again; time begins at the last record.
    async fn restart(&mut self) {
        self.server.restart().await;
        self.advance(Millis::hours(1)).await;
    }

    async fn close_or_open(&mut self) {
        if self.stores.len() > 2 {
            let store = self.stores.remove(0);
            let path = format!("/api/facilities/{store}?forceDeletion=true");
            self.server.http.delete(&path).await.expect(200);
            return;
        }
        self.opened += 1;
        self.stores.push(self.server.facility(&format!("store-{}", self.opened)).await);
    }
}

/// The numbers of every lot, as the server says them.
async fn lots(server: &TestServer) -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = server.http.get(&format!("/api/stocks?size=100{after}")).await.expect(200);
        let stocks = page["stocks"].as_array().expect("it is a list");
        for stock in stocks {
            let number = |name: &str| stock[name].as_u64().expect("it is a number");
            let (facility, article) = (text(stock, "facilityRef"), text(stock, "tenantArticleId"));
            let numbers = (number("value"), number("reserved"), number("available"));
            let row = (facility, article, numbers.0, numbers.1, numbers.2);
            rows.insert(text(stock, "id"), row);
        }
        let Some(last) = stocks.last().filter(|_| stocks.len() == 100) else { return rows };
        after = format!("&startAfterId={}", text(last, "id"));
    }
}

async fn articles(server: &TestServer) -> BTreeMap<String, u64> {
    let mut articles = BTreeMap::new();
    for article in ARTICLES {
        let path = format!("/api/stocks/summaries?tenantArticleIds={article}");
        let said = server.http.get(&path).await.expect(200);
        let available = said["stockSummaries"][0]["details"]["availableForPicking"].as_u64();
        articles.insert(article.to_owned(), available.unwrap_or(0));
    }
    articles
}

/// D12: a consumer built from the feed has the numbers of the server, resumed and over restarts.
#[actix_web::test]
async fn the_feed_alone_gives_the_servers_numbers() {
    let server = TestServer::start().await;
    let random = Random::seeded(seed());
    let (stores, orders) = (Vec::new(), Vec::new());
    let mut shop = Shop { server, random, stores, orders, opened: 0, now: BEGIN };
    for _ in 0..3 {
        shop.close_or_open().await;
    }
    let mut resumed = Consumer::default();
    for look in 0..LOOKS {
        for _ in 0..STEPS {
            shop.step().await;
        }
        if look == LOOKS / 2 {
            shop.restart().await;
        }
        for line in told(&shop.server.http, &format!("from={}", resumed.lsn)).await {
            resumed.hear(&line);
        }
        assert_eq!(resumed.lots(shop.now), lots(&shop.server).await, "look {look}");
        let expected = articles(&shop.server).await;
        let heard = resumed.articles(shop.now);
        for (article, available) in expected {
            assert_eq!(heard.get(&article).copied().unwrap_or(0), available, "{article}");
        }
    }
    let mut anew = Consumer::default();
    for line in told(&shop.server.http, "from=0").await {
        anew.hear(&line);
    }
    assert_eq!(anew, resumed);
    let (shipped, sold_out) = resumed.left;
    let is_dull = resumed.lsn < 100 || shipped == 0 || sold_out == 0;
    let told = format!("{} records, {shipped} shipped, {sold_out} sold out", resumed.lsn);
    assert!(!is_dull, "the history is dull: {told}");
    println!("{told}");
}
