//! What does a live order cost in memory, and how fast do a million holds go that fall due at once?
//!
//! `cargo bench -p actors --bench orders`, with `CERTUS_ORDERS` promises of three lines without a
//! stored reply; 1,000,000 unless said otherwise. `CERTUS_BENCH_DIR` names the directory.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has nothing to print")]

use std::sync::Arc;
use std::time::Instant;

use actors::{Options, Pace, Random, Shard, ShardHandle, Verdict, Words, Work};
use futures_util::future::join_all;
use smol_str::SmolStr;
use workflow::command::{Ask, Command, LocationRef, Promise, StockRow, Wanted};
use workflow::id::{ArticleId, TenantId};
use workflow::kept::Kept;
use workflow::limits::PROMISE_FLOOR;
use workflow::location::{Card, Kind, LotChange, LotRow, LotTarget, Status};
use workflow::order::{Line, Shortage};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::reply::Reply;
use workflow::settings::Policy;
use workflow::time::Time;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BEGIN: Time = Time(1_768_212_000_000);
const ARTICLES: u64 = 1_000;
const AT_ONCE: u64 = 256;

#[actix_rt::main]
async fn main() {
    let orders = std::env::var("CERTUS_ORDERS").ok();
    let orders: u64 = orders.and_then(|orders| orders.parse().ok()).unwrap_or(1_000_000);
    let within = std::env::var("CERTUS_BENCH_DIR").ok();
    let within = within.unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
    let dir = tempfile::tempdir_in(within).unwrap();
    let policy = Policy { open_promises_max: u32::MAX, ..Policy::default() };
    let options = Options { policy, segment_bytes: 64 << 20, keep_ms: None, keep_bytes: None };
    let failed = Box::new(|error| panic!("the journal failed: {error}"));
    let (pace, random) = (Pace::by_hand(BEGIN), Random::seeded(7));
    let shard = Shard::open(&dir.path().join("data"), options, pace, random, failed).await.unwrap();
    let handle = shard.handle();
    furnish(&handle).await;

    let warm = orders / 10;
    promise(&handle, 0..warm).await;
    let (before, begun) = (resident_bytes(), Instant::now());
    promise(&handle, warm..orders).await;
    let (grown, promised) = (resident_bytes() - before, (orders - warm) as f64);
    println!(
        "{:.0} promises/s; {:.0} bytes resident per live order, the snapshot's memory with it",
        promised / begun.elapsed().as_secs_f64(),
        grown as f64 / promised
    );

    let begun = Instant::now();
    handle.advance(PROMISE_FLOOR).await.unwrap();
    let took = begun.elapsed().as_secs_f64();
    println!("{orders} holds due together: {took:.1} s, {:.0} per second", orders as f64 / took);
    shard.stop().unwrap();
}

/// One warehouse with enough of everything.
async fn furnish(handle: &ShardHandle) {
    let card = Arc::new(Card {
        name: "Gouda".into(),
        reference: None,
        status: Status::Online,
        kind: Kind::Managed,
        ships: true,
        serves_pickup: true,
        postal_code: None,
        place: None,
        kept: Kept::default(),
        zone: None,
    });
    let Outcome::Location(view) = done(handle, Command::OpenLocation { card }).await else {
        unreachable!("a location is answered with it")
    };
    let value = Units::of_stock(1_000_000_000).unwrap();
    for number in 0..ARTICLES {
        let at = LocationRef::by_id(view.id);
        let change = LotChange { value, ..LotChange::default() };
        let row = LotRow { target: LotTarget::New(article(number)), version: None, change };
        done(handle, Command::PutStocks { rows: vec![StockRow { at, row }] }).await;
    }
}

/// Promises of three lines, so many at once that the journal writes them in groups.
async fn promise(handle: &ShardHandle, numbers: std::ops::Range<u64>) {
    let numbers: Vec<u64> = numbers.collect();
    for numbers in numbers.chunks(AT_ONCE as usize) {
        let line = |number| Line {
            article: article(number % ARTICLES),
            title: "Earl Grey".into(),
            quantity: Units::of_line(1).unwrap(),
            kept: Kept::default(),
            shortage: Shortage::Unsaid,
        };
        let all = numbers.iter().map(|number| {
            let promise = Promise {
                lines: (0..3).map(|place| line(number * 3 + place)).collect(),
                ordered: None,
                reference: Some(format!("R{number}").into()),
                consumer: None,
                destination: None,
                delivery: Wanted::Ship { from: Vec::new() },
                kept: Kept::default(),
                until: Some(BEGIN + PROMISE_FLOOR),
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
            };
            done(handle, Command::Promise(Box::new(promise)))
        });
        join_all(all).await;
    }
}

async fn done(handle: &ShardHandle, command: Command) -> Outcome {
    let tenant = TenantId::parse("default").unwrap();
    let ask = Ask::of(tenant, SmolStr::new_static("till"), command);
    let words = Words::Plain(|_| Reply { status: 201, headers: Vec::new(), body: String::new() });
    match handle.ask(Work::Change(Box::new(ask), words), None).await.unwrap().verdict {
        Verdict::Done(shown) => shown.outcome,
        _ => panic!("nothing here is refused"),
    }
}

fn article(number: u64) -> ArticleId {
    ArticleId::parse(&format!("article-{number:05}")).unwrap()
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}
