//! How fast does the snapshot follow, how large is it, and how long does a start take?
//!
//! `cargo bench -p snapshots --bench snapshot`, with `CERTUS_ORDERS` live orders of three lines
//! with a reply of 600 bytes each; 1,000,000 unless said otherwise. A tenth is confirmed later,
//! a tenth is cancelled.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has nothing to print")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use snapshots::Lsn;
use snapshots::codec;
use snapshots::disk::Real;
use snapshots::follower::{FollowerByHand, Options, Turn};
use snapshots::journal::{self, Batch, Journal, Local};
use snapshots::recovery::recover;
use snapshots::store::Store;
use workflow::id::{ArticleId, LocationId, OrderId, StockId, TenantId, Version};
use workflow::kept::Kept;
use workflow::location::{self, Card, Kind, Lot, ShelfEvent, Status};
use workflow::order::{self, Asked, Delivery, Hold, Line, Placed, Stage};
use workflow::quantity::Units;
use workflow::record::{Event, Owner, Record};
use workflow::reply::{Fingerprint, Reply, ReplyKey, StoredReply};
use workflow::time::{Millis, Time};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LOCATIONS: u64 = 100;
const ARTICLES: u64 = 1_000;
const BEGIN: Time = Time(1_768_212_843_517);

fn main() {
    let orders = std::env::var("CERTUS_ORDERS").ok();
    let orders: u64 = orders.and_then(|orders| orders.parse().ok()).unwrap_or(1_000_000);
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (journal, records, bytes) = timed("write the journal", || fill(dir.path(), orders));
    println!("  {records} records of {} bytes", bytes / records);

    let path = dir.path().join("snapshot");
    let store = Arc::new(Store::open(&path, Lsn::ZERO).unwrap());
    let archive = journal.archive();
    let options = Options::default();
    let mut follower = FollowerByHand::new(store.clone(), archive.clone(), options);
    let (begun, cpu) = (Instant::now(), cpu_ms());
    while follower.turn().unwrap() != Turn::Idle {}
    let (wall, cpu) = (begun.elapsed(), cpu_ms() - cpu);
    println!(
        "follow: {:.1} s, {:.0} records/s; {:.1} us of CPU per record",
        wall.as_secs_f64(),
        records as f64 / wall.as_secs_f64(),
        cpu as f64 * 1_000.0 / records as f64
    );
    let size = store.bytes().unwrap();
    println!("  {} MiB, {} bytes per order", size >> 20, size / orders);
    drop(follower);
    drop(store);

    let store = timed("open", || Store::open(&path, Lsn::ZERO).unwrap());
    let found = timed("recover", || recover(&store, &*archive).unwrap());
    println!(
        "  {} orders in memory, {} records replayed, {} MiB resident",
        found.world.orders.len(),
        found.replayed,
        resident_mib()
    );
    let (tenant, order) = found.world.orders.values().nth(1_000).unwrap();
    let begun = Instant::now();
    for _ in 0..1_000 {
        store.owner_of_key(tenant, &order.replies[0].key).unwrap();
    }
    println!("look a key up: {:.1} us", begun.elapsed().as_secs_f64() * 1e3);
}

/// A journal with locations, stock and orders.
fn fill(dir: &Path, orders: u64) -> (Local, u64, u64) {
    let options = journal::Options::default();
    let mut journal = Local::open(Arc::new(Real), &dir.join("journal"), options).unwrap();
    journal.claim().unwrap();
    let mut batch = Batch::new();
    let (mut lsn, mut bytes) = (snapshots::Lsn::ZERO, 0);
    let mut payload = Vec::new();
    let stock = (0..LOCATIONS).map(stocked);
    let placed = (0..orders).map(placed);
    let ended = (0..orders / 5).map(|n| ended(n * 5, n % 2 == 0));
    for record in stock.chain(placed).chain(ended) {
        payload.clear();
        codec::encode(&record, &mut payload);
        bytes += payload.len() as u64;
        lsn = lsn.next();
        batch.push(lsn, record.at.0, &payload);
        if batch.len() == 1_024 {
            journal.append(&mut batch).unwrap();
            batch.clear();
        }
    }
    journal.append(&mut batch).unwrap();
    (journal, lsn.0, bytes)
}

fn stocked(number: u64) -> Record {
    let id = location(number);
    let card = Card {
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
    };
    let opened = location::Event::Opened(Arc::new(card));
    let mut events = vec![Event::Location { id, event: opened }];
    for article in 0..ARTICLES {
        let lot = Lot {
            id: stock(number, article),
            version: Version::FIRST,
            value: Units::of_stock(1_000_000).unwrap(),
            reserved: Units::ZERO,
            received: BEGIN,
            available_until: None,
            pickable: true,
            accessible: true,
            defective: false,
            created: BEGIN,
            modified: BEGIN,
            details: None,
        };
        let event = location::Event::Shelf {
            article: name(article),
            event: ShelfEvent::Put(Box::new(lot)),
        };
        events.push(Event::Location { id, event });
    }
    record(BEGIN, events)
}

