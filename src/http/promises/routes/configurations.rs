//! `/api/configurations/promises`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use workflow::command::Query;

use super::Handled;
use crate::admission::Lane;
use crate::ask::App;
use crate::http::promises::answers::configuration;
use crate::http::promises::bodies::ConfigurationBody;
use crate::http::reply::answer;
use crate::http::visit::{Visit, if_match};
use crate::limits::PROMISE_BODY_BYTES_MAX;

/// How long promises hold: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let answered = visit.look(&app, Query::Settings).await?;
    Ok(answer(answered, configuration::shown))
}

/// Sets how long promises hold that are made or extended from now on: 200.
pub(crate) async fn put(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let bounds = (Lane::Operate, PROMISE_BODY_BYTES_MAX);
    let (visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let body: ConfigurationBody<'_> = raw.decode()?;
    let command = body.into_command(if_match(head.headers())?)?;
    let answered = visit.change(&app, None, command, configuration::shown).await?;
    Ok(answer(answered, configuration::shown))
}
