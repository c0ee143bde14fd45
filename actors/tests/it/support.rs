//! A shard in a temporary directory, and the few commands that these tests give it.

use std::path::Path;
use std::sync::Arc;

use actors::{Answer, Options, Pace, Random, Shard, ShardHandle, Verdict, Words, Work};
use smol_str::SmolStr;
use tempfile::TempDir;
use workflow::command::{
    Ask, Command, InvitationAction, LocationRef, MoreLines, OrderName, Promise, Query, StockRow,
    Wanted,
};
use workflow::id::{ArticleId, LocationId, OrderId, TenantId};
use workflow::invitation::{MailId, Which};
use workflow::kept::Kept;
use workflow::location::{Card, Kind, LotChange, LotRow, LotTarget, Status};
use workflow::order::{self, Handover, Line};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::reply::{Fingerprint, Keyed, Reply, ReplyKey};
use workflow::settings::{NoticeRules, Notices, Policy};
use workflow::time::Time;

/// 2026-01-12T10:00:00Z.
pub(crate) const BEGIN: Time = Time(1_768_212_000_000);
pub(crate) const SEED: u64 = 7;

/// A shard that can be stopped and started again on its directory.
pub(crate) struct TestShard {
    dir: TempDir,
    shard: Option<Shard>,
}

impl TestShard {
    pub(crate) async fn start() -> TestShard {
        let dir = tempfile::tempdir().expect("there is room");
        let shard = Some(open(&dir.path().join("data"), BEGIN).await);
        TestShard { dir, shard }
    }

    /// A shard on a directory that is there, at another time.
    pub(crate) async fn at(dir: std::path::PathBuf, now: Time) -> TestShard {
        let shard = Some(open(&dir, now).await);
        TestShard { dir: tempfile::tempdir().expect("there is room"), shard }
    }

