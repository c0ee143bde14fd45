//! A record of every kind of event, with every field that can be filled filled.

use std::sync::Arc;

use workflow::address::Address;
use workflow::calendar::{Delay, Unit};
use workflow::id::{
    ArticleId, KeyId, LocationId, OrderId, StockId, SubscriptionId, TenantId, Version,
};
use workflow::invitation::{
    self, Base, Event as InvitationEvent, Fact, Invitation, Later, Mail, Report, Schedule, Which,
    Why,
};
use workflow::kept::Kept;
use workflow::keyring::{self, Digest, Key};
use workflow::location::{
    self, Card, Kind, Listing, Lot, LotDetails, OutOfStock, SafetyStock, ShelfEvent, Status,
};
use workflow::order::{
    self, Added, Asked, Delivery, Found, Handover, Hold, Line, Notice, Part, Placed, Rest,
    Shipment, Shortage, Stage, Step, Substitution, Window, Work,
};
use workflow::permission::Permissions;
use workflow::place::Place;
use workflow::quantity::Units;
use workflow::record::{Event, Owner, Record};
use workflow::reply::{Fingerprint, Reply, ReplyKey, StoredReply};
use workflow::settings::Settings;
use workflow::stores::Stores;
use workflow::subscription::{self, Context, Encoding, Secret, Subscription, Wish};
use workflow::time::{Millis, Time};

const AT: Time = Time(1_768_212_843_517);

/// The samples, by the names of their files.
pub(crate) fn records() -> Vec<(&'static str, Record)> {
    let mut records = orders();
    records.extend(invitations());
    records.extend(locations());
    records.extend(shelves());
    let settings =
        Settings { version: Version(3), modified: AT, promise_ttl: Some(Millis::minutes(15)) };
    let article = ArticleId::parse("tea-2").unwrap();
    let everywhere = Event::Secured { article: article.clone(), safety: safety() };
    records.push(("secured-everywhere", record(vec![everywhere])));
    records.push(("unsecured-everywhere", record(vec![Event::Unsecured { article }])));
    records.push(("configured", record(vec![Event::Configured(settings)])));
    let address = "jan@example.nl".into();
    records.push(("suppressed", record(vec![Event::Suppressed { address }])));
    let address = "jan@example.nl".into();
    records.push(("unsuppressed", record(vec![Event::Unsuppressed { address }])));
    records.extend(keys());
    let id = SubscriptionId::of(AT, 45);
    let mut subscribed = record(vec![Event::Subscribed(Arc::new(subscription(id)))]);
    subscribed.reply = Some((Owner::Subscription(id), reply()));
    records.push(("subscribed", subscribed));
    records.push(("unsubscribed", record(vec![Event::Unsubscribed { id }])));
    let place = Place::of_degrees(50.9, 7.0).unwrap();
    let country = Some("DE".into());
    let address = Address { number: 88_120, version: Version(2), modified: AT, place, country };
    records.push(("addressed", record(vec![Event::Addressed(address)])));
    let of = |event| record(vec![Event::Subscription { id, event }]);
    records.push(("subscription-paused", of(subscription::Event::Paused)));
    records.push(("subscription-resumed", of(subscription::Event::Resumed)));
    let rotated =
        subscription::Event::Rotated { secret: Secret([8; 32]), until: AT + Millis::hours(24) };
    records.push(("subscription-rotated", of(rotated)));
    records.push(("subscription-replayed", of(subscription::Event::Replayed { after: 41 })));
    records
}

