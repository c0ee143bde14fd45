//! One wrong row of every kind is named.

use std::path::Path;
use std::sync::Arc;

use workflow::id::{TenantId, Version};
use workflow::order;
use workflow::record::{Event, Record};
use workflow::reply::ReplyKey;

use super::*;
use crate::codec::samples;
use crate::disk::{Sim, make_private};
use crate::follower::{FollowerByHand, Options, Turn};
use crate::journal::{self, Batch, Journal, Local, Prepare};
use crate::store::{Footprint, TenantRow, Writes};

fn sample(name: &str) -> Record {
    let mut samples = samples::records().into_iter();
    samples.find(|(known, _)| *known == name).expect("there is such a sample").1
}

/// A life of one tenant: an order that is cancelled, and one of each of the tenant's own rows.
fn records() -> Vec<Record> {
    let mut placed = sample("received");
    let Some(Event::Order { event: order::Event::Placed(order), .. }) = placed.events.first_mut()
    else {
        panic!("the sample places an order")
    };
    order.holds.clear();
    order.work = None;
    placed.reply = sample("promised").reply;
    let mut records = vec![placed, sample("cancelled")];
    let own = ["opened", "secured-everywhere", "configured", "suppressed", "key_made"];
    records.extend(own.map(sample));
    records.extend(["subscribed", "addressed"].map(sample));
    for event in records.iter_mut().flat_map(|record| &mut record.events) {
        match event {
            Event::Configured(settings) => settings.version = Version(2),
            Event::Addressed(address) => address.version = Version::FIRST,
            _ => {}
        }
    }
    records
}

fn journal_of(records: &[Record]) -> Local {
    let options = journal::Options {
        segment_bytes: 64 << 10,
        prepare: Prepare::Inline,
        ..journal::Options::default()
    };
    let mut journal = Local::open(Arc::new(Sim::new()), Path::new("/journal"), options).unwrap();
    journal.claim().unwrap();
    for record in records {
        let (mut batch, mut payload) = (Batch::new(), Vec::new());
        codec::encode(record, &mut payload);
        batch.push(journal.archive().durable().next(), record.at.0, &payload);
        journal.append(&mut batch).unwrap();
    }
    journal
}

/// What verify finds after `spoil` has changed rows behind the follower's back.
fn found(spoil: impl FnOnce(&Store, &mut Writes, &World)) -> Report {
    let (records, dir) = (records(), tempfile::tempdir().unwrap());
    let dir = dir.path().join("snapshot");
    make_private(&dir).unwrap();
    let archive = journal_of(&records).archive();
    let store = Arc::new(Store::open(&dir, Lsn::ZERO).unwrap());
    let mut follower = FollowerByHand::new(store.clone(), archive.clone(), Options::default());
    while follower.turn().unwrap() != Turn::Idle {}
    let (world, mark) = store.load(Extent::All).unwrap();
    let mut writes = Writes::after(&mark, mark.lsn());
    spoil(&store, &mut writes, &world);
    store.commit(writes, mark).unwrap();
    drop((follower, store));
    verify(&dir, &*archive).unwrap()
}

#[track_caller]
fn differs(expected: &str, spoil: impl FnOnce(&Store, &mut Writes, &World)) {
    let report = found(spoil);
    let Snapshot::Differs { what, .. } = &report.snapshot else { panic!("{expected}: {report:?}") };
    assert!(what.starts_with(expected), "{expected}: {what}");
    assert!(!report.is_clean());
}

fn acme() -> TenantId {
    TenantId::parse("acme").unwrap()
}

/// The only order, which is done.
fn cancelled(world: &World) -> order::Order {
    let (_, order) = world.orders.values().next().unwrap();
    assert!(order.is_done());
    order.clone()
}

#[test]
fn rows_that_nobody_spoiled_agree() {
    let report = found(|_, _, _| {});
    let Snapshot::Agrees(at) = report.snapshot else { panic!("{report:?}") };
    assert_eq!(at.lsn, Lsn(records().len() as u64));
    assert!(report.is_clean(), "{report:?}");
}

#[test]
fn a_wrong_row_of_an_entity_is_named() {
    differs("order ", |store, writes, world| {
        let mut order = cancelled(world);
        order.version = order.version.next();
        let (_, old) = store.stored_order(&acme(), order.id).unwrap().unwrap();
        writes.put_order(&acme(), &order, old);
    });
    differs("location ", |store, writes, world| {
        let id = *world.locations.keys().next().unwrap();
        let (mut row, old) = store.stored_location(&acme(), id).unwrap().unwrap();
        row.version = row.version.next();
        writes.put_location(&acme(), id, &row, old);
    });
}

