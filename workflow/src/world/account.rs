//! A second account of a journal: stock and versions as its events alone tell them.
//!
//! It shares no code with what applies events, so that a world can be compared with it (S3, P8).
//! It begins with what a world holds already, which is nothing at the first record.

use std::collections::BTreeMap;
use std::fmt;

use smol_str::format_smolstr;

use super::{Fault, World};
use crate::id::{ArticleId, LocationId, OrderId, StockId, TenantId, Version};
use crate::location::{self, ShelfEvent};
use crate::order::{self, Stage};
use crate::record::{Event, Record};

/// Where something lies.
type Spot = (LocationId, ArticleId);

/// What has a version that is checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Entity {
    Order(OrderId),
    Location(LocationId),
    Lot(Spot, StockId),
    Listing(Spot),
    Settings(TenantId),
    Address(TenantId, u32),
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is at the door: what is at the door may still be reported for a review.
    Delivered,
    Other,
}

/// The account.
#[derive(Debug, Default)]
pub struct Account {
    /// Pieces of each lot: put there, less what was taken off.
    on_hand: BTreeMap<(Spot, StockId), u64>,
    /// Each entity's version, counted.
    versions: BTreeMap<Entity, u64>,
    ended: BTreeMap<OrderId, End>,
    faults: Vec<Fault>,
}

impl Account {
    /// An account that begins with what this world holds.
    pub fn of(world: &World) -> Account {
        let mut account = Account { versions: versions(world), ..Account::default() };
        for (id, (_, order)) in &world.orders {
            match order.stage {
                Stage::Delivered { .. } => account.ended.insert(*id, End::Delivered),
                Stage::Cancelled { .. } | Stage::Expired { .. } => {
                    account.ended.insert(*id, End::Other)
                }
                _ => None,
            };
        }
        account.on_hand = on_hand(world);
        account
    }

    /// Takes a record in. False if no world can: it changes an order that is closed (P8).
    #[must_use]
    pub fn note(&mut self, record: &Record) -> bool {
        for event in &record.events {
            match event {
                Event::Order { id, event, .. } => {
                    if !self.note_order(*id, event) {
                        return false;
                    }
                }
                Event::Location { id, event } => self.note_location(*id, event),
                Event::Configured(settings) => {
                    let entity = Entity::Settings(record.tenant.clone());
                    let untouched = Version::FIRST.0; // nobody has made them
                    self.versions.entry(entity.clone()).or_insert(untouched);
                    self.carries(entity, settings.version);
                }
                Event::Addressed(address) => {
                    let entity = Entity::Address(record.tenant.clone(), address.number);
                    self.carries(entity, address.version);
                }
                Event::Secured { .. }
                | Event::Unsecured { .. }
                | Event::Keyring(_)
                | Event::Subscribed(_)
                | Event::Unsubscribed { .. }
                | Event::Subscription { .. }
                | Event::Suppressed { .. }
                | Event::Unsuppressed { .. } => {}
            }
        }
        true
    }

    /// What was found on the way, and where the world that was folded from the same records
    /// differs from the account.
    pub fn faults(mut self, world: &World) -> Vec<Fault> {
        let (counted, there) = (std::mem::take(&mut self.on_hand), on_hand(world));
        for (lot, seen) in differences(&counted, &there) {
            let ((location, article), stock) = lot;
            let what = format_smolstr!("{location} {article}: lot {stock} {seen} pieces");
            self.faults.push(Fault { invariant: "S3", what });
        }
        for (entity, seen) in differences(&self.versions, &versions(world)) {
            let what = format_smolstr!("{entity} {seen} events");
            self.faults.push(Fault { invariant: "P8", what });
        }
        self.faults
    }

    fn note_order(&mut self, id: OrderId, event: &order::Event) -> bool {
        // An invitation has a version of its own, and outlives the order's stages.
        if let order::Event::Invitation(_) = event {
            return true;
        }
        let may_follow = match self.ended.get(&id) {
            None => true,
            Some(End::Delivered) => matches!(event, order::Event::Invited(_)),
            Some(End::Other) => false,
        };
        if !may_follow {
            let what = format_smolstr!("order {id} changes after it was closed");
            self.faults.push(Fault { invariant: "P8", what });
            return false;
        }
        self.counts(Entity::Order(id));
        match event {
            order::Event::Delivered => self.ended.insert(id, End::Delivered),
            order::Event::Cancelled { .. } | order::Event::Expired => {
                self.ended.insert(id, End::Other)
            }
            _ => None,
        };
        true
    }

    fn note_location(&mut self, id: LocationId, event: &location::Event) {
        match event {
            location::Event::Opened(_) | location::Event::Changed(_) => {
                self.counts(Entity::Location(id));
            }
            location::Event::Turned { .. } => {} // comes with a change
            location::Event::Closed => {
                self.on_hand.retain(|((at, _), _), _| *at != id);
                self.versions.retain(|entity, _| match entity {
                    Entity::Location(at) | Entity::Lot((at, _), _) | Entity::Listing((at, _)) => {
                        *at != id
                    }
                    Entity::Order(_) | Entity::Settings(_) | Entity::Address(..) => true,
                });
            }
            location::Event::Shelf { article, event } => {
                self.note_shelf((id, article.clone()), event);
            }
        }
    }

