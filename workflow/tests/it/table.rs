//! Every stage and every command to an order: one table, the rules of an order's life.

use std::fmt::Write;

use workflow::command::{Command, Invite, Job, MoreLines, OrderName, Promise, StockRow, Wanted};
use workflow::id::{OrderId, Version};
use workflow::kept::Kept;
use workflow::location::{Card, Kind, LotChange, LotRow, LotTarget, Status};
use workflow::order::{self, Line, Stage, Window};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::time::{Millis, Time};

use crate::golden;
use crate::shop::{Answer, MIDNIGHT, Shop, article, at, expire, pieces};

/// The stages, as the table calls them.
const STAGES: [&str; 15] = [
    "Promised",
    "Promised, short",
    "Promised, past it",
    "Confirmed",
    "Cancelled",
    "Expired",
    "Picking",
    "Picked",
    "Staged",
    "Shipped",
    "Delivered",
    "Received",
    "Locked",
    "Waiting",
    "Unroutable",
];
/// What pickers and drivers do; the table tells it of who has the order, and of somebody else.
const TASKS: [&str; 9] =
    ["Take", "Pick", "Missing", "Stage", "Ship", "Near", "Deliver", "Schedule", "Reflag"];
const COMMANDS: [&str; 6] =
    ["Confirm", "Extend", "Cancel", "Cancel, unpicked", "AddLines", "Unlock"];
const VERSIONS: [&str; 3] = ["its version", "another version", "no version"];

/// What the shop calls the order.
const NAME: &str = "r1";

fn deadline() -> Time {
    MIDNIGHT + Millis::hours(1)
}

/// A shop with two pieces of tea, and an order that is brought to a stage.
fn order_at(stage: &str) -> (Shop, OrderId) {
    let mut shop = Shop::new();
    done(shop.submit("operator", Command::OpenLocation { card: card() }));
    let is_empty = ["Waiting", "Unroutable"].contains(&stage);
    let mut stock = tea();
    stock.row.change.value = if is_empty { Units::ZERO } else { pieces(2) };
    done(shop.submit("operator", Command::PutStocks { rows: vec![stock] }));
    let wanted = if stage == "Promised, short" { 3 } else { 2 };
    let mut promise = promise(wanted);
    promise.reference = Some(NAME.into());
    if stage == "Received" {
        (promise.sold, promise.lines) = (true, Vec::new());
    }
    (promise.sold, promise.locked) = (promise.sold || stage == "Locked", stage == "Locked");
    // What is backordered waits where the article is sold; what is not has no place.
    (promise.sold, promise.backorders) = (promise.sold || is_empty, stage == "Waiting");
    let promise = Command::Promise(Box::new(promise));
    let Outcome::Placed(placed) = done(shop.submit("checkout", promise)) else {
        panic!("a promise is placed");
    };
    let id = placed.order.id;
    let act = |name| command(id, name, None);
    shop.now = MIDNIGHT + Millis::minutes(30);
    match stage {
        "Confirmed" => {
            done(shop.submit("checkout", act("Confirm")));
        }
        "Cancelled" => {
            done(shop.submit("checkout", act("Cancel")));
        }
        "Promised, past it" => shop.now = deadline(),
        "Picking" | "Picked" | "Staged" | "Shipped" | "Delivered" => {
            done(shop.submit("checkout", act("Confirm")));
            let way = ["Take", "Pick", "Stage", "Ship", "Deliver"];
            let reached = ["Picking", "Picked", "Staged", "Shipped", "Delivered"];
            let last = reached.iter().position(|it| *it == stage).expect("a stage on the way");
            for name in &way[..=last] {
                done(shop.submit("dora", task(name, id)));
            }
        }
        "Expired" => {
            shop.now = deadline();
            done(shop.submit("scheduler", expire(id, deadline())));
        }
        "Waiting" | "Unroutable" => {
            assert_eq!(shop.world.orders[&id].1.standing(shop.now).stage_name(), stage);
        }
        _ => {}
    }
    (shop, id)
}

/// What a picker or a driver does with the order, which has one line of two pieces.
fn task(name: &str, id: OrderId) -> Command {
    let order = OrderName::Id(id);
    let job = match name {
        "Take" => return Command::TakeNext { at: None },
        "Ship" => return Command::Load { orders: vec![order] },
        "Pick" => Job::Pick(0, pieces(2)),
        "Missing" => Job::Missing(0),
        "Stage" => Job::Stage,
        "Near" => Job::Near,
        "Deliver" => Job::Deliver,
        "Schedule" => Job::Schedule(Window { start: MIDNIGHT, length: Millis::hours(1) }),
        "Reflag" => Job::Reflag(Some(order::Shortage::Skip), Kept::default()),
        other => panic!("no such task: {other}"),
    };
    Command::Handle { order, version: None, job }
}

#[track_caller]
fn done(answer: Answer) -> Outcome {
    answer.result.expect("the way to a stage is allowed")
}

fn command(order: OrderId, name: &str, version: Option<Version>) -> Command {
    let action = match name {
        "Confirm" => order::Command::Confirm { version, reference: None },
        "Extend" => order::Command::Extend { version },
        "Unlock" => order::Command::Unlock { version, target: None },
        "Cancel" => order::Command::Cancel { version, reason: None, unpicked: false },
        "Cancel, unpicked" => order::Command::Cancel { version, reason: None, unpicked: true },
        "AddLines" => {
            let (lines, backorders) = (promise(1).lines, false);
            return Command::AddLines(Box::new(MoreLines { order, version, lines, backorders }));
        }
        other => panic!("no such command: {other}"),
    };
    Command::Act { order, action }
}

