//! Mails over TLS, and servers that nobody should send to.

use super::*;
use crate::support::certificates::{NEW, OLD};
use crate::support::{Behaviour, Guard, Sink, Visit};

/// `\0certus\0a secret` in base64: what our login says.
const LOGIN: &str = "AGNlcnR1cwBhIHNlY3JldA==";

const STARTTLS: Guard =
    Guard { shows: Some(OLD), is_wrapped: false, login: Some(LOGIN), is_silent: false };
const TLS: Guard = Guard { is_wrapped: true, ..STARTTLS };

/// A report whose invitation is due at once.
async fn ask_for_a_mail(server: &TestServer) {
    report(server, &asking("o1", ("days", 0), None)).await.expect(201);
}

/// Waits for two connections that come to nothing, and shows what was said over the first. After
/// the second the mailer has noted that the server is not there for it.
async fn in_vain(server: &TestServer, sink: &mut Sink) -> Visit {
    let first = sink.visit().await;
    sink.visit().await;
    assert!(sink.is_empty(), "{first:?}");
    let shard = &server.server().shards().all()[0];
    assert_eq!(shard.mails_due(9).await.len(), 1, "the mail stays due, and a cancel of it wins");
    assert_eq!(shard.mails_claimed().await.len(), 0);
    let metrics = server.operators().get("/metrics").await.body;
    assert!(metrics.contains("certus_mail_reachable 0"), "{metrics}");
    first
}

/// The mail comes, and no other.
async fn comes_once(server: TestServer, mut sink: Sink) {
    sink.next().await;
    comes_no_more(server, sink).await;
}

async fn comes_no_more(mut server: TestServer, mut sink: Sink) {
    server.stop().await;
    assert!(sink.is_empty());
}

fn is_said(commands: &[&str]) -> Vec<String> {
    commands.iter().map(ToString::to_string).collect()
}

