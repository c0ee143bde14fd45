//! What each event is told as, and what is never told.

use std::sync::Arc;

use serde_json::{Value, json};
use workflow::calendar::{Delay, Unit};
use workflow::id::{ArticleId, TenantId, Version};
use workflow::invitation::{Base, Invitation, Later, Schedule, Why, Wish};
use workflow::kept::Kept;
use workflow::location::{Card, Kind as Whose, Lot, LotDetails, Status};
use workflow::order::{Asked, Delivery, Handover, Hold, Line, Placed, Shortage, Stage};
use workflow::place::Place;
use workflow::quantity::Units;
use workflow::settings::Settings;
use workflow::time::{Millis, Time};

use super::*;

const AT: Time = Time(1_768_212_843_517);

fn record(events: Vec<Event>) -> Record {
    let tenant = TenantId::parse("default").unwrap();
    Record { at: AT, tenant, who: "till".into(), command: "Test".into(), events, reply: None }
}

fn order() -> OrderId {
    OrderId::of(AT, 42)
}

fn of_order(event: order::Event) -> Event {
    Event::Order { id: order(), event, number: 7 }
}

fn shop() -> LocationId {
    LocationId::of(AT, 43)
}

fn lot_id() -> StockId {
    StockId::of(AT, 44, 0)
}

fn units(count: i64) -> Units {
    Units::of_stock(count).unwrap()
}

fn secret_json() -> Kept {
    Kept::of(json!({ "street": "Hidden Lane 7", "payment_card_token": "tok_1234" }).to_string())
}

fn hold(index: u16, stock: Option<StockId>) -> Hold {
    Hold { index, line: 0, location: shop(), stock, units: units(1) }
}

/// Three pieces wanted: one held, one waiting, one without a place.
fn placed() -> order::Event {
    let article = ArticleId::parse("tea").unwrap();
    let line = Line {
        article,
        title: "Tea".into(),
        quantity: units(3),
        kept: secret_json(),
        shortage: Shortage::Unsaid,
    };
    let asked = Asked {
        lines: vec![line],
        ordered: AT,
        consumer: Some("ann@example.com".into()),
        destination: Place::of_degrees(50.9, 7.0),
        delivery: Delivery::Ship { from: Vec::new() },
        kept: secret_json(),
        handover: Some(Box::new(Handover {
            shop: None,
            secret: [0xAB; 32],
            wanted: None,
            email: Some("ann@example.com".into()),
        })),
    };
    order::Event::Placed(Box::new(Placed {
        number: 7,
        stage: Stage::Promised { until: AT + Millis::hours(1) },
        caller: "till".into(),
        reference: Some("R1".into()),
        asked: Arc::new(asked),
        holds: vec![hold(0, Some(lot_id())), hold(1, None)],
        work: None,
        report: None,
    }))
}

fn lot(version: Version) -> Box<Lot> {
    Box::new(Lot {
        id: lot_id(),
        version,
        value: units(9),
        reserved: Units::ZERO,
        received: AT,
        available_until: None,
        pickable: true,
        accessible: true,
        defective: false,
        created: AT,
        modified: AT,
        details: Some(Box::new(LotDetails { storage: Some("A1".into()), ..LotDetails::default() })),
    })
}

fn told(event: Event) -> Vec<(&'static str, String, Value)> {
    let record = record(vec![event]);
    let rows = news(&record).into_iter().map(|news| {
        let data = serde_json::to_value(news.data()).unwrap();
        (news.kind.name(), news.subject.to_string(), data)
    });
    rows.collect()
}

fn names(event: Event) -> Vec<&'static str> {
    told(event).into_iter().map(|(name, ..)| name).collect()
}

fn on_shelf(event: ShelfEvent) -> Event {
    let article = ArticleId::parse("tea").unwrap();
    Event::Location { id: shop(), event: location::Event::Shelf { article, event } }
}

#[test]
fn an_order_is_told_with_where_it_is_held_and_what_is_missing() {
    let told = told(of_order(placed()));
    let names: Vec<&str> = told.iter().map(|(name, ..)| *name).collect();
    let expected = ["order.created", "routing.routed", "routing.waiting", "routing.unroutable"];
    assert_eq!(names, expected);
    assert!(told.iter().all(|(_, subject, _)| *subject == format!("orders/{}", order())));
    let (_, _, created) = &told[0];
    assert_eq!(created["status"], "Promised");
    assert_eq!((&created["version"], &created["number"]), (&json!(1), &json!(7)));
    assert_eq!(created["validUntil"], "2026-01-12T11:14:03.517Z");
    assert_eq!(created["lines"][0]["tenantArticleId"], "tea");
    assert_eq!(told[3].2["lines"][0]["quantity"], 1);
}

