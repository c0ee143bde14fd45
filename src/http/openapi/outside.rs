//! Paths that belong to no door: tokens, the feed, how the server is, this document.

use actix_web::http::StatusCode;
use workflow::permission::Permission as P;

use super::api::Api;
use super::door::{INVITATIONS, OUTSIDE, PROMISES};
use super::no::No;
use super::operation::{Operation, get, post};
use super::schema::{array, count, flag, given, instant, pattern, taken, text, whole, word};
use crate::auth::Need;
use crate::failure::Failure;
use crate::feed::Kind;
use crate::http::tokens;

/// What RFC 6749 (5.2) calls the noes to an exchange.
const ERRORS: [(StatusCode, &str); 4] = [
    (StatusCode::BAD_REQUEST, "invalid_request"),
    (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
    (StatusCode::BAD_REQUEST, "invalid_scope"),
    (StatusCode::UNAUTHORIZED, "invalid_client"),
];

/// Describes them.
pub(super) fn describe(api: &mut Api) {
    exchange(api);
    feed(api);
    status(api);
    problem(api);
}

/// The schema of errors outside the doors.
pub(super) fn problem(api: &mut Api) {
    let detail = given([("pointer*", text()), ("detail*", text())]);
    api.schema(
        "Problem",
        given([
            ("type*", text()),
            ("title*", text()),
            ("status*", count()),
            ("instance*", text()),
            ("oldest", count().says("The oldest record that is kept.")),
            ("detail", text()),
            ("errors", array(detail)),
            ("violated-policies", array(text()).says("The bounds that were met.")),
            ("lsn", count().says("The record that it reflects.")),
        ]),
    );
}

fn exchange(api: &mut Api) {
    let old = ["/api/v2/oauth2/token", "/api/v2/oauth2/token.json"];
    let ids = ["exchangeKeyInQuery", "exchangeKeyInQueryJson"];
    let unfit =
        |said: &str, status| No::said(said, "InvitationsTokenError", tokens::unfit(status, said));
    let in_query = |at: usize| {
        get(old[at], ids[at], "The same, as clients of another API know it", Need::Open)
            .needs_query("client_id", text())
            .needs_query("client_secret", text())
            .needs_query("grant_type", word(&["authorization_code"]))
            .answers(200, "A token for thirty days.", "InvitationsToken")
            .tells(&["Cache-Control"])
            .judges_itself()
            .says_no([
                unfit("Bad Request", StatusCode::BAD_REQUEST),
                unfit("Unauthorized", StatusCode::UNAUTHORIZED),
                unfit("Too Many Requests", StatusCode::TOO_MANY_REQUESTS),
            ])
    };
    api.section(
        &INVITATIONS,
        ("Tokens", "Tokens for whoever holds an API key."),
        [in_query(0), in_query(1)],
    );
    let exchange = post("/oauth2/token", "exchangeKey", "A token for an API key", Need::Open)
        .form("TokenRequest")
        .answers(200, "A token for an hour.", "Token")
        .tells(&["Cache-Control"])
        .says_no(
            ERRORS
                .map(|(status, word)| No::said(word, "TokenError", tokens::refused(status, word))),
        )
        .refuses([Failure::TooMany]);
    api.more(&OUTSIDE, "Tokens", [exchange]);
    api.schema(
        "TokenRequest",
        taken([
            ("grant_type*", word(&["client_credentials"])),
            ("client_id", text().says("Not needed with `Authorization: Basic`.")),
            ("client_secret", text().says("The same.")),
            ("scope", text()),
        ]),
    );
    api.schema(
        "Token",
        given([
            ("access_token*", text()),
            ("token_type*", word(&["Bearer"])),
            ("expires_in*", count()),
            ("scope*", text()),
        ]),
    );
    api.schema("TokenError", given([("error*", word(&ERRORS.map(|(_, word)| word)))]));
    api.schema(
        "InvitationsToken",
        given([("error*", flag()), ("access_token*", text()), ("expires_on*", text())]),
    );
    api.schema("InvitationsTokenError", given([("error*", flag()), ("description*", text())]));
}

fn feed(api: &mut Api) {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let lsn = || whole(0..=i64::MAX);
    let subject = "^((orders|reservations|stocks|listings|locations|subscriptions)/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|settings)$";
    api.section(
        &OUTSIDE,
        ("The change feed", "What happened, from any place in the journal."),
        [get("/feed", "follow", "What happened, as a stream", P::Events)
            .query("from", lsn().says("After this record; 0 is the beginning."))
            .query("from_time", instant().says("Instead of `from`."))
            .query_list("types", word(&kinds))
            .query("subject", pattern(subject))
            .query("follow", flag().with("default", true))
            .query("limit", whole(1..=i64::MAX))
            .header("Last-Event-ID", lsn())
            .streams("Messages.", &["text/event-stream", "application/x-ndjson"])
            .tells(&["Cache-Control"])
            .refuses([Failure::NotAcceptable])
            .says_no([No::gone(&OUTSIDE)])],
    );
}

/// What a problem's type means, at either address.
pub(super) fn explain(id: &'static str) -> Operation {
    get("/problems/{name}", id, "What a problem's type means", Need::Open)
        .at("name", text())
        .streams("In a sentence.", &["text/plain"])
        .refuses([Failure::NotFound])
}

fn status(api: &mut Api) {
    let text_plain = ["text/plain"];
    api.section(
        &OUTSIDE,
        ("Status", "How the server is, and what it speaks."),
        [
            get("/healthz", "isAlive", "Whether the process answers", Need::Open)
                .streams("It does.", &text_plain),
            get("/readyz", "isReady", "Whether requests are let in", Need::Open)
                .streams("They are.", &text_plain),
            explain("explainProblem"),
            get("/openapi.json", "showDocument", "This document", Need::Open).says(
                200,
                "OpenAPI 3.1.",
                super::schema::any_object(),
            ),
            get("/docs", "showPage", "This document, for people", Need::Open)
                .streams("A page.", &["text/html"])
                .tells(&["Cache-Control"]),
            get("/docs/{file}", "showPageFile", "A file of that page", Need::Open)
                .at("file", text())
                .streams("It.", &["text/css", "text/javascript"])
                .tells(&["Cache-Control"])
                .refuses([Failure::NotFound]),
        ],
    );
    api.more(
        &PROMISES,
        "Status",
        [
            get("/api/status", "showStatus", "How the server is", Need::Open).answers(
                200,
                "In a word.",
                "Status",
            ),
            get("/api/health", "showHealth", "How its parts are", Need::Credential).answers(
                200,
                "Part by part.",
                "Health",
            ),
        ],
    );
    let echo = "Sends a promise's bytes back: only of a server that was started for a bench";
    let echo = post("/bench/echo", "echo", echo, P::PromisesWrite).enters().body("PromiseRequest");
    let echo = echo.answers(200, "The bytes that were sent.", "PromiseRequest");
    let echo = echo.says_no([No::of(&OUTSIDE, Failure::NotFound)]);
    api.more(&PROMISES, "Status", [echo]);
    let overall = word(&["UP", "DEGRADED", "DOWN"]);
    let part = given([("name*", text()), ("status*", word(&["UP", "DOWN", "OFF"]))]);
    api.schema("Status", given([("status*", overall)]));
    api.schema(
        "Health",
        given([("status*", word(&["UP", "DOWN"])), ("dependencies*", array(part))]),
    );
}
