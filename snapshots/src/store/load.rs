//! A world from the store: one scan per tenant, in the order of keys.
//!
//! ```text
//!  scan, check, decode ── parts, many at a time ──▶ put together: shelves, desk, orders
//!  a thread of its own                              the caller's thread
//! ```
//!
//! Both halves take about as long, so a start with a million orders takes half the time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use smol_str::SmolStr;
use workflow::address::Address;
use workflow::id::{ArticleId, LocationId, TenantId};
use workflow::keyring::Key;
use workflow::location::{Location, SafetyStock, Shelf};
use workflow::order::Order;
use workflow::reply::StoredReply;
use workflow::world::{Fault, Restore, World};

use super::key::{self, Kind};
use super::read::{self, Row};
use super::row::{LocationRow, Mark, TenantRow};
use super::sled::Table;
use super::{Error, Store};
use crate::Lsn;

/// Parts that travel together: a hand-over costs far less than so many parts.
const PARTS_PER_LOAD: usize = 1_024;
/// Loads on the way: more would only be memory.
const LOADS_ON_THE_WAY: usize = 8;

/// Which orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Those to which something may still happen.
    Open,
    /// All that there ever were.
    All,
}

impl Store {
    /// The world at the store's position, and that position.
    ///
    /// # Errors
    /// When a row is damaged or missing; then nothing in here is to be trusted.
    pub fn load(&self, extent: Extent) -> Result<(World, Mark), Error> {
        let inner = self.inner.read();
        let Some(table) = &inner.table else {
            return Err(self.rebuilding(&inner.mark));
        };
        let mark = inner.mark;
        let world = load(table, &mark, extent).inspect_err(|error| self.note(error))?;
        Ok((world, mark))
    }
}

fn load(table: &Table, mark: &Mark, extent: Extent) -> Result<World, Error> {
    let (sender, parts) = sync_channel(LOADS_ON_THE_WAY);
    std::thread::scope(|scope| {
        let scan = scope.spawn(move || Scan::to(sender).all(table, extent));
        let world = put_together(parts);
        let scanned = scan.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let (live, sum) = scanned?;
        if (live, sum) != (mark.live, mark.sum) {
            let expected = mark.live;
            return Err(Error::Incomplete { live, expected });
        }
        Ok(world.map_err(inconsistent)?.finish(mark.at))
    })
}

/// One row of the store, decoded.
enum Part {
    Tenant(TenantId, TenantRow),
    Suppressed(TenantId, SmolStr),
    Safety(TenantId, ArticleId, SafetyStock),
    Key(TenantId, Key),
    Address(TenantId, Address),
    Location(TenantId, Location),
    Shelf(LocationId, ArticleId, Shelf),
    Order(TenantId, Order),
}

/// Puts a world together. After a fault the scan finds nobody who listens, and ends.
fn put_together(parts: Receiver<Vec<Part>>) -> Result<Restore, Fault> {
    let mut world = Restore::default();
    for part in parts.into_iter().flatten() {
        match part {
            Part::Tenant(id, row) => {
                world.tenant(&id, row.settings, row.last_number);
                for subscription in row.subscriptions {
                    world.subscription(&id, subscription);
                }
            }
            Part::Safety(tenant, article, safety) => world.safety(&tenant, &article, safety),
            Part::Key(tenant, key) => world.key(&tenant, key),
            Part::Address(tenant, address) => world.address(&tenant, address),
            Part::Suppressed(tenant, address) => world.suppressed(&tenant, address),
            Part::Location(tenant, location) => world.location(&tenant, location),
            Part::Shelf(id, article, shelf) => world.shelf(id, article, shelf)?,
            Part::Order(tenant, order) => world.order(&tenant, order)?,
        }
    }
    Ok(world)
}

/// A scan over all tenants.
struct Scan {
    sender: SyncSender<Vec<Part>>,
    load: Vec<Part>,
    /// The tenant whose rows are read.
    tenant: Option<TenantId>,
    /// Its locations with the records that opened them, until all are here.
    locations: BTreeMap<LocationId, (Lsn, Location)>,
    live: u64,
    sum: u64,
}

/// Where the scan goes on.
enum Next {
    Row,
    /// At this key: the tenant has nothing more to read.
    After(Vec<u8>),
    /// Nowhere: nobody listens any more.
    Nowhere,
}

impl Scan {
    fn to(sender: SyncSender<Vec<Part>>) -> Scan {
        Scan { sender, load: Vec::new(), tenant: None, locations: BTreeMap::new(), live: 0, sum: 0 }
    }

