//! Whether the server is alive, and whether it is ready: open to everybody.

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::problem::Problem;
use super::row::at;
use super::{around, unmatched};
use crate::ask::App;
use crate::auth::Need;
use crate::failure::Failure;

/// The process answers: 200.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// The route table until everything is recovered, at any address.
pub(crate) fn until_recovered(config: &mut ServiceConfig) {
    let table = web::scope("").wrap(from_fn(around::around));
    let table = table
        .service(at("/healthz").get(Need::Open, alive))
        .service(at("/readyz").get(Need::Open, recovering))
        .default_service(web::to(unmatched::not_yet));
    config.service(table);
}

/// What the directory holds is being recovered: 503.
async fn recovering(head: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::recovering(head.path()))
}

/// Everything is recovered and requests are let in: 200, else 503.
pub(super) async fn ready(app: Data<App>, head: HttpRequest) -> Result<HttpResponse, Problem> {
    if !app.is_ready() {
        return Err(Problem::of(Failure::Stopping, head.path()));
    }
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"))
}
