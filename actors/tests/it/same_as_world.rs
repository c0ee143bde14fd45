//! The live shard writes what the pure world writes (T3b).

use std::sync::Arc;

use actors::Random;
use smol_str::SmolStr;
use snapshots::Lsn;
use snapshots::codec;
use snapshots::disk::Real;
use snapshots::journal::{Journal, Local, Options};
use workflow::calendar::{Delay, Unit};
use workflow::command::{Command, InvitationAction, Invite, Job, OrderName, Query};
use workflow::invitation::{Which, Wish};
use workflow::limits::PROMISE_FLOOR;
use workflow::outcome::{Outcome, PickView};
use workflow::record::Record;
use workflow::settings::Policy;
use workflow::stores::Stores;
use workflow::world::World;

use crate::support::{
    BEGIN, SEED, TestShard, about, add_tea, ask, cancel, card, confirm, delivery, policy, promise,
    put_tea, tenant,
};

/// What a picker, who is a driver too, does next with what is in their list.
fn work(world: &mut World, step: i64) -> Command {
    let till = SmolStr::new_static("till");
    let mut list = |query| world.read(&tenant(), query, &Policy::default(), BEGIN);
    let picked = match list(Query::Picklist(till.clone(), Stores::ALL)) {
        Ok(Outcome::Picklist(parts)) => parts.into_iter().next(),
        other => panic!("{other:?}"),
    };
    let mut ids = |query| match list(query) {
        Ok(Outcome::Deliveries(rows)) => {
            rows.iter().map(|row| OrderName::Id(row.order.id)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let handle = |order, job| Command::Handle { order, version: None, job };
    // An order to which tea was added has two lines, and they are worked in turn.
    let line = |part: &PickView| (step / 12 % part.order.asked.lines.len() as i64) as u16;
    match (step % 6, picked) {
        (1, Some(part)) if step / 6 % 2 == 0 => {
            let held = part.order.held_at(line(&part), part.location);
            handle(OrderName::Id(part.order.id), Job::Pick(line(&part), held))
        }
        (2, Some(part)) if step / 6 % 2 == 1 => {
            handle(OrderName::Id(part.order.id), Job::Missing(line(&part)))
        }
        (3, _) => Command::ClearPicked,
        (4, _) => Command::Load { orders: ids(Query::Unrouted(2)) },
        (5, _) => match ids(Query::Route(till)).first() {
            Some(order) => handle(*order, Job::Deliver),
            None => Command::TakeNext { at: None },
        },
        _ => Command::TakeNext { at: None },
    }
}

/// F6, S6: the same commands with the same seed are the same records, played by actors or by
/// plain functions; and the fold of the journal is the world.
#[actix_rt::test]
async fn actors_and_plain_functions_write_the_same_records() {
    let mut world = World::default();
    let mut random = Random::seeded(SEED);
    let mut expected: Vec<Record> = Vec::new();
    let mut shard = TestShard::start().await;
    let mut orders = Vec::new();
    for step in 0..280_i64 {
        let command = match step {
            0 => Command::OpenLocation { card: card("gouda") },
            1 => Command::OpenLocation { card: card("edam") },
            2 | 3 => {
                let at = *world.locations.keys().nth(step as usize - 2).expect("both are open");
                put_tea(&at, 20)
            }
            100.. => mail(&mut world, step).unwrap_or_else(|| work(&mut world, step)),
            _ if step % 7 == 4 => delivery(1 + step % 2),
            _ if step % 11 == 9 => report(step),
            _ if step % 11 == 10 => claim(world.desk.tenant(&tenant()).last_number),
            _ if step % 7 == 5 => confirm(orders[orders.len() - 1]),
            _ if step % 11 == 8 => add_tea(orders[step as usize % orders.len()], step % 3),
            _ if step % 7 == 6 => cancel(orders[step as usize % orders.len()]),
            _ => promise(1 + step % 4, Some(BEGIN + PROMISE_FLOOR)),
        };
        let (records, outcome) =
            world.submit(&ask(command.clone()), &policy(), BEGIN, random.draw(BEGIN));
        expected.extend(records);
        if let Ok(Outcome::Placed(view)) = outcome {
            orders.push(view.order.id);
        }
        shard.change(command).await;
    }
    shard.stop();

    let journal = Local::open(Arc::new(Real), &shard.dir().join("journal"), Options::default());
    let mut reader = journal.unwrap().read_from(Lsn::ZERO).unwrap();
    let mut written = Vec::new();
    let mut folded = World::default();
    while let Some(entry) = reader.next().unwrap() {
        let record = codec::decode(&entry.payload).unwrap();
        folded.apply(&record);
        written.push(record);
    }
    assert!(written.len() > 40, "most commands have an effect");
    for wanted in [
        "TakeNext",
        "Pick",
        "Missing",
        "ClearPicked",
        "Load",
        "Deliver",
        "Invite",
        "ClaimMail",
        "MailDone",
    ] {
        let came = written.iter().any(|record| record.command == wanted);
        assert!(came, "{wanted} never had an effect");
    }
    assert_eq!(written, expected);
    assert_eq!(folded.hash(), world.hash());
    assert_eq!(folded.faults(), []);
}

/// What the mailer does next, every few steps: it settles what is on its way, and claims what is due.
fn mail(world: &mut World, step: i64) -> Option<Command> {
    let post = &world.desk.tenant(&tenant()).post;
    if step % 5 != 0 {
        return None;
    }
    let mut due = post.due().overdue(BEGIN).map(|(_, mail)| mail).filter(|it| it.which.is_notice());
    match post.claimed().find(|mail| mail.which.is_notice()) {
        Some(mail) => Some(about(mail, InvitationAction::Done)),
        None => due.next().map(|mail| about(mail, InvitationAction::Claim)),
    }
}

/// A report with an invitation that is due at once.
fn report(step: i64) -> Command {
    Command::Invite(Box::new(Invite {
        external_id: format!("report-{step}").into(),
        email: "jan@example.nl".into(),
        wish: Delay::of(Unit::Days, 0).map(|delay| Wish::of(delay, None)),
        ..Invite::default()
    }))
}

/// The invitation of the newest order, if it has one.
fn claim(number: u64) -> Command {
    let (order, action) = (OrderName::Number(number), InvitationAction::Claim(Which::Invitation));
    Command::Invitation { order, action }
}
