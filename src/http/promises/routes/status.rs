//! `/api/status` and `/api/health`: how the server is, in this door's words.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::Handled;
use crate::ask::App;

/// How the server is, for anybody: 200.
pub(crate) async fn status(app: Data<App>) -> HttpResponse {
    let is_full = |lane: &crate::admission::LaneFigures| lane.used >= lane.limit;
    let status = match app.is_ready() {
        false => "DOWN",
        true if app.admission.figures().iter().any(is_full) => "DEGRADED",
        true => "UP",
    };
    json(format!("{{\"status\":\"{status}\"}}"))
}

/// How the parts of the server are, for who has a credential: 200.
pub(crate) async fn health(app: Data<App>, head: HttpRequest) -> Handled {
    app.credentials.caller(head.headers(), head.query_string())?;
    let status = if app.is_ready() { "UP" } else { "DOWN" };
    let parts = ["journal", "snapshot", "webhooks", "mail"];
    let parts = parts.map(|name| format!("{{\"name\":\"{name}\",\"status\":\"{status}\"}}"));
    let parts = parts.join(",");
    Ok(json(format!("{{\"status\":\"{status}\",\"dependencies\":[{parts}]}}")))
}

fn json(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(body)
}
