//! Mails, to a server of our own that fails as a test wants.

use workflow::invitation::Which;

use super::*;
use crate::support::{Behaviour, Guard, Letter, Sink};

/// Stops the server, which waits for what is on its way, and starts it again.
async fn settled(server: &mut TestServer, number: u64) -> Value {
    server.restart().await;
    invitation(server, number).await
}

async fn invitation(server: &TestServer, number: u64) -> Value {
    let path = format!("{INVITATIONS}/{number}");
    server.http.get(&path).await.expect(200)["invitation"].clone()
}

/// M1, M4, M6: an invitation and its reminder, each once, and neither early.
#[actix_web::test]
async fn an_invitation_is_mailed_and_repeated() {
    let mut sink = Sink::start(&[]);
    let mut server = TestServer::configured(&sink.settings()).await;
    server.http.post(ORDERS, SAMPLE).await.expect(201);
    let first = sink.next().await;
    assert_eq!(first.to, "appleseed@example.com");
    assert_eq!(first.header("subject"), "How was your order?");
    assert_eq!(first.header("from"), "Certus <reviews@example.org>");
    assert_eq!(first.header("date"), "Mon, 12 Jan 2026 10:00:00 +0000");
    assert_eq!(first.header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
    assert!(first.text.contains("Red Delicious"), "{}", first.text);
    let seen = settled(&mut server, 1).await;
    assert_eq!((&seen["is_sent"], &seen["is_reminder_sent"]), (&json!(true), &json!(false)));

    server.advance(Millis(7 * 86_400_000 - 1)).await;
    assert_eq!(server.server().shards().all()[0].mails_due(9).await, [], "M4: never early");
    assert!(sink.is_empty());
    server.advance(Millis(1)).await;
    let again = sink.next().await;
    assert_eq!(again.header("subject"), "A reminder: how was your order?");
    assert_ne!(again.header("message-id"), first.header("message-id"));
    assert_eq!(settled(&mut server, 1).await["is_reminder_sent"], true);
    let metrics = server.operators().get("/metrics").await.body;
    for line in ["certus_mail_configured 1", "certus_mails_due 0", "certus_mail_reachable 1"] {
        assert!(metrics.contains(line), "{line} is missing in {metrics}");
    }
    assert!(sink.is_empty());
}

/// What shops send is text: it makes no header, no address, no page and no template.
#[actix_web::test]
async fn what_is_mailed_is_what_was_meant() {
    let mut sink = Sink::start(&[]);
    let server = TestServer::configured(&sink.settings()).await;
    let mut body = sample("<i>{{ from }}</i>");
    body["customer"]["fullname"] = "Jörg, \"<evil@example.net>\" <b>".into();
    body["products"][0]["name"] = "<script>alert(1)</script>{{ 70003 * 70003 }}".into();
    report(&server, &body).await.expect(201);
    let letter = sink.next().await;
    assert_eq!(letter.to, "appleseed@example.com");
    assert!(letter.header("to").ends_with("<appleseed@example.com>"), "{}", letter.header("to"));
    assert!(!letter.header("to").contains("<evil@"), "{}", letter.header("to"));
    let html = letter.text.split("text/html").nth(1).expect("there is a page");
    assert!(!html.contains("<script>") && !html.contains("<i>"), "{html}");
    assert!(!letter.text.contains("4900420009"), "{}", letter.text);
    assert_eq!(letter.header("subject"), "How was your order?");
}

/// What another door took as the name of an article ends no mail and begins no command.
#[actix_web::test]
async fn an_article_of_another_door_ends_no_mail() {
    let mut sink = Sink::start(&[]);
    let server = TestServer::configured(&sink.settings()).await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let evil = "Tea\r\n.\r\nMAIL FROM:<evil@example.net>\r\n\r\n.\nBcc: evil@example.net";
    let mut order = promise("tea", 1);
    order["orderLineItems"][0]["article"]["title"] = evil.into();
    server.http.post("/api/orders", &order.to_string()).await.expect(201);
    let mut body = asking("R1", ("days", 0), None);
    body["products"] = json!([]);
    report(&server, &body).await.expect(201);
    report(&server, &asking("R2", ("days", 0), None)).await.expect(201);
    let mut to = Vec::new();
    for _ in 0..2 {
        let letter = sink.next().await;
        assert!(!letter.text.split("\r\n\r\n").next().expect("a head").contains("evil@"));
        assert_eq!(letter.header("subject"), "How was your order?");
        to.push(letter.to);
    }
    assert_eq!(to, ["appleseed@example.com"; 2]);
    assert!(sink.is_empty());
}

/// M1, M2: whatever the server does, a mail comes, and twice only if nobody can know better.
#[actix_web::test]
async fn a_mail_comes_although_the_server_fails() {
    let script = [Behaviour::DropBeforeDot, Behaviour::DropAfterDot];
    let mut sink = Sink::start(&script);
    let mut server = TestServer::configured(&sink.settings()).await;
    report(&server, &asking("o1", ("days", 0), None)).await.expect(201);
    let (one, two) = (sink.next().await, sink.next().await);
    let id = |letter: &Letter| letter.header("message-id");
    assert_eq!(id(&one), id(&two), "M2: a repeat is recognisable");
    assert_eq!(settled(&mut server, 1).await["is_sent"], true);
    assert!(sink.is_empty(), "M2: the server said that it has it");

    sink.then(Behaviour::Answer("451 later"));
    report(&server, &asking("o2", ("days", 0), None)).await.expect(201);
    let put_off = settled(&mut server, 2).await;
    let never = (put_off["is_sent"].clone(), put_off["send_at"].clone());
    assert_eq!(never, (json!(false), json!("2026-01-12T10:05:00Z")));
    server.advance(Millis::minutes(5)).await;
    sink.next().await;
    assert_eq!(settled(&mut server, 2).await["is_sent"], true);

    sink.then(Behaviour::Answer("550 there is nobody"));
    report(&server, &asking("o3", ("days", 0), None)).await.expect(201);
    let rejected = settled(&mut server, 3).await;
    assert_eq!(rejected["dropped"], "rejected");
    server.advance(Millis::hours(24 * 9)).await;
    assert!(sink.is_empty());
}

/// M1: mails wait for their server, and go as soon as it is there.
#[actix_web::test]
async fn mails_wait_for_a_server_that_is_not_there() {
    let gone = Sink::start(&[]).settings(); // its thread keeps a port that nobody else gets
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let port = free.local_addr().expect("it has an address").port();
    drop(free);
    let settings = gone.lines().map(|line| match line.starts_with("port") {
        true => format!("port = {port}\n"),
        false => format!("{line}\n"),
    });
    let server = TestServer::configured(&settings.collect::<String>()).await;
    for count in 0..9 {
        report(&server, &asking(&format!("o{count}"), ("days", 0), None)).await.expect(201);
    }
    let mut sink = Sink::on(port);
    for _ in 0..9 {
        sink.next().await;
    }
    assert!(sink.is_empty());
}

/// M5: after a start, pending is what was scheduled and is not done; claimed mails go first.
#[actix_web::test]
async fn a_restart_sends_what_is_pending() {
    let mut server = TestServer::start().await;
    for (id, delay) in [("o1", 0), ("o2", 0), ("o3", 1)] {
        report(&server, &asking(id, ("days", delay), None)).await.expect(201);
    }
    server.claims(1, Which::Invitation).await;
    let health = server.http.get("/api/health").await.expect(200);
    assert!(health["dependencies"].to_string().contains(r#"{"name":"mail","status":"OFF"}"#));
    assert_eq!(
        server.server().shards().all()[0].mails_due(9).await.len(),
        1,
        "nobody sends what is due"
    );

    let mut sink = Sink::start(&[]);
    server.restart_with(&sink.settings()).await;
    sink.next().await;
    sink.next().await;
    assert_eq!(settled(&mut server, 1).await["is_sent"], true);
    assert_eq!(invitation(&server, 2).await["is_sent"], true);
    assert_eq!(invitation(&server, 3).await["is_sent"], false);
    assert!(sink.is_empty());
}

/// M1: what was on its way at the last end goes, although the server is not there at the start and
/// there is one line for all of it.
#[actix_web::test]
async fn claimed_mails_wait_for_a_server_that_is_not_there() {
    let mut server = TestServer::start().await;
    for id in ["o1", "o2", "o3"] {
        report(&server, &asking(id, ("days", 0), None)).await.expect(201);
    }
    for number in 1..=3 {
        server.claims(number, Which::Invitation).await;
    }
    let mut sink = Sink::guarded(Guard { is_silent: true, ..Guard::default() });
    server.restart_with(&(sink.settings() + "connections = 1\ntimeout_ms = 500\n")).await;
    sink.visit().await;
    sink.guard(Guard::default());
    for _ in 0..3 {
        sink.next().await;
    }
    server.stop().await;
    assert!(sink.is_empty());
    server.begin().await;
    assert_eq!(server.server().shards().all()[0].mails_claimed().await.len(), 0);
}

/// M3: before the claim a cancel wins; after it the answer says that the mail is on its way.
#[actix_web::test]
async fn a_cancel_says_whether_a_mail_still_comes() {
    let mut server = TestServer::start().await;
    for id in ["o1", "o2", "o3"] {
        report(&server, &asking(id, ("days", 0), Some(("days", 1)))).await.expect(201);
    }
    server.claims(1, Which::Invitation).await;
    let drop = async |number: u64| {
        server.http.delete(&format!("{INVITATIONS}/{number}")).await.expect(200)
    };
    let on_its_way = json!({ "success": true, "message": "a mail is already on its way" });
    assert_eq!(drop(1).await, on_its_way);
    assert_eq!(drop(2).await, json!({ "success": true }));
    let sink = &mut Sink::start(&[]);
    server.restart_with(&sink.settings()).await;
    let mut ids = [sink.next().await.header("message-id"), sink.next().await.header("message-id")];
    ids.sort_unstable(); // they go side by side, and ids are in the order of orders
    let uuid = async |number: u64| {
        let order = server.http.get(&format!("{ORDERS}/{number}")).await.expect(200);
        text(&order["order"], "uuid")
    };
    let expected = [uuid(1).await, uuid(3).await];
    for (id, uuid) in ids.iter().zip(&expected) {
        assert!(id.contains(uuid), "{id} is not about {uuid}");
    }
    assert_eq!(settled(&mut server, 3).await["is_sent"], true);
    server.advance(Millis::hours(24)).await;
    let reminder = sink.next().await.header("message-id");
    assert!(reminder.contains(&format!("{}.reminder", expected[1])), "{reminder}");
    server.stop().await;
    assert!(sink.is_empty(), "M3: no mail starts after a cancel that said otherwise");
    server.begin().await;
}

/// Whoever wants no mail gets none, also after a restart; a look at the link changes nothing.
#[actix_web::test]
async fn customers_unsubscribe_with_the_link_in_the_mail() {
    let mut sink = Sink::start(&[]);
    let mut server = TestServer::configured(&sink.settings()).await;
    report(&server, &asking("o1", ("days", 0), Some(("days", 2)))).await.expect(201);
    let link = sink.next().await.header("list-unsubscribe");
    let path = link.trim_matches(['<', '>']).strip_prefix("http://orders.example.org");
    let path = path.expect("it leads to where customers reach the server").to_owned();
    let page = server.http.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<form method=\"post\">"), "{}", page.body);
    report(&server, &asking("o2", ("days", 0), None)).await.expect(201);
    sink.next().await;

    let form = [("content-type", "application/x-www-form-urlencoded")];
    let said = server.http.send(Method::POST, &path, &form, "List-Unsubscribe=One-Click").await;
    assert_eq!(said.status, 200, "{}", said.body);
    report(&server, &asking("o3", ("days", 0), None)).await.expect(201);
    assert_eq!(settled(&mut server, 3).await["dropped"], "unsubscribed");
    server.advance(Millis::hours(48)).await;
    assert_eq!(settled(&mut server, 1).await["reminder_dropped"], "unsubscribed");
    assert!(sink.is_empty());
    for bad in ["/unsubscribe/x", "/unsubscribe/00.00", &path[..path.len() - 1]] {
        let reply = server.http.send(Method::POST, bad, &form, "").await;
        assert_eq!(reply.status, 404, "{bad}");
        assert!(!reply.body.contains("00.00"), "{}", reply.body);
    }
}
