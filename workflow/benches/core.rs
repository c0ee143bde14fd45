//! How many promises does the core decide and apply per second on one thread, with 1,000
//! locations, 10,000 articles that each lie in 10 of them, and three lines in a promise?
//!
//! The target is 200,000. `cargo bench -p workflow --bench core` prints the number.

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use workflow::command::{Ask, Command, LocationRef, Promise, StockRow, Wanted};
use workflow::id::{ArticleId, TenantId};
use workflow::kept::Kept;
use workflow::location::{Card, Kind, LotChange, LotRow, LotTarget, Status};
use workflow::order::{Line, Shortage};
use workflow::place::Place;
use workflow::quantity::Units;
use workflow::settings::Policy;
use workflow::time::Time;
use workflow::world::World;

/// The allocator of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LOCATIONS: u64 = 1_000;
const ARTICLES: u64 = 10_000;
const LOCATIONS_PER_ARTICLE: u64 = 10;
const LINES: usize = 3;
/// Promises that one world takes before the next begins; more would measure the memory.
const PROMISES: u64 = 100_000;
const START: Time = Time(1_768_176_000_000);

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

fn core(bench: &mut Criterion) {
    let shop = shop();
    let policy = Policy { open_promises_max: u32::MAX, ..Policy::default() };
    let mut group = bench.benchmark_group("core");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    group.measurement_time(Duration::from_secs(10));
    group.bench_function("promises, three lines", |bench| {
        bench.iter_custom(|promises| {
            let mut taken = Duration::ZERO;
            let mut left = promises;
            while left > 0 {
                let asks: Vec<Ask> = asks().take(left.min(PROMISES) as usize).collect();
                let mut world = shop.clone();
                let begin = Instant::now();
                for (number, ask) in (1_u64..).zip(&asks) {
                    let now = Time(START.0 + 1 + (number / 200) as i64);
                    let (records, result) = world.submit(ask, &policy, now, number);
                    assert!(result.is_ok() && records.len() == 1, "every promise is made");
                }
                taken += begin.elapsed();
                left -= asks.len() as u64;
            }
            taken
        });
    });
    group.finish();
}

/// A shop in which nothing runs out.
fn shop() -> World {
    let mut world = World::default();
    let mut dice = Dice(1);
    for number in 0..LOCATIONS {
        let card = Arc::new(Card {
            name: format!("Store {number}").into(),
            reference: Some(format!("store-{number}").into()),
            status: Status::Online,
            kind: Kind::Managed,
            ships: true,
            serves_pickup: true,
            postal_code: None,
            place: place(&mut dice),
            kept: Kept::default(),
            zone: None,
        });
        play(&mut world, Command::OpenLocation { card }, number);
    }
    for article in 0..ARTICLES {
        let first = dice.below(LOCATIONS);
        let rows = (0..LOCATIONS_PER_ARTICLE).map(|step| {
            let place = (first + step * 97) % LOCATIONS;
            let change = LotChange { value: pieces(1_000_000), ..LotChange::default() };
            let target = LotTarget::New(article_of(article));
            let reference = Some(format!("store-{place}").into());
            let at = LocationRef { reference, ..LocationRef::default() };
            StockRow { at, row: LotRow { target, version: None, change } }
        });
        play(&mut world, Command::PutStocks { rows: rows.collect() }, article);
    }
    world
}

fn play(world: &mut World, command: Command, random: u64) {
    let (_, result) = world.submit(&ask(command), &Policy::default(), START, random);
    assert!(result.is_ok(), "the shop is set up: {result:?}");
}

/// Promises of customers everywhere in the country.
fn asks() -> impl Iterator<Item = Ask> {
    let mut dice = Dice(2);
    std::iter::repeat_with(move || {
        let lines = (0..LINES).map(|_| {
            let article = article_of(dice.below(ARTICLES));
            let title = article.as_str().into();
            let (quantity, kept) = (pieces(1 + dice.below(3)), Kept::default());
            Line { article, title, quantity, kept, shortage: Shortage::Unsaid }
        });
        ask(Command::Promise(Box::new(Promise {
            explain: false,
            handover: None,
            address: None,
            days: Default::default(),
            ships_to: None,
            recipient: None,
            backorders: false,
            lines: lines.collect(),
            ordered: Some(START),
            reference: None,
            consumer: None,
            destination: place(&mut dice),
            delivery: Wanted::Ship { from: Vec::new() },
            kept: Kept::default(),
            until: None,
            sold: false,
            locked: false,
            replaces: None,
        })))
    })
}

fn ask(command: Command) -> Ask {
    let tenant = TenantId::parse("shop").expect("a tenant's name");
    Ask::of(tenant, "checkout".into(), command)
}

/// Somewhere in Germany.
fn place(dice: &mut Dice) -> Option<Place> {
    let degrees = |from: f64, dice: &mut Dice| from + dice.below(7_000) as f64 / 1_000.0;
    let (lat, lon) = (degrees(47.5, dice), degrees(6.5, dice));
    Place::of_degrees(lat, lon)
}

fn article_of(number: u64) -> ArticleId {
    ArticleId::parse(&format!("article-{number}")).expect("an article's name")
}

fn pieces(count: u64) -> Units {
    Units::of_stock(count as i64).expect("a number of pieces")
}

criterion_group!(benches, core);
criterion_main!(benches);
