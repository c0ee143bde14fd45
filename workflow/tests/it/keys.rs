//! Stored replies: they live in what their request made or changed, as long as that does.

use std::sync::Arc;

use workflow::command::Command;
use workflow::id::LocationId;
use workflow::limits::{ACTION_KEYS_PER_ORDER_MAX, WRITE_KEYS_PER_LOCATION_MAX};
use workflow::location::Card;
use workflow::order;
use workflow::outcome::Outcome;
use workflow::record::{Owner, Record};
use workflow::reply::{Fingerprint, Reply, ReplyKey, StoredReply};
use workflow::settings::Policy;
use workflow::world::World;

use crate::shop::{Shop, at, tenant};
use crate::table::{card, promise, tea};

fn key(number: usize) -> ReplyKey {
    let key = format!("key-{number}");
    ReplyKey { caller: "checkout".into(), operation: "promise".into(), key: key.into() }
}

fn stored(number: usize) -> Arc<StoredReply> {
    let reply = Reply { status: 201, headers: Vec::new(), body: format!("{number}") };
    Arc::new(StoredReply { key: key(number), fingerprint: Fingerprint([7; 16]), reply })
}

/// A shop with tea; its records so far, without replies.
fn shop() -> (Shop, LocationId) {
    let mut shop = Shop::new();
    shop.policy = Policy { open_promises_max: 9, ..Policy::default() };
    let answer = shop.submit("operator", Command::OpenLocation { card: card() });
    let Ok(Outcome::Location(view)) = answer.result else { panic!("{:?}", answer.result) };
    let answer = shop.submit("operator", Command::PutStocks { rows: vec![tea()] });
    assert!(answer.result.is_ok(), "{:?}", answer.result);
    (shop, view.id)
}

/// The last record with a reply under the key with this number.
fn with_reply(shop: &Shop, owner: Owner, number: usize) -> Record {
    let record = shop.records.last().expect("something happened").clone();
    Record { reply: Some((owner, stored(number))), ..record }
}

/// K5, K7: an order keeps the reply that made it and those of its newest actions.
#[test]
fn an_order_keeps_its_first_reply_and_the_newest_of_its_actions() {
    let (mut shop, _) = shop();
    let mut world = shop.replayed();
    let answer = shop.submit("checkout", Command::Promise(Box::new(promise(1))));
    let Ok(Outcome::Placed(placed)) = answer.result else { panic!("{:?}", answer.result) };
    let id = placed.order.id;
    let owner = Owner::Order(id);
    world.apply(&with_reply(&shop, owner, 0));
    assert_eq!(world.desk.tenant(&tenant()).keys.get(&key(0)), Some(&owner), "K5: one record");

    for number in 1..=ACTION_KEYS_PER_ORDER_MAX + 3 {
        let action = order::Command::Extend { version: None };
        shop.submit("checkout", Command::Act { order: id, action });
        world.apply(&with_reply(&shop, owner, number));
    }
    let replies = &world.orders[&id].1.replies;
    assert_eq!(replies.len(), ACTION_KEYS_PER_ORDER_MAX + 1);
    assert_eq!(replies[0], stored(0), "the reply that made it stays");
    assert_eq!(replies[1], stored(4), "the oldest action's reply goes first");
    assert_eq!(replies.last(), Some(&stored(ACTION_KEYS_PER_ORDER_MAX + 3)));
    let keys = &world.desk.tenant(&tenant()).keys;
    assert_eq!(keys.len(), ACTION_KEYS_PER_ORDER_MAX + 1, "a key goes with its reply");
    assert_eq!(keys.get(&key(3)), None);
    assert_eq!(world.faults(), []);
}

/// K7: a location keeps the newest replies, and takes all of them with it when it closes.
#[test]
fn a_location_keeps_the_newest_replies_until_it_closes() {
    let (mut shop, id) = shop();
    let mut world = shop.replayed();
    let owner = Owner::Location(id);
    for number in 0..WRITE_KEYS_PER_LOCATION_MAX + 2 {
        let version = world.locations[&id].1.version;
        let name = format!("Gouda {number}").into();
        let card = Arc::new(Card { name, ..(*card()).clone() });
        shop.submit("operator", Command::ChangeLocation { at: at("gouda"), version, card });
        world.apply(&with_reply(&shop, owner, number));
    }
    let replies = &world.locations[&id].1.replies;
    assert_eq!(replies.len(), WRITE_KEYS_PER_LOCATION_MAX);
    assert_eq!(replies.front(), Some(&stored(2)), "the oldest go first");
    let keys = world.desk.tenant(&tenant()).keys.len();
    assert_eq!(keys, WRITE_KEYS_PER_LOCATION_MAX, "a key goes with its reply");

    let close = Command::CloseLocation { at: at("gouda"), version: None, force: true };
    shop.submit("operator", close);
    world.apply(shop.records.last().expect("it closed"));
    let newest = key(WRITE_KEYS_PER_LOCATION_MAX + 1);
    assert_eq!(world.desk.tenant(&tenant()).keys.get(&newest), None, "gone with the location");
}

/// K6: what was refused has no record, so no reply could be stored with it.
#[test]
fn what_is_refused_stores_no_reply() {
    let (mut shop, _) = shop();
    shop.policy.on_shortage = workflow::settings::OnShortage::Reject;
    let answer = shop.submit("checkout", Command::Promise(Box::new(promise(3))));
    assert!(answer.result.is_err() && answer.records(&shop).is_empty());
    assert_eq!(
        shop.world.desk.tenant(&tenant()).keys,
        World::default().desk.tenant(&tenant()).keys
    );
}
