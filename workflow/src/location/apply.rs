//! Makes an event at a location true.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::{Card, Event, Held, Location, Shelf, ShelfEvent, Shelves};
use crate::id::{LocationId, Version};
use crate::time::Time;

/// The location that an event of opening makes.
pub fn open(id: LocationId, card: Arc<Card>, at: Time) -> Location {
    Location {
        id,
        version: Version::FIRST,
        created: at,
        modified: at,
        card,
        replies: VecDeque::new(),
        shelves: Shelves::default(),
        lots: BTreeMap::new(),
    }
}

/// Makes `event` true at the time of its command.
pub fn apply(location: &mut Location, event: &Event, at: Time) {
    match event {
        Event::Opened(_) => unreachable!("P1: a location is opened once, by open()"),
        Event::Closed => {
            location.shelves.clear();
            location.lots.clear();
        }
        Event::Changed(card) => {
            location.card = card.clone();
            location.version = location.version.next();
            location.modified = at;
        }
        Event::Turned { .. } => {} // the card says it
        Event::Shelf { article, event } => {
            match event {
                ShelfEvent::Put(lot) => {
                    location.lots.insert(lot.id, article.clone());
                }
                ShelfEvent::Removed { stock } => {
                    location.lots.remove(stock);
                }
                _ => {}
            }
            apply_to_shelf(location.shelves.at(article), event);
        }
    }
}

/// Makes `event` true on one article's shelf.
fn apply_to_shelf(shelf: &mut Shelf, event: &ShelfEvent) {
    match event {
        ShelfEvent::Put(put) => {
            shelf.sold_out = false;
            match shelf.lots.iter_mut().find(|lot| lot.id == put.id) {
                Some(lot) => {
                    let reserved = lot.reserved;
                    *lot = (**put).clone();
                    lot.reserved = reserved;
                    assert!(reserved <= lot.value, "S1: no more is reserved than lies there");
                }
                None => shelf.lots.push((**put).clone()),
            };
        }
        ShelfEvent::Removed { stock } => {
            let held = shelf.lot(*stock).map(|lot| lot.reserved).unwrap_or_default();
            assert!(held.is_zero(), "S2: a lot that is reserved does not go away");
            shelf.lots.retain(|lot| lot.id != *stock);
        }
        ShelfEvent::Listed(listing) => shelf.listing = Some(listing.clone()),
        ShelfEvent::Unlisted => shelf.listing = None,
        ShelfEvent::Kept { safety } => shelf.safety = *safety,
        ShelfEvent::Secured(own) => {
            shelf.safety = own.units;
            shelf.own_safety = Some(own.clone());
        }
        ShelfEvent::Unsecured { safety, .. } => {
            shelf.safety = *safety;
            shelf.own_safety = None;
        }
        ShelfEvent::Reserved { reservation, stock, units } => {
            shelf.hold(*reservation, Held { stock: *stock, units: *units });
        }
        ShelfEvent::Released { reservation } => {
            shelf.release(*reservation);
        }
        ShelfEvent::Rehosted { reservation, stock } => {
            let held = shelf.release(*reservation);
            shelf.hold(*reservation, Held { stock: *stock, ..held });
        }
        ShelfEvent::Consumed { reservation, stock, units } => {
            let held = shelf.release(*reservation);
            assert_eq!(held.stock, Some(*stock), "S2: pieces leave the lot that they are held of");
            if held.units > *units {
                shelf.hold(*reservation, Held { units: held.units.minus(*units), ..held });
            }
            shelf.take_off(*stock, *units);
        }
        ShelfEvent::SoldOut => shelf.sold_out = true,
        ShelfEvent::Moved { .. } => {} // the lots say it
    }
}

/// The same for a shelf as it is stored: without reservations, which the orders remember.
pub fn apply_to_row(shelf: &mut Shelf, event: &ShelfEvent) {
    match event {
        ShelfEvent::Consumed { stock, units, .. } => shelf.take_off(*stock, *units),
        ShelfEvent::Reserved { .. }
        | ShelfEvent::Released { .. }
        | ShelfEvent::Rehosted { .. }
        | ShelfEvent::Moved { .. } => {}
        ShelfEvent::Put(_)
        | ShelfEvent::Removed { .. }
        | ShelfEvent::Listed(_)
        | ShelfEvent::Kept { .. }
        | ShelfEvent::Unlisted
        | ShelfEvent::Secured(_)
        | ShelfEvent::Unsecured { .. }
        | ShelfEvent::SoldOut => apply_to_shelf(shelf, event),
    }
}
