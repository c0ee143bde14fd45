//! Promises, their deadlines, and restarts.

use std::sync::Arc;

use actors::Verdict;
use workflow::command::{
    Command, InvitationAction, Job, LocationRef, OrderFilter, OrderName, Page, Query,
};
use workflow::id::Version;
use workflow::invitation::{MailId, Which};
use workflow::limits::{DISPLACED_PER_COMMAND_MAX, PROMISE_FLOOR};
use workflow::location::{Card, Status};
use workflow::order::Stage;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::time::Millis;

use crate::support::{
    BEGIN, TestShard, about, add_tea, cancel, card, confirm, delivery, placed, promise, put_tea,
    tea,
};

async fn available(shard: &TestShard) -> u32 {
    let filter = Default::default();
    let page = Page { after: None, size: 10 };
    let Verdict::Done(shown) = shard.look(Query::Summaries(filter, page)).await else {
        panic!("a look is answered")
    };
    let Outcome::Summaries { rows, .. } = shown.outcome else { panic!("{:?}", shown.outcome) };
    rows.iter().find(|row| row.article == tea()).expect("there is tea").sum.available.get()
}

/// P3, S7: a promise ends at its deadline by itself, not a millisecond before.
#[actix_rt::test]
async fn a_promise_ends_at_its_deadline() {
    let shard = TestShard::start().await;
    shard.store_with_tea(5).await;
    let order = shard.promise(2, BEGIN + PROMISE_FLOOR).await;
    shard.handle().advance(Millis(PROMISE_FLOOR.0 - 1)).await.unwrap();
    assert!(matches!(shard.order(order).await.stage, Stage::Promised { .. }));
    assert_eq!(available(&shard).await, 3);

    shard.handle().advance(Millis(1)).await.unwrap();
    assert!(matches!(shard.order(order).await.stage, Stage::Expired { .. }));
    assert_eq!(available(&shard).await, 5);
    let Verdict::Refused(Refusal::PromiseExpired { .. }) = shard.change(confirm(order)).await
    else {
        panic!("an expired promise is not sold")
    };
}

/// P2: what is confirmed does not expire.
#[actix_rt::test]
async fn a_confirmed_promise_outlives_its_deadline() {
    let shard = TestShard::start().await;
    shard.store_with_tea(5).await;
    let order = shard.promise(2, BEGIN + PROMISE_FLOOR).await;
    assert!(matches!(shard.change(confirm(order)).await, Verdict::Done(_)));
    shard.handle().advance(Millis::hours(9)).await.unwrap();
    assert!(matches!(shard.order(order).await.stage, Stage::Confirmed { .. }));
    assert_eq!(available(&shard).await, 3);
}

/// D1, D5: what was answered is there after a restart, and so are its holds and deadlines.
#[actix_rt::test]
async fn a_restart_remembers_everything() {
    let mut shard = TestShard::start().await;
    shard.store_with_tea(9).await;
    let sold = shard.promise(1, BEGIN + PROMISE_FLOOR).await;
    let open = shard.promise(2, BEGIN + PROMISE_FLOOR).await;
    let gone = shard.promise(3, BEGIN + PROMISE_FLOOR).await;
    shard.change(confirm(sold)).await;
    shard.change(cancel(gone)).await;
    let before = [shard.order(sold).await, shard.order(open).await, shard.order(gone).await];

    for _ in 0..2 {
        shard.restart().await;
        let after = [shard.order(sold).await, shard.order(open).await, shard.order(gone).await];
        assert_eq!(after, before);
        assert_eq!(available(&shard).await, 6);
    }
    shard.handle().advance(PROMISE_FLOOR).await.unwrap();
    assert!(matches!(shard.order(open).await.stage, Stage::Expired { .. }));
    assert_eq!(available(&shard).await, 8);
}

/// S2, D5: what a location that went offline has to give away it does in steps, as time goes on,
/// and after a restart in the middle.
#[actix_rt::test]
async fn a_location_that_went_offline_gives_all_its_work_away() {
    let mut shard = TestShard::start().await;
    let gouda = shard.store_with_tea(400).await;
    let mut orders = Vec::new();
    for _ in 0..=2 * DISPLACED_PER_COMMAND_MAX {
        orders.push(shard.promise(1, BEGIN + PROMISE_FLOOR).await);
    }
    let opened = shard.change(Command::OpenLocation { card: card("edam") }).await;
    let Verdict::Done(shown) = opened else { panic!("a second location opens") };
    let Outcome::Location(edam) = shown.outcome else { panic!("{:?}", shown.outcome) };
    shard.change(put_tea(&edam.id, 400)).await;
    let offline = Arc::new(Card { status: Status::Offline, ..(*card("gouda")).clone() });
    let at = LocationRef::by_id(gouda);
    let change = Command::ChangeLocation { at, version: Version::FIRST, card: offline };
    assert!(matches!(shard.change(change).await, Verdict::Done(_)));
    let held = async |shard: &TestShard, at| {
        let mut count = 0;
        for id in &orders {
            let holds = shard.order(*id).await.holds;
            count += usize::from(holds.iter().all(|hold| hold.location == at));
        }
        count
    };
    assert_eq!(held(&shard, edam.id).await, DISPLACED_PER_COMMAND_MAX);
    shard.restart().await;
    assert_eq!(held(&shard, gouda).await, DISPLACED_PER_COMMAND_MAX + 1);
    shard.handle().advance(Millis(1)).await.unwrap();
    assert_eq!(held(&shard, edam.id).await, orders.len());
}

