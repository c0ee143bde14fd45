//! Whether the server is alive, and whether it is ready: open to everybody.

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::problem::Problem;
use super::row::at;
use super::table::Table;
use super::unmatched;
use crate::ask::App;
use crate::auth::Need;
use crate::failure::Failure;

/// The process answers: 200.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// The route table until everything is recovered, at any address.
pub(crate) fn until_recovered(config: &mut ServiceConfig) {
    let table = Table::default()
        .service(at("/healthz").get(Need::Open, alive))
        .service(at("/readyz").get(Need::Open, recovering));
    table.serve(config, unmatched::not_yet);
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