fn orders() -> Vec<(&'static str, Record)> {
    let at = |event| record(vec![Event::Order { id: order(), event, number: 4711 }]);
    let placed = |stage, delivery| order::Event::Placed(Box::new(placed(stage, delivery)));
    let until = AT + Millis::hours(8);
    let ship = Delivery::Ship { from: vec![location()] };
    let mut promised = at(placed(Stage::Promised { until }, ship));
    promised.reply = Some((Owner::Order(order()), reply()));
    let collect = Delivery::Collect { at: location() };
    let reason = Some("too late".into());
    let window = Window { start: AT, length: Millis::hours(2) };
    let lines = vec![(1, units(2)), (300, units(1))];
    let shipment = Box::new(Shipment { lines, window: Some(window) });
    let kept = Kept::of(r#"{"source":"web"}"#.into());
    let short = |rest| {
        let taken = vec![(7, units(1)), (300, units(2))];
        at(order::Event::ShortOnShelf { at: location(), line: 1, taken, rest })
    };
    vec![
        ("promised", promised),
        ("sold", at(placed(Stage::Confirmed { at: AT }, collect))),
        ("confirmed", at(order::Event::Confirmed { reference: Some("shop-4711".into()) })),
        ("extended", at(order::Event::Extended { until })),
        ("cancelled", at(order::Event::Cancelled { reason })),
        ("expired", at(order::Event::Expired)),
        ("rehosted", at(order::Event::Rehosted { hosts: vec![(0, Some(stock())), (1, None)] })),
        ("lost", at(order::Event::Lost { holds: vec![0, 300] })),
        ("taken", at(order::Event::Taken { at: location(), picker: "pia".into() })),
        ("shared", at(order::Event::Shared { picker: "pia".into(), with: "emil".into() })),
        ("picked", at(order::Event::Picked { at: location(), line: 1, units: units(2) })),
        ("short_on_shelf", short(Rest::Waits(301))),
        ("short_and_open", short(Rest::Open)),
        ("short_and_dropped", short(Rest::Dropped)),
        ("short_and_unplaced", short(Rest::Unplaced)),
        ("substituted", at(order::Event::Substituted(Box::new(substitution())))),
        ("staged", at(order::Event::Staged { picker: "pia".into() })),
        ("shipped", at(order::Event::Shipped { driver: "dirk".into(), shipment })),
        ("neared", at(order::Event::Neared { driver: "dirk".into() })),
        ("arrived", at(order::Event::Arrived { driver: "dirk".into() })),
        ("delivered", at(order::Event::Delivered)),
        ("scheduled", at(order::Event::Scheduled { window })),
        ("reflagged", at(order::Event::Reflagged { shortage: Some(Shortage::Critical), kept })),
        ("received", at(placed(Stage::Received, Delivery::Ship { from: Vec::new() }))),
        ("lines-added", at(order::Event::LinesAdded(Box::new(added())))),
        ("rerouted", at(order::Event::Rerouted { holds: added().holds })),
        ("displaced", at(order::Event::Displaced { holds: added().holds })),
        ("locked", at(placed(Stage::Locked, Delivery::Ship { from: vec![location()] }))),
        ("unlocked", at(order::Event::Unlocked { window: Some(window) })),
        ("transferred", at(order::Event::Transferred { released: 300, holds: added().holds })),
    ]
}

fn invitations() -> Vec<(&'static str, Record)> {
    use Which::{Invitation, Reminder};
    let at = |event| record(vec![Event::Order { id: order(), event, number: 4711 }]);
    let about = |event| at(order::Event::Invitation(event));
    let next = AT + Millis::hours(1);
    let schedule = Schedule { invitation: AT, reminder: Some(AT + Millis::hours(24)) };
    let wish = wish(Unit::Weekdays, Unit::Hours);
    let mut received = placed(Stage::Received, Delivery::Ship { from: Vec::new() });
    received.report = Some(Box::new(report()));
    let moved = |why| about(InvitationEvent::MailMoved { mail: Invitation, next, why });
    let dropped = |mails, why| about(InvitationEvent::MailDropped { mails, why });
    vec![
        ("reported", at(order::Event::Placed(Box::new(received)))),
        ("invited", at(order::Event::Invited(Box::new(report())))),
        ("mails-scheduled", about(InvitationEvent::Scheduled { base: AT, schedule })),
        ("mails-changed", about(InvitationEvent::Changed { wish, schedule: Some(schedule) })),
        ("mail-claimed", about(InvitationEvent::MailClaimed { mail: Reminder })),
        ("mail-sent", about(InvitationEvent::MailSent { mail: Invitation })),
        ("mail-unreachable", moved(Later::Unreachable)),
        ("mail-deferred", moved(Later::Deferred)),
        ("mail-quiet", moved(Later::Quiet)),
        ("mail-capped", moved(Later::Capped)),
        ("mails-removed", dropped(vec![Invitation, Reminder], Why::Removed)),
        ("mails-closed", dropped(vec![Reminder], Why::OrderClosed)),
        ("mail-suppressed", dropped(vec![Invitation], Why::Suppressed)),
        ("mail-rejected", dropped(vec![Invitation], Why::Rejected)),
        ("mail-given-up", dropped(vec![Invitation], Why::GivenUp)),
        ("mail-due", about(InvitationEvent::MailDue { mail: Which::Picked })),
        ("mail-outdated", dropped(vec![Which::OutForDelivery], Why::Outdated)),
    ]
}

fn wish(delay: Unit, reminder: Unit) -> invitation::Wish {
    invitation::Wish::of(Delay::of(delay, 3).unwrap(), Delay::of(reminder, 191))
}

fn report() -> Report {
    let wish = wish(Unit::Days, Unit::Minutes);
    Report {
        external_id: "08b747cb-e20a-4644-9900-7db115e2f249".into(),
        email: "appleseed@example.com".into(),
        fullname: Some("John Appleseed".into()),
        filtercode: Some("filtercode1234".into()),
        kept: Kept::of(r#"{"products":[]}"#.into()),
        invitation: Some(Invitation::new(wish, Base::Confirmed, None, AT)),
        products: ["tea-2", "tea-3"].map(|it| ArticleId::parse(it).unwrap()).into(),
    }
}

fn locations() -> Vec<(&'static str, Record)> {
    let at = |event| {
        let id = location();
        record(vec![Event::Location { id, event }])
    };
    let mut opened = at(location::Event::Opened(card()));
    opened.reply = Some((Owner::Location(location()), reply()));
    vec![
        ("opened", opened),
        ("changed", at(location::Event::Changed(card()))),
        ("closed", at(location::Event::Closed)),
        ("turned", at(location::Event::Turned { status: Status::Suspended })),
    ]
}

fn shelves() -> Vec<(&'static str, Record)> {
    let at = |event| {
        let article = ArticleId::parse("tea-2").unwrap();
        let event = location::Event::Shelf { article, event };
        let id = location();
        record(vec![Event::Location { id, event }])
    };
    let reservation = order().reservation(7);
    let units = Units::of_stock(3).unwrap();
    vec![
        ("put", at(ShelfEvent::Put(Box::new(lot())))),
        ("removed", at(ShelfEvent::Removed { stock: stock() })),
        ("listed", at(ShelfEvent::Listed(Box::new(listing())))),
        ("kept", at(ShelfEvent::Kept { safety: units })),
        ("reserved", at(ShelfEvent::Reserved { reservation, stock: Some(stock()), units })),
        ("released", at(ShelfEvent::Released { reservation })),
        ("waits", at(ShelfEvent::Rehosted { reservation, stock: None })),
        ("consumed", at(ShelfEvent::Consumed { reservation, stock: stock(), units })),
        ("sold_out", at(ShelfEvent::SoldOut)),
        ("unlisted", at(ShelfEvent::Unlisted)),
        ("secured", at(ShelfEvent::Secured(Box::new(safety())))),
        ("unsecured", at(ShelfEvent::Unsecured { stock: stock(), safety: units })),
        ("moved", at(ShelfEvent::Moved { from: stock(), to: stock(), units })),
    ]
}

fn keys() -> Vec<(&'static str, Record)> {
    let at = |event| record(vec![Event::Keyring(event)]);
    let id = KeyId::of(AT, 45);
    let key = Key {
        id,
        name: "till 9".into(),
        permissions: Permissions::ORDINARY,
        digest: Digest(*b"0123456789abcdef0123456789abcdef"),
        made: AT,
        expires: Some(AT + Millis::hours(24)),
        revoked: None,
        stores: Stores::parse(&["9781", "9782"]).unwrap(),
    };
    vec![
        ("key_made", at(keyring::Event::Made(Box::new(key)))),
        ("key_revoked", at(keyring::Event::Revoked { id })),
        ("key_forgotten", at(keyring::Event::Forgotten { id })),
    ]
}

fn units(count: i64) -> Units {
    Units::of_stock(count).unwrap()
}

fn part() -> Part {
    Part {
        location: location(),
        step: Step::Near,
        pickers: vec!["pia".into(), "emil".into()],
        driver: Some("dirk".into()),
        found: vec![Found { line: 1, picked: units(2), missing: units(1) }],
    }
}

fn substitution() -> Substitution {
    let placed = placed(Stage::Confirmed { at: AT }, Delivery::Ship { from: vec![] });
    Substitution {
        line: 1,
        units: units(3),
        released: vec![301],
        by: 2,
        new: placed.asked.lines.first().cloned(),
        holds: placed.holds,
    }
}

fn record(events: Vec<Event>) -> Record {
    Record {
        at: AT,
        tenant: TenantId::parse("acme").unwrap(),
        who: "checkout".into(),
        command: "Sample".into(),
        events,
        reply: None,
    }
}

fn subscription(id: SubscriptionId) -> Subscription {
    let wish = Wish {
        name: "checkout".into(),
        event: "ORDER_CREATED".into(),
        url: "https://shop.example.com/hooks".into(),
        headers: vec![("Authorization".into(), Secret("Basic dXNlcjpwYXNz".into()))],
        encoding: Encoding::Standard,
        contexts: vec![
            Context::Locations(vec!["k1".into()]),
            Context::Groups(vec!["north".into()]),
        ],
        secret: Secret([7; 32]),
        also: vec!["stock.created".into()],
        after: Some(41),
    };
    Subscription::new(id, wish, AT)
}

fn order() -> OrderId {
    OrderId::of(AT, 42)
}

fn location() -> LocationId {
    LocationId::of(AT, 43)
}

fn stock() -> StockId {
    StockId::of(AT, 44, 2)
}

fn reply() -> Arc<StoredReply> {
    Arc::new(StoredReply {
        key: ReplyKey {
            caller: "checkout".into(),
            operation: "promises.create".into(),
            key: "8e03978e-40d5-43e8-bc93-6894a57f9324".into(),
        },
        fingerprint: Fingerprint(*b"0123456789abcdef"),
        reply: Reply {
            status: 201,
            headers: vec![("etag".into(), "\"1\"".into())],
            body: r#"{"id":"größer"}"#.into(),
        },
    })
}

fn placed(stage: Stage, delivery: Delivery) -> Placed {
    let line = |article: &str, quantity| Line {
        article: ArticleId::parse(article).unwrap(),
        title: "Tea, two pounds of it".into(),
        quantity: Units::of_line(quantity).unwrap(),
        kept: Kept::of(r#"{"gift":true}"#.into()),
        shortage: Shortage::Skip,
    };
    let hold = |index, line, stock| Hold {
        index,
        line,
        location: location(),
        stock,
        units: Units::of_line(2).unwrap(),
    };
    let sent = Mail { due: Some(AT), next: Some(AT), tries: 1, fact: Fact::Sent { at: AT } };
    Placed {
        number: 4711,
        stage,
        caller: "checkout".into(),
        reference: Some("shop-4710".into()),
        asked: Arc::new(Asked {
            lines: vec![line("tea-2", 2), line("a name of more than 22 bytes", 1000)],
            ordered: Time(AT.0 - 1),
            consumer: Some("customer-1".into()),
            destination: Place::of_degrees(50.94, -6.96),
            delivery,
            kept: Kept::of(r#"{"source":"web"}"#.into()),
            handover: Some(Box::new(Handover {
                shop: Some("205697".into()),
                secret: *b"0123456789abcdef0123456789abcdef",
                wanted: Some(AT),
                email: Some("jan@example.nl".into()),
            })),
        }),
        holds: vec![hold(0, 0, Some(stock())), hold(1, 1, None)],
        work: Some(Box::new(Work {
            window: Some(Window { start: AT, length: Millis::hours(2) }),
            dropped: vec![(1, Units::of_line(998).unwrap())],
            parts: vec![part()],
            replaced: vec![(0, 1)],
            notices: vec![Notice { which: Which::Picked, count: 2, mail: sent }],
            displaced: vec![1],
        })),
        report: None,
    }
}

fn added() -> Added {
    let Placed { asked, holds, .. } = placed(Stage::Received, Delivery::Ship { from: Vec::new() });
    Added {
        stage: Stage::Confirmed { at: AT },
        lines: asked.lines.clone(),
        holds,
        dropped: vec![(2, units(1))],
        first: 300,
    }
}

fn card() -> Arc<Card> {
    Arc::new(Card {
        name: "Köln".into(),
        reference: Some("gouda".into()),
        status: Status::Suspended,
        kind: Kind::Supplier,
        ships: true,
        serves_pickup: false,
        postal_code: Some("51063".into()),
        place: Place::of_degrees(-50.94, 6.96),
        kept: Kept::default(),
        zone: Some("Europe/Amsterdam".into()),
    })
}

fn lot() -> Lot {
    Lot {
        id: stock(),
        version: Version(300),
        value: Units::of_stock(i64::from(i32::MAX)).unwrap(),
        reserved: Units::ZERO,
        received: AT,
        available_until: Some(AT + Millis::hours(24)),
        pickable: true,
        accessible: true,
        defective: false,
        created: AT,
        modified: AT,
        details: Some(Box::new(LotDetails {
            reference: Some("pallet 9".into()),
            storage: Some("A-01".into()),
            kept: [("properties".into(), Kept::of(r#"{"scan":"x"}"#.into()))].into(),
        })),
    }
}

fn safety() -> SafetyStock {
    let units = Units::of_stock(300).unwrap();
    SafetyStock { id: stock(), version: Version(2), created: AT, modified: AT, units }
}

fn listing() -> Listing {
    Listing {
        id: stock(),
        version: Version::FIRST,
        created: AT,
        modified: AT,
        title: Some("Tea".into()),
        active: true,
        out_of_stock: OutOfStock::PreorderAndRestock { from: AT, days: 3 },
        codes: vec!["4006381333931".into()],
        kept: Kept::default(),
    }
}
