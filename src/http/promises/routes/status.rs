//! `/api/status` and `/api/health`: how the server is, in this door's words.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::Handled;
use crate::ask::App;
use crate::http::visit;

/// How the server is, for anybody: 200.
pub(crate) async fn status(app: Data<App>) -> HttpResponse {
    json(format!("{{\"status\":\"{}\"}}", overall(&app)))
}

/// How the parts of the server are, for who has a credential: 200. One that is down is enough for
/// all to be.
pub(crate) async fn health(app: Data<App>, head: HttpRequest) -> Handled {
    visit::caller(&app, &head).await?;
    let is_ready = app.is_ready();
    let up = |is_up| if is_up { "UP" } else { "DOWN" };
    let parts = [
        // A journal that has failed ends the process, so one that is served by is up.
        ("journal", up(is_ready)),
        ("snapshot", up(is_ready && !app.behind.has_trouble())),
        ("webhooks", up(is_ready && app.carries_news())),
        // Without a mail server invitations stay due, which is no fault of the server's.
        ("mail", app.mail_figures().map_or("OFF", |mail| up(is_ready && mail.is_reachable))),
    ];
    let status = up(parts.iter().all(|(_, status)| *status != "DOWN"));
    let parts = parts.map(|(name, it)| format!("{{\"name\":\"{name}\",\"status\":\"{it}\"}}"));
    let parts = parts.join(",");
    Ok(json(format!("{{\"status\":\"{status}\",\"dependencies\":[{parts}]}}")))
}

fn overall(app: &App) -> &'static str {
    let is_full = |lane: &crate::admission::LaneFigures| lane.used >= lane.limit;
    match app.is_ready() {
        false => "DOWN",
        true if app.admission.figures().iter().any(is_full) => "DEGRADED",
        true if app.behind.has_trouble() || app.behind.is_far_behind() => "DEGRADED",
        true if !app.carries_news() => "DEGRADED",
        true if app.mail_figures().is_some_and(|mail| !mail.is_reachable) => "DEGRADED",
        true => "UP",
    }
}

fn json(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(body)
}
