//! The account that `certus verify` keeps beside the world: what it finds, and that it finds
//! nothing where nothing is wrong.

use workflow::command::Command;
use workflow::id::{LocationId, ReservationId};
use workflow::location::{self, Shelf, ShelfEvent};
use workflow::order;
use workflow::record::{Event, Record};
use workflow::world::{Account, World};

use crate::shop::{Shop, article, pieces};
use crate::table::{card, promise, tea};

/// A shop that has sold tea, and promised some more that was cancelled.
fn shop() -> Shop {
    let mut shop = Shop::new();
    let done = |shop: &mut Shop, command| {
        let answer = shop.submit("operator", command);
        answer.result.expect("it is carried out");
        shop.records.last().expect("it makes a record").clone()
    };
    done(&mut shop, Command::OpenLocation { card: card() });
    done(&mut shop, Command::PutStocks { rows: vec![tea()] });
    let promised = done(&mut shop, Command::Promise(Box::new(promise(1))));
    let Some(Event::Order { id, .. }) = promised.events.last() else { panic!("{promised:?}") };
    let cancel = order::Command::Cancel { version: None, reason: None, unpicked: false };
    done(&mut shop, Command::Act { order: *id, action: cancel });
    let settings = shop.world.desk.tenant(&crate::shop::tenant()).settings.version;
    let promise_ttl = workflow::time::Millis::minutes(7);
    done(&mut shop, Command::Configure { version: settings, promise_ttl });
    shop
}

/// What is found when these records have made this world.
fn found(records: &[Record], world: &World) -> Vec<String> {
    let mut account = Account::of(&World::default());
    let all_follow = records.iter().all(|record| account.note(record));
    let faults = account.faults(world).into_iter();
    let mut found: Vec<String> = faults.map(|it| format!("{} {}", it.invariant, it.what)).collect();
    found.extend((!all_follow).then(|| "and no world can follow".to_owned()));
    found
}

#[track_caller]
fn begins(found: &[String], expected: &[&str]) {
    let all = found.iter().zip(expected).all(|(found, begin)| found.contains(begin));
    assert!(all && found.len() == expected.len(), "{found:#?}, not {expected:#?}");
}

/// The event at the shelf of tea, in a record of its own.
fn at_shelf(shop: &Shop, event: ShelfEvent) -> Record {
    let id: LocationId = *shop.world.locations.keys().next().expect("there is one");
    let event = location::Event::Shelf { article: article("tea"), event };
    let last = shop.records.last().expect("something happened").clone();
    Record { events: vec![Event::Location { id, event }], ..last }
}

fn shelf(shop: &mut Shop) -> &mut Shelf {
    let (_, location) = shop.world.locations.values_mut().next().expect("there is one");
    location.shelves.at(&article("tea"))
}

#[test]
fn where_nothing_is_wrong_it_finds_nothing() {
    let shop = shop();
    begins(&found(&shop.records, &shop.world), &[]);
    // The same from the middle on, as where the first records are gone.
    let mut half = World::default();
    shop.records[..3].iter().for_each(|record| half.apply(record));
    let mut account = Account::of(&half);
    assert!(shop.records[3..].iter().all(|record| account.note(record)));
    assert_eq!(account.faults(&shop.world), []);
}

/// S3: what lies there is what the journal brought, less what left.
#[test]
fn stock_that_the_journal_does_not_tell_of_is_found() {
    let mut more = shop();
    shelf(&mut more).lots[0].value = pieces(1_000);
    begins(&found(&more.records, &more.world), &["S3"]);
    let mut less = shop();
    shelf(&mut less).lots.clear();
    begins(&found(&less.records, &less.world), &["S3", "P8"]);
}

/// S3: no more leaves than was there.
#[test]
fn pieces_that_leave_and_never_came_are_found() {
    let mut shop = shop();
    let stock = shelf(&mut shop).lots[0].id;
    let reservation = ReservationId::from_bits(7);
    let units = pieces(2_000);
    let taken = at_shelf(&shop, ShelfEvent::Consumed { reservation, stock, units });
    let records = [&shop.records[..], &[taken]].concat();
    let found = found(&records, &shop.world);
    begins(&found, &["pieces leave of", "S3", "P8 lot"]);
}

/// P8: a version counts the events of its entity.
#[test]
fn a_version_that_is_not_the_number_of_events_is_found() {
    let mut order = shop();
    let (_, changed) = order.world.orders.values_mut().next().expect("there is one");
    changed.version = changed.version.next();
    begins(&found(&order.records, &order.world), &["P8 order"]);
    let mut location = shop();
    let (_, changed) = location.world.locations.values_mut().next().expect("there is one");
    changed.version = changed.version.next();
    begins(&found(&location.records, &location.world), &["P8 location"]);
}

/// P8: an event that brings its entity's version brings the next one.
#[test]
fn a_version_that_was_skipped_is_found() {
    let mut shop = shop();
    let mut lot = shelf(&mut shop).lots[0].clone();
    lot.version = lot.version.next().next();
    let put = at_shelf(&shop, ShelfEvent::Put(Box::new(lot)));
    shop.world.apply(&put);
    shop.records.push(put);
    begins(&found(&shop.records, &shop.world), &["P8 lot"]);
    let mut twice = self::shop();
    let again = twice.records.last().expect("it was configured").clone();
    twice.records.push(again);
    begins(&found(&twice.records, &twice.world), &["P8 the settings of shop is at version 2"]);
}

/// P8: what is closed never changes.
#[test]
fn a_change_of_what_is_closed_is_found() {
    let mut shop = shop();
    let cancelled = shop.records.iter().find(|record| {
        let is_end = |event: &Event| {
            matches!(event, Event::Order { event: order::Event::Cancelled { .. }, .. })
        };
        record.events.iter().any(is_end)
    });
    let again = cancelled.expect("it was cancelled").clone();
    let again = Record {
        events: again.events.into_iter().filter(|it| matches!(it, Event::Order { .. })).collect(),
        ..again
    };
    shop.records.push(again);
    let found = found(&shop.records, &shop.world);
    begins(&found, &["changes after it was closed", "and no world can follow"]);
}