/// D14: an order that left memory is found by all its names, and still refuses as it did.
#[actix_rt::test]
async fn a_closed_order_is_read_from_the_snapshot() {
    let mut shard = TestShard::start().await;
    shard.store_with_tea(9).await;
    let gone = shard.promise(3, BEGIN + PROMISE_FLOOR).await;
    shard.change(cancel(gone)).await;
    let here = shard.promise(1, BEGIN + PROMISE_FLOOR).await;
    let refused = shard.change(confirm(gone)).await;
    shard.restart().await; // the snapshot has passed it, so it is not loaded
    assert_eq!(shard.handle().figures().await.unwrap().orders, 1);

    let Verdict::Refused(again) = shard.change(confirm(gone)).await else { panic!("it is closed") };
    let Verdict::Refused(refused) = refused else { panic!("it was closed") };
    assert_eq!(again, refused);
    assert!(matches!(shard.change(cancel(gone)).await, Verdict::Done(_)), "P6: the same cancel");
    let Verdict::Refused(Refusal::NotNow { command: "AddLines", .. }) =
        shard.change(add_tea(gone, 1)).await
    else {
        panic!("nothing joins it")
    };
    let Verdict::Done(shown) = shard.look(Query::Order(OrderName::Number(1))).await else {
        panic!("a number leads to it")
    };
    let Outcome::Order(first) = shown.outcome else { panic!("{:?}", shown.outcome) };
    assert_eq!((first.id, first.number), (gone, 1));
    for (numbers, expected) in [(0..=9, vec![gone, here]), (2..=2, vec![here]), (3..=9, vec![])] {
        let Verdict::Done(shown) = shard.look(Query::OrdersNumbered(numbers)).await else {
            panic!("a look is answered")
        };
        let Outcome::Orders { orders, total, .. } = shown.outcome else { panic!("not orders") };
        let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
        assert_eq!((ids, total), (expected, 2));
    }
    let filters =
        [OrderFilter::default(), OrderFilter { reference: Some("R1".into()), consumer: None }];
    for filter in filters {
        let page = Page { after: None, size: 10 };
        let Verdict::Done(shown) = shard.look(Query::Orders(filter, page)).await else {
            panic!("a look is answered")
        };
        let Outcome::Orders { orders, total, .. } = shown.outcome else { panic!("not orders") };
        let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
        assert_eq!((ids, total), (vec![gone, here], 2));
    }
}

/// D14, M1: what is at the door stays in memory until the last mail about it is settled, and leaves
/// with it.
#[actix_rt::test]
async fn a_mail_that_is_still_to_go_keeps_its_order() {
    let mut shard = TestShard::start().await;
    shard.store_with_tea(9).await;
    let id = placed(shard.change(delivery(2)).await);
    let (order, version) = (OrderName::Id(id), None);
    let handle = |job| Command::Handle { order, version, job };
    let two = shard.order(id).await.asked.lines[0].quantity;
    for command in [
        Command::TakeNext { at: None },
        handle(Job::Pick(0, two)),
        handle(Job::Stage),
        Command::Load { orders: vec![order] },
        handle(Job::Deliver),
    ] {
        assert!(matches!(shard.change(command).await, Verdict::Done(_)));
    }
    let mail = |which| MailId { order: id, which };
    let late = about(mail(Which::OutForDelivery), InvitationAction::Claim);
    let Verdict::Refused(Refusal::MailNotDue) = shard.change(late).await else {
        panic!("they go in their order")
    };
    let nothing = || Command::TakeNext { at: None };
    for which in [Which::Picked, Which::OutForDelivery] {
        shard.restart().await;
        shard.snapshot_follows().await;
        shard.change(nothing()).await;
        assert_eq!(shard.handle().figures().await.unwrap().orders, 1);
        let due: Vec<_> = shard.handle().mails_due(9).await.into_iter().map(|it| it.1).collect();
        assert_eq!(due, [mail(which)]);
        for action in [InvitationAction::Claim, InvitationAction::Done] {
            assert!(matches!(shard.change(about(mail(which), action)).await, Verdict::Done(_)));
        }
    }
    let seen = shard.order(id).await;
    assert!(seen.mails().all(|(_, mail)| mail.sent() == Some(BEGIN)), "{seen:?}");
    shard.snapshot_follows().await;
    shard.change(nothing()).await;
    assert_eq!(shard.handle().figures().await.unwrap().orders, 0);
    assert_eq!(shard.order(id).await, seen);
}

/// S5: stock that only an overdue promise holds is not sold out.
#[actix_rt::test]
async fn an_overdue_hold_gives_way() {
    let mut shard = TestShard::start().await;
    shard.store_with_tea(2).await;
    let old = shard.promise(2, BEGIN + PROMISE_FLOOR).await;
    shard.stop(); // the timer sleeps while the process is down
    let dir = shard.dir();
    let shard = TestShard::at(dir, BEGIN + PROMISE_FLOOR).await;
    let Verdict::Done(shown) = shard.change(promise(2, None)).await else {
        panic!("the stock is free")
    };
    let Outcome::Placed(view) = shown.outcome else { panic!("{:?}", shown.outcome) };
    assert!(!view.order.is_short());
    assert!(matches!(shard.order(old).await.stage, Stage::Expired { .. }));
}