/// Another promise, to which the order is to give way.
fn replace(order: OrderId) -> Command {
    let until = Some(deadline() + Millis::hours(1));
    Command::Promise(Box::new(Promise { replaces: Some(order), until, ..promise(1) }))
}

/// A report for reviews under the order's name: it joins the order, or makes another one.
fn invite() -> Command {
    Command::Invite(Box::new(Invite {
        external_id: NAME.into(),
        email: "jan@example.nl".into(),
        ..Invite::default()
    }))
}

/// What the order says to a command: its new stage and version, that all is so already, or no.
fn cell(shop: Shop, id: OrderId, command: Command) -> String {
    answer(shop, id, "checkout", command)
}

fn answer(mut shop: Shop, id: OrderId, who: &str, command: Command) -> String {
    let before = shop.world.orders[&id].1.clone();
    let answer = shop.submit(who, command);
    let after = &shop.world.orders[&id].1;
    match answer.result {
        Err(refusal) => {
            assert_eq!(*after, before, "P7: a refused command changes nothing");
            format!("no: {}", refusal.name())
        }
        Ok(_) if answer.records(&shop).is_empty() => {
            assert_eq!(*after, before, "D3: what changes is recorded");
            "as it is".into()
        }
        Ok(_) if *after == before => "another order".into(),
        Ok(_) => {
            assert_eq!(after.version, before.version.next(), "P8: one event, one version");
            let closed = after.stage.is_closed();
            assert!(!closed || after.holds.is_empty(), "S7: what is closed holds nothing");
            let until = match after.stage {
                Stage::Promised { until } if until > deadline() => ", later",
                _ => "",
            };
            let standing = after.standing(shop.now);
            format!("{standing:?}{until}")
        }
    }
}

fn block(printed: &mut String, name: &str, columns: &[(&str, Vec<String>)]) {
    let heads: Vec<&str> = columns.iter().map(|(head, _)| *head).collect();
    let mut row = |first: &str, cells: &[&str]| {
        let mut line = format!("{first:<20}");
        for cell in cells {
            write!(line, "{cell:<22}").expect("a string takes all");
        }
        printed.push_str(line.trim_end());
        printed.push('\n');
    };
    row(name, &heads);
    for (at, stage) in STAGES.iter().enumerate() {
        let cells: Vec<&str> = columns.iter().map(|(_, cells)| cells[at].as_str()).collect();
        row(&format!("  {stage}"), &cells);
    }
    printed.push('\n');
}

/// P1, P2, P3, P6, P7, P8: the rules of an order's life are these lines.
#[test]
fn every_stage_answers_every_command_as_the_table_says() {
    let mut printed = String::from(
        "What an order says to a command, by its stage: its stage from then on, \"as it is\" if\n\
         nothing changes and there is no record, \"another order\" if only that is made, or the\n\
         refusal.\n\n",
    );
    for name in COMMANDS {
        let columns = VERSIONS.map(|version| {
            let cells = STAGES.map(|stage| {
                let (shop, id) = order_at(stage);
                let current = shop.world.orders[&id].1.version;
                let version = match version {
                    "its version" => Some(current),
                    "another version" => Some(current.next()),
                    _ => None,
                };
                cell(shop, id, command(id, name, version))
            });
            (version, cells.to_vec())
        });
        block(&mut printed, name, &columns);
    }
    let timers = [
        ("its deadline", deadline()),
        ("an earlier one", deadline() - Millis(1)),
        ("a later one", deadline() + Millis(1)),
    ];
    let columns = timers.map(|(head, armed_for)| {
        let cells = STAGES.map(|stage| {
            let (shop, id) = order_at(stage);
            cell(shop, id, Command::Act { order: id, action: order::Command::Expire { armed_for } })
        });
        (head, cells.to_vec())
    });
    block(&mut printed, "Expire, armed for", &columns);
    for name in TASKS {
        let columns = ["dora", "somebody else"].map(|who| {
            let cells = STAGES.map(|stage| {
                let (shop, id) = order_at(stage);
                answer(shop, id, who, task(name, id))
            });
            (who, cells.to_vec())
        });
        block(&mut printed, name, &columns);
    }
    type Ask = fn(OrderId) -> Command;
    let others: [(&str, Ask); 2] = [("Replace", replace), ("Invite", |_| invite())];
    for (name, ask) in others {
        let columns = ["checkout", "somebody else"].map(|who| {
            let cells = STAGES.map(|stage| {
                let (shop, id) = order_at(stage);
                answer(shop, id, who, ask(id))
            });
            (who, cells.to_vec())
        });
        block(&mut printed, name, &columns);
    }
    golden::check("stages.txt", &printed);
}

pub(crate) fn card() -> std::sync::Arc<Card> {
    std::sync::Arc::new(Card {
        name: "gouda".into(),
        reference: Some("gouda".into()),
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

pub(crate) fn tea() -> StockRow {
    let target = LotTarget::New(article("tea"));
    let change = LotChange { value: pieces(2), ..LotChange::default() };
    StockRow { at: at("gouda"), row: LotRow { target, version: None, change } }
}

pub(crate) fn promise(quantity: i64) -> Promise {
    Promise {
        lines: vec![Line {
            article: article("tea"),
            title: "tea".into(),
            quantity: pieces(quantity),
            kept: Kept::default(),
            shortage: order::Shortage::Unsaid,
        }],
        ordered: Some(MIDNIGHT),
        reference: None,
        consumer: None,
        destination: None,
        delivery: Wanted::Ship { from: Vec::new() },
        kept: Kept::default(),
        until: Some(deadline()),
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
    }
}
