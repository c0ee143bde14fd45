//! Random histories: what anybody may ask of a small shop, as plain data that shrinks.
//!
//! A [`Step`] names things by small numbers, so that a shorter history means the same; a [`Run`]
//! turns each step into a command about what is there when its turn comes.

mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use workflow::command::{
    Command, Job, LocationRef, Lots, MoreLines, OrderName, Promise, SafetyAsk, StockRow, Transfer,
    Wanted,
};
use workflow::id::{ArticleId, OrderId, StockId, Version};
use workflow::kept::Kept;
use workflow::location::Status;
use workflow::location::{self, Card, Kind, ListingRow, Listings, LotChange, LotRow, LotTarget};
use workflow::order::{self, Line, Shortage, Stage, Window};
use workflow::outcome::Outcome;
use workflow::place::Place;
use workflow::record::Record;
use workflow::refusal::Refusal;
use workflow::time::{Millis, Time};
use workflow::world::World;

pub(crate) use steps::{History, Step, histories};
use steps::{LotStep, Request, Sent, Verb, Wait, Work};

use crate::ledger::Ledger;
use crate::shop::{Shop, article, at, expire, pieces};

const PLACES: [&str; 3] = ["gouda", "delft", "assen"];
const ARTICLES: [&str; 3] = ["tea", "coffee", "milk"];
const CALLERS: [&str; 3] = ["anna", "bert", "cleo"];
/// Who picks, and brings.
pub(crate) const PICKER: &str = "dora";