/// The mail and the password go under TLS, and nothing of them before it.
#[actix_web::test]
async fn a_mail_goes_over_tls_and_so_does_the_password() {
    let plain = [(STARTTLS, "starttls", &["EHLO", "STARTTLS"][..]), (TLS, "tls", &[])];
    for (guard, tls, plain) in plain {
        let mut sink = Sink::guarded(guard);
        let mut server = TestServer::configured(&sink.private_settings("localhost", tls)).await;
        ask_for_a_mail(&server).await;
        assert_eq!(sink.next().await.to, "appleseed@example.com");
        server.stop().await;
        let private = is_said(&["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]);
        assert_eq!(sink.visit().await, Visit { plain: is_said(plain), private });
        assert!(sink.is_empty());
    }
}

/// Whoever shows a certificate that is not believed, or one for another name, is not who should
/// have the mail. As soon as the right one is shown, the mail goes.
#[actix_web::test]
async fn a_server_that_is_not_believed_gets_neither_mail_nor_password() {
    for (guard, tls, plain) in
        [(STARTTLS, "starttls", &["EHLO", "STARTTLS"][..]), (TLS, "tls", &[])]
    {
        let mut sink = Sink::guarded(Guard { shows: Some(NEW), ..guard });
        let server = TestServer::configured(&sink.private_settings("localhost", tls)).await;
        ask_for_a_mail(&server).await;
        let said = Visit { plain: is_said(plain), private: Vec::new() };
        assert_eq!(in_vain(&server, &mut sink).await, said);
        sink.guard(guard);
        comes_once(server, sink).await;

        let mut sink = Sink::guarded(guard);
        let other_name = sink.private_settings("127.0.0.1", tls);
        let mut server = TestServer::configured(&other_name).await;
        ask_for_a_mail(&server).await;
        assert_eq!(in_vain(&server, &mut sink).await, said);
        server.restart_with(&sink.private_settings("localhost", tls)).await;
        comes_once(server, sink).await;
    }
}

/// Somebody on the way can take the offer of TLS out of the server's answer.
#[actix_web::test]
async fn a_server_that_offers_no_tls_gets_nothing() {
    let mut sink = Sink::guarded(Guard { shows: None, ..STARTTLS });
    let server = TestServer::configured(&sink.private_settings("localhost", "starttls")).await;
    ask_for_a_mail(&server).await;
    let said = Visit { plain: is_said(&["EHLO"]), private: Vec::new() };
    assert_eq!(in_vain(&server, &mut sink).await, said);
    sink.guard(STARTTLS);
    comes_once(server, sink).await;
}

/// A wrong password is a fault of ours: it costs no mail, and an operator sees it.
#[actix_web::test]
async fn a_wrong_password_costs_no_mail() {
    let mut sink = Sink::guarded(Guard { login: Some("AGNlcnR1cwBvdGhlcg=="), ..TLS });
    let server = TestServer::configured(&sink.private_settings("localhost", "tls")).await;
    ask_for_a_mail(&server).await;
    let said = Visit { plain: Vec::new(), private: is_said(&["EHLO", "AUTH"]) };
    assert_eq!(in_vain(&server, &mut sink).await, said);
    let health = server.http.get("/api/health").await.expect(200);
    assert!(health["dependencies"].to_string().contains(r#"{"name":"mail","status":"DOWN"}"#));
    sink.guard(TLS);
    comes_once(server, sink).await;
}

/// A server that says nothing holds a mail up for as long as the configuration lets it.
#[actix_web::test]
async fn a_silent_server_is_not_there() {
    let mut sink = Sink::guarded(Guard { is_silent: true, ..TLS });
    let settings = sink.private_settings("localhost", "tls") + "timeout_ms = 1000\n";
    let server = TestServer::configured(&settings).await;
    ask_for_a_mail(&server).await;
    in_vain(&server, &mut sink).await;
    sink.guard(TLS);
    comes_once(server, sink).await;
}

/// What a server says after its time was over is no answer to the mail after (M6).
#[actix_web::test]
async fn a_late_answer_is_nobody_elses() {
    let mut sink = Sink::start(&[Behaviour::AnswerLate, Behaviour::Dot("554 not this one")]);
    let settings = sink.settings() + "timeout_ms = 1000\nconnections = 1\n";
    let server = TestServer::configured(&settings).await;
    ask_for_a_mail(&server).await;
    sink.next().await;
    // One after the other: when the second mail comes, it is known what became of the first.
    report(&server, &asking("o2", ("days", 0), None)).await.expect(201);
    sink.next().await;
    let seen = server.http.get(&format!("{INVITATIONS}/1")).await.expect(200);
    let seen = (&seen["invitation"]["is_sent"], &seen["invitation"]["dropped"]);
    assert_eq!(seen, (&json!(false), &json!("rejected")));
    comes_no_more(server, sink).await;
}

/// A sender that is refused is for the operator to put right: the mail waits, and one line goes on
/// for the mails after it.
#[actix_web::test]
async fn a_sender_that_is_refused_costs_no_mail() {
    let mut sink = Sink::start(&[Behaviour::Sender("553 not from you")]);
    let mut server = TestServer::configured(&(sink.settings() + "connections = 1\n")).await;
    ask_for_a_mail(&server).await;
    report(&server, &asking("o2", ("days", 0), None)).await.expect(201);
    sink.next().await;
    server.stop().await;
    let heard = ["EHLO", "MAIL", "RSET", "NOOP", "MAIL", "RCPT", "DATA", "QUIT"];
    assert_eq!(sink.visit().await.plain, heard);
    server.begin().await;
    let listed = server.http.get(&format!("{INVITATIONS}?sort=created_at")).await.expect(200);
    let [refused, sent] = [&listed["invitations"][0], &listed["invitations"][1]];
    let seen = (&refused["send_at"], &refused["dropped"], &sent["is_sent"]);
    assert_eq!(seen, (&json!("2026-01-12T10:05:00Z"), &json!(null), &json!(true)));
    assert!(sink.is_empty());
}
