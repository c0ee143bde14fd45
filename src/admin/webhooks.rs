//! `/admin/v1/webhooks`: subscriptions of any tenant are made, changed, looked into and told
//! anew.
//!
//! They are those of the promise door, with several events each, and with what an operator does
//! when a receiver was down or a secret was lost. A secret is in one answer, the one to its making.

mod answer;
mod body;

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};
use actors::{ShardHandle, Words};
use smol_str::SmolStr;
use snapshots::Lsn;
use workflow::command::{Command, Page, Query};
use workflow::id::{SubscriptionId, TenantId};
use workflow::limits::SUBSCRIPTIONS_PER_TENANT_MAX;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::reply::{Keyed, Reply};
use workflow::subscription::{Action, Secret};

use self::body::{ChangeBody, ReplayBody, WebhookBody};
use super::call::{Call, Cause, Handled, decoded, keyed, outcome_of, private};
use crate::ask::App;
use crate::auth::Caller;
use crate::failure::Failure;
use crate::http::reply;
use crate::webhooks::terms::drawn_secret;

/// Puts an outcome into words that name the tenant.
type Render = fn(&Outcome, &str) -> Reply;

/// Makes one, and shows its secret this once: 201.
pub(super) async fn make(call: Call, payload: Payload) -> Handled {
    let done = async {
        let (who, raw) = call.sent(payload).await?;
        let body: WebhookBody<'_> = decoded(&raw)?;
        let asked = fingerprinted(&body);
        let secret = drawn(&call.app)?;
        let (tenant, wish) = body.check(call.app.targets, secret).map_err(Cause::Invalid)?;
        let caller = who.acting_for(tenant);
        in_the_journal(&call.app, &caller.tenant, wish.after)?;
        let keyed = keyed(&call, &caller, "admin.webhooks.make", &asked)?;
        let command = Command::Subscribe(Box::new(wish));
        change(&call, &caller, keyed, command, answer::made).await
    };
    call.end(done).await
}

/// All of all tenants, the oldest first, without their secrets: 200.
pub(super) async fn list(call: Call) -> Handled {
    let done = async {
        let who = call.who().await?;
        let mut tenants = BTreeSet::new();
        for shard in call.app.behind.directory().all() {
            tenants.extend(known(shard).await?.into_iter().map(|(tenant, _)| tenant));
        }
        let mut all = Vec::new();
        for tenant in tenants {
            let page = Page { after: None, size: SUBSCRIPTIONS_PER_TENANT_MAX };
            let caller = who.clone().acting_for(tenant);
            let answered = call.look(&caller, Query::Subscriptions(page)).await?;
            let Outcome::Subscriptions { rows, .. } = outcome_of(answered) else {
                unreachable!("subscriptions are answered with subscriptions")
            };
            all.extend(rows.into_iter().map(|row| (caller.tenant.clone(), row)));
        }
        all.sort_by_key(|(_, row)| row.id);
        Ok(private(reply::respond(call.app.latest(), answer::list(&all))))
    };
    call.end(done).await
}

/// One, without its secret: 200.
pub(super) async fn show(call: Call, id: Path<String>) -> Handled {
    let done = async {
        let (caller, id) = found(&call, &id).await?;
        let answered = call.look(&caller, Query::Subscription(id)).await?;
        let tenant = caller.tenant.as_str();
        Ok(private(reply::answer(answered, |outcome| answer::shown(outcome, tenant))))
    };
    call.end(done).await
}

/// Lets calls go out, or wait: 200.
pub(super) async fn patch(call: Call, id: Path<String>, payload: Payload) -> Handled {
    let done = async {
        let (_, raw) = call.sent(payload).await?;
        let body: ChangeBody = decoded(&raw)?;
        let active = body.check().map_err(Cause::Invalid)?;
        let (caller, id) = found(&call, &id).await?;
        let command = about(&call, id, Action::Activate(active))?;
        change(&call, &caller, None, command, answer::shown).await
    };
    call.end(done).await
}

/// Ends one: 200, with what it was.
pub(super) async fn remove(call: Call, id: Path<String>) -> Handled {
    let done = async {
        let (caller, id) = found(&call, &id).await?;
        let command = Command::Unsubscribe { id, version: call.version()? };
        change(&call, &caller, None, command, answer::shown).await
    };
    call.end(done).await
}

