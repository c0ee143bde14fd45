//! Random histories of a small shop, the same for the same seed: real records, made by the core.

use std::path::Path;
use std::sync::Arc;

use snapshots::codec;
use snapshots::disk::Sim;
use snapshots::journal::{Batch, Journal, Local, Options, Prepare};
use snapshots::{Lsn, Position};
use workflow::command::{
    Ask, Command, Job, LocationRef, Lots, MoreLines, OrderName, Promise, SafetyAsk, StockRow,
    Wanted,
};
use workflow::id::{ArticleId, LocationId, OrderId, StockId, TenantId};
use workflow::kept::Kept;
use workflow::keyring::{self, Digest};
use workflow::location::{
    Card, Kind, ListingRow, LotChange, LotRow, LotTarget, OutOfStock, Status,
};
use workflow::order::{self, Line, Stage, Step};
use workflow::outcome::Outcome;
use workflow::permission::Permissions;
use workflow::place::Place;
use workflow::quantity::Units;
use workflow::record::{Owner, Record};
use workflow::reply::{Fingerprint, Reply, ReplyKey, StoredReply};
use workflow::settings::Policy;
use workflow::stores::Stores;
use workflow::time::{Millis, Time};
use workflow::world::World;

/// A shop that makes records.
pub(crate) struct Shop {
    /// Decides; it never sees a reply.
    world: World,
    now: Time,
    random: u64,
    keys: u64,
    pub(crate) records: Vec<Record>,
}

/// The seed of this run: `CERTUS_SEED`, or the test's own. Printed, to run it again.
pub(crate) fn seed(own: u64) -> u64 {
    let given = std::env::var("CERTUS_SEED").ok();
    let seed = given.and_then(|seed| seed.parse().ok()).unwrap_or(own);
    println!("CERTUS_SEED={seed}");
    seed
}

/// At least `records` records.
pub(crate) fn history(seed: u64, records: usize) -> Vec<Record> {
    let mut shop = Shop::new(seed);
    while shop.records.len() < records {
        shop.step();
    }
    shop.records
}

/// The world that these records make.
pub(crate) fn world_of(records: &[Record]) -> World {
    let mut world = World::default();
    records.iter().for_each(|record| world.apply(record));
    world
}

/// The world without what may have left memory.
pub(crate) fn without_closed(mut world: World) -> World {
    let closed: Vec<OrderId> = world
        .orders
        .iter()
        .filter(|(_, (_, order))| order.stage.is_closed())
        .map(|(id, _)| *id)
        .collect();
    for id in closed {
        let (tenant, order) = world.orders.remove(&id).unwrap();
        world.desk.tenant(&tenant).book.forget(&order);
    }
    world
}

/// A directory that only we may enter, as a store wants it.
pub(crate) fn private_dir() -> tempfile::TempDir {
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    tempfile::Builder::new().permissions(private).tempdir().unwrap()
}

/// A journal with these records, in batches of seven, on a disk of its own.
pub(crate) fn journal_of(records: &[Record]) -> Local {
    let mut journal = open_journal(1);
    append(&mut journal, records);
    journal
}

/// An empty journal whose records belong to `timeline`.
pub(crate) fn open_journal(timeline: u32) -> Local {
    let begin = Position { timeline, lsn: Lsn::ZERO };
    let options =
        Options { segment_bytes: 256 << 10, prepare: Prepare::Inline, begin, ..Options::default() };
    let mut journal = Local::open(Arc::new(Sim::new()), Path::new("/journal"), options).unwrap();
    journal.claim().unwrap();
    journal
}

/// Makes records durable.
pub(crate) fn append(journal: &mut Local, records: &[Record]) {
    let mut lsn = journal.archive().durable();
    for records in records.chunks(7) {
        let mut batch = Batch::new();
        for record in records {
            let mut payload = Vec::new();
            codec::encode(record, &mut payload);
            lsn = lsn.next();
            batch.push(lsn, record.at.0, &payload);
        }
        journal.append(&mut batch).unwrap();
    }
}

impl Shop {
    pub(crate) fn new(seed: u64) -> Shop {
        Shop {
            world: World::default(),
            now: Time(1_768_212_843_517),
            random: seed,
            keys: 0,
            records: Vec::new(),
        }
    }

