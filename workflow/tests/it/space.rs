//! Every interleaving in a small space: two locations, two articles, three clients, a deadline.
//!
//! Random histories may miss the one order of commands in which something breaks; here none is
//! missed. Worlds that are equal are visited once, so the search ends where nothing new comes.

use std::collections::BTreeSet;
use std::sync::Arc;

use workflow::command::{Ask, Command, Promise, StockRow, Wanted};
use workflow::id::OrderId;
use workflow::kept::Kept;
use workflow::location::{Card, Kind, ListingRow, LotChange, LotRow, LotTarget};
use workflow::location::{OutOfStock, Status};
use workflow::order::{self, Line};
use workflow::outcome::Outcome;
use workflow::record::Record;
use workflow::settings::{OnShortage, Policy};
use workflow::time::{Millis, Time};
use workflow::world::World;

use crate::budget::budget;
use crate::history::publish_anew;
use crate::ledger::Ledger;
use crate::shop::{MIDNIGHT, article, at, expire, pieces, tenant};

/// A world, the time in it, and what the clients know.
#[derive(Clone)]
struct Node {
    world: World,
    /// The same, made of the records alone.
    replayed: World,
    ledger: Ledger,
    now: Time,
    /// The newest order of each client.
    orders: [Option<OrderId>; 3],
    /// How many orders each client made.
    made: [u64; 3],
}

