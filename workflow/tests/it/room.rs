//! What one record holds: whoever asks for more is refused before anything is done.

use std::sync::Arc;

use workflow::command::{Command, MoreLines, Promise, StockRow};
use workflow::id::{ArticleId, StockId, Version};
use workflow::kept::Kept;
use workflow::limits::{
    DISPLACED_PER_COMMAND_MAX, EVENTS_BYTES_MAX, LOTS_PER_SHELF_MAX, MOVED_BYTES_MAX,
    MOVED_EVENT_BYTES, REHOSTED_BYTES_MAX,
};
use workflow::location::{self, Card, LotTarget, Status};
use workflow::order::{self, Line};
use workflow::outcome::Outcome;
use workflow::record::{Event, Record};
use workflow::refusal::Refusal;

use crate::shop::{Answer, Shop, article, at, pieces};
use crate::table::{card, promise, tea};

const CANCEL: order::Command =
    order::Command::Cancel { version: None, reason: None, unpicked: false };

fn shop() -> Shop {
    let mut shop = Shop::new();
    done(shop.submit("operator", Command::OpenLocation { card: card() }));
    shop
}

#[track_caller]
fn done(answer: Answer) -> Outcome {
    answer.result.expect("it is carried out")
}

/// So many lots of so many pieces of an article.
fn lots(article: &ArticleId, count: usize, value: i64) -> Vec<StockRow> {
    let mut row = tea();
    (row.at, row.row.target) = (at("gouda"), LotTarget::New(article.clone()));
    (row.row.change.value, row.row.change.reference) = (pieces(value), None);
    vec![row; count]
}

/// An article whose name is as long as may be.
fn long_name(number: usize) -> ArticleId {
    let name = format!("{number:250}").replace(' ', "a");
    ArticleId::parse(&name).expect("it has 250 characters")
}

fn order_of(article: &ArticleId, quantity: i64) -> Promise {
    let mut promise = promise(quantity);
    promise.lines[0].article = article.clone();
    promise.backorders = true;
    promise
}

/// The bytes of what locations did in the last record.
fn bytes(shop: &Shop, counts: impl Fn(&location::Event) -> bool) -> usize {
    let events = shop.records.last().expect("something happened").events.iter();
    let at_locations = events.filter_map(|event| match event {
        Event::Location { event, .. } => Some(event),
        _ => None,
    });
    at_locations.filter(|event| counts(event)).map(location::Event::bytes_max).sum()
}

/// A row that says little changes all that its lot keeps.
#[test]
fn lots_that_keep_much_are_not_changed_all_at_once() {
    let mut shop = shop();
    let mut ids: Vec<StockId> = Vec::new();
    for number in 0..5 {
        let mut rows = lots(&article(&format!("a{number}")), 1, 1);
        let kept = Kept::of(format!("{{\"a\":\"{}\"}}", "x".repeat(900_000)));
        rows[0].row.change.kept.insert("properties".into(), kept);
        let Outcome::Stocks { rows, .. } = done(shop.submit("till", Command::PutStocks { rows }))
        else {
            panic!("stocks are answered with stocks")
        };
        ids.push(rows[0].1.lot.id);
    }
    let change = |ids: &[StockId]| {
        let row = |id: &StockId| {
            let mut row = lots(&article("any"), 1, 2).remove(0);
            row.row.target = LotTarget::Existing(*id);
            row
        };
        Command::PutStocks { rows: ids.iter().map(row).collect() }
    };
    let refused = shop.submit("till", change(&ids)).result;
    assert!(matches!(refused, Err(Refusal::TooMuchAtOnce)), "{refused:?}");
    done(shop.submit("till", change(&ids[..3])));
    assert!(bytes(&shop, |_| true) > EVENTS_BYTES_MAX / 2);
}

/// An order gets no more reservations, line by line, than can be freed in one record.
#[test]
fn an_order_holds_no_more_than_one_record_can_free() {
    let mut shop = shop();
    let per_line = LOTS_PER_SHELF_MAX * (250 + MOVED_EVENT_BYTES);
    let fitting = MOVED_BYTES_MAX / per_line;
    for number in 0..=fitting {
        let rows = lots(&long_name(number), LOTS_PER_SHELF_MAX, 1);
        done(shop.submit("till", Command::PutStocks { rows }));
    }
    let whole = LOTS_PER_SHELF_MAX as i64;
    let first = Command::Promise(Box::new(order_of(&long_name(0), whole)));
    let Outcome::Placed(placed) = done(shop.submit("till", first)) else { panic!("it is placed") };
    let order = placed.order.id;
    for number in 1..=fitting {
        let line =
            Line { article: long_name(number), ..order_of(&long_name(0), whole).lines[0].clone() };
        let more = MoreLines { order, version: None, lines: vec![line], backorders: true };
        let result = shop.submit("till", Command::AddLines(Box::new(more))).result;
        match number < fitting {
            true => assert!(result.is_ok(), "{number}: {result:?}"),
            false => assert!(matches!(result, Err(Refusal::TooMuchAtOnce)), "{result:?}"),
        }
    }
    done(shop.submit("till", Command::Act { order, action: CANCEL }));
    let freed = bytes(&shop, |_| true);
    assert!((MOVED_BYTES_MAX - per_line..=MOVED_BYTES_MAX).contains(&freed), "{freed}");
}

