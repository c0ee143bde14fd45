//! From the words of a script to the core's commands.

use std::sync::Arc;

use smol_str::SmolStr;
use workflow::calendar::Day;
use workflow::command::{
    Command, Days, Job, LocationRef, Lots, MoreLines, OrderName, Promise, Query, Transfer,
};
use workflow::command::{Page, SafetyAsk, SafetyFilter, SummaryFilter};
use workflow::command::{StockRow, Wanted};
use workflow::id::{OrderId, StockId, Version};
use workflow::kept::Kept;
use workflow::location::{self, Card, Kind, ListingRow, Listings, LotChange, LotRow, LotTarget};
use workflow::location::{OutOfStock, Status};
use workflow::order::{self, Handover, Line, Shortage};
use workflow::place::Place;
use workflow::quantity::Units;
use workflow::stores::Stores;
use workflow::time::{Millis, Time};

use super::{Script, Todo};
use crate::shop::{MIDNIGHT, article, at, pieces};

/// What a verb is said about: `subject: body, key value, key value`.
pub(super) struct Said<'a> {
    pub(super) subject: &'a str,
    pub(super) body: &'a str,
    pub(super) options: Vec<(&'a str, &'a str)>,
}

impl<'a> Said<'a> {
    fn of(text: &'a str) -> Said<'a> {
        let mut parts = text.split(", ");
        let head = parts.next().unwrap_or_default();
        let (subject, body) = head.split_once(": ").unwrap_or((head, ""));
        let options = parts.map(|part| part.split_once(' ').unwrap_or((part, ""))).collect();
        Said { subject, body, options }
    }

    /// The same, of options only: `key value, key value`.
    fn of_options(text: &'a str) -> Said<'a> {
        let said = Said::of(text);
        let (subject, body) = said.subject.split_once(' ').expect("a setting and its value");
        Said { subject, body, ..said }
    }

    fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a str> {
        self.options.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    fn time(&self, key: &str) -> Option<Time> {
        self.value(key).map(|text| MIDNIGHT + clock(text))
    }

    pub(super) fn version(&self) -> Option<Version> {
        self.value("version").map(|text| Version(text.parse().expect("a version")))
    }

    /// A word that is not understood is a mistake in the script.
    fn knows(self, keys: &[&str]) -> Said<'a> {
        for (key, _) in &self.options {
            assert!(keys.contains(key), "{key} is none of {keys:?}");
        }
        self
    }
}

/// `09:15:00.000` as the time since midnight.
pub(super) fn clock(text: &str) -> Millis {
    let numbers: Vec<u64> =
        text.split([':', '.']).map(|part| part.parse().expect("hours:minutes:seconds")).collect();
    let [hours, minutes, seconds, millis] = numbers[..] else { panic!("not a time: {text}") };
    Millis(((hours * 60 + minutes) * 60 + seconds) * 1_000 + millis)
}

impl Script {
    pub(super) fn todo(&mut self, verb: &str, rest: &str) -> Todo {
        let command = match verb {
            "due" => return Todo::Sweep,
            "policy" | "rules" => return self.set(verb, &Said::of_options(rest)),
            "stores" => return self.set(verb, &Said::of(rest)),
            "report" => return Script::report(&Said::of(rest)),
            "claim" | "done" | "failed" => return self.mail(verb, &Said::of(rest)),
            "ask" | "uninvite" => return self.invitation(verb, &Said::of(rest)),
            "suppress" => Command::Suppress { address: rest.into() },
            "unsuppress" => Command::Unsuppress { address: rest.into() },
            "suppressed" => {
                let named = Some(rest.into()).filter(|it: &SmolStr| !it.is_empty());
                return Todo::Read(Query::Suppressed(named, Page { after: None, size: 9 }));
            }
            "mails" => return Todo::Read(Query::MailDays(self.shop.now, Time(i64::MAX))),
            "show" => return Todo::Read(Query::Order(OrderName::Id(self.order(rest)))),
            "summary" => {
                let filter = SummaryFilter { articles: vec![article(rest)], ..Default::default() };
                return Todo::Read(Query::Summaries(filter, Page { after: None, size: 10 }));
            }
            "promise" | "order" => return self.promise(verb, &Said::of(rest)),
            "add" => return self.add(&Said::of(rest).knows(&["version", "backordered"])),
            "confirm" | "extend" | "cancel" | "expire" | "unlock" => {
                return self.act(verb, &Said::of(rest));
            }
            "picks" => return Todo::Read(Query::Picklist(rest.into(), self.shop.stores_of(rest))),
            "unpicked" => return Todo::Read(Query::Unpicked(None, self.shop.stores_of(rest))),
            "unrouted" => return Todo::Read(Query::Unrouted(9)),
            "take" | "clear" | "load" | "pick" | "missing" | "substitute" | "stage" | "share"
            | "near" | "deliver" => return self.work(verb, &Said::of(rest)),
            "open" => Command::OpenLocation { card: card(&Said::of(rest)) },
            "change" => self.change(&Said::of(rest)),
            "close" => {
                let said = Said::of(rest).knows(&["by"]);
                let (at, force) = (at(said.subject), said.has("by"));
                Command::CloseLocation { at, version: None, force }
            }
            "list" => self.list(&Said::of(rest)),
            "unlist" => {
                let said = Said::of(rest).knows(&["version"]);
                let which = match said.body {
                    "everything" => Listings::All,
                    name => Listings::One(article(name), said.version()),
                };
                Command::RemoveListings { at: at(said.subject), which }
            }
            "stock" => {
                let rows = rest.split("; ").map(|row| self.lot_row(&Said::of(row))).collect();
                Command::PutStocks { rows }
            }
            "remove" => {
                let which = rest.split("; ").map(|part| self.lots(part)).collect();
                Command::RemoveStocks { which }
            }
            "move" => self.relocate(&Said::of(rest)),
            "transfer" => self.transfer(&Said::of(rest).knows(&["to", "version"])),
            "keep" => Command::KeepStocks { rows: rest.split("; ").map(safety_row).collect() },
            "unkeep" => self.unkeep(&Said::of(rest).knows(&[])),
            "kept" => {
                let page = Page { after: None, size: 10 };
                return Todo::Read(Query::SafetyStocks(SafetyFilter::default(), page));
            }
            "configure" => Script::configure(&Said::of(rest).knows(&["version"])),
            other => panic!("no such verb: {other}"),
        };
        Todo::Submit { who: "checkout".into(), command: Box::new(command), order: None }
    }

    fn set(&mut self, verb: &str, said: &Said<'_>) -> Todo {
        match verb {
            "policy" => self.set_policy(said),
            "stores" => {
                let names: Vec<&str> = said.body.split(' ').collect();
                let stores = Stores::parse(&names).expect("names of stores");
                self.shop.stores.insert(said.subject.into(), stores);
            }
            _ => self.set_rules(said),
        }
        Todo::Set
    }

    fn configure(said: &Said<'_>) -> Command {
        let minutes = said.subject.strip_suffix(" min").expect("so many min");
        let promise_ttl = Millis::minutes(minutes.parse().expect("minutes"));
        Command::Configure { version: said.version().unwrap_or_default(), promise_ttl }
    }

    fn promise(&self, verb: &str, said: &Said<'_>) -> Todo {
        let delivery = match (said.value("collect"), said.value("from")) {
            (Some(place), _) => Wanted::Collect { at: at(place.trim_start_matches("at ")) },
            (None, from) => Wanted::Ship {
                from: from.into_iter().flat_map(|it| it.split(' ')).map(at).collect(),
            },
        };
        let known = [
            "until",
            "from",
            "collect",
            "to",
            "replaces",
            "by",
            "shop",
            "wanted",
            "as",
            "backordered",
            "address",
            "day",
            "mail",
            "locked",
        ];
        for (key, _) in &said.options {
            assert!(known.contains(key), "{key} is none of {known:?}");
        }
        let promise = Promise {
            explain: false,
            handover: said.value("shop").map(|shop| {
                let (shop, wanted) = (Some(shop.into()), said.time("wanted"));
                let email = said.value("mail").map(Into::into);
                Box::new(Handover { shop, secret: [0; 32], wanted, email })
            }),
            backorders: said.has("backordered"),
            address: said.value("address").map(Into::into),
            days: Days { ordered: None, wanted: said.value("day").and_then(Day::parse) },
            ships_to: None,
            recipient: None,
            lines: lines(said.body),
            ordered: Some(self.shop.now),
            reference: Some(said.value("as").unwrap_or(said.subject).into()),
            consumer: None,
            destination: said.value("to").map(place),
            delivery,
            kept: Kept::default(),
            until: said.time("until"),
            sold: verb == "order",
            locked: said.has("locked"),
            replaces: said.value("replaces").map(|name| self.order(name)),
        };
        Todo::Submit {
            who: said.value("by").unwrap_or("checkout").into(),
            command: Box::new(Command::Promise(Box::new(promise))),
            order: Some(said.subject.into()),
        }
    }

    fn add(&self, said: &Said<'_>) -> Todo {
        let more = MoreLines {
            order: self.order(said.subject),
            version: said.version(),
            lines: lines(said.body),
            backorders: said.has("backordered"),
        };
        let command = Box::new(Command::AddLines(Box::new(more)));
        Todo::Submit { who: "checkout".into(), command, order: Some(said.subject.into()) }
    }

    fn act(&self, verb: &str, said: &Said<'_>) -> Todo {
        let version = said.version();
        let action = match verb {
            "confirm" => {
                order::Command::Confirm { version, reference: said.value("as").map(SmolStr::new) }
            }
            "extend" => order::Command::Extend { version },
            "unlock" => order::Command::Unlock { version, target: said.time("for") },
            "cancel" => order::Command::Cancel { version, reason: None, unpicked: false },
            _ => {
                let armed_for = said.time("armed").expect("armed for a time");
                order::Command::Expire { armed_for }
            }
        };
        let command = Box::new(Command::Act { order: self.order(said.subject), action });
        Todo::Submit { who: "checkout".into(), command, order: Some(said.subject.into()) }
    }

    /// What a picker or a driver does: `pick dora: o1 tea 2`.
    fn work(&self, verb: &str, said: &Said<'_>) -> Todo {
        let (name, rest) = said.body.split_once(' ').unwrap_or((said.body, ""));
        let (order, own) = (OrderName::Id(self.order(name)), Some(name.to_owned()));
        let line = |wanted: &str| {
            let orders = &self.shop.world.orders;
            let lines = orders.get(&self.order(name)).map(|(_, order)| &order.asked.lines);
            let line =
                lines.and_then(|all| all.iter().position(|it| it.article.as_str() == wanted));
            line.unwrap_or(9) as u16
        };
        let handle = |job| Command::Handle { order, version: said.version(), job };
        let command = match verb {
            "take" => {
                let at = Some(said.body).filter(|name| !name.is_empty()).map(at);
                Command::TakeNext { at }
            }
            "clear" => Command::ClearPicked,
            "load" => {
                let names = said.body.split(' ').map(|name| OrderName::Id(self.order(name)));
                Command::Load { orders: names.collect() }
            }
            "pick" => {
                let (article, units) = counted(rest);
                handle(Job::Pick(line(article), units))
            }
            "missing" => handle(Job::Missing(line(rest))),
            "substitute" => {
                let (old, new) = rest.split_once(" by ").expect("what by what");
                let (article, title) = (article(new), new.into());
                let (kept, shortage) = (Kept::default(), Shortage::Skip);
                let quantity = pieces(1);
                let with = Line { article, title, quantity, kept, shortage };
                handle(Job::Substitute(line(old), Box::new(with)))
            }
            "stage" => handle(Job::Stage),
            "share" => handle(Job::Share(rest.into())),
            "near" => handle(Job::Near),
            _ => handle(Job::Deliver),
        };
        let order = own.filter(|_| !matches!(verb, "take" | "load" | "clear"));
        Todo::Submit { who: said.subject.into(), command: Box::new(command), order }
    }

    fn change(&self, said: &Said<'_>) -> Command {
        let known = |it: &&location::Location| it.card.reference.as_deref() == Some(said.subject);
        let mut locations = self.shop.world.locations.values().map(|(_, location)| location);
        let version = locations.find(known).map(|location| location.version).unwrap_or_default();
        let version = said.version().unwrap_or(version);
        Command::ChangeLocation { at: at(said.subject), version, card: card(said) }
    }

    fn list(&mut self, said: &Said<'_>) -> Command {
        let mut words = said.body.split(' ');
        let name = words.next().expect("an article");
        let days = |text: &str| text.parse().expect("so many days");
        let rest: Vec<&str> = words.collect();
        let out_of_stock = match rest[..] {
            [] | ["none"] => OutOfStock::None,
            ["backorder"] => OutOfStock::Backorder,
            ["preorder", from] => OutOfStock::Preorder { from: MIDNIGHT + clock(from) },
            ["restock", count] => OutOfStock::Restock { days: days(count) },
            _ => panic!("not a listing: {}", said.body),
        };
        let row = ListingRow {
            article: article(name),
            version: said.version(),
            title: None,
            active: !said.has("inactive"),
            out_of_stock,
            codes: Vec::new(),
            kept: Kept::default(),
        };
        Command::PutListings { at: at(said.subject), rows: vec![row] }
    }

    /// A lot has a name, that of its article unless it is said; a second row under the same name
    /// changes the lot. `lot #7` is the lot with the id 7.
    fn lot_row(&self, said: &Said<'_>) -> StockRow {
        let (name, value) = counted(said.body);
        let lot = said.value("lot").unwrap_or(name);
        let known = [
            "lot",
            "until",
            "received",
            "version",
            "defective",
            "sound",
            "unpickable",
            "reachable",
            "in",
        ];
        for (key, _) in &said.options {
            assert!(known.contains(key), "{key} is none of {known:?}");
        }
        let target = match lot.strip_prefix('#') {
            Some(id) => LotTarget::Existing(StockId::from_bits(id.parse().expect("a number"))),
            None => LotTarget::New(article(name)),
        };
        let change = LotChange {
            value,
            received: said.time("received"),
            available_until: said.time("until"),
            traits: said.has("unpickable").then_some((false, true)),
            defective: said.has("defective").then_some(true).or(said.has("sound").then_some(false)),
            storage: said.value("in").map(SmolStr::new),
            reference: (!lot.starts_with('#')).then(|| lot.into()),
            ..LotChange::default()
        };
        let at = if said.subject.is_empty() { LocationRef::default() } else { at(said.subject) };
        StockRow { at, row: LotRow { target, version: said.version(), change } }
    }

    /// `gouda: tea` or `everywhere: tea`.
    fn unkeep(&mut self, said: &Said<'_>) -> Command {
        let here = (said.subject != "everywhere").then(|| at(said.subject));
        let desk = self.shop.world.desk.tenant(&crate::shop::tenant());
        let place = here.as_ref().map(|name| desk.places.find(name));
        let spot = (place.flatten(), article(said.body));
        let mut known = desk.safeties.after(None);
        let id = known.find(|(_, it)| **it == spot).map(|(id, _)| id);
        Command::UnkeepStock { id: id.unwrap_or(StockId::from_bits(9)), version: None }
    }

    /// `gouda lot a: 2, to B-7, emptied away`.
    fn relocate(&self, said: &Said<'_>) -> Command {
        let units = pieces(said.body.parse().expect("how many"));
        let to = said.value("to").expect("a place").into();
        let removes_empty = said.has("emptied");
        Command::MoveStock { from: self.lot(said.subject), to, units, removes_empty }
    }

    /// `o1 1: 2, to gouda` are two pieces of its second reservation; `all` are all of it.
    fn transfer(&self, said: &Said<'_>) -> Command {
        let (order, index) = said.subject.split_once(' ').expect("an order and a number");
        let index = index.parse().expect("a number");
        let units = said.body.parse().ok().map(pieces);
        Command::Transfer(Transfer {
            reservation: self.order(order).reservation(index),
            version: said.version(),
            to: at(said.value("to").expect("a place")),
            units,
        })
    }

    /// `gouda lot a`.
    fn lot(&self, text: &str) -> StockId {
        let (place, lot) = text.split_once(" lot ").expect("a place and its lot");
        let unknown = StockId::from_bits(9);
        self.lots.get(&format!("{place} {lot}")).copied().unwrap_or(unknown)
    }

    /// `gouda: tea coffee` are all lots of these articles, `gouda lot a` is one lot, `in A-1 B-2`
    /// are all lots in these places.
    fn lots(&self, rest: &str) -> Lots {
        if let Some(storages) = rest.strip_prefix("in ") {
            return Lots::Storages(None, storages.split(' ').map(SmolStr::new).collect());
        }
        match rest.split_once(": ") {
            Some((place, articles)) => {
                Lots::Articles(at(place), articles.split(' ').map(article).collect())
            }
            None => Lots::Ids(vec![self.lot(rest)]),
        }
    }

    /// The order with this name; an id that nothing has if there is none.
    pub(super) fn order(&self, name: &str) -> OrderId {
        self.orders.get(name).copied().unwrap_or(OrderId::from_bits(0))
    }
}

/// `gouda: tea 2`, or `everywhere: tea 2`.
fn safety_row(row: &str) -> SafetyAsk {
    let said = Said::of(row).knows(&[]);
    let (name, units) = counted(said.body);
    let at = (said.subject != "everywhere").then(|| at(said.subject));
    SafetyAsk { at, article: article(name), units }
}

/// `tea 2 + jam 1`; `nothing` is no line.
fn lines(text: &str) -> Vec<Line> {
    let lines = text.split(" + ").filter(|line| *line != "nothing").map(|line| {
        let (line, shortage) = shortage(line);
        let (name, quantity) = counted(line);
        let (title, kept) = (name.into(), Kept::default());
        Line { article: article(name), title, quantity, kept, shortage }
    });
    lines.collect()
}

fn card(said: &Said<'_>) -> Arc<Card> {
    let known = ["at", "ships", "pickup", "suspended", "offline", "version", "named"];
    for (key, _) in &said.options {
        assert!(known.contains(key), "{key} is none of {known:?}");
    }
    let status = match (said.has("suspended"), said.has("offline")) {
        (true, _) => Status::Suspended,
        (_, true) => Status::Offline,
        _ => Status::Online,
    };
    Arc::new(Card {
        name: said.subject.into(),
        reference: Some(said.value("named").unwrap_or(said.subject).into()),
        status,
        kind: Kind::Managed,
        ships: said.value("pickup") != Some("only"),
        serves_pickup: said.value("ships") != Some("only"),
        postal_code: None,
        place: said.value("at").map(place),
        kept: Kept::default(),
        zone: None,
    })
}

/// `52.01 4.71`, in degrees.
fn place(text: &str) -> Place {
    let degrees = |text: &str| text.parse().expect("degrees");
    let (lat, lon) = text.split_once(' ').expect("latitude and longitude");
    Place::of_degrees(degrees(lat), degrees(lon)).expect("a place on earth")
}

/// `tea 2 skip`: what becomes of the line's pieces that no stock has.
fn shortage(text: &str) -> (&str, Shortage) {
    for (word, shortage) in [
        (" substitute", Shortage::Substitute),
        (" wait", Shortage::Wait),
        (" critical", Shortage::Critical),
        (" skip", Shortage::Skip),
    ] {
        if let Some(line) = text.strip_suffix(word) {
            return (line, shortage);
        }
    }
    (text, Shortage::Unsaid)
}

/// `tea 2`.
fn counted(text: &str) -> (&str, Units) {
    let (name, count) = text.rsplit_once(' ').expect("an article and how many");
    (name, pieces(count.parse().expect("how many")))
}