/// A history while it is played.
pub(crate) struct Run {
    pub(crate) shop: Shop,
    /// All records so far, folded independently.
    pub(crate) ledger: Ledger,
    pub(crate) orders: Vec<OrderId>,
    scale: i64,
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
            Step::Work { .. } => (PICKER, self.command(step)),
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
        match *step {
            Step::Act { verb, order, version } => self.act(verb, order, version),
            Step::Add { order, ref lines, version, backorders } => {
                self.add(self.at_version(order, version), lines, backorders)
            }
            Step::Timer { order, beside } => self.timer(order, beside),
            Step::Put(ref rows) => {
                let rows = rows.iter().map(|row| self.lot_row(row)).collect();
                Command::PutStocks { rows }
            }
            Step::Remove { place, article } => {
                let articles = vec![article_of(article)];
                Command::RemoveStocks { which: vec![Lots::Articles(at(PLACES[place]), articles)] }
            }
            Step::RemoveLot { place, article, lot } => {
                let id = self.lot_named(place, &lot_name(article, lot));
                Command::RemoveStocks { which: vec![Lots::Ids(vec![id])] }
            }
            Step::List { place, article, out_of_stock, active } => {
                let row = ListingRow {
                    article: article_of(article),
                    version: None,
                    title: None,
                    active,
                    out_of_stock,
                    codes: Vec::new(),
                    kept: Kept::default(),
                };
                Command::PutListings { at: at(PLACES[place]), rows: vec![row] }
            }
            Step::Keep { place, article, units } => {
                let at = (place < PLACES.len()).then(|| at(PLACES[place]));
                let (article, units) = (article_of(article), pieces(units * self.scale));
                Command::KeepStocks { rows: vec![SafetyAsk { at, article, units }] }
            }
            Step::Unkeep { back } => {
                Command::UnkeepStock { id: self.safety_stock(back), version: None }
            }
            Step::Unlist { place, article } => {
                let which = Listings::One(article_of(article), None);
                Command::RemoveListings { at: at(PLACES[place]), which }
            }
            Step::Move { place, article, lot, units } => {
                let from = self.lot_named(place, &lot_name(article, lot));
                let (to, units) = (["A-1", "B-2"][lot].into(), pieces(units * self.scale));
                Command::MoveStock { from, to, units, removes_empty: units.get() % 2 == 0 }
            }
            Step::Transfer { order, hold, place, units } => {
                self.transfer(order, hold, at(PLACES[place]), units)
            }
            Step::Change { place, status, services } => {
                let named = |card: &Card| card.reference.as_deref() == Some(PLACES[place]);
                let mut locations = self.shop.world.locations.values().map(|(_, it)| it);
                let version = locations.find(|it| named(&it.card)).map(|it| it.version);
                let version = version.unwrap_or_default();
                let card = card(place, status, services);
                Command::ChangeLocation { at: at(PLACES[place]), version, card }
            }
            Step::Open { place } => Command::OpenLocation { card: card(place, Status::Online, 0) },
            Step::Close { place, force } => {
                Command::CloseLocation { at: at(PLACES[place]), version: None, force }
            }
            Step::Configure { minutes } => {
                let tenant = crate::shop::tenant();
                let version = self.shop.world.desk.tenant(&tenant).settings.version;
                Command::Configure { version, promise_ttl: Millis::minutes(minutes) }
            }
            Step::Work { what, order, line } => self.work(what, order, line),
            Step::Promise(_) | Step::Wait(_) | Step::Sweep => unreachable!("played elsewhere"),
        }
    }

    fn promise(&mut self, request: &Request) -> Command {
        let delivery = match request.delivery {
            place @ 0..=2 => Wanted::Collect { at: at(PLACES[usize::from(place)]) },
            3 => Wanted::Ship { from: PLACES[..2].iter().copied().map(at).collect() },
            _ => Wanted::Ship { from: Vec::new() },
        };
        Command::Promise(Box::new(Promise {
            explain: false,
            handover: None,
            address: None,
            days: Default::default(),
            ships_to: None,
            recipient: None,
            backorders: false,
            lines: self.lines(&request.lines, request.shortage),
            ordered: Some(self.shop.now),
            reference: None,
            consumer: None,
            destination: Place::of_degrees(52.0, 4.6),
            delivery,
            kept: Kept::default(),
            until: request.minutes.map(|minutes| self.shop.now + Millis::minutes(minutes)),
            sold: request.sold,
            locked: request.locked,
            replaces: request.replaces.map(|order| self.order(order)),
        }))
    }

    fn transfer(&self, order: usize, hold: usize, to: LocationRef, units: Option<i64>) -> Command {
        let id = self.order(order);
        let holds = self.shop.world.orders.get(&id).map(|(_, order)| &order.holds[..]);
        let hold = holds.unwrap_or_default().iter().cycle().nth(hold);
        let reservation = id.reservation(hold.map_or(9, |hold| hold.index));
        let units = units.map(|units| pieces(units * self.scale));
        Command::Transfer(Transfer { reservation, version: None, to, units })
    }

    fn timer(&mut self, order: usize, beside: i64) -> Command {
        let id = self.order(order);
        let stage = self.shop.world.orders.get(&id).map(|(_, order)| order.deadline());
        let due = stage.flatten().unwrap_or(self.shop.now);
        expire(id, Time(due.0 + beside))
    }

    fn add(
        &self,
        (order, version): (OrderId, Option<Version>),
        lines: &[(usize, i64)],
        backorders: bool,
    ) -> Command {
        let lines = self.lines(lines, Shortage::Unsaid);
        Command::AddLines(Box::new(MoreLines { order, version, lines, backorders }))
    }

    fn lines(&self, lines: &[(usize, i64)], shortage: Shortage) -> Vec<Line> {
        let lines = lines.iter().map(|(article, quantity)| Line {
            article: article_of(*article),
            title: ARTICLES[*article].into(),
            quantity: pieces((quantity * self.scale).min(1_000_000)),
            kept: Kept::default(),
            shortage,
        });
        lines.collect()
    }

    /// An order, and the version of it that is sent.
    fn at_version(&self, order: usize, sent: Sent) -> (OrderId, Option<Version>) {
        let order = self.order(order);
        let current = self.shop.world.orders.get(&order).map(|(_, order)| order.version);
        let current = current.unwrap_or_default();
        let version = match sent {
            Sent::Right => Some(current),
            Sent::Wrong => Some(Version(current.0 + 7)),
            Sent::None => None,
        };
        (order, version)
    }

    fn act(&self, verb: Verb, order: usize, sent: Sent) -> Command {
        let (order, version) = self.at_version(order, sent);
        let known = self.shop.world.orders.get(&order).map(|(_, order)| &order.stage);
        let action = match verb {
            // It has no deadline.
            Verb::Extend if known == Some(&Stage::Locked) => {
                order::Command::Unlock { version, target: None }
            }
            Verb::Confirm => order::Command::Confirm { version, reference: None },
            Verb::Extend => order::Command::Extend { version },
            Verb::Cancel => order::Command::Cancel { version, reason: None, unpicked: false },
        };
        Command::Act { order, action }
    }

    /// An order in whose way the work is, if there is one; else any.
    fn in_work(&self, what: Work, order: usize) -> OrderId {
        let mut desk = self.shop.world.desk.clone();
        let book = &desk.tenant(&crate::shop::tenant()).book;
        let list: Vec<OrderId> = match what {
            Work::Pick | Work::Missing | Work::Substitute | Work::Stage | Work::Share => {
                book.picking(&PICKER.into()).into_iter().map(|(id, _)| id).collect()
            }
            Work::Load => book.staged().collect(),
            Work::Near | Work::Deliver => book.route(&PICKER.into()),
            Work::TakeNext | Work::ClearPicked | Work::Schedule | Work::Reflag => Vec::new(),
        };
        match list.len() {
            0 => self.order(order),
            length => list[order % length],
        }
    }

    fn work(&self, what: Work, order: usize, line: u16) -> Command {
        let id = self.in_work(what, order);
        let known = self.shop.world.orders.get(&id).map(|(_, order)| order);
        let line = known.map_or(line, |order| line % order.asked.lines.len().max(1) as u16);
        let open = known.and_then(|order| {
            let part = order.part_of(PICKER, Some(line))?;
            Some(order.held_at(line, part.location).less(part.found(line).picked))
        });
        let job = match what {
            Work::TakeNext => return Command::TakeNext { at: None },
            Work::ClearPicked => return Command::ClearPicked,
            Work::Load => return Command::Load { orders: vec![OrderName::Id(id)] },
            Work::Pick => Job::Pick(line, open.unwrap_or(pieces(1))),
            Work::Missing => Job::Missing(line),
            Work::Substitute => {
                let (article, title) = (article_of(usize::from(line)), "instead".into());
                let (kept, shortage) = (Kept::default(), Shortage::Skip);
                let quantity = pieces(1);
                Job::Substitute(line, Box::new(Line { article, title, quantity, kept, shortage }))
            }
            Work::Stage => Job::Stage,
            Work::Share => Job::Share("emil".into()),
            Work::Near => Job::Near,
            Work::Deliver => Job::Deliver,
            Work::Schedule => {
                Job::Schedule(Window { start: self.shop.now, length: Millis::hours(1) })
            }
            Work::Reflag => Job::Reflag(Some(Shortage::Skip), Kept::default()),
        };
        Command::Handle { order: OrderName::Id(id), version: None, job }
    }

    fn lot_row(&self, step: &LotStep) -> StockRow {
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
        let target = LotTarget::New(article_of(step.article));
        StockRow { at: at(PLACES[step.place]), row: LotRow { target, version: None, change } }
    }

    /// The safety stock that was made so many safety stocks ago.
    fn safety_stock(&mut self, back: usize) -> StockId {
        let desk = self.shop.world.desk.tenant(&crate::shop::tenant());
        let ids: Vec<StockId> = desk.safeties.after(None).map(|(id, _)| id).collect();
        ids.iter().rev().nth(back).copied().unwrap_or(StockId::from_bits(9))
    }

    /// The lot with this name at a place; an id that nothing has if there is none.
    fn lot_named(&self, place: usize, wanted: &str) -> StockId {
        let here = |card: &Card| card.reference.as_deref() == Some(PLACES[place]);
        let mut locations = self.shop.world.locations.values().map(|(_, it)| it);
        let lots = locations.find(|it| here(&it.card)).into_iter().flat_map(|location| {
            location.lots.keys().map(|id| location.lot(*id).expect("a lot that is listed").2)
        });
        let named = |lot: &&location::Lot| lot.reference().is_some_and(|it| it == wanted);
        let mut lots = lots.filter(named);
        lots.next().map_or(StockId::from_bits(9), |lot| lot.id)
    }

    /// The order that was made so many orders ago; one that nobody made before there is any.
    fn order(&self, back: usize) -> OrderId {
        let orders = self.orders.len();
        if orders == 0 {
            return OrderId::from_bits(0);
        }
        self.orders[orders - 1 - back % orders]
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
        postal_code: None,
        place: Place::of_degrees(52.0, 4.0 + place as f64).filter(|_| services != 3),
        kept: Kept::default(),
        zone: None,
    })
}
