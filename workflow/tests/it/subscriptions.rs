//! Subscriptions: kept with the tenant, ended once, and bounded.

use std::sync::Arc;

use workflow::command::{Command, Page, Query};
use workflow::id::{SubscriptionId, Version};
use workflow::limits::{SUBSCRIPTIONS_PER_EVENT_MAX, SUBSCRIPTIONS_PER_TENANT_MAX};
use workflow::outcome::Outcome;
use workflow::record::Event;
use workflow::refusal::Refusal;
use workflow::subscription::{Action, Encoding, Replay, Secret, Subscription, Wish};

use crate::shop::Shop;

fn subscribe(event: &str) -> Command {
    Command::Subscribe(Box::new(Wish {
        name: "checkout".into(),
        event: event.into(),
        url: "https://shop.example.com/hooks".into(),
        headers: vec![("Authorization".into(), Secret("hush".into()))],
        encoding: Encoding::Fft,
        contexts: Vec::new(),
        secret: Secret([7; 32]),
        also: Vec::new(),
        after: None,
    }))
}

fn act(shop: &mut Shop, id: SubscriptionId, asked: Option<u64>, action: Action) -> Told {
    let command = Command::Subscription { id, version: asked.map(Version), action };
    match shop.submit("operator", command).result {
        Ok(Outcome::Subscription(subscription)) => Ok(subscription),
        Err(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

type Told = Result<Arc<Subscription>, Refusal>;

fn made(shop: &mut Shop, event: &str) -> SubscriptionId {
    match shop.submit("operator", subscribe(event)).result {
        Ok(Outcome::Subscription(subscription)) => subscription.id,
        other => panic!("{other:?}"),
    }
}

fn listed(shop: &Shop, after: Option<SubscriptionId>, size: usize) -> Vec<SubscriptionId> {
    match shop.read(Query::Subscriptions(Page { after, size })) {
        Ok(Outcome::Subscriptions { rows, .. }) => rows.iter().map(|row| row.id).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_subscription_lives_until_it_is_ended() {
    let mut shop = Shop::new();
    let (first, second) = (made(&mut shop, "*"), made(&mut shop, "ORDER_CREATED"));
    assert_eq!(listed(&shop, None, 10), [first, second]);
    assert_eq!(listed(&shop, Some(first), 10), [second]);
    assert_eq!(listed(&shop, None, 1), [first]);
    let ended = shop.submit("operator", Command::Unsubscribe { id: first, version: None });
    assert!(ended.result.is_ok());
    let [record] = ended.records(&shop) else { panic!("one record ends it") };
    assert_eq!(record.events, [Event::Unsubscribed { id: first }]);
    assert_eq!(shop.replayed().hash(), shop.world.hash());
    let again = shop
        .submit("operator", Command::Unsubscribe { id: first, version: Some(Version(1)) })
        .result;
    let Err(Refusal::UnknownSubscription) = again else { panic!("{again:?}") };
    assert_eq!(listed(&shop, None, 10), [second]);
}

/// It is paused, gets another secret and tells all again; a stale version is refused, and a replay
/// of the records comes to the same.
#[test]
fn a_subscription_is_changed_and_its_version_grows() {
    let mut shop = Shop::new();
    let id = made(&mut shop, "*");
    let paused = act(&mut shop, id, Some(1), Action::Activate(false)).unwrap();
    assert!(paused.is_paused && paused.version == Version(2));
    let stale = act(&mut shop, id, Some(1), Action::Replay(0));
    let Err(Refusal::WrongVersion { current: Version(2), .. }) = stale else { panic!("{stale:?}") };
    let records = shop.records.len();
    act(&mut shop, id, None, Action::Activate(false)).unwrap();
    assert_eq!(shop.records.len(), records, "what is so already makes no record");
    act(&mut shop, id, None, Action::Rotate(Secret([8; 32]))).unwrap();
    let last = act(&mut shop, id, Some(3), Action::Replay(4)).unwrap();
    assert_eq!(last.replay, Replay { times: 1, after: 4 });
    let secrets: Vec<u8> = last.secrets(shop.now).map(|secret| secret[0]).collect();
    assert_eq!(secrets, [8, 7]);
    let seen = shop.read(Query::Subscription(id));
    let Ok(Outcome::Subscription(seen)) = seen else { panic!("{seen:?}") };
    assert_eq!(seen, last);
    assert_eq!(shop.replayed().hash(), shop.world.hash());
    let unknown = SubscriptionId::of(shop.now, 0);
    let unknown = act(&mut shop, unknown, None, Action::Activate(true));
    let Err(Refusal::UnknownSubscription) = unknown else { panic!("{unknown:?}") };
}

#[test]
fn subscriptions_are_bounded_by_event_and_in_all() {
    let mut shop = Shop::new();
    for event in 0..SUBSCRIPTIONS_PER_TENANT_MAX / SUBSCRIPTIONS_PER_EVENT_MAX {
        for _ in 0..SUBSCRIPTIONS_PER_EVENT_MAX {
            made(&mut shop, &format!("event-{event}"));
        }
        let more = shop.submit("operator", subscribe(&format!("event-{event}"))).result;
        let Err(Refusal::TooManySubscriptions { limit }) = more else { panic!("{more:?}") };
        assert_eq!(limit, SUBSCRIPTIONS_PER_EVENT_MAX);
    }
    let more = shop.submit("operator", subscribe("another")).result;
    let Err(Refusal::TooManySubscriptions { limit }) = more else { panic!("{more:?}") };
    assert_eq!(limit, SUBSCRIPTIONS_PER_TENANT_MAX);
}

/// What is printed of a command or a record has no secret.
#[test]
fn no_secret_is_printed() {
    let mut shop = Shop::new();
    made(&mut shop, "*");
    let printed = format!("{:?} {:?}", subscribe("*"), shop.records);
    assert!(!printed.contains("hush") && !printed.contains("7, 7"), "{printed}");
}
