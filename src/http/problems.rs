//! `/problems/{name}`: what the `type` of a problem means, for whoever follows it.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use super::problem::Problem;
use crate::failure::Failure;

/// The names of problems, each with what it means and what to do.
const PROBLEMS: [(&str, &str); 15] = [
    ("malformed", "The request cannot be read: its JSON, a header or its path. Correct it."),
    ("validation", "Members of the body, or parameters, are wrong; `errors` names them all."),
    ("unauthorized", "A credential is missing, or is not known here."),
    ("forbidden", "The credential is known, and does not permit this."),
    ("not-found", "Nothing is at this path, or what it names is not there for this caller."),
    ("method-not-allowed", "The path takes other methods; `Allow` names them."),
    ("conflict", "What it is about is in a stage that does not allow this. Read it, decide anew."),
    ("gone", "What was asked for is no longer kept."),
    (
        "precondition-failed",
        "It has changed since the version in `If-Match`. Read it, decide anew.",
    ),
    ("too-large", "The body, the address or a header is longer than is taken."),
    ("unsupported-media-type", "A body must be plain `application/json` in UTF-8."),
    ("idempotency-key-missing", "This request needs an `Idempotency-Key`, a UUID."),
    ("idempotency-key-reused", "The key was used for another request. Use a new one."),
    ("idempotency-in-progress", "The first request with this key is not done. Send it again."),
    ("outcome-unknown", "No answer came in time: it may have happened. The same key settles it."),
];

/// What a problem means: 200, as text.
pub(crate) async fn explain(
    head: HttpRequest,
    name: Path<String>,
) -> Result<HttpResponse, actix_web::Error> {
    let known = PROBLEMS.iter().find(|(known, _)| *known == name.as_str());
    let (_, meaning) = known.ok_or_else(|| Problem::of(Failure::NotFound, head.path()))?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(*meaning))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::PROBLEMS;
    use crate::http::testing::Door;

    #[actix_web::test]
    async fn every_problem_is_explained() {
        let door = Door::open();
        for (name, meaning) in PROBLEMS {
            let seen = door.ask(TestRequest::with_uri(&format!("/problems/{name}"))).await;
            assert_eq!((seen.status, seen.body.as_str()), (200, meaning));
        }
        assert_eq!(door.ask(TestRequest::with_uri("/problems/none")).await.status, 404);
    }
}
