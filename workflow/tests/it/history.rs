//! Random histories: what anybody may ask of a small shop, as plain data that shrinks.
//!
//! A [`Step`] names things by small numbers, so that a shorter history means the same; a [`Run`]
//! turns each step into a command about what is there when its turn comes.

mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use workflow::command::{Command, Lots, Promise, StockRow, Wanted};
use workflow::id::{ArticleId, OrderId, StockId, Version};
use workflow::kept::Kept;
use workflow::location::Status;
use workflow::location::{self, Card, Kind, ListingRow, LotChange, LotRow, LotTarget};
use workflow::order::{self, Line};
use workflow::outcome::Outcome;
use workflow::place::Place;
use workflow::record::Record;
use workflow::refusal::Refusal;
use workflow::time::{Millis, Time};
use workflow::world::World;

pub(crate) use steps::{History, Step, histories};
use steps::{LotStep, Request, Sent, Verb, Wait};

use crate::ledger::Ledger;
use crate::shop::{Shop, article, at, expire, pieces};

const PLACES: [&str; 3] = ["gouda", "delft", "assen"];
const ARTICLES: [&str; 3] = ["tea", "coffee", "milk"];
const CALLERS: [&str; 3] = ["anna", "bert", "cleo"];

/// A history while it is played.
pub(crate) struct Run {
    pub(crate) shop: Shop,
    /// All records so far, folded independently.
    pub(crate) ledger: Ledger,
    pub(crate) orders: Vec<OrderId>,
    scale: i64,
    made: u16,
}

/// One command that was played.
pub(crate) struct Seen {
    pub(crate) command: Command,
    pub(crate) result: Result<Outcome, Refusal>,
    pub(crate) records: Vec<Record>,
    /// The ledger when the command was decided: overdue holds in its way had been released.
    pub(crate) decided: Ledger,
}

impl Run {
    /// A shop with three locations.
    pub(crate) fn new(history: &History) -> Run {
        let mut run = Run {
            shop: Shop::new(),
            ledger: Ledger::default(),
            orders: Vec::new(),
            scale: history.scale,
            made: 0,
        };
        run.shop.policy = history.policy.clone();
        for place in 0..PLACES.len() {
            run.submit("operator", Command::OpenLocation { card: card(place, Status::Online, 0) })
                .expect("a location opens");
        }
        run
    }

    /// Plays a step: each command with what it came to. An answer is a broken rule.
    pub(crate) fn play(&mut self, step: &Step) -> Result<Vec<Seen>, String> {
        let (who, command) = match step {
            Step::Wait(wait) => {
                self.wait(*wait);
                return Ok(Vec::new());
            }
            Step::Sweep => {
                let due = self.shop.overdue();
                let due = due.into_iter().map(|(at, order)| expire(order, at));
                return due.map(|command| self.submit("scheduler", command)).collect();
            }
            Step::Promise(request) => (CALLERS[request.caller], self.promise(request)),
            other => ("operator", self.command(other)),
        };
        Ok(vec![self.submit(who, command)?])
    }

    /// Submits a command, and folds its records once more.
    pub(crate) fn submit(&mut self, who: &str, command: Command) -> Result<Seen, String> {
        let answer = self.shop.submit(who, command.clone());
        let records = answer.records(&self.shop).to_vec();
        let own = records.len() - usize::from(answer.result.is_ok() && !records.is_empty());
        for record in &records[..own] {
            self.ledger.note(record)?;
        }
        let decided = self.ledger.clone();
        for record in &records[own..] {
            self.ledger.note(record)?;
        }
        if let Ok(Outcome::Placed(placed)) = &answer.result {
            self.orders.push(placed.order.id);
        }
        Ok(Seen { command, result: answer.result, records, decided })
    }

    fn wait(&mut self, wait: Wait) {
        let now = self.shop.now;
        let due = self.shop.world.desk.next_due().unwrap_or(now);
        self.shop.now = now.max(match wait {
            Wait::Millis(millis) => now + Millis(millis),
            Wait::JustBeforeTheDeadline => due - Millis(1),
            Wait::ToTheDeadline => due,
            Wait::Hours(hours) => now + Millis::hours(hours),
        });
    }

