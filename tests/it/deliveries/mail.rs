//! What customers are told of their deliveries by mail, to a server of our own that fails as a test
//! wants.

use std::time::Duration;

use workflow::invitation::Which;
use workflow::time::Millis;

use super::*;
use crate::support::{Behaviour, Guard, Letter, Sink};

const CARD: &str =
    "[[credentials]]\ntoken = \"a-token-of-the-shop\"\nname = \"shop\"\ntenant = \"acme\"\n";

/// A server with one store, and tea in it.
async fn server_with(settings: &str) -> TestServer {
    let server = TestServer::configured(settings).await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 20).await;
    server.stock(&store, "jam", 1).await;
    server
}

impl TestServer {
    /// An order that is picked and staged, by its number.
    async fn stages(&self, body: &Value) -> u64 {
        let number = self.hands_over(body).await["number"].as_u64().expect("a number");
        let list = self.http.post("/picklist/next", "").await.expect(200);
        for item in list.as_array().expect("a list") {
            let (barcode, count) = (&item["client_sku"], &item["quantity"]);
            let scan = json!({ "barcode": barcode, "quantity": count });
            self.http.post("/delivery_items/pick", &scan.to_string()).await.expect(200);
        }
        self.http.post(&format!("/deliveries/{number}/stage"), "").await.expect(200);
        number
    }

    async fn loads(&self, number: u64) {
        let body = json!({ "deliveries": [number] }).to_string();
        self.http.post("/router/deliveries/add", &body).await.expect(200);
    }