#[test]
fn a_wrong_row_of_a_tenant_is_named() {
    type Spoil = fn(&mut TenantRow);
    let rows: [(&str, Spoil); 3] = [
        ("the settings", |row| row.settings.promise_ttl = None),
        ("the last number", |row| row.last_number += 1),
        ("the subscriptions", |row| row.subscriptions.clear()),
    ];
    for (what, spoil) in rows {
        differs(what, |store, writes, _| {
            let (mut row, old) = store.stored_tenant(&acme()).unwrap().unwrap();
            spoil(&mut row);
            writes.put_tenant(&acme(), &row, old);
        });
    }
    differs("the safety stocks", |store, writes, world| {
        let (_, tenant) = world.desk.tenants().next().unwrap();
        let article = tenant.safeties.defaults().keys().next().unwrap();
        let (_, old) = store.stored_safety(&acme(), article).unwrap().unwrap();
        writes.remove_safety(&acme(), article, old);
    });
    differs("the addresses without mail", |_, writes, _| {
        writes.put_suppressed(&acme(), "piet@example.nl", Footprint::default());
    });
    differs("the API keys", |store, writes, world| {
        let (_, tenant) = world.desk.tenants().next().unwrap();
        let id = tenant.keyring.keys().next().unwrap().id;
        let (_, old) = store.stored_key(&acme(), id).unwrap().unwrap();
        writes.remove_key(&acme(), id, old);
    });
    differs("the addresses", |store, writes, world| {
        let (_, tenant) = world.desk.tenants().next().unwrap();
        let number = *tenant.addresses.keys().next().unwrap();
        let (mut address, old) = store.stored_address(&acme(), number).unwrap().unwrap();
        address.country = None;
        writes.put_address(&acme(), &address, old);
    });
}

#[test]
fn a_wrong_index_row_is_named_without_its_text() {
    differs("row Number", |_, writes, world| {
        writes.put_number(&acme(), 99, cancelled(world).id);
    });
    differs("row Reference", |_, writes, world| {
        writes.put_reference(&acme(), "another", cancelled(world).id);
    });
    differs("row Consumer", |_, writes, world| {
        writes.put_consumer(&acme(), "another", cancelled(world).id);
    });
    differs("row ReplyKey", |_, writes, world| {
        let order = cancelled(world);
        let key = ReplyKey { key: "another".into(), ..order.replies[0].key.clone() };
        writes.put_reply_key(&acme(), &key, order.id);
    });
}

#[test]
fn an_index_row_that_is_missing_is_named() {
    differs("row Number", |_, writes, world| {
        writes.remove_names(&acme(), &cancelled(world), &[]);
    });
    differs("row ReplyKey", |_, writes, world| {
        writes.remove_reply_key(&acme(), &cancelled(world).replies[0].key);
    });
}

#[test]
fn time_that_goes_back_is_a_fault() {
    let (mut records, dir) = (records(), tempfile::tempdir().unwrap());
    let last = records.len() - 1;
    records[last].at = Time(records[last].at.0 - 1);
    let report = verify(dir.path(), &*journal_of(&records).archive()).unwrap();
    assert_eq!(report.faults[0].invariant, "P5", "{report:?}");
    assert!(!report.is_clean());
}

/// P8: versions are counted beside the fold, and what no world can follow ends it.
#[test]
fn a_version_that_does_not_follow_is_a_fault() {
    let dir = tempfile::tempdir().unwrap();
    let mut skipped = records();
    skipped.push(sample("configured"));
    skipped.push(sample("configured"));
    let report = verify(dir.path(), &*journal_of(&skipped).archive()).unwrap();
    let faults: Vec<_> = report.faults.iter().map(|it| it.invariant).collect();
    assert_eq!(faults, ["P8"], "3 follows 2, and does not follow 3: {report:?}");
    assert!(!report.is_clean());
    let mut changed = records();
    changed.push(sample("extended"));
    let report = verify(dir.path(), &*journal_of(&changed).archive()).unwrap();
    let what = report.faults.first().map(|it| (it.invariant, it.what.ends_with("it was closed")));
    assert_eq!(what, Some(("P8", true)), "{report:?}");
    assert!(!report.is_clean());
}
