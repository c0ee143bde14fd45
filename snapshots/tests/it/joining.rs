//! An order that was done comes back when somebody reports it for reviews (D5, D14).

use std::sync::Arc;

use snapshots::Lsn;
use snapshots::follower::{FollowerByHand, Options, Turn};
use snapshots::journal::Journal;
use snapshots::recovery::recover;
use snapshots::store::{Extent, Store};
use snapshots::verify::{Snapshot, verify};
use workflow::command::{Command, Invite, Job, OrderName, Promise, Wanted};
use workflow::id::{ArticleId, TenantId};
use workflow::kept::Kept;
use workflow::location::{LotChange, LotRow, LotTarget};
use workflow::order::{Line, Shortage};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::reply::ReplyKey;
use workflow::time::Time;

use crate::history::{Shop, append, open_journal, private_dir, world_of};

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

/// An order of this reference, brought to the door, and then reported by it.
fn reported() -> Shop {
    let mut shop = Shop::new(3);
    let mut ask = |command| shop.ask(&tenant(), command).expect("it is allowed");
    let Outcome::Location(store) = ask(Command::OpenLocation { card: card() }) else {
        panic!("a location is answered with itself")
    };
    let article = ArticleId::parse("tea").unwrap();
    let two = Units::of_line(2).unwrap();
    let change = LotChange { value: two, ..LotChange::default() };
    let row = LotRow { target: LotTarget::New(article.clone()), version: None, change };
    let at = workflow::command::LocationRef::by_id(store.id);
    ask(Command::PutStocks { rows: vec![workflow::command::StockRow { at, row }] });
    let line = |quantity| Line {
        article: article.clone(),
        title: "Tea".into(),
        quantity,
        kept: Kept::default(),
        shortage: Shortage::Unsaid,
    };
    let Outcome::Placed(placed) = ask(Command::Promise(Box::new(sale(line(two))))) else {
        panic!("an order is placed")
    };
    let (order, version) = (OrderName::Id(placed.order.id), None);
    ask(Command::TakeNext { at: None });
    ask(Command::Handle { order, version, job: Job::Pick(0, two) });
    ask(Command::Handle { order, version, job: Job::Stage });
    ask(Command::Load { orders: vec![order] });
    ask(Command::Handle { order, version, job: Job::Deliver });
    ask(Command::Invite(Box::new(Invite {
        external_id: "R1".into(),
        email: "jan@example.nl".into(),
        ..Invite::default()
    })));
    shop
}

fn card() -> Arc<workflow::location::Card> {
    Arc::new(workflow::location::Card {
        name: "Gouda".into(),
        reference: None,
        status: workflow::location::Status::Online,
        kind: workflow::location::Kind::Managed,
        ships: true,
        serves_pickup: true,
        postal_code: None,
        place: None,
        kept: Kept::default(),
        zone: None,
    })
}

fn sale(line: Line) -> Promise {
    Promise {
        lines: vec![line],
        ordered: Some(Time(0)),
        reference: Some("R1".into()),
        consumer: Some("c-17".into()),
        destination: None,
        delivery: Wanted::Ship { from: Vec::new() },
        kept: Kept::default(),
        until: None,
        sold: true,
        locked: false,
        replaces: None,
        explain: false,
        backorders: false,
        handover: None,
        address: None,
        days: Default::default(),
        ships_to: None,
        recipient: None,
    }
}

/// At every split of its life the snapshot and the rest make the same world, and once it was
/// reported nothing leads to it as to an order that is done.
#[test]
fn a_done_order_that_is_reported_is_open_again() {
    let records = reported().records;
    let mut journal = open_journal(1);
    append(&mut journal, &records);
    let expected = world_of(&records);
    let dir = private_dir();
    let store = Arc::new(Store::open(dir.path(), Lsn::ZERO).unwrap());
    let options = Options { records_max: 1, ..Options::default() };
    let mut follower = FollowerByHand::new(store.clone(), journal.archive(), options);
    let (_, order) = expected.orders.values().next().unwrap();
    let keys: Vec<ReplyKey> = order.replies.iter().map(|reply| reply.key.clone()).collect();
    assert!(keys.len() > 1, "its keys are found, too");
    let found = |store: &Store| {
        let by_key = |key| store.owner_of_key(&tenant(), key).unwrap().is_some();
        [
            store.order_numbered(&tenant(), 1).unwrap().is_some(),
            !store.orders_by_reference(&tenant(), "R1", None, 9).unwrap().is_empty(),
            !store.orders_by_consumer(&tenant(), "c-17", None, 9).unwrap().is_empty(),
            keys.iter().any(by_key),
        ]
    };
    for split in 0..=records.len() {
        let recovered = recover(&store, &*journal.archive()).unwrap();
        assert_eq!(recovered.world.orders, expected.orders, "split at {split}");
        assert_eq!(recovered.world.hash(), expected.hash(), "split at {split}");
        let kept = |world: &workflow::world::World| {
            let mut desk = world.desk.clone();
            keys.iter().all(|key| desk.tenant(&tenant()).keys.contains_key(key))
        };
        assert!(kept(&recovered.world), "split at {split}");
        let is_done = split + 1 == records.len();
        if split >= records.len() - 1 {
            assert_eq!(found(&store), [is_done; 4], "split at {split}");
        }
        assert_eq!(follower.turn().unwrap() == Turn::Idle, split == records.len());
    }
    let (open, _) = store.load(Extent::Open).unwrap();
    assert_eq!(open.orders, expected.orders);
    drop((follower, store));
    let report = verify(dir.path(), &*journal.archive()).unwrap();
    assert!(matches!(report.snapshot, Snapshot::Agrees(_)), "{:?}", report.snapshot);
    assert!(report.is_clean());
}