/// What a sale has no place for waits if its line says so; the word is that of the stage table.
#[test]
fn what_waits_without_a_place_is_told_as_waiting() {
    let sold = |shortage, held: u16, dropped: Vec<(u16, Units)>| {
        let order::Event::Placed(mut placed) = placed() else { unreachable!("it is placed") };
        placed.stage = Stage::Confirmed { at: AT };
        Arc::make_mut(&mut placed.asked).lines[0].shortage = shortage;
        placed.holds = (0..held).map(|index| hold(index, Some(lot_id()))).collect();
        placed.work = Some(Box::new(order::Work { dropped, ..order::Work::default() }));
        told(of_order(order::Event::Placed(placed)))
    };
    let line =
        |left| json!([{ "id": order().line(0), "tenantArticleId": "tea", "quantity": left }]);
    for (shortage, held, dropped, status, expected) in [
        (Shortage::Wait, 0, 0, "Waiting", Some(("routing.waiting", 3))),
        (Shortage::Wait, 1, 0, "Confirmed", Some(("routing.waiting", 2))),
        (Shortage::Wait, 1, 1, "Confirmed", Some(("routing.waiting", 1))),
        (Shortage::Wait, 3, 0, "Confirmed", None),
        (Shortage::Unsaid, 0, 0, "Unroutable", Some(("routing.unroutable", 3))),
        (Shortage::Substitute, 1, 0, "Confirmed", Some(("routing.unroutable", 2))),
    ] {
        let told = sold(shortage, held, vec![(0, units(dropped))]);
        let case = format!("{shortage:?} {held} {dropped}");
        assert_eq!(told[0].2["status"], status, "{case}");
        let rest =
            told.iter().find(|(name, ..)| !["order.created", "routing.routed"].contains(name));
        let rest = rest.map(|(name, _, data)| (*name, data["lines"].clone()));
        assert_eq!(rest, expected.map(|(name, left)| (name, line(left))), "{case}");
    }
}

/// `data` never holds card tokens, credentials or where a customer lives.
#[test]
fn what_a_customer_wrote_is_not_told() {
    let said = format!("{:?}", told(of_order(placed())));
    for hidden in ["Hidden Lane", "tok_1234", "ann@example.com", "50.9", "kept"] {
        assert!(!said.contains(hidden), "{hidden} is in {said}");
    }
}

#[test]
fn every_event_of_an_order_has_its_name() {
    let of = |event| names(of_order(event));
    assert_eq!(of(order::Event::Confirmed { reference: None }), ["order.confirmed"]);
    assert_eq!(of(order::Event::Extended { until: AT }), ["order.extended"]);
    assert_eq!(of(order::Event::Cancelled { reason: None }), ["order.cancelled"]);
    assert_eq!(of(order::Event::Expired), ["promise.expired"]);
    let found = order::Event::Rehosted { hosts: vec![(0, Some(lot_id()))] };
    assert_eq!(of(found), ["order.modified"]);
    let lost = order::Event::Rehosted { hosts: vec![(0, None)] };
    assert_eq!(of(lost), ["order.modified", "stock.shortage"]);
    let placed = order::Event::Rerouted { holds: vec![hold(2, Some(lot_id()))] };
    assert_eq!(of(placed), ["order.modified", "routing.rerouted"]);
    let gone = order::Event::Lost { holds: vec![0, 1] };
    let expected =
        ["order.modified", "reservation.deleted", "reservation.deleted", "stock.shortage"];
    assert_eq!(of(gone), expected);
}