    /// Waits until the mailer is done with all that is due now, for the tests of what does not come.
    async fn mails_settle(&self) {
        let settle = async {
            for shard in self.server().shards().all() {
                while !shard.mails_due(9).await.is_empty()
                    || !shard.mails_claimed().await.is_empty()
                {
                    tokio::task::yield_now().await;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), settle).await.expect("they settle in time");
    }

    /// What the feed tells of mails.
    async fn told(&self) -> Vec<Value> {
        let feed = self.http.get("/feed?follow=false").await.body;
        let records = feed.lines().filter_map(|line| line.strip_prefix("data: "));
        let records = records.filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let news = records.flat_map(|it| it["events"].as_array().cloned().unwrap_or_default());
        news.filter(|it| text(it, "type").starts_with("delivery.mail_")).collect()
    }
}

/// The letter's text, without the line breaks that only its encoding makes.
fn plain(letter: &Letter) -> String {
    letter.text.replace("=\r\n", "").replace("=3D", "=")
}

fn id(letter: &Letter) -> String {
    letter.header("message-id")
}

/// M1, M2, M6: completing a delivery and taking it on a route are each told once, also across
/// starts, with what was picked and what was not.
#[actix_web::test]
async fn a_customer_is_told_that_it_is_picked_and_that_it_comes() {
    let mut sink = Sink::start(&[]);
    let mut server = server_with(&sink.settings()).await;
    let mut body = order("tea", 2, "");
    body["order"]["client_internal_order_id"] = json!("shop-77");
    body["order_items"][0]["product_name"] = json!("<b>Green tea</b>");
    let jam = json!({ "client_sku": "jam", "quantity": 3, "price": "1", "product_name": "Jam",
        "order_item_options_flags": "SKIP" });
    body["order_items"].as_array_mut().expect("items").push(jam);
    let number = server.stages(&body).await;
    let letter = sink.next().await;
    assert_eq!(letter.to, "jane@example.com");
    assert_eq!(letter.header("to"), "\"Jane Doe\" <jane@example.com>");
    assert_eq!(letter.header("subject"), "Your order is picked");
    assert_eq!(letter.header("auto-submitted"), "auto-generated");
    assert!(!letter.text.to_lowercase().contains("unsubscribe"), "{}", letter.text);
    for said in [
        "Dear Jane Doe,",
        "Your order shop-77 is picked",
        "- 2 x <b>Green tea</b>",
        "- 1 x Jam",
        "Not available:",
        "- 2 x Jam",
        "It is expected on 2026-01-12, between 14:00 and 16:00 (UTC).",
        "<li>2 x &lt;b&gt;Green tea",
    ] {
        assert!(plain(&letter).contains(said), "{said} is missing in {}", plain(&letter));
    }
    let seen = server.delivery(&json!(number)).await;
    assert_eq!(seen["message_status"], "PICKED");
    let secret = text(&seen, "secure_order_id");
    let page = format!("http://orders.example.org/shared/deliveries/{secret}");
    assert!(plain(&letter).contains(&page), "{page} is missing in {}", plain(&letter));
    server.restart().await;
    server.mails_settle().await;

    server.loads(number).await;
    let next = sink.next().await;
    assert_eq!(next.header("subject"), "Your order is on its way");
    assert!(plain(&next).contains("- 2 x <b>Green tea</b>"), "{}", plain(&next));
    assert_ne!(id(&next), id(&letter));
    assert_eq!(server.delivery(&json!(number)).await["message_status"], "OUT_FOR_DELIVERY");
    let path = format!("/deliveries/{number}/delivered");
    server.http.post(&path, "").await.expect(200);
    server.stop().await;
    assert!(sink.is_empty(), "there is no third mail");
    server.begin().await;
    assert_eq!(server.delivery(&json!(number)).await["order_status"], "DELIVERED");
    let told = server.told().await;
    let mails: Vec<&Value> = told.iter().map(|news| &news["data"]["mail"]).collect();
    assert_eq!(mails, ["picked", "out_for_delivery"]);
}

/// What was found in the place of something else is named, and so is what has still to come.
#[actix_web::test]
async fn a_mail_says_what_takes_the_place_of_what_and_what_follows() {
    let mut sink = Sink::start(&[]);
    let server = server_with(&sink.settings()).await;
    let mut body = order("tea", 1, "");
    let items = body["order_items"].as_array_mut().expect("items");
    items.push(json!({ "client_sku": "milk", "quantity": 4, "price": "1" }));
    items.push(json!({ "client_sku": "jam", "quantity": 1, "price": "1",
        "order_item_options_flags": "SUBSTITUTE" }));
    let order = server.hands_over(&body).await;
    server.http.post("/picklist/next", "").await.expect(200);
    let jam = format!("/delivery_items/{}", order["items"][2]["id"]);
    server.http.post(&format!("{jam}/out_of_stock"), "").await.expect(200);
    let tea = json!({ "product": { "client_sku": "tea", "product_name": "tea" } }).to_string();
    server.http.post(&format!("{jam}/substitute"), &tea).await.expect(200);
    let scan = json!({ "barcode": "tea", "quantity": 2 }).to_string();
    server.http.post("/delivery_items/pick", &scan).await.expect(200);
    server.http.post(&format!("/deliveries/{}/stage", order["number"]), "").await.expect(200);
    let letter = plain(&sink.next().await);
    assert!(letter.contains("- 2 x tea (in place of jam)\r\n"), "{letter}");
    assert!(letter.contains("\r\nWill follow:\r\n\r\n- 4 x milk\r\n"), "{letter}");
    assert!(!letter.contains("Not available"), "{letter}");
}

/// M2: whoever cannot know whether a mail was taken sends it again, under the same id; what is put
/// off goes later, what is refused goes never.
#[actix_web::test]
async fn a_mail_comes_although_the_server_fails() {
    let mut sink = Sink::start(&[Behaviour::DropBeforeDot, Behaviour::DropAfterDot]);
    let mut server = server_with(&sink.settings()).await;
    let number = server.stages(&order("tea", 1, "")).await;
    let (one, two) = (sink.next().await, sink.next().await);
    assert_eq!(id(&one), id(&two), "M2: a repeat is recognisable");
    server.mails_settle().await;
    assert!(sink.is_empty(), "M2: the server said that it has it");
    sink.then(Behaviour::Answer("451 later"));
    server.loads(number).await;
    server.mails_settle().await;
    assert!(sink.is_empty());
    server.advance(Millis::minutes(5)).await;
    assert_eq!(sink.next().await.header("subject"), "Your order is on its way");
    sink.then(Behaviour::Answer("550 there is nobody"));
    server.stages(&order("tea", 1, "")).await;
    server.mails_settle().await;
    server.advance(Millis::hours(24 * 9)).await;
    server.restart().await;
    server.mails_settle().await;
    assert!(sink.is_empty());
    let last = server.told().await.pop().expect("something is told");
    assert_eq!(last["data"], json!({ "mails": ["picked"], "reason": "rejected" }));
}

/// M3: while the server is not there a cancel wins, and what was not cancelled goes as soon as it
/// is there.
#[actix_web::test]
async fn nobody_is_told_of_an_order_that_was_cancelled_meanwhile() {
    let mut sink = Sink::guarded(Guard { is_silent: true, ..Guard::default() });
    let mut server = server_with(&(sink.settings() + "timeout_ms = 500\n")).await;
    let gone = server.stages(&order("tea", 1, "")).await;
    sink.visit().await; // nobody is there, so nothing is claimed any more
    let stays = server.stages(&order("tea", 2, "")).await;
    server.http.post(&format!("/deliveries/{gone}/cancel"), "").await.expect(200);
    sink.guard(Guard::default());
    let letter = sink.next().await;
    let uuid = text(&server.delivery(&json!(stays)).await, "id");
    assert!(id(&letter).contains(&uuid), "{} is not about {uuid}", id(&letter));
    server.stop().await;
    assert!(sink.is_empty(), "M3: no mail starts after a cancel");
    server.begin().await;
    server.mails_settle().await;
    let told = server.told().await;
    let closed = json!({ "mails": ["picked"], "reason": "order_closed" });
    assert_eq!(told.iter().filter(|news| news["data"] == closed).count(), 1, "{told:?}");
}

/// M5: what was claimed when the process ended, and what was due, goes after the start; once, if the
/// server says that it has it.
#[actix_web::test]
async fn a_start_sends_what_the_last_end_left() {
    let mut gone = Sink::guarded(Guard { is_silent: true, ..Guard::default() });
    let mut server = server_with(&(gone.settings() + "timeout_ms = 500\n")).await;
    let claimed = server.stages(&order("tea", 1, "")).await;
    let due = server.stages(&order("tea", 2, "")).await;
    gone.visit().await;
    server.restart_with("").await;
    server.claims(claimed, Which::Picked).await;
    let kept = server.stages(&order("tea", 3, "")).await;
    assert_eq!(server.delivery(&json!(kept)).await["message_status"], "PICKED");

    let mut sink = Sink::start(&[]);
    server.restart_with(&sink.settings()).await;
    let mut ids = [id(&sink.next().await), id(&sink.next().await)];
    ids.sort_unstable();
    for (id, number) in ids.iter().zip([claimed, due]) {
        let uuid = text(&server.delivery(&json!(number)).await, "id");
        assert_eq!(*id, format!("<{uuid}.picked.1@example.org>"));
    }
    server.mails_settle().await;
    server.stop().await;
    assert!(sink.is_empty(), "what was staged without a mail server is not told afterwards");
    server.begin().await;
}

/// Who wants no mail gets none, nor does an order of another door, nor anybody whose tenant sends
/// none.
#[actix_web::test]
async fn nobody_is_told_who_should_not_be() {
    let mut sink = Sink::start(&[]);
    let settings = sink.settings() + "[deliveries]\nmails = [\"picked\"]\n";
    let mut server = server_with(&settings).await;
    let mut known = order("tea", 1, "");
    known["customer"]["email"] = json!("Jan@Example.nl");
    let path = "/admin/v1/suppressions?tenant=default&address=jan@example.nl";
    server.operators().put(path, "").await.expect(200);
    let number = server.stages(&known).await;
    server.loads(number).await;
    // An address that a shop may send, and that no mail server takes.
    known["customer"]["email"] = json!("jörg@example.nl");
    server.stages(&known).await;
    let made = server.http.post("/api/orders", &promise("tea", 1).to_string()).await.expect(201);
    assert!(made["id"].is_string());
    server.mails_settle().await;
    server.stop().await;
    assert!(sink.is_empty());
    server.begin().await;
    let told = server.told().await;
    let data: Vec<&Value> = told.iter().map(|news| &news["data"]).collect();
    assert_eq!(data, [&json!({ "mails": ["picked"], "reason": "unsubscribed" })]);

    let own = format!("{settings}[deliveries.tenants.acme]\nmails = []\n{CARD}");
    let mut server = TestServer::configured(&own).await;
    server.http = server.http.clone().bearing("a-token-of-the-shop");
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 20).await;
    server.stages(&order("tea", 1, "")).await;
    server.mails_settle().await;
    server.stop().await;
    assert!(sink.is_empty());
    server.begin().await;
}
