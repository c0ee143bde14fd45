//! The snapshot and the journal after it are the world (D5, D14, K1).

use std::path::Path;
use std::sync::Arc;

use snapshots::Lsn;
use snapshots::follower::{FollowerByHand, Options, Turn};
use snapshots::journal::Journal;
use snapshots::recovery::recover;
use snapshots::store::{Extent, Store};
use workflow::order::Order;
use workflow::record::{Owner, Record};
use workflow::world::World;

use crate::history::{
    Shop, append, history, journal_of, open_journal, private_dir, seed, without_closed, world_of,
};

fn batches_of(records_max: usize) -> Options {
    Options { records_max, ..Options::default() }
}

/// Folds all that is durable.
fn follow(store: &Arc<Store>, journal: &dyn Journal, records_max: usize) -> Lsn {
    let options = batches_of(records_max);
    let mut follower = FollowerByHand::new(store.clone(), journal.archive(), options);
    while follower.turn().unwrap() != Turn::Idle {}
    store.position().lsn
}

fn open(dir: &Path) -> Arc<Store> {
    Arc::new(Store::open(dir, Lsn::ZERO).unwrap())
}

#[track_caller]
fn assert_same(found: &World, expected: &World, what: &str) {
    assert_eq!(found.faults(), [], "{what}");
    assert!(found.orders == expected.orders, "{what}: the orders differ");
    assert!(found.locations == expected.locations, "{what}: the locations differ");
    assert_eq!(found.hash(), expected.hash(), "{what}: the hash differs");
}

/// D5: at every split of a history, one record per batch.
#[test]
fn a_snapshot_and_the_rest_make_the_world_at_every_split() {
    let records = history(seed(5), 150);
    let journal = journal_of(&records);
    let live = without_closed(world_of(&records));
    let dir = private_dir();
    let store = open(dir.path());
    let mut follower = FollowerByHand::new(store.clone(), journal.archive(), batches_of(1));
    for split in 0..=records.len() {
        assert_eq!(store.position().lsn, Lsn(split as u64));
        let (whole, _) = store.load(Extent::All).unwrap();
        assert_same(&whole, &world_of(&records[..split]), &format!("the snapshot at {split}"));
        let found = recover(&store, &*journal.archive()).unwrap();
        assert_eq!(found.replayed as usize, records.len() - split);
        assert_eq!(found.at, records[records.len() - 1].at);
        assert_same(&without_closed(found.world), &live, &format!("split at {split}"));
        let turn = follower.turn().unwrap();
        assert_eq!(turn == Turn::Idle, split == records.len());
    }
}

/// D5: many records in one batch come to the same, whatever the batches; so does every reopening.
#[test]
fn batches_of_any_size_make_the_same_snapshot() {
    for seed in seed(0)..seed(0) + 6 {
        let records = history(seed, 400);
        let expected = world_of(&records);
        for size in [3, 64, 4_096] {
            let dir = private_dir();
            let mut journal = open_journal(1);
            for records in records.chunks(records.len() / 3 + 1) {
                append(&mut journal, records);
                follow(&open(dir.path()), &journal, size);
            }
            let (found, mark) = open(dir.path()).load(Extent::All).unwrap();
            assert_eq!(mark.position.lsn, Lsn(records.len() as u64));
            assert_same(&found, &expected, &format!("seed {seed}, batches of {size}"));
        }
    }
}

/// A world that was recovered decides as the one that never stopped: the same records follow.
#[test]
fn a_recovered_world_goes_on_like_the_one_before() {
    for seed in seed(100)..seed(100) + 8 {
        let records = history(seed, 300);
        let dir = private_dir();
        let journal = journal_of(&records);
        follow(&open(dir.path()), &journal, 50);
        let found = recover(&open(dir.path()), &*journal.archive()).unwrap();
        assert_eq!((found.replayed, found.position), (0, found.snapshot));
        let on = |world| {
            let mut shop = Shop::going_on(world, found.at, seed);
            (0..200).for_each(|_| shop.step());
            shop.records
        };
        let live = on(without_closed(world_of(&records)));
        assert!(live.len() > 50, "seed {seed} says too little");
        assert_eq!(on(found.world.clone()), live, "seed {seed}");
    }
}

