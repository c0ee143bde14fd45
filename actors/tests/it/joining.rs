//! A report joins an order that has left memory.

use actors::Verdict;
use workflow::command::{Command, Invite, Job, OrderName, Promise};
use workflow::id::OrderId;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;

use crate::support::{TestShard, ask, cancel, keyed, placed, promise};

fn sold() -> Command {
    let Command::Promise(promise) = promise(1, None) else { unreachable!("a promise is one") };
    Command::Promise(Box::new(Promise { sold: true, ..*promise }))
}

fn report(external_id: &str) -> Command {
    Command::Invite(Box::new(Invite {
        external_id: external_id.into(),
        email: "jan@example.nl".into(),
        ..Invite::default()
    }))
}

impl TestShard {
    async fn does(&self, command: Command) -> Outcome {
        match self.change(command).await {
            Verdict::Done(shown) => shown.outcome,
            Verdict::Refused(refusal) => panic!("{refusal:?}"),
            _ => panic!("it is done"),
        }
    }

    /// An order that was brought to the door.
    async fn delivered(&self) -> OrderId {
        let id = placed(self.change(sold()).await);
        let (order, version) = (OrderName::Id(id), None);
        let units = self.order(id).await.asked.lines[0].quantity;
        let handle = |job| Command::Handle { order, version, job };
        self.does(Command::TakeNext { at: None }).await;
        self.does(handle(Job::Pick(0, units))).await;
        self.does(handle(Job::Stage)).await;
        self.does(Command::Load { orders: vec![order] }).await;
        self.does(handle(Job::Deliver)).await;
        id
    }

    /// How many orders are in memory, once all have left it that may.
    async fn in_memory(&self) -> usize {
        self.snapshot_follows().await;
        for _ in 0..2 {
            self.does(Command::TakeNext { at: None }).await;
        }
        self.handle().figures().await.expect("it runs").orders
    }
}

/// D14, M4: it comes back with its keys, once, and stays, also over a restart.
#[actix_rt::test]
async fn a_delivered_order_comes_back_to_be_reviewed() {
    let mut shard = TestShard::start().await;
    shard.store_with_tea(9).await;
    let id = shard.delivered().await;
    assert_eq!(shard.in_memory().await, 0);
    let before = shard.order(id).await;

    let asked = || keyed(ask(report("R1")), "k1", 1);
    let Verdict::Done(shown) = shard.submit(asked()).await.verdict else { panic!("it joins") };
    let Outcome::Order(joined) = shown.outcome else { panic!("{:?}", shown.outcome) };
    assert_eq!((joined.id, joined.version), (id, before.version.next()));
    assert_eq!((&joined.stage, joined.report.is_some()), (&before.stage, true));
    assert_eq!(shard.in_memory().await, 1);
    for _ in 0..2 {
        let again = shard.submit(asked()).await.verdict;
        assert!(matches!(again, Verdict::Replayed(_)), "K1: the same reply again");
        let Verdict::Refused(Refusal::ExternalIdTaken) = shard.change(report("R1")).await else {
            panic!("it is reported once")
        };
        assert_eq!(shard.order(id).await.report, joined.report);
        shard.restart().await;
    }
    assert_eq!(shard.in_memory().await, 1);
}

/// Of two it joins none, and both leave again; what was cancelled is as if it were not there.
#[actix_rt::test]
async fn two_delivered_orders_are_joined_by_none() {
    let shard = TestShard::start().await;
    shard.store_with_tea(9).await;
    let gone = placed(shard.change(sold()).await);
    shard.does(cancel(gone)).await;
    let first = shard.delivered().await;
    let second = shard.delivered().await;
    assert_eq!(shard.in_memory().await, 0);
    let Outcome::Order(own) = shard.does(report("R1")).await else { panic!("an order is shown") };
    assert!(![gone, first, second].contains(&own.id));
    assert_eq!(shard.in_memory().await, 1, "only the new one stays");
    assert!(shard.order(first).await.report.is_none());
}