    fn note_shelf(&mut self, spot: Spot, event: &ShelfEvent) {
        match event {
            ShelfEvent::Put(lot) => {
                self.on_hand.insert((spot.clone(), lot.id), lot.value.get().into());
                self.carries(Entity::Lot(spot, lot.id), lot.version);
            }
            ShelfEvent::Removed { stock } => {
                self.on_hand.remove(&(spot.clone(), *stock));
                self.versions.remove(&Entity::Lot(spot, *stock));
            }
            ShelfEvent::Consumed { stock, units, .. } => {
                let there = self.on_hand.entry((spot.clone(), *stock)).or_default();
                let taken = u64::from(units.get());
                if *there < taken {
                    let what = format_smolstr!("lot {stock}: {taken} pieces leave of {there}");
                    self.faults.push(Fault { invariant: "S3", what });
                }
                *there = there.saturating_sub(taken);
                self.counts(Entity::Lot(spot, *stock));
            }
            ShelfEvent::Listed(listing) => self.carries(Entity::Listing(spot), listing.version),
            ShelfEvent::Unlisted => {
                self.versions.remove(&Entity::Listing(spot));
            }
            ShelfEvent::Kept { .. }
            | ShelfEvent::Secured(_)
            | ShelfEvent::Unsecured { .. }
            | ShelfEvent::Reserved { .. }
            | ShelfEvent::Released { .. }
            | ShelfEvent::Rehosted { .. }
            | ShelfEvent::SoldOut
            | ShelfEvent::Moved { .. } => {}
        }
    }

    /// The version grows by this event.
    fn counts(&mut self, entity: Entity) {
        *self.versions.entry(entity).or_default() += 1;
    }

    /// The event says the version: it must be the next one.
    fn carries(&mut self, entity: Entity, version: Version) {
        let next = self.versions.get(&entity).copied().unwrap_or_default() + 1;
        if version.0 != next {
            let what = format_smolstr!("{entity} is at version {version}, after {}", next - 1);
            self.faults.push(Fault { invariant: "P8", what });
        }
        self.versions.insert(entity, version.0);
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entity::Order(id) => write!(out, "order {id}"),
            Entity::Location(id) => write!(out, "location {id}"),
            Entity::Lot(_, stock) => write!(out, "lot {stock}"),
            Entity::Listing((at, article)) => write!(out, "the listing of {article} at {at}"),
            Entity::Settings(tenant) => write!(out, "the settings of {tenant}"),
            Entity::Address(tenant, number) => write!(out, "address {number} of {tenant}"),
        }
    }
}

/// The pieces of every lot.
fn on_hand(world: &World) -> BTreeMap<(Spot, StockId), u64> {
    let mut all = BTreeMap::new();
    for (id, (_, location)) in &world.locations {
        for (article, shelf) in location.shelves.iter() {
            for lot in &shelf.lots {
                all.insert(((*id, article.clone()), lot.id), lot.value.get().into());
            }
        }
    }
    all
}

/// The version of every entity that has one to be checked.
fn versions(world: &World) -> BTreeMap<Entity, u64> {
    let mut all = BTreeMap::new();
    for (id, (_, order)) in &world.orders {
        all.insert(Entity::Order(*id), order.version.0);
    }
    for (id, (_, location)) in &world.locations {
        all.insert(Entity::Location(*id), location.version.0);
        for (article, shelf) in location.shelves.iter() {
            let spot = (*id, article.clone());
            for lot in &shelf.lots {
                all.insert(Entity::Lot(spot.clone(), lot.id), lot.version.0);
            }
            if let Some(listing) = &shelf.listing {
                all.insert(Entity::Listing(spot), listing.version.0);
            }
        }
    }
    for (id, tenant) in world.desk.tenants() {
        if tenant.settings.version > Version::FIRST {
            all.insert(Entity::Settings(id.clone()), tenant.settings.version.0);
        }
        for (number, address) in &tenant.addresses {
            all.insert(Entity::Address(id.clone(), *number), address.version.0);
        }
    }
    all
}

/// Where two accounts differ, and what each of them has.
fn differences<'a, K: Ord>(
    counted: &'a BTreeMap<K, u64>,
    there: &'a BTreeMap<K, u64>,
) -> Vec<(&'a K, String)> {
    let said = |number: Option<&u64>| number.map_or("no".to_owned(), u64::to_string);
    let keys = counted.keys().chain(there.keys().filter(|key| !counted.contains_key(key)));
    let all = keys.map(|key| (key, counted.get(key), there.get(key)));
    let different = all.filter(|(_, counted, there)| counted != there);
    different
        .map(|(key, counted, there)| {
            (key, format!("has {}, the journal counts {}", said(there), said(counted)))
        })
        .collect()
}
