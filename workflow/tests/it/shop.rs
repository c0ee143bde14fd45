//! A shop: one world with one tenant, its time, and all that happened in it.
//!
//! Everything that tests do to the core goes through [`Shop::submit`], so what must hold after
//! every command is checked after every command.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use workflow::command::{Ask, Command, LocationRef, Query};
use workflow::id::{ArticleId, OrderId, TenantId};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::record::Record;
use workflow::refusal::Refusal;
use workflow::settings::Policy;
use workflow::stores::Stores;
use workflow::time::Time;
use workflow::world::World;

/// 2026-01-12T00:00:00Z, the day on which everything happens.
pub(crate) const MIDNIGHT: Time = Time(1_768_176_000_000);

/// One world with one tenant.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) policy: Policy,
    pub(crate) now: Time,
    /// All records so far.
    pub(crate) records: Vec<Record>,
    /// Of who does not pick everywhere, for which stores they do.
    pub(crate) stores: BTreeMap<String, Stores>,
    /// How many commands were submitted; the commands' random numbers are made of it.
    commands: u64,
}

/// What one command came to.
pub(crate) struct Answer {
    pub(crate) result: Result<Outcome, Refusal>,
    /// The first of its records in [`Shop::records`].
    first: usize,
}

impl Answer {
    /// The records it made.
    pub(crate) fn records<'a>(&self, shop: &'a Shop) -> &'a [Record] {
        &shop.records[self.first..]
    }
}

impl Shop {
    pub(crate) fn new() -> Shop {
        Shop {
            world: World::default(),
            policy: Policy::default(),
            now: MIDNIGHT,
            records: Vec::new(),
            stores: BTreeMap::new(),
            commands: 0,
        }
    }

    /// Plays a command. No invariant may be broken by it (S1, S2, S6, S7, P3 by `faults`), and if
    /// it is refused it may have changed nothing (P7).
    #[track_caller]
    pub(crate) fn submit(&mut self, who: &str, command: Command) -> Answer {
        self.commands += 1;
        let stores = self.stores_of(who);
        let ask = Ask { stores, ..Ask::of(tenant(), SmolStr::new(who), command) };
        let (before, first) = (self.world.hash(), self.records.len());
        let (records, result) = self.world.submit(&ask, &self.policy, self.now, self.commands);
        let changed = self.world.hash() != before;
        assert_eq!(changed, !records.is_empty(), "P7: a change and its record: {ask:?}");
        assert!(records.iter().all(|record| record.at == self.now), "P5: one time: {records:?}");
        self.records.extend(records);
        assert_eq!(self.world.faults(), [], "after {ask:?}");
        Answer { result, first }
    }

    /// The stores that somebody picks for.
    pub(crate) fn stores_of(&self, who: &str) -> Stores {
        self.stores.get(who).cloned().unwrap_or_default()
    }

    /// What the timer submits for everything that is due.
    #[track_caller]
    pub(crate) fn sweep(&mut self) -> Answer {
        let first = self.records.len();
        for (armed_for, order) in self.overdue() {
            let answer = self.submit("scheduler", expire(order, armed_for));
            let Ok(Outcome::Order(_)) = answer.result else { panic!("{:?}", answer.result) };
        }
        let gone = Err(Refusal::UnknownOrder); // a sweep has no outcome of its own
        Answer { result: gone, first }
    }

    /// The promises past their deadline that the timer has not ended yet.
    pub(crate) fn overdue(&mut self) -> Vec<(Time, OrderId)> {
        let now = self.now;
        let desk = self.world.desk.tenant(&tenant());
        desk.book.deadlines().overdue(now).collect()
    }

    #[track_caller]
    pub(crate) fn read(&self, query: Query) -> Result<Outcome, Refusal> {
        let mut world = self.world.clone();
        let result = world.read(&tenant(), query, &self.policy, self.now);
        assert_eq!(world.hash(), self.world.hash(), "a query changes nothing");
        result
    }

    /// The world that the records alone make.
    pub(crate) fn replayed(&self) -> World {
        let mut world = World::default();
        for record in &self.records {
            world.apply(record);
        }
        world
    }
}

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("shop").expect("a tenant's name")
}

pub(crate) fn article(name: &str) -> ArticleId {
    ArticleId::parse(name).expect("an article's name")
}

pub(crate) fn pieces(count: i64) -> Units {
    Units::of_stock(count).expect("a number of pieces")
}

pub(crate) fn at(reference: &str) -> LocationRef {
    LocationRef::by_reference(reference)
}

/// What the timer submits.
pub(crate) fn expire(order: OrderId, armed_for: Time) -> Command {
    Command::Act { order, action: workflow::order::Command::Expire { armed_for } }
}
