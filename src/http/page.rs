//! `/docs`: a page that shows [the document](super::openapi) and tries its calls.
//!
//! Swagger UI, from the binary. The browser is told to load nothing from other hosts and to run
//! nothing that is not a file of ours.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use utoipa_swagger_ui::Config;

use super::problem::Problem;
use crate::failure::Failure;

/// What the page may load and do. Swagger UI draws with styles within its elements and with images
/// within its sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The page: 200.
pub(super) async fn page() -> HttpResponse {
    respond("text/html; charset=utf-8", Cow::Borrowed(include_bytes!("page/index.html")))
}

/// A file of the page: 200.
pub(super) async fn file(head: HttpRequest, name: Path<String>) -> Result<HttpResponse, Problem> {
    if name.as_str() == "start.js" {
        let text = include_bytes!("page/start.js");
        return Ok(respond("text/javascript; charset=utf-8", Cow::Borrowed(text)));
    }
    let known = ["swagger-ui.css", "swagger-ui-bundle.js"];
    let known = known.contains(&name.as_str());
    let file = known.then(|| utoipa_swagger_ui::serve(&name, Arc::new(Config::from("/"))));
    let file = file.and_then(Result::ok).flatten();
    let file = file.ok_or_else(|| Problem::of(Failure::NotFound, head.path()))?;
    Ok(respond(&file.content_type, file.bytes))
}

fn respond(content_type: &str, bytes: Cow<'static, [u8]>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .content_type(content_type)
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "max-age=3600"));
    match bytes {
        Cow::Borrowed(bytes) => response.body(bytes),
        Cow::Owned(bytes) => response.body(bytes),
    }
}
