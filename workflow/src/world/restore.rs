//! Puts a world together from what a snapshot holds.
//!
//! A snapshot keeps no reservation at a shelf and no desk: both follow from the orders, the
//! shelves and the locations. So the parts come in this order: tenants, their locations as they
//! were opened, shelves, orders, and at the end [`World::publish_all`].

use smol_str::format_smolstr;

use super::{Fault, World};
use crate::id::{ArticleId, LocationId, TenantId};
use crate::location::{Held, Location, Shelf};
use crate::order::Order;
use crate::record::Owner;
use crate::settings::Settings;
use crate::time::Time;

impl World {
    /// Takes in what a tenant has set, and the number of its newest order.
    pub fn restore_tenant(&mut self, id: &TenantId, settings: Settings, last_number: u64) {
        let tenant = self.desk.tenant(id);
        tenant.settings = settings;
        tenant.last_number = last_number;
    }

    /// Takes in a location with its replies. Seats are given in the order of these calls.
    pub fn restore_location(&mut self, tenant: &TenantId, location: Location) {
        let desk = self.desk.tenant(tenant);
        desk.places.open(location.id, &location.card);
        for reply in &location.replies {
            let owner = Owner::Location(location.id);
            desk.keys.insert(reply.key.clone(), owner);
        }
        self.locations.insert(location.id, (tenant.clone(), location));
    }

    /// Takes in a shelf of a location that is here.
    ///
    /// # Errors
    /// When the location is not here (S2).
    pub fn restore_shelf(
        &mut self,
        id: LocationId,
        article: ArticleId,
        shelf: Shelf,
    ) -> Result<(), Fault> {
        let Some((tenant, location)) = self.locations.get_mut(&id) else {
            let what = format_smolstr!("a shelf of {id}, which is not here");
            return Err(broken(what));
        };
        let places = &mut self.desk.tenant(tenant).places;
        for lot in &shelf.lots {
            places.put_stock(lot.id, id);
            location.lots.insert(lot.id, article.clone());
        }
        location.shelves.insert(article, shelf);
        Ok(())
    }

    /// Takes in an order, and reserves what it holds at its shelves, which are here.
    ///
    /// # Errors
    /// When a shelf or a lot is not here, or has not that much (S1, S2).
    pub fn restore_order(&mut self, tenant: &TenantId, order: Order) -> Result<(), Fault> {
        for hold in &order.holds {
            let line = order.asked.lines.get(usize::from(hold.line));
            let location = self.locations.get_mut(&hold.location);
            let shelf = line
                .zip(location)
                .and_then(|(line, (_, location))| location.shelves.get_mut(&line.article));
            let held = Held { stock: hold.stock, units: hold.units };
            match shelf {
                Some(shelf) if has_room(shelf, &held) => {
                    shelf.restore_hold(order.id.reservation(hold.index), held);
                }
                _ => {
                    let what = format_smolstr!("{} holds what is not there", order.id);
                    return Err(broken(what));
                }
            }
        }
        let desk = self.desk.tenant(tenant);
        desk.book.enter(&order);
        for reply in &order.replies {
            desk.keys.insert(reply.key.clone(), Owner::Order(order.id));
        }
        self.orders.insert(order.id, (tenant.clone(), order));
        Ok(())
    }

    /// Publishes what every location has of every article at `now`, the last record's time.
    pub fn publish_all(&mut self, now: Time) {
        for (id, (tenant, location)) in &self.locations {
            let places = &mut self.desk.tenant(tenant).places;
            for (article, shelf) in &location.shelves {
                places.publish(*id, article, shelf.offer(now));
            }
        }
    }
}

fn has_room(shelf: &Shelf, held: &Held) -> bool {
    held.stock.is_none_or(|stock| {
        let lot = shelf.lot(stock);
        lot.is_some_and(|lot| held.units <= lot.value.less(lot.reserved))
    })
}

fn broken(what: smol_str::SmolStr) -> Fault {
    Fault { invariant: "S2", what }
}