    fn command(&mut self, step: &Step) -> Command {
        let here = |place: usize, command| Command::AtLocation { at: at(PLACES[place]), command };
        match *step {
            Step::Act { verb, order, version } => self.act(verb, order, version),
            Step::Timer { order, beside } => {
                let id = self.order(order);
                let stage = self.shop.world.orders.get(&id).map(|(_, order)| order.deadline());
                let due = stage.flatten().unwrap_or(self.shop.now);
                expire(id, Time(due.0 + beside))
            }
            Step::Put(ref rows) => {
                let rows = rows.iter().map(|row| self.lot_row(row)).collect();
                Command::PutStocks { rows }
            }
            Step::Remove { place, article } => {
                let articles = vec![article_of(article)];
                Command::RemoveStocks { which: Lots::Articles(at(PLACES[place]), articles) }
            }
            Step::RemoveLot { place, article, lot } => {
                let wanted = lot_name(article, lot);
                let locations = self.shop.world.locations.values();
                let here = |card: &Card| card.reference.as_deref() == Some(PLACES[place]);
                let location = locations.map(|(_, it)| it).find(|it| here(&it.card));
                let known = location.and_then(|location| {
                    let mut ids = location.lots.keys();
                    ids.find(|id| {
                        let (_, _, lot) = location.lot(**id).expect("a lot that is listed");
                        lot.reference().is_some_and(|name| *name == wanted)
                    })
                });
                let unknown = StockId::from_bits(9);
                Command::RemoveStocks { which: Lots::Ids(vec![*known.unwrap_or(&unknown)]) }
            }
            Step::List { place, article, out_of_stock, active } => {
                let row = ListingRow {
                    article: article_of(article),
                    id: self.new_id(),
                    version: None,
                    title: None,
                    active,
                    out_of_stock,
                    kept: Kept::default(),
                };
                here(place, location::Command::List { rows: vec![row] })
            }
            Step::Keep { place, article, units } => {
                let row = (at(PLACES[place]), article_of(article), pieces(units * self.scale));
                Command::KeepStocks { rows: vec![row] }
            }
            Step::Change { place, status, services } => {
                let named = |card: &Card| card.reference.as_deref() == Some(PLACES[place]);
                let mut locations = self.shop.world.locations.values().map(|(_, it)| it);
                let version = locations.find(|it| named(&it.card)).map(|it| it.version);
                let version = version.unwrap_or_default();
                here(
                    place,
                    location::Command::Change { version, card: card(place, status, services) },
                )
            }
            Step::Open { place } => Command::OpenLocation { card: card(place, Status::Online, 0) },
            Step::Close { place, force } => {
                here(place, location::Command::Close { version: None, force })
            }
            Step::Configure { minutes } => {
                let tenant = crate::shop::tenant();
                let version = self.shop.world.desk.tenant(&tenant).settings.version;
                Command::Configure { version, promise_ttl: Millis::minutes(minutes) }
            }
            Step::Promise(_) | Step::Wait(_) | Step::Sweep => unreachable!("played elsewhere"),
        }
    }

    fn promise(&mut self, request: &Request) -> Command {
        let lines = request.lines.iter().map(|(article, quantity)| Line {
            article: article_of(*article),
            title: ARTICLES[*article].into(),
            quantity: pieces((quantity * self.scale).min(1_000_000)),
            kept: Kept::default(),
        });
        let delivery = match request.delivery {
            place @ 0..=2 => Wanted::Collect { at: at(PLACES[usize::from(place)]) },
            3 => Wanted::Ship { from: PLACES[..2].iter().copied().map(at).collect() },
            _ => Wanted::Ship { from: Vec::new() },
        };
        Command::Promise(Box::new(Promise {
            explain: false,
            lines: lines.collect(),
            ordered: self.shop.now,
            reference: None,
            consumer: None,
            destination: Place::of_degrees(52.0, 4.6),
            delivery,
            kept: Kept::default(),
            until: request.minutes.map(|minutes| self.shop.now + Millis::minutes(minutes)),
            sold: request.sold,
            replaces: request.replaces.map(|order| self.order(order)),
        }))
    }