/// What may come next.
#[derive(Clone, Copy, Debug)]
enum Move {
    Promise(usize),
    Confirm(usize),
    Extend(usize),
    Cancel(usize),
    /// The timer, armed for the deadline that the promise began with.
    Timer(usize),
    /// A count of what lies there.
    Count(&'static str, i64),
    Close,
    Tick,
}

const HOLD: Millis = Millis::minutes(10);
const PLACES: [&str; 2] = ["gouda", "delft"];

fn moves() -> Vec<Move> {
    let clients = (0..3).flat_map(|client| {
        [
            Move::Promise(client),
            Move::Confirm(client),
            Move::Extend(client),
            Move::Cancel(client),
            Move::Timer(client),
        ]
    });
    let shop = [Move::Count("gouda", 1), Move::Count("gouda", 2), Move::Close, Move::Tick];
    clients.chain(shop).collect()
}

/// S1, S2, S7, P1, P2, P3, P7, D2: in every reachable world of the small space.
#[test]
fn no_interleaving_breaks_an_invariant() {
    let depth = budget().depth;
    let moves = moves();
    let mut known: BTreeSet<(u64, Time)> = BTreeSet::new();
    let mut front = vec![first()];
    let (mut played, mut refused) = (0_u64, 0_u64);
    for level in 0..depth {
        let (mut next, mut new) = (Vec::new(), 0);
        for node in &front {
            for step in &moves {
                let Some((after, done)) = play(node, *step) else { continue };
                played += 1;
                refused += u64::from(!done);
                if known.insert((after.world.hash(), after.now)) {
                    new += 1;
                    next.extend((level + 1 < depth).then_some(after));
                }
            }
        }
        println!("depth {}: {new} new states", level + 1);
        front = next;
    }
    println!("{} states, depth {depth}, {played} commands, {refused} refused", known.len());
    assert!(known.len() > 1_000, "the space is larger than {} states", known.len());
    assert!(refused > 100 && played > refused + 100, "both yes and no were heard");
}

/// Two pieces of tea in Gouda, two of coffee in Delft, where tea may wait.
fn first() -> Node {
    let mut node = Node {
        world: World::default(),
        replayed: World::default(),
        ledger: Ledger::default(),
        now: MIDNIGHT,
        orders: [None; 3],
        made: [0; 3],
    };
    for (number, place) in PLACES.into_iter().enumerate() {
        let card = Arc::new(Card {
            name: place.into(),
            reference: Some(place.into()),
            status: Status::Online,
            kind: Kind::Managed,
            ships: true,
            serves_pickup: true,
            postal_code: None,
            place: None,
            kept: Kept::default(),
            zone: None,
        });
        submit(&mut node, Command::OpenLocation { card }, 1_000 + number as u64);
    }
    submit(&mut node, count("gouda", "tea", 2), 0);
    submit(&mut node, count("delft", "coffee", 2), 0);
    let row = ListingRow {
        article: article("tea"),
        version: None,
        title: None,
        active: true,
        out_of_stock: OutOfStock::Backorder,
        codes: Vec::new(),
        kept: Kept::default(),
    };
    submit(&mut node, Command::PutListings { at: at("delft"), rows: vec![row] }, 7);
    node
}

/// The world after a move, and whether it was not refused; none if it makes no sense here.
fn play(node: &Node, step: Move) -> Option<(Node, bool)> {
    let mut after = node.clone();
    let act =
        |client: usize, action| node.orders[client].map(|order| Command::Act { order, action });
    let done = match step {
        Move::Tick => {
            after.now = next_time(node)?;
            true
        }
        Move::Promise(client) => {
            // An id is its client's own, so that it is the same whoever came before.
            let random = 100 * client as u64 + node.made[client];
            let outcome = submit(&mut after, promise(node, client), random);
            if let Some(Outcome::Placed(placed)) = &outcome {
                after.orders[client] = Some(placed.order.id);
                after.made[client] += 1;
            }
            outcome.is_some()
        }
        Move::Confirm(client) => {
            let action = order::Command::Confirm { version: None, reference: None };
            submit(&mut after, act(client, action)?, 0).is_some()
        }
        Move::Extend(client) => {
            let action = order::Command::Extend { version: None };
            submit(&mut after, act(client, action)?, 0).is_some()
        }
        Move::Cancel(client) => {
            let action = order::Command::Cancel { version: None, reason: None, unpicked: false };
            submit(&mut after, act(client, action)?, 0).is_some()
        }
        Move::Timer(client) => {
            let order = node.orders[client]?;
            let armed_for = node.world.orders[&order].1.created + HOLD;
            submit(&mut after, expire(order, armed_for), 0).is_some()
        }
        Move::Count(place, value) => submit(&mut after, count(place, "tea", value), 0).is_some(),
        Move::Close => {
            let at = at("gouda");
            let close = Command::CloseLocation { at, version: None, force: true };
            submit(&mut after, close, 0).is_some()
        }
    };
    Some((after, done))
}

/// The last millisecond before the next deadline, then the deadline.
fn next_time(node: &Node) -> Option<Time> {
    let due = node.world.desk.next_due()?;
    let times = [due - Millis(1), due];
    times.into_iter().find(|time| *time > node.now)
}

/// Submits a command and looks at everything that must hold; none if it was refused.
fn submit(node: &mut Node, command: Command, random: u64) -> Option<Outcome> {
    let policy = Policy { promise_ttl: HOLD, on_shortage: OnShortage::Reject, ..Policy::default() };
    let ask = Ask { tenant: tenant(), who: "client".into(), keys: [None; 2], keyed: None, command };
    let before = node.world.hash();
    let (records, result) = node.world.submit(&ask, &policy, node.now, random);
    assert_eq!(node.world.faults(), [], "after {ask:?}");
    assert_eq!(node.world.hash() != before, !records.is_empty(), "P7: {ask:?}");
    note(node, &records);
    assert_eq!(node.replayed.hash(), node.world.hash(), "D5: after {ask:?}");
    publish_anew(&mut node.replayed, node.now);
    publish_anew(&mut node.world, node.now);
    assert_eq!(node.replayed, node.world, "D2: after {ask:?}");
    result.ok()
}

fn note(node: &mut Node, records: &[Record]) {
    for record in records {
        node.ledger.note(record).expect("a permitted step");
        node.replayed.apply(record);
    }
}

/// The first client wants all the tea, the second a piece of each, the third all the coffee, or
/// what the second has if that gives way.
fn promise(node: &Node, client: usize) -> Command {
    let wanted: &[(&str, i64)] = match client {
        0 => &[("tea", 2)],
        1 => &[("tea", 1), ("coffee", 1)],
        _ => &[("coffee", 2)],
    };
    let lines = wanted.iter().map(|(name, quantity)| Line {
        article: article(name),
        title: (*name).into(),
        quantity: pieces(*quantity),
        kept: Kept::default(),
        shortage: order::Shortage::Unsaid,
    });
    Command::Promise(Box::new(Promise {
        explain: false,
        handover: None,
        address: None,
        days: Default::default(),
        ships_to: None,
        recipient: None,
        backorders: false,
        lines: lines.collect(),
        ordered: Some(MIDNIGHT),
        reference: None,
        consumer: None,
        destination: None,
        delivery: Wanted::Ship { from: Vec::new() },
        kept: Kept::default(),
        until: None,
        sold: false,
        locked: false,
        replaces: if client == 2 { node.orders[1] } else { None },
    }))
}

fn count(place: &str, name: &str, value: i64) -> Command {
    let change =
        LotChange { value: pieces(value), reference: Some(name.into()), ..LotChange::default() };
    let target = LotTarget::New(article(name));
    let row = LotRow { target, version: None, change };
    Command::PutStocks { rows: vec![StockRow { at: at(place), row }] }
}