    /// Sends every part; answers with the number and the sum of the rows that a start reads.
    fn all(mut self, table: &Table, extent: Extent) -> Result<(u64, u64), Error> {
        let mut from = vec![0, 1];
        loop {
            let mut next = Next::Nowhere;
            read::scan(table, &from, |key, row| {
                next = self.take(key, &row, extent)?;
                Ok(matches!(next, Next::Row))
            })?;
            match next {
                Next::After(after) => from = after,
                Next::Row | Next::Nowhere => break,
            }
        }
        self.seat();
        let _ = self.sender.send(self.load); // if nobody listens, the other half has a fault to tell
        Ok((self.live, self.sum))
    }

    fn take(&mut self, key: &[u8], row: &Row, extent: Extent) -> Result<Next, Error> {
        let unknown = || Error::damaged(key, "a key is of no known kind");
        let (tenant, number, name) = key::parts(key).ok_or_else(unknown)?;
        let kind = Kind::of(number).ok_or_else(unknown)?;
        if self.tenant.as_ref().map(TenantId::as_str) != Some(tenant) {
            self.seat();
            self.tenant = Some(TenantId::parse(tenant).ok_or_else(unknown)?);
        }
        let tenant = self.tenant.clone().ok_or_else(unknown)?;
        if Kind::is_live(number) {
            self.live += 1;
            self.sum = self.sum.wrapping_add(row.footprint.sum);
        }
        match kind {
            Kind::Tenant => self.load.push(Part::Tenant(tenant, row.read(key)?)),
            Kind::Suppressed => {
                let address = std::str::from_utf8(name).map_err(|_| unknown())?;
                self.load.push(Part::Suppressed(tenant, SmolStr::new(address)));
            }
            Kind::Safety => {
                let article = read::article_of(key, name)?;
                self.load.push(Part::Safety(tenant, article, row.read(key)?));
            }
            Kind::Key => self.load.push(Part::Key(tenant, row.read(key)?)),
            Kind::Address => self.load.push(Part::Address(tenant, row.read(key)?)),
            Kind::Location => {
                let (id, _) = key::id_of(name).ok_or_else(unknown)?;
                let id = LocationId::from_bits(id);
                let stored: LocationRow = row.read(key)?;
                let opened = stored.opened;
                let location = stored.into_location(id);
                self.locations.insert(id, (opened, location));
            }
            Kind::LocationReply => {
                let (id, _) = key::id_of(name).ok_or_else(unknown)?;
                let reply: Arc<StoredReply> = Arc::new(row.read(key)?);
                let location = self.locations.get_mut(&LocationId::from_bits(id));
                let (_, location) = location.ok_or_else(unknown)?;
                location.replies.push_back(reply);
            }
            Kind::Shelf => {
                self.seat();
                let (id, article) = key::id_of(name).ok_or_else(unknown)?;
                let article = read::article_of(key, article)?;
                let id = LocationId::from_bits(id);
                self.load.push(Part::Shelf(id, article, row.read(key)?));
            }
            Kind::Closed if extent == Extent::Open => return Ok(self.after(&tenant)),
            Kind::Open | Kind::Closed => self.order(tenant, key, row)?,
            Kind::Number | Kind::Reference | Kind::Consumer | Kind::ReplyKey => {
                return Ok(self.after(&tenant));
            }
        }
        Ok(self.hand_over())
    }

    fn after(&mut self, tenant: &TenantId) -> Next {
        self.seat();
        Next::After(key::after_tenant(tenant))
    }

    fn order(&mut self, tenant: TenantId, key: &[u8], row: &Row) -> Result<(), Error> {
        self.seat();
        let order: Order = row.read(key)?;
        if key::order_of_text(key) != Some(order.id) {
            return Err(Error::damaged(key, "an order is not the one its key names"));
        }
        self.load.push(Part::Order(tenant, order));
        Ok(())
    }

    fn hand_over(&mut self) -> Next {
        if self.load.len() < PARTS_PER_LOAD {
            return Next::Row;
        }
        let load = std::mem::replace(&mut self.load, Vec::with_capacity(PARTS_PER_LOAD));
        match self.sender.send(load) {
            Ok(()) => Next::Row,
            Err(_) => Next::Nowhere,
        }
    }

    /// Gives the locations their seats, in the order in which they were opened.
    fn seat(&mut self) {
        if self.locations.is_empty() {
            return;
        }
        let Some(tenant) = &self.tenant else { return };
        let locations = std::mem::take(&mut self.locations);
        let mut locations: Vec<(Lsn, Location)> = locations.into_values().collect();
        locations.sort_by_key(|(opened, location)| (*opened, location.id));
        for (_, location) in locations {
            self.load.push(Part::Location(tenant.clone(), location));
        }
    }
}

fn inconsistent(fault: Fault) -> Error {
    Error::Broken { what: format!("{}: {}", fault.invariant, fault.what) }
}