    fn act(&self, verb: Verb, order: usize, sent: Sent) -> Command {
        let order = self.order(order);
        let current = self.shop.world.orders.get(&order).map(|(_, order)| order.version);
        let current = current.unwrap_or_default();
        let version = match sent {
            Sent::Right => Some(current),
            Sent::Wrong => Some(Version(current.0 + 7)),
            Sent::None => None,
        };
        let action = match verb {
            Verb::Confirm => order::Command::Confirm { version, reference: None },
            Verb::Extend => order::Command::Extend { version },
            Verb::Cancel => order::Command::Cancel { version, reason: None },
        };
        Command::Act { order, action }
    }

    fn lot_row(&mut self, step: &LotStep) -> StockRow {
        let name = lot_name(step.article, step.lot);
        let change = LotChange {
            value: pieces((step.value * self.scale).min(i64::from(i32::MAX))),
            available_until: step.minutes.map(|minutes| self.shop.now + Millis::minutes(minutes)),
            traits: (step.kind == 0).then_some((false, true)),
            defective: match step.kind {
                1 => Some(true),
                2 | 3 => Some(false),
                _ => None,
            },
            reference: Some(name.into()),
            ..LotChange::default()
        };
        let target = LotTarget::New { article: article_of(step.article), id: self.new_id() };
        StockRow { at: at(PLACES[step.place]), row: LotRow { target, version: None, change } }
    }

    /// The order that was made so many orders ago; one that nobody made before there is any.
    fn order(&self, back: usize) -> OrderId {
        let orders = self.orders.len();
        if orders == 0 {
            return OrderId::from_bits(0);
        }
        self.orders[orders - 1 - back % orders]
    }

    fn new_id(&mut self) -> StockId {
        self.made += 1;
        StockId::of(self.shop.now, 0, self.made)
    }
}

/// Lets every location publish anew.
///
/// A router asks a location again when stock has become outdated by time alone, which no event
/// says; so what it knew last may differ from what a replay knows until either is asked.
pub(crate) fn publish_anew(world: &mut World, now: Time) {
    let World { desk, locations, .. } = world;
    for (id, (tenant, location)) in locations {
        for article in location.shelves.articles() {
            let places = &mut desk.tenant(tenant).places;
            places.publish(*id, article, location.offer(article, now));
        }
    }
}

/// How often what came: a run in which something never came shows nothing about it.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<String, u32>);

impl Tally {
    pub(crate) fn count(&mut self, seen: &Seen) {
        let result = match &seen.result {
            Ok(_) if seen.records.is_empty() => "nothing to do".to_owned(),
            Ok(Outcome::Placed(placed)) => {
                let waits = placed.order.holds.iter().any(|hold| hold.stock.is_none());
                let short = placed.order.is_short();
                format!(
                    "done{}{}",
                    [", waiting", ""][usize::from(!waits)],
                    [", short", ""][usize::from(!short)]
                )
            }
            Ok(_) => "done".to_owned(),
            Err(refusal) => refusal.name().to_owned(),
        };
        *self.0.entry(format!("{} {result}", seen.command.name())).or_default() += 1;
        let overdue = seen.records.len() > 1;
        *self.0.entry("overdue released first".into()).or_default() += u32::from(overdue);
    }

    /// Fails if any of these never came.
    #[track_caller]
    pub(crate) fn demand(&self, wanted: &[&str]) {
        for wanted in wanted {
            let times = self.0.get(*wanted).copied().unwrap_or_default();
            assert!(times > 0, "{wanted} never came, so nothing was shown about it: {:#?}", self.0);
        }
    }
}

fn article_of(index: usize) -> ArticleId {
    article(ARTICLES[index])
}

fn lot_name(article: usize, lot: usize) -> String {
    format!("{}-{lot}", ARTICLES[article])
}

fn card(place: usize, status: Status, services: u8) -> Arc<Card> {
    Arc::new(Card {
        name: PLACES[place].into(),
        reference: Some(PLACES[place].into()),
        status,
        kind: Kind::Managed,
        ships: services != 1,
        serves_pickup: services != 2,
        place: Place::of_degrees(52.0, 4.0 + place as f64).filter(|_| services != 3),
        kept: Kept::default(),
    })
}
