//! `/api/subscriptions` and `/api/supportedevents`.

use actix_web::web::Path;
use workflow::command::{Command, Query};
use workflow::id::{SubscriptionId, TenantId};
use workflow::refusal::Refusal;

use super::Handled;
use super::asked::Asked;
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::Failure;
use crate::http::promises::answers::subscription;
use crate::http::promises::bodies::SubscriptionBody;
use crate::http::reply::{answer, plain, respond};
use crate::http::visit::{Visit, asked_version};
use crate::limits::{PAGE_ROWS_MAX, SUBSCRIPTION_BODY_BYTES_MAX};
use crate::webhooks::terms::drawn_secret;

/// Tells somebody what happens from now on: 201, with the secret that calls are signed with.
pub(crate) async fn make(asked: Asked) -> Handled {
    let app = asked.app.clone();
    let body = asked.body_within(Lane::Operate, SUBSCRIPTION_BODY_BYTES_MAX).await?;
    let sent: SubscriptionBody<'_> = body.decode()?;
    let keyed = body.keyed("subscriptions.make", &sent);
    let secret = drawn_secret().map_err(|error| {
        let id = app.correlation_id();
        tracing::error!(%id, %error, "no secret can be drawn");
        Failure::Broken(id)
    })?;
    let command = Command::Subscribe(Box::new(sent.into_wish(app.targets, secret)?));
    let tenant = body.visit.caller.tenant.clone();
    let answered = body.visit.change(&app, keyed, command, subscription::made).await?;
    tell_webhooks(&app, &tenant);
    Ok(answer(answered, subscription::made))
}

/// A page of subscriptions, without their secrets: 200.
pub(crate) async fn list(asked: Asked) -> Handled {
    asked
        .look(|mut params| {
            let page = params.page(PAGE_ROWS_MAX, SubscriptionId::parse);
            Ok((Query::Subscriptions(params.end(page)?), subscription::list))
        })
        .await
}

/// Ends a subscription: 200, with what it was.
pub(crate) async fn remove(asked: Asked, id: Path<String>) -> Handled {
    let app = asked.app;
    let visit = Visit::bare(&app, &asked.head, Lane::Operate).await?;
    let id = SubscriptionId::parse(&id).ok_or(Failure::Refused(Refusal::UnknownSubscription))?;
    let tenant = visit.caller.tenant.clone();
    let command = Command::Unsubscribe { id, version: asked_version(asked.head.headers())? };
    let answered = visit.change(&app, None, command, subscription::gone).await?;
    tell_webhooks(&app, &tenant);
    Ok(answer(answered, subscription::gone))
}

/// The events that a subscription may be to: 200.
pub(crate) async fn supported(asked: Asked) -> Handled {
    let _visit = Visit::bare(&asked.app, &asked.head, Lane::Operate).await?;
    Ok(respond(asked.app.latest(), plain(200, subscription::supported())))
}

fn tell_webhooks(app: &App, tenant: &TenantId) {
    if let Some(outside) = app.outside_of(tenant) {
        outside.webhooks.changed();
    }
}