    /// A shop that goes on from a world, with the same choices as any other from this seed.
    pub(crate) fn going_on(world: World, now: Time, seed: u64) -> Shop {
        Shop { world, now, ..Shop::new(seed) }
    }

    /// Asks one thing; what was refused leaves no record.
    pub(crate) fn step(&mut self) {
        self.now = self.now + Millis(self.below(40_000));
        let tenant = ["acme", "a tenant with a longer name"][usize::from(self.below(5) == 0)];
        let tenant = TenantId::parse(tenant).unwrap();
        let command = self.command(&tenant);
        self.ask(&tenant, command);
    }

    pub(crate) fn ask(&mut self, tenant: &TenantId, command: Command) -> Option<Outcome> {
        let who = ["checkout", "web"][self.below(2) as usize].into();
        let ask = Ask::of(tenant.clone(), who, command);
        let random = self.next();
        let (mut records, outcome) = self.world.submit(&ask, &policy(), self.now, random);
        let outcome = outcome.ok();
        let owner = match &outcome {
            Some(Outcome::Placed(placed)) => Some(Owner::Order(placed.order.id)),
            Some(Outcome::Order(order)) => Some(Owner::Order(order.id)),
            Some(Outcome::Location(location)) => Some(Owner::Location(location.id)),
            _ => None,
        };
        if let (Some(record), Some(owner)) = (records.last_mut(), owner)
            && self.below(4) > 0
        {
            record.reply = Some((owner, self.reply()));
        }
        self.records.extend(records);
        outcome
    }

    fn command(&mut self, tenant: &TenantId) -> Command {
        let locations = self.world.locations.values().filter(|(of, _)| of == tenant).count();
        if locations < 3 {
            return Command::OpenLocation { card: self.card() };
        }
        match self.below(50) {
            40.. => self.work(tenant),
            0 => Command::OpenLocation { card: self.card() },
            1 if self.nobody_waits(tenant) => {
                Command::CloseLocation { at: self.location(tenant), version: None, force: true }
            }
            2 => self.change_location(tenant),
            3..=6 => self.list(tenant),
            7..=12 => self.put(tenant),
            13 => self.remove(tenant),
            14 if self.below(3) == 0 => self.unkeep(tenant),
            14 => self.keep(tenant),
            15 => Command::Configure {
                version: self.world.desk.tenant(tenant).settings.version,
                promise_ttl: Millis::minutes(1 + self.below(9)),
            },
            16 => self.keys(tenant),
            17..=28 => self.promise(tenant),
            _ => self.act(tenant),
        }
    }

    /// A new key, or one that is taken back.
    fn keys(&mut self, tenant: &TenantId) -> Command {
        let good = self.world.desk.tenant(tenant).keyring.keys().find(|key| key.revoked.is_none());
        let good = good.map(|key| key.id);
        Command::Keys(match (self.below(2), good) {
            (0, Some(id)) => keyring::Command::Revoke { id },
            (_, _) => keyring::Command::Make {
                name: "till".into(),
                permissions: Permissions::ORDINARY,
                digest: Digest([self.below(256) as u8; 32]),
                lasts: (self.below(2) == 0).then_some(Millis::hours(1)),
                stores: Stores::parse(&["gouda"]).expect("a name"),
            },
        })
    }

