//! Answers of this door as a whole.

use super::*;

/// A report and its invitation, from the first word to the last.
#[actix_web::test]
async fn a_report_and_its_invitation_are_shown_whole() {
    let server = TestServer::start().await;
    let body = asking("o1", ("days", 3), Some(("days", 4)));
    let made = report(&server, &body).await.expect(201);
    insta::assert_json_snapshot!("made", made);
    let one = format!("{INVITATIONS}/{}", number(&made));
    let seen = server.http.get(&format!("{ORDERS}/{}", number(&made))).await.expect(200);
    insta::assert_json_snapshot!("report", seen);
    let seen = server.http.get(&one).await.expect(200);
    insta::assert_json_snapshot!("invitation", seen);
    let list = server.http.get(INVITATIONS).await.expect(200);
    insta::assert_json_snapshot!("list", list);
    let gone = server.http.delete(&one).await.expect(200);
    insta::assert_json_snapshot!("dropped", gone);
    let again = server.http.delete(&one).await.expect(422);
    insta::assert_json_snapshot!("nothing_to_drop", again);
    let unknown = server.http.get(&format!("{INVITATIONS}/7")).await.expect(404);
    insta::assert_json_snapshot!("unknown", unknown);
}