/// Signs calls with a new secret, shown this once, and for a day with the old one, too: 200.
pub(super) async fn rotate(call: Call, id: Path<String>) -> Handled {
    let done = async {
        let (caller, id) = found(&call, &id).await?;
        let secret = drawn(&call.app)?;
        let sent = call.version()?.map(|it| it.0);
        let keyed = keyed(&call, &caller, &format!("admin.webhooks.rotate/{id}"), &sent)?;
        let command = about(&call, id, Action::Rotate(Secret(secret)))?;
        change(&call, &caller, keyed, command, answer::rotated).await
    };
    call.end(done).await
}

/// Tells all after a record again: 200.
pub(super) async fn replay(call: Call, id: Path<String>, payload: Payload) -> Handled {
    let done = async {
        let (_, raw) = call.sent(payload).await?;
        let body: ReplayBody = decoded(&raw)?;
        let after = body.check().map_err(Cause::Invalid)?;
        let (caller, id) = found(&call, &id).await?;
        in_the_journal(&call.app, &caller.tenant, Some(after))?;
        let sent = call.version()?.map(|it| it.0);
        let operation = format!("admin.webhooks.replay/{id}");
        let keyed = keyed(&call, &caller, &operation, &(after, sent))?;
        let command = about(&call, id, Action::Replay(after))?;
        change(&call, &caller, keyed, command, answer::shown).await
    };
    call.end(done).await
}

/// The newest attempts to call, since the start: 200.
pub(super) async fn deliveries(call: Call, id: Path<String>) -> Handled {
    let done = async {
        let (caller, id) = found(&call, &id).await?;
        let at = call.look(&caller, Query::Subscription(id)).await?.at;
        let attempts = call.app.outside_of(&caller.tenant).map(|it| it.webhooks.attempts(id));
        let attempts = answer::deliveries(&attempts.unwrap_or_default());
        Ok(private(reply::respond(at, attempts)))
    };
    call.end(done).await
}

/// The subscription that the path names, and the operator on behalf of its tenant.
async fn found(call: &Call, id: &str) -> Result<(Caller, SubscriptionId), Failure> {
    let who = call.who().await?;
    let unknown = || Failure::Refused(Refusal::UnknownSubscription);
    let id = SubscriptionId::parse(id).ok_or_else(unknown)?;
    for shard in call.app.behind.directory().all() {
        let known = known(shard).await?;
        if let Some((tenant, _)) = known.into_iter().find(|(_, known)| *known == id) {
            return Ok((who.acting_for(tenant), id));
        }
    }
    Err(unknown())
}

/// The subscriptions of a shard, durable or not: what is said of them is asked for again.
async fn known(shard: &ShardHandle) -> Result<Vec<(TenantId, SubscriptionId)>, Failure> {
    let known = shard.subscriptions().await.ok_or(Failure::Stopping)?;
    Ok(known.into_iter().map(|(tenant, it)| (tenant, it.id)).collect())
}

fn about(call: &Call, id: SubscriptionId, action: Action) -> Result<Command, Failure> {
    Ok(Command::Subscription { id, version: call.version()?, action })
}

/// Refuses a record that is not there yet, or not any more.
fn in_the_journal(app: &App, tenant: &TenantId, after: Option<u64>) -> Result<(), Cause> {
    let shard = app.behind.directory().of_tenant(tenant);
    let Some((after, archive)) = after.map(Lsn).zip(shard.map(ShardHandle::archive)) else {
        return Ok(());
    };
    if after < archive.oldest().before() {
        return Err(Cause::Gone(archive.oldest()));
    }
    if after > archive.durable() {
        let what = format!("is after the newest record, {}", archive.durable());
        return Err(Cause::Invalid(Failure::malformed("#/from_lsn", &what)));
    }
    Ok(())
}

/// What a key's fingerprint is taken of: the request without a secret of ours.
fn fingerprinted(body: &WebhookBody<'_>) -> String {
    serde_json::to_string(body).expect("a body that was read can be written")
}

fn drawn(app: &App) -> Result<[u8; 32], Failure> {
    drawn_secret().map_err(|error| {
        let id = app.correlation_id();
        tracing::error!(%id, %error, "no secret can be drawn");
        Failure::Broken(id)
    })
}

/// Has the tenant's shard carry a command out, and the webhooks know of it.
async fn change(
    call: &Call,
    caller: &Caller,
    keyed: Option<Keyed>,
    command: Command,
    render: Render,
) -> Result<HttpResponse, Cause> {
    let tenant = caller.tenant.as_str();
    let words = Words::Named(render, SmolStr::new(tenant));
    let answered = call.change(caller, keyed, command, words).await?;
    if let Some(outside) = call.app.outside_of(&caller.tenant) {
        outside.webhooks.changed();
    }
    Ok(private(reply::answer(answered, |outcome| render(outcome, tenant))))
}
