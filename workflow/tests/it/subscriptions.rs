//! Subscriptions: kept with the tenant, ended once, and bounded.

use workflow::command::{Command, Page, Query};
use workflow::id::SubscriptionId;
use workflow::limits::{SUBSCRIPTIONS_PER_EVENT_MAX, SUBSCRIPTIONS_PER_TENANT_MAX};
use workflow::outcome::Outcome;
use workflow::record::Event;
use workflow::refusal::Refusal;
use workflow::subscription::{Encoding, Secret, Wish};

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
    }))
}

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
    let ended = shop.submit("operator", Command::Unsubscribe { id: first });
    assert!(ended.result.is_ok());
    let [record] = ended.records(&shop) else { panic!("one record ends it") };
    assert_eq!(record.events, [Event::Unsubscribed { id: first }]);
    assert_eq!(shop.replayed().hash(), shop.world.hash());
    let again = shop.submit("operator", Command::Unsubscribe { id: first }).result;
    let Err(Refusal::UnknownSubscription) = again else { panic!("{again:?}") };
    assert_eq!(listed(&shop, None, 10), [second]);
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