/// D14: an order that left memory reads the same, field by field and so byte for byte, and is
/// found by all its names.
#[test]
fn an_order_that_left_memory_reads_the_same() {
    let records = history(seed(14), 600);
    let journal = journal_of(&records);
    let dir = private_dir();
    let store = open(dir.path());
    follow(&store, &journal, 100);
    let world = world_of(&records);
    let closed = world.orders.values().filter(|(_, order)| order.stage.is_closed()).count();
    assert!(closed > 50, "{closed} closed orders say too little");
    for (tenant, order) in world.orders.values() {
        assert_eq!(store.order(tenant, order.id).unwrap().as_ref(), Some(order));
        let numbered = store.order_numbered(tenant, order.number).unwrap();
        assert_eq!(numbered.as_ref(), Some(order).filter(|order| order.stage.is_closed()));
        let same = |(of, other): &&(_, Order)| of == tenant && other.stage.is_closed();
        if let Some(reference) = &order.reference {
            let all = world.orders.values().filter(same).map(|(_, order)| order);
            let all: Vec<_> =
                all.filter(|it| it.reference.as_ref() == Some(reference)).cloned().collect();
            assert_eq!(store.orders_by_reference(tenant, reference, None, 1_000).unwrap(), all);
            let rest = store.orders_by_reference(tenant, reference, Some(order.id), 2).unwrap();
            let after: Vec<_> = all.into_iter().filter(|it| it.id > order.id).take(2).collect();
            assert_eq!(rest, after);
        }
        if let Some(consumer) = &order.asked.consumer {
            let all = world.orders.values().filter(same).map(|(_, order)| order);
            let all: Vec<_> =
                all.filter(|it| it.asked.consumer.as_ref() == Some(consumer)).cloned().collect();
            assert_eq!(store.orders_by_consumer(tenant, consumer, None, 1_000).unwrap(), all);
        }
        let page = store.orders_after(tenant, Some(order.id), 3).unwrap();
        let all = world.orders.values().filter(same).map(|(_, order)| order);
        let after: Vec<_> = all.filter(|it| it.id > order.id).take(3).cloned().collect();
        assert_eq!(page, after);
    }
}

/// K1: every key of every order is found, in memory while the order is open and in the store
/// from then on.
#[test]
fn every_key_is_found_after_a_start() {
    let records = history(seed(1), 500);
    let journal = journal_of(&records);
    let dir = private_dir();
    follow(&open(dir.path()), &journal, 64);
    let store = open(dir.path());
    let mut found = recover(&store, &*journal.archive()).unwrap().world;
    let mut keys = 0;
    for (tenant, order) in world_of(&records).orders.values() {
        for reply in &order.replies {
            keys += 1;
            let stored = store.owner_of_key(tenant, &reply.key).unwrap();
            let desk = found.desk.tenant(tenant).keys.get(&reply.key).copied();
            let owner = Owner::Order(order.id);
            match order.stage.is_closed() {
                true => assert_eq!((stored, desk), (Some(order.id), None)),
                false => assert_eq!((stored, desk), (None, Some(owner))),
            }
        }
    }
    for (tenant, location) in world_of(&records).locations.values() {
        for reply in &location.replies {
            let desk = found.desk.tenant(tenant).keys.get(&reply.key).copied();
            assert_eq!(desk, Some(Owner::Location(location.id)));
        }
    }
    assert!(keys > 100, "{keys} keys say too little");
}

/// K7: the oldest keys of actions and of locations go, in the store as in memory.
#[test]
fn keys_that_went_away_are_not_found() {
    let mut records = history(seed(7), 60);
    let kept = records.iter().rev().find_map(|record| {
        matches!(record.reply, Some((Owner::Location(_), _))).then(|| record.clone())
    });
    let world = world_of(&records);
    let is_closed = |id| world.orders[id].1.stage.is_closed();
    let order = records.iter().rev().find_map(|record| {
        matches!(&record.reply, Some((Owner::Order(id), _)) if is_closed(id))
            .then(|| record.clone())
    });
    for (record, count) in [(kept.unwrap(), 1_100), (order.unwrap(), 40)] {
        for number in 0..count {
            let mut again = Record { events: vec![], ..record.clone() };
            let (owner, reply) = again.reply.take().unwrap();
            let mut reply = (*reply).clone();
            reply.key.key = format!("again-{number}").into();
            again.reply = Some((owner, Arc::new(reply)));
            records.push(again);
        }
    }
    let journal = journal_of(&records);
    let dir = private_dir();
    let store = open(dir.path());
    follow(&store, &journal, 300);
    let expected = world_of(&records);
    assert_same(&store.load(Extent::All).unwrap().0, &expected, "after many keys");
    let Some((Owner::Order(id), _)) = &records[records.len() - 1].reply else { panic!("no order") };
    let (tenant, order) = &expected.orders[id];
    let mut key = order.replies[order.replies.len() - 1].key.clone();
    assert_eq!(store.owner_of_key(tenant, &key).unwrap(), Some(*id));
    key.key = "again-2".into();
    assert_eq!(store.owner_of_key(tenant, &key).unwrap(), None);
}
