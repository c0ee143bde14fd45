//! `/unsubscribe/{token}`: customers say that they want no mail. No door, and no credential: the
//! link in the mail is one.
//!
//! A look changes nothing, since mail programs look at links by themselves; the button, or the
//! mail program's own (RFC 8058), does.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use actors::{Words, Work};
use workflow::command::{Ask, Command};
use workflow::id::TenantId;
use workflow::outcome::Outcome;
use workflow::reply::Reply;

use super::problem::Problem;
use super::reply::plain;
use crate::admission::Lane;
use crate::ask::App;
use crate::auth::Caller;
use crate::failure::{Failed, Failure};

/// Nothing is loaded from anywhere, and no address is told to others.
const POLICY: &str = "default-src 'none'; form-action 'self'; frame-ancestors 'none'";

/// Asks whether the customer means it: 200.
pub(super) async fn ask(app: Data<App>, token: Path<String>) -> Result<HttpResponse, Problem> {
    read(&app, &token)?;
    let form = "<form method=\"post\"><button>No more mails</button></form>";
    Ok(page("Do you want no more mails about your orders?", form))
}

/// Sends the address no mail any more: 200. The body says nothing that counts.
pub(super) async fn suppress(app: Data<App>, token: Path<String>) -> Result<HttpResponse, Problem> {
    let (tenant, address) = read(&app, &token)?;
    let failed = |failed: Failed| Problem::of(failed, PATH);
    let permit = app.admission.enter(Lane::Operate, &tenant);
    let permit = permit.map_err(|failure| failed(failure.into()))?;
    let caller = Caller::customer(tenant);
    let command = Command::Suppress { address: address.into() };
    let ask = Ask::of(caller.tenant.clone(), caller.who.clone(), command);
    app.ask(&caller, Work::Change(Box::new(ask), Words::Plain(nothing)), permit)
        .await
        .map_err(failed)?;
    Ok(page("You will get no more mails about your orders.", ""))
}

/// What errors say instead of the path, which has the customer's address in it.
const PATH: &str = "/unsubscribe";

fn read(app: &App, token: &str) -> Result<(TenantId, String), Problem> {
    let read = app.unsubscribe.as_ref().and_then(|links| links.read(token));
    read.ok_or_else(|| Problem::of(Failure::NotFound, PATH))
}

/// No reply is stored: the same wish again is the same wish.
fn nothing(_: &Outcome) -> Reply {
    plain(200, String::new())
}

fn page(said: &str, form: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", POLICY))
        .insert_header(("referrer-policy", "no-referrer"))
        .insert_header(("x-robots-tag", "noindex"))
        .insert_header(("cache-control", "no-store"))
        .body(format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Mails</title></head>\
             <body><p>{said}</p>{form}</body></html>\n"
        ))
}
