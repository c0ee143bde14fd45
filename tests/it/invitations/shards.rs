//! Mails of tenants in several shards: each shard has a mailer of its own.

use std::collections::BTreeMap;

use super::*;
use crate::support::{Program, Sink, kills};

/// `ours` and `a` live in different shards of two.
const TENANTS: &str = r#"
shards = 2
[[credentials]]
tenant = "ours"
name = "shop"
token = "the-token-of-ours1"
[[credentials]]
tenant = "a"
name = "shop"
token = "the-token-of-theirs"
"#;
/// `a` mails under a name of its own.
const OWN: &str = "[mail.tenants.a]\nfrom = \"Acme <reviews@acme.example>\"\n";
const TOKENS: [&str; 2] = ["the-token-of-ours1", "the-token-of-theirs"];
/// Connections of each mailer.
const LINES: usize = 2;

/// The mails of both shards come, each from its tenant's sender, and a link finds the shard of its
/// tenant.
#[actix_web::test]
async fn each_shard_has_a_mailer() {
    let mut sink = Sink::start(&[]);
    let settings = format!("{TENANTS}{}reply_to = \"all@example.org\"\n{OWN}", sink.settings());
    let mut server = TestServer::configured(&settings).await;
    let (mut links, mut senders) = (Vec::new(), Vec::new());
    for token in TOKENS {
        let body = asking("o1", ("days", 0), Some(("days", 2))).to_string();
        server.http.bearing(token).post(ORDERS, &body).await.expect(201);
        let letter = sink.next().await;
        links.push(letter.header("list-unsubscribe"));
        senders.push(["from", "reply-to"].map(|name| letter.header(name)));
        assert!(letter.text.contains(["Certus", "Acme"][senders.len() - 1]), "the text names it");
        let domain = letter.header("message-id");
        let domain = domain.split(['@', '>']).nth(1).expect("it is an id").to_owned();
        assert!(senders[senders.len() - 1][0].contains(&domain), "{domain}");
    }
    let usual = ["Certus <reviews@example.org>", "all@example.org"].map(str::to_owned);
    let own = ["Acme <reviews@acme.example>", "all@example.org"].map(str::to_owned);
    assert_eq!(senders, [usual, own]);
    assert_ne!(links[0], links[1], "one address, two tenants");
    let path = links[1].trim_matches(['<', '>']).strip_prefix("http://orders.example.org");
    let path = path.expect("it leads to where customers reach the server");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let said = server.http.send(Method::POST, path, &form, "List-Unsubscribe=One-Click").await;
    assert_eq!(said.status, 200, "{}", said.body);

    server.restart().await;
    server.advance(Millis::hours(48)).await;
    assert_eq!(sink.next().await.header("subject"), "A reminder: how was your order?");
    server.restart().await;
    assert!(sink.is_empty());
    let mut became = Vec::new();
    for token in TOKENS {
        let seen = server.http.bearing(token).get(&format!("{INVITATIONS}/1")).await.expect(200);
        let seen = &seen["invitation"];
        became.push((seen["is_reminder_sent"].clone(), seen["reminder_dropped"].clone()));
    }
    assert_eq!(became, [(json!(true), json!(null)), (json!(false), json!("unsubscribed"))]);
    let metrics = server.operators().get("/metrics").await.body;
    assert!(metrics.contains("certus_mail_configured 1"), "{metrics}");
}

/// M1, M2, M5: killed in the middle, again and again. Each mail comes, and again only if it was on
/// its way at a kill, with the id that it had.
#[actix_web::test]
async fn a_kill_loses_no_mail_and_repeats_only_those_on_their_way() {
    let kills = usize::try_from(kills()).expect("it is small").min(50);
    let mut sink = Sink::start(&[]);
    let dir = tempfile::tempdir().expect("there is room");
    let (data, file) = (dir.path().join("data"), dir.path().join("certus.toml"));
    let settings = format!("{TENANTS}{}connections = {LINES}\n", sink.settings());
    std::fs::write(&file, settings).expect("there is room");
    let arguments = ["--config", file.to_str().expect("it is text")];

    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut reported = 0;
    for kill in 0..kills {
        let program = Program::serve(&data, &arguments).await;
        for token in TOKENS {
            for count in 0..10 {
                let body = asking(&format!("{kill}-{count}"), ("days", 0), None).to_string();
                program.http.bearing(token).post(ORDERS, &body).await.expect(201);
                reported += 1;
            }
        }
        for _ in 0..10 {
            *seen.entry(sink.next().await.header("message-id")).or_default() += 1;
        }
        program.kill();
    }
    let program = Program::serve(&data, &arguments).await;
    while seen.len() < reported {
        *seen.entry(sink.next().await.header("message-id")).or_default() += 1;
    }
    assert_eq!(program.terminate().code(), Some(0));
    while let Some(letter) = sink.try_next() {
        *seen.entry(letter.header("message-id")).or_default() += 1;
    }
    assert_eq!(seen.len(), reported, "no mail is about an order that nobody reported");

    let program = Program::serve(&data, &arguments).await;
    for token in TOKENS {
        let path = format!("{INVITATIONS}?is_sent=true&page_size=1");
        let sent = program.http.bearing(token).get(&path).await.expect(200);
        assert_eq!(sent["meta"]["count"], reported / TOKENS.len());
    }
    assert_eq!(program.terminate().code(), Some(0));
    assert!(sink.is_empty(), "what is noted as sent comes no more");
    let repeats: usize = seen.values().map(|times| times - 1).sum();
    println!("{reported} mails, {repeats} repeats after {kills} kills");
    let on_their_way = LINES * TOKENS.len();
    assert!(repeats <= kills * on_their_way, "M2: {repeats} repeats after {kills} kills");
}