    pub(crate) fn dir(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn handle(&self) -> ShardHandle {
        self.shard.as_ref().expect("it runs").handle()
    }

    /// Stops cleanly and starts again; the clock goes on where it was.
    pub(crate) async fn restart(&mut self) {
        self.stop();
        self.shard = Some(open(&self.dir(), BEGIN).await);
    }

    pub(crate) fn stop(&mut self) {
        self.shard.take().expect("it runs").stop().expect("it stops cleanly");
    }

    pub(crate) async fn change(&self, command: Command) -> Verdict {
        self.submit(ask(command)).await.verdict
    }

    pub(crate) async fn submit(&self, ask: Ask) -> Answer {
        self.handle()
            .ask(Work::Change(Box::new(ask), Words::Plain(render)), None)
            .await
            .expect("it runs")
    }

    pub(crate) async fn look(&self, query: Query) -> Verdict {
        self.handle()
            .ask(Work::Look(tenant(), Box::new(query)), None)
            .await
            .expect("it runs")
            .verdict
    }

    /// A store with so many pieces of tea.
    pub(crate) async fn store_with_tea(&self, units: i64) -> LocationId {
        let Verdict::Done(shown) = self.change(Command::OpenLocation { card: card("gouda") }).await
        else {
            panic!("a first location opens")
        };
        let Outcome::Location(view) = shown.outcome else { panic!("{:?}", shown.outcome) };
        let put = put_tea(&view.id, units);
        assert!(matches!(self.change(put).await, Verdict::Done(_)), "stock can be put");
        view.id
    }

    /// Promises so many pieces of tea until then, and answers with the order.
    pub(crate) async fn promise(&self, units: i64, until: Time) -> OrderId {
        placed(self.change(promise(units, Some(until))).await)
    }

    /// Waits until the snapshot has passed all that is on disk.
    pub(crate) async fn snapshot_follows(&self) {
        let handle = self.handle();
        while handle.passed() < handle.durable().lsn {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn order(&self, id: OrderId) -> order::Order {
        match self.look(Query::Order(OrderName::Id(id))).await {
            Verdict::Done(shown) => match shown.outcome {
                Outcome::Order(order) => *order,
                other => panic!("{other:?}"),
            },
            Verdict::Refused(refusal) => panic!("{refusal:?}"),
            _ => panic!("a look is answered"),
        }
    }
}

async fn open(dir: &Path, now: Time) -> Shard {
    let options =
        Options { policy: policy(), segment_bytes: 17 << 20, keep_ms: None, keep_bytes: None };
    let failed = Box::new(|error| panic!("the journal failed: {error}"));
    Shard::open(dir, options, Pace::by_hand(now), Random::seeded(SEED), failed)
        .await
        .expect("it opens")
}

/// What the operator has set: customers are told of their deliveries.
pub(crate) fn policy() -> Policy {
    let usual = NoticeRules { picked: true, out_for_delivery: true };
    let notices = Notices { usual, ..Notices::default() };
    Policy { notices: Arc::new(notices), ..Policy::default() }
}

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("default").expect("a name")
}

pub(crate) fn ask(command: Command) -> Ask {
    Ask::of(tenant(), SmolStr::new_static("till"), command)
}

/// The ask again, under a key.
pub(crate) fn keyed(ask: Ask, key: &str, fingerprint: u8) -> Ask {
    let key = ReplyKey { caller: ask.who.clone(), operation: "test".into(), key: key.into() };
    let keyed = Some(Keyed { key, fingerprint: Fingerprint([fingerprint; 16]) });
    Ask { keyed, ..ask }
}

/// The words of a door that knows one: the order's id.
pub(crate) fn render(outcome: &Outcome) -> Reply {
    let body = match outcome {
        Outcome::Placed(view) => view.order.id.to_string(),
        Outcome::Order(order) => order.id.to_string(),
        _ => String::new(),
    };
    Reply { status: 201, headers: Vec::new(), body }
}

pub(crate) fn card(name: &str) -> Arc<Card> {
    Arc::new(Card {
        name: name.into(),
        reference: Some(name.into()),
        status: Status::Online,
        kind: Kind::Managed,
        ships: true,
        serves_pickup: true,
        postal_code: None,
        place: None,
        kept: Kept::default(),
        zone: None,
    })
}

pub(crate) fn tea() -> ArticleId {
    ArticleId::parse("tea").expect("a name")
}

pub(crate) fn put_tea(at: &LocationId, units: i64) -> Command {
    let target = LotTarget::New(tea());
    let change =
        LotChange { value: Units::of_stock(units).expect("a count"), ..LotChange::default() };
    let at = LocationRef::by_id(*at);
    Command::PutStocks {
        rows: vec![StockRow { at, row: LotRow { target, version: None, change } }],
    }
}

pub(crate) fn promise(units: i64, until: Option<Time>) -> Command {
    let line = Line {
        article: tea(),
        title: "Tea".into(),
        quantity: Units::of_line(units).expect("a count"),
        kept: Kept::default(),
        shortage: order::Shortage::Unsaid,
    };
    Command::Promise(Box::new(Promise {
        lines: vec![line],
        ordered: Some(BEGIN),
        reference: Some("R1".into()),
        consumer: None,
        destination: None,
        delivery: Wanted::Ship { from: vec![] },
        kept: Kept::default(),
        until,
        sold: false,
        locked: false,
        replaces: None,
        explain: false,
        handover: None,
        address: None,
        days: Default::default(),
        ships_to: None,
        recipient: None,
        backorders: false,
    }))
}

/// So many pieces of tea, sold and to be brought to somebody with an address for mails.
pub(crate) fn delivery(units: i64) -> Command {
    let Command::Promise(promise) = promise(units, None) else { unreachable!("a promise is one") };
    let email = Some("jan@example.nl".into());
    let handover = Handover { shop: None, secret: [7; 32], wanted: None, email };
    Command::Promise(Box::new(Promise {
        sold: true,
        handover: Some(Box::new(handover)),
        ..*promise
    }))
}

/// What the mailer does about a mail.
pub(crate) fn about(mail: MailId, action: fn(Which) -> InvitationAction) -> Command {
    let (order, action) = (OrderName::Id(mail.order), action(mail.which));
    Command::Invitation { order, action }
}

/// One more line, of so many pieces of tea and one.
pub(crate) fn add_tea(order: OrderId, units: i64) -> Command {
    let Command::Promise(promise) = promise(1 + units, None) else {
        unreachable!("a promise is one")
    };
    let lines = promise.lines;
    Command::AddLines(Box::new(MoreLines { order, version: None, lines, backorders: true }))
}

pub(crate) fn confirm(order: OrderId) -> Command {
    Command::Act { order, action: order::Command::Confirm { version: None, reference: None } }
}

pub(crate) fn cancel(order: OrderId) -> Command {
    Command::Act {
        order,
        action: order::Command::Cancel { version: None, reason: None, unpicked: false },
    }
}

pub(crate) fn placed(verdict: Verdict) -> OrderId {
    match verdict {
        Verdict::Done(shown) => match shown.outcome {
            Outcome::Placed(view) => view.order.id,
            other => panic!("{other:?}"),
        },
        Verdict::Refused(refusal) => panic!("{refusal:?}"),
        _ => panic!("a promise is answered"),
    }
}