    pub(crate) fn promise(&mut self, tenant: &TenantId) -> Command {
        let lines = self.lines();
        let delivery = match self.below(4) {
            0 => Wanted::Collect { at: self.location(tenant) },
            _ => Wanted::Ship { from: vec![] },
        };
        let replaced = self.order(tenant, |stage| matches!(stage, Stage::Promised { .. }));
        Command::Promise(Box::new(Promise {
            explain: false,
            handover: None,
            address: None,
            days: Default::default(),
            ships_to: None,
            recipient: None,
            backorders: false,
            lines,
            ordered: Some(self.now),
            reference: self.name("order", 6),
            consumer: self.name("customer", 4),
            destination: Place::of_degrees(self.below(80) as f64, self.below(90) as f64),
            delivery,
            kept: Kept::of(format!(r#"{{"note":"{}"}}"#, "x".repeat(self.below(60) as usize))),
            until: None,
            sold: self.below(6) == 0,
            locked: false,
            replaces: replaced.filter(|_| self.below(5) == 0 && self.nobody_waits(tenant)),
        }))
    }

    fn lines(&mut self) -> Vec<Line> {
        let lines = (0..1 + self.below(3)).map(|_| Line {
            article: self.article(),
            title: "Tea".into(),
            quantity: Units::of_line(1 + self.below(4) as i64).unwrap(),
            kept: Kept::of(r#"{"gift":true}"#.into()),
            shortage: order::Shortage::Unsaid,
        });
        lines.collect()
    }

    fn act(&mut self, tenant: &TenantId) -> Command {
        let Some(order) = self.order(tenant, |stage| !stage.is_closed()) else {
            return self.promise(tenant);
        };
        let armed_for = self.world.orders[&order].1.deadline().unwrap_or_default();
        let action = match self.below(6) {
            5 => {
                let (lines, backorders) = (self.lines(), self.below(2) == 0);
                let more = MoreLines { order, version: None, lines, backorders };
                return Command::AddLines(Box::new(more));
            }
            0 | 1 => {
                let reference = self.name("renamed", 3);
                order::Command::Confirm { version: None, reference }
            }
            2 => order::Command::Extend { version: None },
            3 => order::Command::Cancel {
                version: None,
                reason: Some("changed my mind".into()),
                unpicked: false,
            },
            _ => {
                self.now = self.now.max(armed_for);
                order::Command::Expire { armed_for }
            }
        };
        Command::Act { order, action }
    }

    /// What a picker or a driver does next.
    fn work(&mut self, tenant: &TenantId) -> Command {
        let of = |(known, order): &(TenantId, order::Order)| {
            (known == tenant && !order.stage.is_closed()).then(|| order.clone())
        };
        let open: Vec<order::Order> = self.world.orders.values().filter_map(of).collect();
        let at = |step: Step| {
            let has = |order: &&order::Order| order.parts().iter().any(|part| part.step == step);
            open.iter().find(has)
        };
        let handle = |order: &order::Order, job| {
            let order = OrderName::Number(order.number);
            Command::Handle { order, version: None, job }
        };
        let line = self.below(3) as u16;
        match (self.below(8), at(Step::Picking), at(Step::Out)) {
            (0..=2, Some(order), _) if usize::from(line) < order.asked.lines.len() => {
                let held = order.parts().iter().map(|part| order.held_at(line, part.location));
                handle(order, Job::Pick(line, held.max().unwrap_or_default()))
            }
            (3, Some(order), _) => handle(order, Job::Missing(line)),
            (4, ..) => Command::ClearPicked,
            (5, ..) => {
                let staged = open.iter().find(|order| order.is_staged());
                Command::Load {
                    orders: staged.map(|it| OrderName::Id(it.id)).into_iter().collect(),
                }
            }
            (6, _, Some(order)) => handle(order, Job::Deliver),
            _ => Command::TakeNext { at: None },
        }
    }

    fn put(&mut self, tenant: &TenantId) -> Command {
        let rows = (0..1 + self.below(3)).map(|row| {
            let lots = &self.world.desk.tenant(tenant).places;
            let known: Vec<(StockId, LocationId)> = lots.stocks_after(None).collect();
            let (target, at) = match self.pick(&known) {
                Some((id, _)) if row == 0 && self.below(2) == 0 => {
                    (LotTarget::Existing(id), LocationRef::default())
                }
                _ => {
                    let article = self.article();
                    (LotTarget::New(article), self.location(tenant))
                }
            };
            let change = LotChange { value: self.units(12), ..LotChange::default() };
            StockRow { at, row: LotRow { target, version: None, change } }
        });
        Command::PutStocks { rows: rows.collect() }
    }

    fn remove(&mut self, tenant: &TenantId) -> Command {
        let lots = &self.world.desk.tenant(tenant).places;
        let known: Vec<(StockId, LocationId)> = lots.stocks_after(None).collect();
        let which = self.pick(&known).map(|(id, _)| id);
        Command::RemoveStocks { which: vec![Lots::Ids(which.into_iter().collect())] }
    }

    fn keep(&mut self, tenant: &TenantId) -> Command {
        let at = (self.below(2) == 0).then(|| self.location(tenant));
        let row = SafetyAsk { at, article: self.article(), units: self.units(3) };
        Command::KeepStocks { rows: vec![row] }
    }

    fn unkeep(&mut self, tenant: &TenantId) -> Command {
        let safeties = &self.world.desk.tenant(tenant).safeties;
        let known: Vec<StockId> = safeties.after(None).map(|(id, _)| id).collect();
        let id = self.pick(&known).unwrap_or(StockId::from_bits(9));
        Command::UnkeepStock { id, version: None }
    }

    fn list(&mut self, tenant: &TenantId) -> Command {
        let out_of_stock = match self.below(3) {
            0 => OutOfStock::None,
            1 => OutOfStock::Backorder,
            _ => OutOfStock::Restock { days: 3 },
        };
        let row = ListingRow {
            article: self.article(),
            version: None,
            title: None,
            active: self.below(5) > 0,
            out_of_stock,
            codes: Vec::new(),
            kept: Kept::default(),
        };
        Command::PutListings { at: self.location(tenant), rows: vec![row] }
    }

    fn change_location(&mut self, tenant: &TenantId) -> Command {
        let at = self.location(tenant);
        let version = at.id.map(|id| self.world.locations[&id].1.version).unwrap_or_default();
        let card = self.card();
        Command::ChangeLocation { at, version, card }
    }

    fn location(&mut self, tenant: &TenantId) -> LocationRef {
        let known: Vec<LocationId> = self.world.desk.tenant(tenant).places.after(None).collect();
        LocationRef { id: self.pick(&known), ..LocationRef::default() }
    }

    fn order(&mut self, tenant: &TenantId, fits: impl Fn(&Stage) -> bool) -> Option<OrderId> {
        let orders = self.world.orders.values();
        let fitting = orders.filter(|(of, order)| of == tenant && fits(&order.stage_at(self.now)));
        let fitting: Vec<OrderId> = fitting.map(|(_, order)| order.id).collect();
        self.pick(&fitting)
    }

    /// Whether no reservation of the tenant waits for stock.
    fn nobody_waits(&self, tenant: &TenantId) -> bool {
        let orders = self.world.orders.values().filter(|(of, _)| of == tenant);
        orders.flat_map(|(_, order)| &order.holds).all(|hold| hold.stock.is_some())
    }

    fn card(&mut self) -> Arc<Card> {
        Arc::new(Card {
            name: "Gouda".into(),
            reference: self.name("shop", 9),
            status: Status::Online,
            kind: Kind::Managed,
            ships: self.below(4) > 0,
            serves_pickup: true,
            postal_code: None,
            place: Place::of_degrees(self.below(80) as f64, self.below(90) as f64),
            kept: Kept::default(),
            zone: None,
        })
    }

    /// A reply under a key of its own; now and then one that fills several chunks.
    fn reply(&mut self) -> Arc<StoredReply> {
        self.keys += 1;
        let length = if self.below(20) == 0 { 9_000 } else { 40 };
        Arc::new(StoredReply {
            key: ReplyKey {
                caller: "checkout".into(),
                operation: "promises.create".into(),
                key: format!("key-{}", self.keys).into(),
            },
            fingerprint: Fingerprint([self.keys as u8; 16]),
            reply: Reply {
                status: 201,
                headers: vec![("etag".into(), "\"1\"".into())],
                body: "y".repeat(length),
            },
        })
    }

    fn name(&mut self, of: &str, names: u64) -> Option<smol_str::SmolStr> {
        let number = self.below(names + 1);
        (number > 0).then(|| format!("{of}-{number}").into())
    }

    fn article(&mut self) -> ArticleId {
        ArticleId::parse(
            ["tea", "gouda", "bread", "an article of a long name"][self.below(4) as usize],
        )
        .unwrap()
    }

    fn units(&mut self, up_to: u64) -> Units {
        Units::of_stock(self.below(up_to + 1) as i64).unwrap()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let length = from.len().max(1) as u64;
        from.get(self.below(length) as usize).copied()
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.random;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

pub(crate) fn policy() -> Policy {
    Policy { promise_ttl: Millis::minutes(5), ..Policy::default() }
}
