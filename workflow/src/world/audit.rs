//! Whether a world keeps the invariants, and a number that equal worlds share.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use smol_str::{SmolStr, format_smolstr};

use super::World;
use crate::desk::Tenant;
use crate::id::{ArticleId, LocationId, ReservationId, StockId};
use crate::order::{Stage, Step};
use crate::quantity::Units;
use crate::settings::Settings;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its id, as `S1`.
    pub invariant: &'static str,
    /// What was seen.
    pub what: SmolStr,
}

/// A reservation as an order and as a location remember it.
type Reserved = BTreeMap<ReservationId, (LocationId, ArticleId, Option<StockId>, Units)>;

impl World {
    /// Looks for broken invariants; an empty answer means that none was found.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.check_stock(&mut faults);
        self.check_reservations(&mut faults);
        self.check_orders(&mut faults);
        self.check_keys(&mut faults);
        faults
    }

    /// A number that depends on every order, location, lot, reservation, setting and API key. Equal events
    /// give an equal number, on every machine.
    pub fn hash(&self) -> u64 {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        self.orders.hash(&mut hasher);
        self.locations.hash(&mut hasher);
        // A tenant that nothing ever happened to has a desk once it was refused something.
        let touched = |tenant: &&Tenant| {
            tenant.last_number > 0
                || tenant.settings != Settings::default()
                || !tenant.safeties.defaults().is_empty()
                || !tenant.keyring.is_empty()
                || !tenant.subscriptions.is_empty()
                || !tenant.addresses.is_empty()
                || !tenant.suppressed.is_empty()
        };
        for (id, tenant) in self.desk.tenants().filter(|(_, tenant)| touched(tenant)) {
            id.hash(&mut hasher);
            tenant.settings.hash(&mut hasher);
            tenant.safeties.defaults().hash(&mut hasher);
            tenant.last_number.hash(&mut hasher);
            tenant.suppressed.hash(&mut hasher);
            tenant.keyring.hash(&mut hasher);
            tenant.subscriptions.hash(&mut hasher);
            tenant.addresses.hash(&mut hasher);
        }
        hasher.finish()
    }

    fn check_stock(&self, faults: &mut Vec<Fault>) {
        for (id, (_, location)) in &self.locations {
            for (article, shelf) in location.shelves.iter() {
                for lot in &shelf.lots {
                    if lot.reserved > lot.value {
                        let what = format_smolstr!(
                            "{id} {article}: {} reserved of {}",
                            lot.reserved,
                            lot.value
                        );
                        faults.push(Fault { invariant: "S1", what });
                    }
                    let held = shelf.holds.iter().filter(|(_, held)| held.stock == Some(lot.id));
                    let held: Units = held.map(|(_, held)| held.units).sum();
                    if held != lot.reserved {
                        let what = format_smolstr!(
                            "{id} {article}: {} reserved, {held} in reservations",
                            lot.reserved
                        );
                        faults.push(Fault { invariant: "S2", what });
                    }
                }
            }
        }
    }

    fn check_reservations(&self, faults: &mut Vec<Fault>) {
        let mut by_orders = Reserved::new();
        for (_, order) in self.orders.values() {
            for hold in &order.holds {
                let article = order.asked.lines[usize::from(hold.line)].article.clone();
                let reserved = (hold.location, article, hold.stock, hold.units);
                by_orders.insert(order.id.reservation(hold.index), reserved);
            }
        }
        let mut by_locations = Reserved::new();
        for (id, (_, location)) in &self.locations {
            for (article, shelf) in location.shelves.iter() {
                for (reservation, held) in shelf.holds.iter() {
                    let reserved = (*id, article.clone(), held.stock, held.units);
                    by_locations.insert(*reservation, reserved);
                }
            }
        }
        for (reservation, reserved) in &by_orders {
            if by_locations.get(reservation) != Some(reserved) {
                let what = format_smolstr!("{reservation} of an order is not at its location");
                faults.push(Fault { invariant: "S2", what });
            }
        }
        for reservation in by_locations.keys().filter(|id| !by_orders.contains_key(id)) {
            let what = format_smolstr!("{reservation} at a location is in no order");
            faults.push(Fault { invariant: "S7", what });
        }
    }

    fn check_orders(&self, faults: &mut Vec<Fault>) {
        for (id, (tenant, order)) in &self.orders {
            if order.stage.is_closed() && !order.holds.is_empty() {
                let what = format_smolstr!("{id} is {} and holds stock", order.stage.name());
                faults.push(Fault { invariant: "S7", what });
            }
            for (line, asked) in (0_u16..).zip(&order.asked.lines) {
                let gone = order.dropped(line).with(order.shipped(line));
                if order.assigned(line).with(gone) > asked.quantity {
                    let what = format_smolstr!("{id} line {line}: more held than asked for");
                    faults.push(Fault { invariant: "S6", what });
                }
            }
            let open = order.parts().iter().filter(|part| part.step < Step::Out);
            let mut places: Vec<LocationId> = open.map(|part| part.location).collect();
            places.sort_unstable();
            if places.windows(2).any(|two| two[0] == two[1]) {
                let what = format_smolstr!("{id} has two open parts at one location");
                faults.push(Fault { invariant: "P1", what });
            }
            let Some((_, desk)) = self.desk.tenants().find(|(known, _)| *known == tenant) else {
                continue;
            };
            let armed = matches!(order.stage, Stage::Promised { .. });
            if armed != desk.book.has_deadline(*id) {
                let what = format_smolstr!("{id} is {}, its timer differs", order.stage.name());
                faults.push(Fault { invariant: "P3", what });
            }
        }
    }
}

impl World {
    /// C1: a key is under its own id and was made before it was revoked, and a tenant has no more
    /// than it may.
    fn check_keys(&self, faults: &mut Vec<Fault>) {
        for (id, tenant) in self.desk.tenants() {
            if let Some(what) = tenant.keyring.fault() {
                faults.push(Fault { invariant: "C1", what: format_smolstr!("{id}: {what}") });
            }
        }
    }
}

/// FNV-1a: the same number on every machine, unlike the standard library's hasher.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