/// What gives way frees lots, each of which is a reservation of the new promise.
#[test]
fn a_promise_in_place_of_another_fits_with_what_that_frees() {
    let mut shop = shop();
    let names: Vec<ArticleId> = (0..10)
        .map(|number| {
            ArticleId::parse(&format!("{number}{}", "😀".repeat(249)))
                .expect("it has 250 characters")
        })
        .collect();
    let whole = LOTS_PER_SHELF_MAX as i64;
    for name in &names {
        done(shop.submit("till", Command::PutStocks { rows: lots(name, LOTS_PER_SHELF_MAX, 1) }));
    }
    let mut all = order_of(&names[0], whole);
    let first = all.lines[0].clone();
    let line = |name: &ArticleId| Line { article: name.clone(), ..first.clone() };
    for (lines, fits) in [(6, true), (8, false)] {
        all.lines = names[..lines].iter().map(line).collect();
        let first = Command::Promise(Box::new(all.clone()));
        let Outcome::Placed(placed) = done(shop.submit("till", first)) else { panic!("placed") };
        let id = placed.order.id;
        let other = Promise { replaces: Some(id), ..all.clone() };
        let left = match shop.submit("till", Command::Promise(Box::new(other))).result {
            Ok(Outcome::Placed(other)) => {
                assert!(fits, "{lines} lines");
                assert!(bytes(&shop, |_| true) <= EVENTS_BYTES_MAX);
                other.order.id
            }
            Err(Refusal::TooMuchAtOnce) => {
                assert!(!fits, "{lines} lines");
                id
            }
            _ => panic!("it is placed or too much"),
        };
        done(shop.submit("till", Command::Act { order: left, action: CANCEL }));
    }
}

/// S2: a location that goes offline gives away so many orders with the record that says so; the
/// others follow by themselves, a record for each so many.
#[test]
fn a_location_that_goes_offline_gives_its_work_away_in_steps() {
    let mut shop = shop();
    let orders = 2 * DISPLACED_PER_COMMAND_MAX + 1;
    let tea = article("tea");
    done(shop.submit("till", Command::PutStocks { rows: lots(&tea, 1, orders as i64) }));
    for _ in 0..orders {
        let sold = Promise { sold: true, ..order_of(&tea, 1) };
        done(shop.submit("till", Command::Promise(Box::new(sold))));
    }
    let offline = Arc::new(Card { status: Status::Offline, ..(*card()).clone() });
    let change =
        Command::ChangeLocation { at: at("gouda"), version: Version::FIRST, card: offline };
    let answer = shop.submit("operator", change);
    let moved = |record: &Record| {
        let displaced = |event: &&Event| {
            matches!(event, Event::Order { event: order::Event::Displaced { .. }, .. })
        };
        record.events.iter().filter(displaced).count()
    };
    let records: Vec<_> =
        answer.records(&shop).iter().map(|it| (it.command.clone(), moved(it))).collect();
    let step = DISPLACED_PER_COMMAND_MAX;
    let expected = [("ChangeLocation", step), ("Vacate", step), ("Vacate", 1)];
    assert_eq!(records, expected.map(|(name, orders)| (name.into(), orders)));
    assert!(shop.world.orders.values().all(|(_, order)| order.holds.is_empty()));
}

/// Of those who wait as many find stock at once as the record has room for; the others do with
/// the next change there.
#[test]
fn who_waits_finds_stock_as_long_as_the_record_has_room() {
    let mut shop = shop();
    let article = long_name(0);
    let fitting = REHOSTED_BYTES_MAX.div_ceil(250 + MOVED_EVENT_BYTES);
    let waiting = fitting + 3;
    done(shop.submit("till", Command::PutStocks { rows: lots(&article, 1, waiting as i64) }));
    let first = Command::Promise(Box::new(order_of(&article, waiting as i64)));
    let Outcome::Placed(placed) = done(shop.submit("till", first)) else { panic!("it is placed") };
    for _ in 0..waiting {
        let mut one = order_of(&article, 1);
        one.sold = true;
        done(shop.submit("till", Command::Promise(Box::new(one))));
    }
    let found = |shop: &Shop| {
        let each = 250 + MOVED_EVENT_BYTES;
        let is_found = |event: &location::Event| {
            matches!(
                event,
                location::Event::Shelf {
                    event: location::ShelfEvent::Rehosted { stock: Some(_), .. },
                    ..
                }
            )
        };
        bytes(shop, is_found) / each
    };
    done(shop.submit("till", Command::Act { order: placed.order.id, action: CANCEL }));
    assert_eq!(found(&shop), fitting);
    done(shop.submit("till", Command::PutStocks { rows: lots(&article, 1, 1) }));
    assert_eq!(found(&shop), 3);
}
