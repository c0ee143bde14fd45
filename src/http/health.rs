//! Whether the server is alive, and whether it is ready: open to everybody.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::problem::Problem;
use crate::ask::App;
use crate::failure::Failure;

/// The process answers: 200.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// Everything is recovered and requests are let in: 200, else 503.
pub(super) async fn ready(app: Data<App>, head: HttpRequest) -> Result<HttpResponse, Problem> {
    if !app.is_ready() {
        return Err(Problem::of(Failure::Stopping, head.path()));
    }
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"))
}
