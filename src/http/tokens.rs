//! Tokens for whoever holds an API key: the id of the key is the client's, its secret the secret.
//!
//! Two calls for the same thing: the one of RFC 6749 (4.4), and the one that clients of the orders
//! and invitations door know, whose secret stands in the address. No address is ever logged.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use smol_str::SmolStr;
use workflow::permission::{Permission, Permissions};
use workflow::time::Time;

use super::body::Raw;
use super::problem::Problem;
use super::promises::routes::query::Params;
use super::reply::NO_STORE;
use crate::ask::App;
use crate::auth::{basic, permissions_of};
use crate::failure::Failure;
use crate::limits::{FORM_BYTES_MAX, INVITATIONS_TOKEN_LASTS, TOKEN_LASTS};

/// RFC 7617 wants a realm.
const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"certus\"");

/// `POST /oauth2/token`, a form: 200, or an error of RFC 6749 (5.2).
pub(super) async fn client_credentials(
    app: Data<App>,
    head: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let problem = |failure| Problem::of(failure, head.path());
    Raw::fits(&head, FORM_BYTES_MAX).map_err(problem)?;
    if !is_form(head.headers()) {
        return Err(problem(Failure::UnsupportedMediaType));
    }
    let raw = Raw::read(payload, FORM_BYTES_MAX).await.map_err(problem)?;
    let bytes = raw.into_bytes();
    let mut form = Params::of(std::str::from_utf8(&bytes).unwrap_or_default());
    let grant = form.text("grant_type");
    let body = (form.text("client_id"), form.text("client_secret"));
    let scope = form.filled("scope");
    let invalid = || Ok(refused(StatusCode::BAD_REQUEST, "invalid_request"));
    let Ok(Some(grant)) = form.end(Some(grant)) else { return invalid() };
    let (id, secret, unknown) = match (basic(head.headers()), body) {
        (None, (Some(id), Some(secret))) => {
            (id, secret, refused(StatusCode::UNAUTHORIZED, "invalid_client"))
        }
        // A client has one way at a time; naming itself twice is no second way.
        (Some(sent), (named, None)) => {
            let Some((id, secret)) = sent.ok().as_deref().and_then(pair) else {
                return Ok(unknown_by_basic());
            };
            if named.is_some_and(|named| named != id) {
                return invalid();
            }
            (id, secret, unknown_by_basic())
        }
        _ => return invalid(),
    };
    if grant != "client_credentials" {
        return Ok(refused(StatusCode::BAD_REQUEST, "unsupported_grant_type"));
    }
    let wanted = scope.map_or(Permissions::ALL, |scope| {
        scope.split(' ').map(permissions_of).fold(Permissions::NONE, Permissions::and)
    });
    let lasts = TOKEN_LASTS;
    let issued = match app.credentials.exchange(&head, (&id, &secret), wanted, lasts) {
        Ok(issued) => issued,
        Err(Failure::Unauthorized) => return Ok(unknown),
        Err(Failure::Forbidden) => return Ok(refused(StatusCode::BAD_REQUEST, "invalid_scope")),
        Err(other) => return Err(problem(other)),
    };
    let words: Vec<&str> = issued.permissions.iter().map(Permission::name).collect();
    let answer = json!({
        "access_token": issued.token, "token_type": "Bearer",
        "expires_in": lasts.0 / 1_000, "scope": words.join(" "),
    });
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, NO_STORE)).json(answer))
}

/// A client's id and its secret, which stand beside each other in HTTP Basic as they do in a form
/// (RFC 6749, 2.3.1).
fn pair(text: &str) -> Option<(SmolStr, SmolStr)> {
    let (id, secret) = text.split_once(':')?;
    let mut form = Params::of(&format!("client_id={id}&client_secret={secret}"));
    let (id, secret) = (form.text("client_id")?, form.text("client_secret")?);
    form.end(Some((id, secret))).ok()
}

/// 401 in the scheme in which the client came.
fn unknown_by_basic() -> HttpResponse {
    let mut response = refused(StatusCode::UNAUTHORIZED, "invalid_client");
    response.headers_mut().insert(WWW_AUTHENTICATE, BASIC);
    response
}

/// `GET /api/v2/oauth2/token`: 200 with a token for thirty days.
pub(super) async fn of_invitations(app: Data<App>, head: HttpRequest) -> HttpResponse {
    let mut query = Params::of(head.query_string());
    let grant = query.text("grant_type");
    let (id, secret) = (query.text("client_id"), query.text("client_secret"));
    let is_known = query.end(grant).is_ok_and(|grant| grant == "authorization_code");
    if !is_known {
        return unfit(StatusCode::BAD_REQUEST, "Bad Request");
    }
    let (id, secret) = (id.unwrap_or_default(), secret.unwrap_or_default());
    let lasts = INVITATIONS_TOKEN_LASTS;
    match app.credentials.exchange(&head, (&id, &secret), Permissions::ALL, lasts) {
        Ok(issued) => {
            let (token, until) = (issued.token, day_and_time(issued.until));
            let answer = json!({ "error": false, "access_token": token, "expires_on": until });
            HttpResponse::Ok().insert_header((CACHE_CONTROL, NO_STORE)).json(answer)
        }
        Err(Failure::TooMany) => unfit(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
        Err(_) => unfit(StatusCode::UNAUTHORIZED, "Unauthorized"),
    }
}

/// As that door prints it: `Feb, 11 2026 10:14:03 UTC`.
fn day_and_time(at: Time) -> String {
    at.to_utc().map_or(String::new(), |at| at.format("%b, %d %Y %H:%M:%S UTC").to_string())
}

pub(super) fn refused(status: StatusCode, error: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, NO_STORE));
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    response.json(json!({ "error": error }))
}

pub(super) fn unfit(status: StatusCode, description: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.insert_header((RETRY_AFTER, "1"));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    response.json(json!({ "error": true, "description": description }))
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        && !headers.contains_key(actix_web::http::header::CONTENT_ENCODING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_printed_as_that_door_prints_it() {
        let at = Time::parse("2026-02-11T10:14:03.517Z").unwrap();
        assert_eq!(day_and_time(at), "Feb, 11 2026 10:14:03 UTC");
    }
}
