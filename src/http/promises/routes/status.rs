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

/// How the parts of the server are, for who has a credential: 200.
pub(crate) async fn health(app: Data<App>, head: HttpRequest) -> Handled {
    visit::caller(&app, &head).await?;
    let up = |is_up| if is_up { "UP" } else { "DOWN" };
    // A journal that has failed ends the process, so one that is served by is up.
    let journal = up(app.is_ready());
    let snapshot = up(app.is_ready() && !app.behind.has_trouble());
    let status = overall(&app);
    // Without a mail server invitations stay due, which is no fault of the server's.
    let mail = app.mail_figures().map_or("OFF", |mail| up(mail.is_reachable));
    let parts = [("journal", journal), ("snapshot", snapshot), ("mail", mail)];
    let parts = parts.map(|(name, it)| format!("{{\"name\":\"{name}\",\"status\":\"{it}\"}}"));
    let parts = parts.join(",");
    Ok(json(format!("{{\"status\":\"{status}\",\"dependencies\":[{parts}]}}")))
}

fn overall(app: &App) -> &'static str {
    let is_full = |lane: &crate::admission::LaneFigures| lane.used >= lane.limit;
    match app.is_ready() {
        false => "DOWN",
        true if app.admission.figures().iter().any(is_full) => "DEGRADED",
        true if app.behind.has_trouble() => "DEGRADED",
        true if app.mail_figures().is_some_and(|mail| !mail.is_reachable) => "DEGRADED",
        true => "UP",
    }
}

fn json(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(body)
}