fn placed(n: u64) -> Record {
    let at = at(n);
    let id = OrderId::of(at, n);
    let articles = [n % ARTICLES, n * 7 % ARTICLES, n * 13 % ARTICLES];
    let units = Units::of_line(2).unwrap();
    let mut events = Vec::new();
    let (mut lines, mut holds) = (vec![], vec![]);
    for (line, article) in (0..).zip(articles) {
        lines.push(Line {
            article: name(article),
            title: "Tea, two pounds of it".into(),
            quantity: units,
            kept: Kept::default(),
            shortage: order::Shortage::Unsaid,
        });
        let stock = Some(stock(n % LOCATIONS, article));
        holds.push(Hold { index: line, line, location: location(n % LOCATIONS), stock, units });
        let reservation = id.reservation(line);
        let event = location::Event::Shelf {
            article: name(article),
            event: ShelfEvent::Reserved { reservation, stock, units },
        };
        let id = location(n % LOCATIONS);
        events.push(Event::Location { id, event });
    }
    let asked = Asked {
        lines,
        ordered: at,
        consumer: Some(format!("customer-{}", n % 100_000).into()),
        destination: None,
        delivery: Delivery::Ship { from: vec![] },
        kept: Kept::of(format!(r#"{{"address":"{}"}}"#, "x".repeat(180))),
        handover: None,
    };
    let placed = Placed {
        number: n + 1,
        stage: Stage::Promised { until: at + Millis::hours(8) },
        caller: "checkout".into(),
        reference: Some(format!("shop-{n}").into()),
        asked: Arc::new(asked),
        holds,
        work: None,
        report: None,
    };
    let event = order::Event::Placed(Box::new(placed));
    events.push(Event::Order { id, event, number: n + 1 });
    let mut record = record(at, events);
    record.reply = Some((Owner::Order(id), reply(n)));
    record
}

fn ended(n: u64, confirms: bool) -> Record {
    let id = OrderId::of(at(n), n);
    let event = match confirms {
        true => order::Event::Confirmed { reference: None },
        false => order::Event::Cancelled { reason: None },
    };
    let mut events = vec![Event::Order { id, event, number: n + 1 }];
    if !confirms {
        for (line, article) in (0..).zip([n % ARTICLES, n * 7 % ARTICLES, n * 13 % ARTICLES]) {
            let reservation = id.reservation(line);
            let event = location::Event::Shelf {
                article: name(article),
                event: ShelfEvent::Released { reservation },
            };
            let id = location(n % LOCATIONS);
            events.push(Event::Location { id, event });
        }
    }
    record(at(2_000_000_000), events)
}

fn record(at: Time, events: Vec<Event>) -> Record {
    Record {
        at,
        tenant: TenantId::parse("acme").unwrap(),
        who: "checkout".into(),
        command: "Bench".into(),
        events,
        reply: None,
    }
}

fn reply(n: u64) -> Arc<StoredReply> {
    // Keys are as a client draws them: in no order.
    let key = (n.wrapping_mul(0x9e37_79b9_7f4a_7c15), n);
    Arc::new(StoredReply {
        key: ReplyKey {
            caller: "checkout".into(),
            operation: "promises.create".into(),
            key: format!("{:016x}-{:08x}", key.0, key.1).into(),
        },
        fingerprint: Fingerprint([7; 16]),
        reply: Reply { status: 201, headers: vec![], body: "y".repeat(600) },
    })
}

fn at(n: u64) -> Time {
    BEGIN + Millis(n / 20)
}

fn location(number: u64) -> LocationId {
    LocationId::of(BEGIN, number)
}

fn stock(location: u64, article: u64) -> StockId {
    StockId::of(BEGIN, 1_000_000 + location * ARTICLES + article, 0)
}

fn name(article: u64) -> ArticleId {
    ArticleId::parse(&format!("article-{article}")).unwrap()
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (begun, cpu) = (Instant::now(), cpu_ms());
    let done = work();
    let (wall, cpu) = (begun.elapsed().as_secs_f64(), cpu_ms() - cpu);
    println!("{what}: {wall:.1} s, {:.1} s of CPU", cpu as f64 / 1_000.0);
    done
}

/// Milliseconds of CPU that this process has used, in ticks of 10 ms.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.split(' ').collect();
    (fields[13].parse::<u64>().unwrap() + fields[14].parse::<u64>().unwrap()) * 10
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) >> 10
}
