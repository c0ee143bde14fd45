//! Subscriptions in this door's words. A secret is shown once, values of headers never.

use serde::Serialize;
use workflow::id::SubscriptionId;
use workflow::outcome::Outcome;
use workflow::reply::Reply;
use workflow::subscription::{Context, Subscription};

use super::{At, Shown};
use crate::feed::Kind;
use crate::http::reply::json;
use crate::http::reply::{created, entity, plain};
use crate::webhooks::terms::{encoding_name, shown_secret};

/// What stands in place of a header's value, which may be a credential.
const HIDDEN: &str = "(hidden)";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionAnswer<'a> {
    id: SubscriptionId,
    version: u64,
    created: At,
    name: &'a str,
    event: &'a str,
    target: TargetAnswer<'a>,
    callback_url: &'a str,
    headers: Vec<HeaderAnswer<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contexts: Vec<ContextAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TargetAnswer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    callback_url: &'a str,
    headers: Vec<HeaderAnswer<'a>>,
    encoding: &'static str,
}

#[derive(Clone, Serialize)]
struct HeaderAnswer<'a> {
    key: &'a str,
    value: &'static str,
}

#[derive(Serialize)]
struct ContextAnswer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    values: &'a [smol_str::SmolStr],
}

#[derive(Serialize)]
struct SubscriptionsAnswer<'a> {
    subscriptions: Vec<SubscriptionAnswer<'a>>,
    total: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SupportedAnswer {
    supported_events: Vec<EventAnswer>,
}

#[derive(Serialize)]
struct EventAnswer {
    event: &'static str,
    description: String,
}

/// The reply to a subscription that was made: 201, with the secret.
pub(crate) fn made(outcome: &Outcome) -> Reply {
    let subscription = one(outcome);
    let secret = shown_secret(&subscription.wish.secret.0);
    let answer = SubscriptionAnswer { secret: Some(secret), ..answer(subscription) };
    let location = format!("/api/subscriptions/{}", subscription.id);
    created(subscription.version, location, json(&answer))
}

/// The reply to a subscription that has ended: 200, with its last version.
pub(crate) fn gone(outcome: &Outcome) -> Reply {
    let subscription = one(outcome);
    entity(200, subscription.version, json(&answer(subscription)))
}

/// A page of subscriptions: 200.
pub(crate) fn list(outcome: &Outcome) -> Reply {
    let Outcome::Subscriptions { rows, total } = outcome else {
        unreachable!("subscriptions are answered with subscriptions")
    };
    let subscriptions = rows.iter().map(|row| answer(row)).collect();
    plain(200, json(&SubscriptionsAnswer { subscriptions, total: *total }))
}

/// The events that there are, by the names of this door, then by those of the feed.
pub(crate) fn supported() -> String {
    let mut names: Vec<&'static str> =
        Kind::ALL.iter().flat_map(|kind| kind.fft()).copied().collect();
    names.sort_unstable();
    names.dedup();
    let ours = names.into_iter().map(|event| {
        let kinds = Kind::ALL.iter().filter(|kind| kind.fft().contains(&event));
        let kinds: Vec<&str> = kinds.map(|kind| kind.name()).collect();
        EventAnswer { event, description: kinds.join(", ") }
    });
    let theirs = Kind::ALL.iter().map(|kind| {
        let description = "the event of this name in the feed".to_owned();
        EventAnswer { event: kind.name(), description }
    });
    json(&SupportedAnswer { supported_events: ours.chain(theirs).collect() })
}

fn one(outcome: &Outcome) -> &Subscription {
    let Outcome::Subscription(subscription) = outcome else {
        unreachable!("a subscription is answered with a subscription")
    };
    subscription
}

fn answer(subscription: &Subscription) -> SubscriptionAnswer<'_> {
    let wish = &subscription.wish;
    let headers = wish.headers.iter().map(|(key, _)| HeaderAnswer { key, value: HIDDEN });
    let headers: Vec<HeaderAnswer<'_>> = headers.collect();
    let encoding = encoding_name(wish.encoding);
    let target = TargetAnswer {
        kind: "WEBHOOK",
        callback_url: &wish.url,
        headers: headers.clone(),
        encoding,
    };
    let contexts = wish.contexts.iter().map(|context| match context {
        Context::Locations(values) => ContextAnswer { kind: "FACILITY", values },
        Context::Groups(values) => ContextAnswer { kind: "FACILITY_GROUP", values },
    });
    SubscriptionAnswer {
        id: subscription.id,
        version: subscription.version.0,
        created: Shown(subscription.created),
        name: &wish.name,
        event: &wish.event,
        target,
        callback_url: &wish.url,
        headers,
        contexts: contexts.collect(),
        secret: None,
    }
}