/// Lines that follow are told like those that the order began with.
#[test]
fn lines_that_join_an_order_are_told_with_where_they_are_held_and_what_is_missing() {
    let order::Event::Placed(first) = placed() else { unreachable!("it is placed") };
    let at = |index, location, stock| Hold { line: 4, location, ..hold(index, stock) };
    let added = |holds| {
        of_order(order::Event::LinesAdded(Box::new(order::Added {
            stage: Stage::Confirmed { at: AT },
            lines: first.asked.lines.clone(),
            holds,
            dropped: Vec::new(),
            first: 4,
        })))
    };
    let (here, there) = (at(7, shop(), Some(lot_id())), LocationId::of(AT, 99));
    let all = told(added(vec![here.clone(), at(8, shop(), None)]));
    let names = |told: &[(&'static str, String, Value)]| {
        told.iter().map(|(name, ..)| *name).collect::<Vec<_>>()
    };
    let expected = ["order.modified", "routing.routed", "routing.waiting", "routing.unroutable"];
    assert_eq!(names(&all), expected);
    assert_eq!(all[0].2["lines"][0]["id"], json!(order().line(4)));
    for data in [&all[1].2["holds"][0], &all[2].2["holds"][0]] {
        let line = (&data["lineRef"], &data["tenantArticleId"]);
        assert_eq!(line, (&json!(order().line(4)), &json!("tea")));
    }
    assert_eq!(all[3].2["lines"][0]["quantity"], 1);
    let split = told(added(vec![here, at(8, there, Some(lot_id()))]));
    assert_eq!(names(&split)[..2], ["order.modified", "routing.split"]);
    assert_eq!(names(&told(added(vec![]))), ["order.modified", "routing.unroutable"]);
}

/// What is on the shelf of no store waits; what found a place in the same record does not.
#[test]
fn pieces_that_were_not_on_the_shelf_are_told_as_waiting_unless_they_have_a_place() {
    let short = of_order(order::Event::ShortOnShelf {
        at: shop(),
        line: 0,
        taken: vec![(0, units(2)), (4, units(1))],
        rest: order::Rest::Unplaced,
    });
    let consumed = |index, units| {
        let (reservation, stock) = (order().reservation(index), lot_id());
        on_shelf(ShelfEvent::Consumed { reservation, stock, units })
    };
    let placed = |units| {
        let hold = Hold { units, ..hold(5, Some(lot_id())) };
        of_order(order::Event::Rerouted { holds: vec![hold] })
    };
    let told_of = |rest: Vec<Event>| {
        let mut events = vec![short.clone(), consumed(0, units(2)), consumed(4, units(1))];
        events.extend(rest);
        let record = record(events);
        let rows = news(&record).into_iter().filter(|it| it.order == Some(order()));
        let row = |it: News<'_>| (it.kind.name(), serde_json::to_value(it.data()).unwrap());
        rows.map(row).collect::<Vec<_>>()
    };
    let names = |rows: &[(&'static str, Value)]| rows.iter().map(|row| row.0).collect::<Vec<_>>();
    let none = told_of(vec![]);
    assert_eq!(names(&none), ["order.modified", "stock.shortage", "routing.waiting"]);
    let line = |left| json!({ "id": order().line(0), "tenantArticleId": "tea", "quantity": left });
    assert_eq!(none[2].1, json!({ "lines": [line(3)] }));
    let some = told_of(vec![placed(units(2))]);
    assert_eq!(some[2], ("routing.waiting", json!({ "lines": [line(1)] })));
    let all = told_of(vec![placed(units(3))]);
    assert_eq!(
        names(&all),
        ["order.modified", "stock.shortage", "order.modified", "routing.rerouted"]
    );
}

/// What a location that goes offline gives up is told like that; its stock is not lost.
#[test]
fn pieces_that_lose_their_location_are_told_as_waiting() {
    let holds = vec![hold(0, Some(lot_id())), hold(1, None)];
    let released =
        |index| on_shelf(ShelfEvent::Released { reservation: order().reservation(index) });
    let record = record(vec![
        of_order(order::Event::Displaced { holds }),
        released(0),
        released(1),
        of_order(order::Event::Rerouted { holds: vec![hold(2, Some(lot_id()))] }),
    ]);
    let news = news(&record);
    let names: Vec<&str> = news.iter().map(|it| it.kind.name()).collect();
    let gone = "reservation.deleted";
    let (changed, found) = ("order.modified", "routing.rerouted");
    assert_eq!(names, [changed, "routing.waiting", gone, gone, changed, found]);
    let data = serde_json::to_value(news[1].data()).unwrap();
    assert_eq!(
        (&data["lines"][0]["quantity"], data["lines"].as_array().unwrap().len()),
        (&json!(1), 1)
    );
}

fn report(invitation: Option<Invitation>) -> Box<Report> {
    Box::new(Report {
        external_id: "R1".into(),
        email: "ann@example.com".into(),
        fullname: Some("Ann Hidden".into()),
        filtercode: Some("spring".into()),
        kept: secret_json(),
        invitation,
        products: Box::default(),
    })
}

#[test]
fn an_invitation_is_told_with_its_times_and_without_its_address() {
    let id = order();
    let of = |event| told(of_order(order::Event::Invitation(event)));
    let schedule = Schedule { invitation: AT, reminder: Some(AT + Millis::hours(24)) };
    let wish = Wish::of(Delay::of(Unit::Days, 0).unwrap(), Delay::of(Unit::Days, 1));
    let times = json!({ "sendAt": "2026-01-12T10:14:03.517Z",
        "sendReminderAt": "2026-01-13T10:14:03.517Z" });
    let set = [("invitation.scheduled", format!("orders/{id}"), times.clone())];
    assert_eq!(of(invitation::Event::Scheduled { base: AT, schedule }), set);
    assert_eq!(of(invitation::Event::Changed { wish, schedule: Some(schedule) }), set);

    let known = Invitation::new(wish, Base::At(AT), Some(schedule), AT);
    let invited = told(of_order(order::Event::Invited(report(Some(known)))));
    assert_eq!((invited[0].0, &invited[0].2), ("order.modified", &json!({ "externalId": "R1" })));
    assert_eq!(invited[1..], set);
    let waits = report(Some(Invitation::new(wish, Base::Confirmed, None, AT)));
    assert_eq!(names(of_order(order::Event::Invited(waits))), ["order.modified"]);

    let sent = |mail| of(invitation::Event::MailSent { mail })[0].0;
    assert_eq!(sent(Which::Invitation), "invitation.sent");
    assert_eq!(sent(Which::Reminder), "invitation.reminder_sent");
    let mails = vec![Which::Invitation, Which::Reminder];
    let dropped = of(invitation::Event::MailDropped { mails, why: Why::OrderClosed });
    let why = json!({ "mails": ["invitation", "reminder"], "reason": "order_closed" });
    assert_eq!((dropped[0].0, &dropped[0].2), ("invitation.dropped", &why));

    let sent = of(invitation::Event::MailSent { mail: Which::OutForDelivery });
    let which = json!({ "mail": "out_for_delivery" });
    assert_eq!((sent[0].0, &sent[0].2), ("delivery.mail_sent", &which));
    let mails = vec![Which::Reminder, Which::Picked];
    let dropped = of(invitation::Event::MailDropped { mails, why: Why::OrderClosed });
    let told = |mail| json!({ "mails": [mail], "reason": "order_closed" });
    assert_eq!(dropped[0].2, told("reminder"));
    assert_eq!((dropped[1].0, &dropped[1].2), ("delivery.mail_dropped", &told("picked")));
    let said = format!("{invited:?}");
    for hidden in ["ann@example.com", "Ann Hidden", "Hidden Lane", "spring"] {
        assert!(!said.contains(hidden), "{hidden} is in {said}");
    }
}

#[test]
fn what_comes_of_nothing_yet_and_who_wants_no_mail_is_told_to_nobody() {
    let of = |event| names(of_order(order::Event::Invitation(event))).is_empty();
    let mail = Which::Invitation;
    assert!(of(invitation::Event::MailClaimed { mail }));
    assert!(of(invitation::Event::MailDue { mail: Which::Picked }));
    assert!(of(invitation::Event::MailMoved { mail, next: AT, why: Later::Deferred }));
    assert!(names(Event::Suppressed { address: "ann@example.com".into() }).is_empty());
    assert!(names(Event::Unsuppressed { address: "ann@example.com".into() }).is_empty());
}

#[test]
fn what_lies_at_a_location_is_told_with_its_numbers() {
    let [(name, subject, data)] = &told(on_shelf(ShelfEvent::Put(lot(Version::FIRST))))[..] else {
        panic!("a lot is one piece of news");
    };
    assert_eq!((*name, subject), ("stock.created", &format!("stocks/{}", lot_id())));
    assert_eq!((&data["value"], &data["locationRef"]), (&json!(9), &json!("A1")));
    assert_eq!(data["facilityRef"], shop().to_string());
    assert_eq!(names(on_shelf(ShelfEvent::Put(lot(Version(2))))), ["stock.changed"]);
    assert_eq!(names(on_shelf(ShelfEvent::Removed { stock: lot_id() })), ["stock.deleted"]);
    assert_eq!(names(on_shelf(ShelfEvent::Kept { safety: units(2) })), ["safetystock.changed"]);
    let reservation = order().reservation(0);
    let (stock, units) = (Some(lot_id()), units(2));
    let reserved = told(on_shelf(ShelfEvent::Reserved { reservation, stock, units }));
    assert_eq!(reserved[0].0, "reservation.created");
    assert_eq!(reserved[0].2["quantity"], 2);
    assert_eq!(reserved[0].2["orderRef"], order().to_string());
    assert_eq!(names(on_shelf(ShelfEvent::Released { reservation })), ["reservation.deleted"]);
    let to = StockId::of(AT, 45, 0);
    let moved = told(on_shelf(ShelfEvent::Moved { from: lot_id(), to, units }));
    let data = json!({ "facilityRef": shop(), "tenantArticleId": "tea", "quantity": 2,
        "fromStockRef": lot_id() });
    assert_eq!(moved, [("stock.moved", format!("stocks/{to}"), data)]);
    let moved = ShelfEvent::Rehosted { reservation, stock: None };
    assert_eq!(names(on_shelf(moved)), ["reservation.changed"]);
}

#[test]
fn locations_and_settings_are_told() {
    let card = Arc::new(Card {
        name: "Köln".into(),
        reference: Some("k1".into()),
        status: Status::Suspended,
        kind: Whose::Managed,
        ships: true,
        serves_pickup: true,
        place: None,
        kept: secret_json(),
        zone: None,
        postal_code: None,
    });
    let at = |event| Event::Location { id: shop(), event };
    let opened = told(at(location::Event::Opened(card.clone())));
    assert_eq!(opened[0].0, "location.created");
    let known = json!({ "name": "Köln", "tenantFacilityId": "k1", "status": "SUSPENDED",
        "type": "MANAGED_FACILITY" });
    assert_eq!(opened[0].2, known);
    assert_eq!(names(at(location::Event::Changed(card))), ["location.changed"]);
    assert_eq!(names(at(location::Event::Closed)), ["location.deleted"]);
    for (status, name) in [
        (Status::Online, "location.online"),
        (Status::Suspended, "location.suspended"),
        (Status::Offline, "location.offline"),
    ] {
        assert_eq!(names(at(location::Event::Turned { status })), [name]);
    }
    assert_eq!(names(Event::Configured(Settings::default())), ["settings.changed"]);
}

/// Decision D15: two histories never share an id.
#[test]
fn an_id_names_the_place_and_the_history() {
    assert_eq!(event_id(1, 88_123, 0), "evt_88123_0");
    assert_eq!(event_id(2, 88_123, 1), "evt_2-88123_1");
}

/// A reader of the feed knows an order's version: what is told of its mails does not count.
#[test]
fn an_orders_version_is_how_many_of_its_events_count() {
    let mail = order::Event::Invitation;
    let (picked, out) = (Which::Picked, Which::OutForDelivery);
    let life = [
        order::Event::Extended { until: AT + Millis::hours(2) },
        order::Event::Confirmed { reference: None },
        mail(invitation::Event::MailDue { mail: picked }),
        mail(invitation::Event::MailClaimed { mail: picked }),
        mail(invitation::Event::MailSent { mail: picked }),
        order::Event::Rerouted { holds: vec![hold(2, None)] },
        mail(invitation::Event::MailDue { mail: out }),
        mail(invitation::Event::MailDropped { mails: vec![out], why: Why::OrderClosed }),
        order::Event::Cancelled { reason: None },
    ];
    let order::Event::Placed(placed) = placed() else { panic!("it is placed") };
    let mut order = order::place(order(), &placed, AT);
    let mut told = names(of_order(order::Event::Placed(placed)));
    for event in life {
        order::apply(&mut order, &event, AT);
        told.extend(names(of_order(event)));
    }
    let of_mails = ["delivery.mail_sent", "delivery.mail_dropped"];
    assert!(of_mails.iter().all(|name| told.contains(name)), "{told:?}");
    let counts = ["order.", "promise.", "delivery."];
    let counts = |name: &&str| counts.iter().any(|begin| name.starts_with(begin));
    let events = told.into_iter().filter(|name| counts(name) && !of_mails.contains(name)).count();
    assert_eq!(order.version, Version(events.try_into().unwrap()));
}
