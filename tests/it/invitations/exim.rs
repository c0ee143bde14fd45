//! Mails to Exim, which was written by others and is strict where our own sink is not.

use super::*;
use crate::support::Exim;
use crate::support::certificates::OLD_FILE;

fn settings(exim: &Exim) -> String {
    format!(
        "[mail]\nhost = \"localhost\"\nport = {}\ntls = \"starttls\"\nca_file = {OLD_FILE:?}\n\
         user = \"certus\"\npassword = \"a secret\"\npause_ms = 1\n\
         from = \"Certus <reviews@example.org>\"\nreply_to = \"shop@example.org\"\n\
         public_url = \"http://orders.example.org\"\n",
        exim.port
    )
}

fn to(id: &str, email: &str) -> Value {
    let mut body = asking(id, ("days", 0), None);
    body["customer"]["email"] = email.into();
    body
}

/// The parts of a mail, each with its head.
fn parts(text: &str) -> Vec<&str> {
    let (head, body) = text.split_once("\r\n\r\n").expect("a mail has a head");
    let boundary = head.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next());
    let mark = format!("--{}", boundary.expect("it has parts"));
    let mut parts: Vec<&str> = body.split(&mark).skip(1).collect();
    assert!(parts.pop().is_some_and(|end| end.starts_with("--")), "{body}");
    parts
}

/// A mail as it lies in a customer's mailbox.
#[actix_web::test]
async fn a_mail_arrives_as_it_should_be() {
    let Some(mut exim) = Exim::start().await else { return };
    let mut server = TestServer::configured(&settings(&exim)).await;
    let mut body = sample("R 1");
    body["customer"]["fullname"] = "Jörg Äpfelkern, a name that is long enough for a line".into();
    body["products"][0]["name"] = ".Crème brûlée".into();
    let made = report(&server, &body).await.expect(201);
    let letter = exim.next().await;
    assert_eq!(letter.to, "appleseed@example.com");
    assert_eq!(letter.header("return-path"), "<reviews@example.org>");
    assert!(letter.header("received").contains("with esmtpsa"), "TLS, and logged in");
    assert_eq!(letter.header("from"), "Certus <reviews@example.org>");
    assert_eq!(letter.header("reply-to"), "shop@example.org");
    assert!(letter.header("to").ends_with(" <appleseed@example.com>"), "{}", letter.header("to"));
    assert_eq!(letter.header("date"), "Mon, 12 Jan 2026 10:00:00 +0000");
    assert_eq!(letter.header("subject"), "How was your order?");
    assert_eq!(letter.header("auto-submitted"), "auto-generated");
    let id = format!("<{}.invitation@example.org>", text(&made["order"], "uuid"));
    assert_eq!(letter.header("message-id"), id);
    assert!(letter.text.is_ascii(), "every server takes it");
    assert!(letter.text.lines().all(|line| line.len() <= 998), "RFC 5322, 2.1.1");

    let parts = parts(&letter.text);
    let [plain, page] = parts[..] else { panic!("{parts:?}") };
    assert!(
        plain.contains("text/plain; charset=utf-8") && page.contains("text/html; charset=utf-8")
    );
    for part in [plain, page] {
        assert!(part.contains(".Cr=C3=A8me br=C3=BBl=C3=A9e"), "{part}");
    }

    assert_eq!(letter.header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
    let link = letter.header("list-unsubscribe");
    let path = link.strip_prefix("<http://orders.example.org").and_then(|it| it.strip_suffix('>'));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let path = path.unwrap_or_else(|| panic!("{link}"));
    let said = server.http.send(Method::POST, path, &form, "List-Unsubscribe=One-Click").await;
    assert_eq!(said.status, 200);
    server.stop().await;
    assert_eq!(exim.unread().len(), 0);
}

/// What it refuses, puts off and loses in the middle becomes what the documents say.
#[actix_web::test]
async fn a_mail_is_refused_put_off_and_waits_for_exim() {
    let Some(mut exim) = Exim::start().await else { return };
    let mut server = TestServer::configured(&settings(&exim)).await;
    report(&server, &to("o1", "nobody@example.com")).await.expect(201);
    report(&server, &to("o2", "later@example.com")).await.expect(201);
    report(&server, &to("o3", "ann@example.com")).await.expect(201);
    assert_eq!(exim.next().await.to, "ann@example.com");
    exim.stop();
    for id in ["o4", "o5"] {
        report(&server, &to(id, &format!("{id}@example.com"))).await.expect(201);
    }
    exim.begin().await;
    let mut came = [exim.next().await.to, exim.next().await.to];
    came.sort_unstable();
    assert_eq!(came, ["o4@example.com", "o5@example.com"]);
    server.restart().await;
    let listed = server.http.get(&format!("{INVITATIONS}?sort=created_at")).await.expect(200);
    let seen = |at: usize, name: &str| listed["invitations"][at][name].clone();
    assert_eq!(seen(0, "dropped"), "rejected");
    assert_eq!(seen(1, "send_at"), "2026-01-12T10:05:00Z");
    assert_eq!((2..5).map(|at| seen(at, "is_sent")).collect::<Vec<_>>(), [true, true, true]);
    assert_eq!(exim.unread().len(), 0);
}
