//! Puts a world together from what a snapshot holds.
//!
//! A snapshot keeps no reservation at a shelf and no desk: both follow from the orders, the
//! shelves and the locations. So the parts come in this order: tenants, their locations as they
//! were opened, shelves, orders, and at the end [`Restore::finish`].

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::{Fault, World};
use crate::address::Address;
use crate::desk::Tenant;
use crate::id::{ArticleId, LocationId, StockId, TenantId};
use crate::keyring::Key;
use crate::location::{Held, Location, SafetyStock, Shelf, ShelfEvent};
use crate::order::{Hold, Order};
use crate::record::Owner;
use crate::reply::ReplyKey;
use crate::settings::Settings;
use crate::subscription::Subscription;
use crate::time::Time;

/// A world that is being put together.
#[derive(Debug, Default)]
pub struct Restore {
    world: World,
    /// The shelves, apart from their locations: a million orders look for theirs, and a look-up
    /// by numbers of our own is several times faster than one by names.
    shelves: Vec<Resting>,
    by_lot: FxHashMap<(LocationId, StockId), usize>,
    by_name: BTreeMap<(LocationId, ArticleId), usize>,
    /// The keys of all replies: they come in no order, and sorted once they make a map faster
    /// than one by one.
    keys: BTreeMap<TenantId, Vec<(ReplyKey, Owner)>>,
}

/// A shelf that is not yet in its location.
#[derive(Debug)]
struct Resting {
    at: LocationId,
    article: ArticleId,
    shelf: Shelf,
}

impl Restore {
    /// Takes in what a tenant has set, and the number of its newest order.
    pub fn tenant(&mut self, id: &TenantId, settings: Settings, last_number: u64) {
        let tenant = self.world.desk.tenant(id);
        tenant.settings = settings;
        tenant.last_number = last_number;
    }

    /// Takes in an address that gets no mail.
    pub fn suppressed(&mut self, tenant: &TenantId, address: SmolStr) {
        self.world.desk.tenant(tenant).suppressed.insert(address);
    }

    /// Takes in a safety stock that holds wherever there is none of its own.
    pub fn safety(&mut self, tenant: &TenantId, article: &ArticleId, safety: SafetyStock) {
        self.world.desk.tenant(tenant).safeties.put_default(article, safety);
    }

    /// Takes in an API key of a tenant.
    pub fn key(&mut self, tenant: &TenantId, key: Key) {
        self.world.desk.tenant(tenant).keyring.restore(key);
    }

    /// Takes in what is known of an address.
    pub fn address(&mut self, tenant: &TenantId, address: Address) {
        self.world.desk.tenant(tenant).addresses.insert(address.number, address);
    }

    /// Takes in a tenant's subscription.
    pub fn subscription(&mut self, tenant: &TenantId, subscription: Subscription) {
        self.world.desk.tenant(tenant).enter_subscription(Arc::new(subscription));
    }

    /// Takes in a location with its replies. Seats are given in the order of these calls.
    pub fn location(&mut self, tenant: &TenantId, location: Location) {
        let desk = self.world.desk.tenant(tenant);
        desk.places.open(location.id, &location.card);
        desk.keys.extend(
            location.replies.iter().map(|it| (it.key.clone(), Owner::Location(location.id))),
        );
        let locations = &mut self.world.locations;
        locations.insert(location.id, (tenant.clone(), location));
    }

    /// Takes in a shelf of a location that is here.
    ///
    /// # Errors
    /// When the location is not here (S2).
    pub fn shelf(&mut self, at: LocationId, article: ArticleId, shelf: Shelf) -> Result<(), Fault> {
        let Some((tenant, location)) = self.world.locations.get_mut(&at) else {
            let what = format_smolstr!("a shelf of {at}, which is not here");
            return Err(broken(what));
        };
        let Tenant { places, safeties, .. } = self.world.desk.tenant(tenant);
        if let Some(own) = &shelf.own_safety {
            safeties.note(at, &article, &ShelfEvent::Secured(own.clone()));
        }
        let number = self.shelves.len();
        for lot in &shelf.lots {
            places.put_stock(lot, at);
            location.lots.insert(lot.id, article.clone());
            self.by_lot.insert((at, lot.id), number);
        }
        self.by_name.insert((at, article.clone()), number);
        self.shelves.push(Resting { at, article, shelf });
        Ok(())
    }

    /// Takes in an order, and reserves what it holds at its shelves, which are here.
    ///
    /// # Errors
    /// When a shelf or a lot is not here, or has not that much (S1, S2).
    pub fn order(&mut self, tenant: &TenantId, order: Order) -> Result<(), Fault> {
        for hold in &order.holds {
            let held = Held { stock: hold.stock, units: hold.units };
            let Some(shelf) = self.shelf_of(&order, hold).filter(|shelf| has_room(shelf, &held))
            else {
                let what = format_smolstr!("{} holds what is not there", order.id);
                return Err(broken(what));
            };
            shelf.restore_hold(order.id.reservation(hold.index), held);
        }
        self.world.desk.tenant(tenant).enter(&order);
        if !self.keys.contains_key(tenant) {
            self.keys.insert(tenant.clone(), Vec::new());
        }
        let keys = self.keys.get_mut(tenant).expect("the tenant's keys were just put there");
        keys.extend(order.replies.iter().map(|it| (it.key.clone(), Owner::Order(order.id))));
        self.world.orders.insert(order.id, (tenant.clone(), order));
        Ok(())
    }

    /// The world, with every shelf in its location and its offer, as of `now`, published.
    #[must_use]
    pub fn finish(self, now: Time) -> World {
        let Restore { mut world, shelves, keys, .. } = self;
        for (tenant, keys) in keys {
            let mut keys = keys.into_iter().collect();
            world.desk.tenant(&tenant).keys.append(&mut keys);
        }
        for Resting { at, article, shelf } in shelves {
            let (tenant, location) =
                world.locations.get_mut(&at).expect("a shelf is taken in after its location");
            let places = &mut world.desk.tenant(tenant).places;
            places.publish(at, &article, shelf.offer(now));
            location.shelves.insert(article, shelf);
        }
        world
    }

    /// The shelf that an order's hold is about.
    fn shelf_of(&mut self, order: &Order, hold: &Hold) -> Option<&mut Shelf> {
        let article = &order.asked.lines.get(usize::from(hold.line))?.article;
        let number = match hold.stock {
            Some(stock) => self.by_lot.get(&(hold.location, stock)),
            None => self.by_name.get(&(hold.location, article.clone())),
        };
        let resting = self.shelves.get_mut(*number?)?;
        (resting.article == *article).then_some(&mut resting.shelf)
    }
}

fn has_room(shelf: &Shelf, held: &Held) -> bool {
    held.stock.is_none_or(|stock| {
        let lot = shelf.lot(stock);
        lot.is_some_and(|lot| held.units <= lot.value.less(lot.reserved))
    })
}

fn broken(what: SmolStr) -> Fault {
    Fault { invariant: "S2", what }
}
