//! A world from the store: one scan per tenant, in the order of keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use workflow::id::{LocationId, TenantId};
use workflow::location::Location;
use workflow::order::Order;
use workflow::reply::StoredReply;
use workflow::world::{Fault, World};

use super::key::{self, Kind};
use super::read::{self, Row};
use super::row::{LocationRow, Mark, TenantRow};
use super::sled::Table;
use super::{Error, Store};
use crate::Lsn;

/// Which orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Those to which something may still happen (decision D6).
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
        let world = Loading::default().all(table, &mark, extent);
        Ok((world.inspect_err(|_| self.fail())?, mark))
    }
}

/// A world that is being put together.
#[derive(Default)]
struct Loading {
    world: World,
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
}

impl Loading {
    fn all(mut self, table: &Table, mark: &Mark, extent: Extent) -> Result<World, Error> {
        let mut from = vec![0, 1];
        loop {
            let mut next = None;
            read::scan(table, &from, |key, row| {
                match self.take(key, &row, extent)? {
                    Next::Row => return Ok(true),
                    Next::After(after) => next = Some(after),
                }
                Ok(false)
            })?;
            match next {
                Some(after) => from = after,
                None => break,
            }
        }
        self.seat();
        if (self.live, self.sum) != (mark.live, mark.sum) {
            return Err(Error::Incomplete { live: self.live, expected: mark.live });
        }
        self.world.publish_all(mark.at);
        Ok(self.world)
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
            Kind::Tenant => {
                let TenantRow { settings, last_number } = row.read(key)?;
                self.world.restore_tenant(&tenant, settings, last_number);
            }
            Kind::Location => {
                let (id, _) = key::id_of(name).ok_or_else(unknown)?;
                let id = LocationId::from_bits(id);
                let stored: LocationRow = row.read(key)?;
                let opened = stored.opened;
                self.locations.insert(id, (opened, stored.into_location(id)));
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
                let shelf = row.read(key)?;
                self.world.restore_shelf(id, article, shelf).map_err(inconsistent)?;
            }
            Kind::Open => self.order(&tenant, key, row)?,
            Kind::Closed if extent == Extent::All => self.order(&tenant, key, row)?,
            Kind::Closed | Kind::Reference | Kind::Consumer | Kind::ReplyKey => {
                self.seat();
                return Ok(Next::After(key::after_tenant(&tenant)));
            }
        }
        Ok(Next::Row)
    }

    fn order(&mut self, tenant: &TenantId, key: &[u8], row: &Row) -> Result<(), Error> {
        self.seat();
        let order: Order = row.read(key)?;
        let named = key::order_of_text(key);
        if named != Some(order.id) {
            return Err(Error::damaged(key, "an order is not the one its key names"));
        }
        self.world.restore_order(tenant, order).map_err(inconsistent)
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
            self.world.restore_location(tenant, location);
        }
    }
}

fn inconsistent(fault: Fault) -> Error {
    Error::Broken { what: format!("{}: {}", fault.invariant, fault.what) }
}
