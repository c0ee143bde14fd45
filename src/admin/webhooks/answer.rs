//! Webhooks as an operator sees them: headers without their values, a secret once.

use std::sync::Arc;

use serde::Serialize;
use smol_str::SmolStr;
use workflow::id::{SubscriptionId, TenantId};
use workflow::outcome::Outcome;
use workflow::reply::Reply;
use workflow::subscription::Subscription;

use crate::http::reply::{created, entity, json, plain};
use crate::webhooks::terms::{encoding_name, shown_secret};
use crate::webhooks::{Attempt, CallOutcome};

#[derive(Serialize)]
struct WebhookAnswer<'a> {
    id: SubscriptionId,
    tenant: &'a str,
    version: u64,
    name: &'a str,
    url: &'a str,
    events: Vec<&'a str>,
    encoding: &'static str,
    /// The names of the headers that every call has.
    headers: Vec<&'a str>,
    active: bool,
    created_at: String,
    /// Until when calls are signed with the secret before, too, if they ever were.
    old_secret_until: Option<String>,
    /// The secret itself, when it was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

#[derive(Serialize)]
struct WebhooksAnswer<'a> {
    webhooks: Vec<WebhookAnswer<'a>>,
    total: usize,
}

#[derive(Serialize)]
struct DeliveriesAnswer<'a> {
    deliveries: Vec<AttemptAnswer<'a>>,
    total: usize,
}

#[derive(Serialize)]
struct AttemptAnswer<'a> {
    id: &'a str,
    attempt: u32,
    at: String,
    status: Option<u16>,
    outcome: CallOutcome,
}

/// The reply to one that was made: 201, with the secret.
pub(super) fn made(outcome: &Outcome, tenant: &str) -> Reply {
    let known = one(outcome);
    let location = format!("/admin/v1/webhooks/{}", known.id);
    created(known.version, location, json(&with_secret(known, tenant)))
}

/// The reply to a new secret: 200, with it.
pub(super) fn rotated(outcome: &Outcome, tenant: &str) -> Reply {
    let known = one(outcome);
    entity(200, known.version, json(&with_secret(known, tenant)))
}

/// One as it is, or was when it ended: 200.
pub(super) fn shown(outcome: &Outcome, tenant: &str) -> Reply {
    let known = one(outcome);
    entity(200, known.version, json(&answer(known, tenant)))
}

/// All of them: 200.
pub(super) fn list(all: &[(TenantId, Arc<Subscription>)]) -> Reply {
    let webhooks = all.iter().map(|(tenant, known)| answer(known, tenant.as_str())).collect();
    plain(200, json(&WebhooksAnswer { webhooks, total: all.len() }))
}

/// What came of calls: 200.
pub(super) fn deliveries(attempts: &[Attempt]) -> Reply {
    let deliveries = attempts.iter().map(|it| AttemptAnswer {
        id: &it.event,
        attempt: it.attempt,
        at: it.at.to_string(),
        status: it.status,
        outcome: it.outcome,
    });
    plain(200, json(&DeliveriesAnswer { deliveries: deliveries.collect(), total: attempts.len() }))
}

fn one(outcome: &Outcome) -> &Subscription {
    let Outcome::Subscription(known) = outcome else {
        unreachable!("a subscription is answered with a subscription")
    };
    known
}

fn with_secret<'a>(known: &'a Subscription, tenant: &'a str) -> WebhookAnswer<'a> {
    WebhookAnswer { secret: Some(shown_secret(&known.wish.secret.0)), ..answer(known, tenant) }
}

fn answer<'a>(known: &'a Subscription, tenant: &'a str) -> WebhookAnswer<'a> {
    let wish = &known.wish;
    WebhookAnswer {
        id: known.id,
        tenant,
        version: known.version.0,
        name: &wish.name,
        url: &wish.url,
        events: wish.events().map(SmolStr::as_str).collect(),
        encoding: encoding_name(wish.encoding),
        headers: wish.headers.iter().map(|(name, _)| name.as_str()).collect(),
        active: !known.is_paused,
        created_at: known.created.to_string(),
        old_secret_until: known.before.as_ref().map(|(_, until)| until.to_string()),
        secret: None,
    }
}
