//! `/api/subscriptions` and `/api/supportedevents`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use workflow::command::{Command, Query};
use workflow::id::SubscriptionId;
use workflow::refusal::Refusal;

use super::Handled;
use super::query::Params;
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::Failure;
use crate::http::promises::answers::subscription;
use crate::http::promises::bodies::SubscriptionBody;
use crate::http::reply::{answer, plain, respond};
use crate::http::visit::Visit;
use crate::limits::{PAGE_ROWS_MAX, PROMISE_BODY_BYTES_MAX};

/// Tells somebody what happens from now on: 201, with the secret that calls are signed with.
pub(crate) async fn make(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let bounds = (Lane::Operate, PROMISE_BODY_BYTES_MAX);
    let (mut visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let body: SubscriptionBody<'_> = raw.decode()?;
    let keyed = visit.keyed("subscriptions.make", &body);
    let secret = secret().map_err(|error| {
        let id = app.correlation_id();
        tracing::error!(%id, %error, "no secret can be drawn");
        Failure::Broken(id)
    })?;
    let wish = body.into_wish(app.targets, secret)?;
    let command = Command::Subscribe(Box::new(wish));
    let answered = visit.change(&app, keyed, command, subscription::made).await?;
    tell_webhooks(&app);
    Ok(answer(answered, subscription::made))
}

/// A page of subscriptions, without their secrets: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate)?;
    let mut params = Params::of(head.query_string());
    let page = params.page(PAGE_ROWS_MAX, SubscriptionId::parse);
    let answered = visit.look(&app, Query::Subscriptions(params.end(page)?)).await?;
    Ok(answer(answered, subscription::list))
}

/// Ends a subscription: 200, with what it was.
pub(crate) async fn remove(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate)?;
    let id = SubscriptionId::parse(&id).ok_or(Failure::Refused(Refusal::UnknownSubscription))?;
    let command = Command::Unsubscribe { id };
    let answered = visit.change(&app, None, command, subscription::gone).await?;
    tell_webhooks(&app);
    Ok(answer(answered, subscription::gone))
}

/// The events that a subscription may be to: 200.
pub(crate) async fn supported(app: Data<App>, head: HttpRequest) -> Handled {
    let _visit = Visit::bare(&app, &head, Lane::Operate)?;
    Ok(respond(app.latest(), plain(200, subscription::supported())))
}

fn tell_webhooks(app: &App) {
    if let Some(webhooks) = &app.webhooks {
        webhooks.changed();
    }
}

/// 32 bytes of the system's chance, which nobody can guess.
fn secret() -> std::io::Result<[u8; 32]> {
    let mut secret = [0; 32];
    let drawn = rustix::rand::getrandom(&mut secret, rustix::rand::GetRandomFlags::empty())?;
    assert_eq!(drawn, secret.len(), "so few bytes are never cut short");
    Ok(secret)
}
