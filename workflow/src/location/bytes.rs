//! How many bytes events at a location take in a record, at most.
//!
//! Kept apart from the encoding, which the core does not know: a test beside that shows that no
//! event takes more than is said here.

use smol_str::SmolStr;

use super::{Card, Event, Listing, Lot, ShelfEvent};
use crate::limits::MOVED_EVENT_BYTES;

/// Bytes of an entry of a list besides its texts, at most: their lengths.
const ENTRY_BYTES: usize = 8;

impl Event {
    /// How many bytes the event takes in a record at most, with what orders note of it.
    pub fn bytes_max(&self) -> usize {
        let texts = match self {
            Event::Opened(card) | Event::Changed(card) => of_card(card),
            Event::Closed | Event::Turned { .. } => 0,
            Event::Shelf { article, event } => article.as_str().len() + of_shelf(event),
        };
        MOVED_EVENT_BYTES + texts
    }
}

fn of_shelf(event: &ShelfEvent) -> usize {
    match event {
        ShelfEvent::Put(lot) => of_lot(lot),
        ShelfEvent::Listed(listing) => of_listing(listing),
        ShelfEvent::Removed { .. }
        | ShelfEvent::Kept { .. }
        | ShelfEvent::Reserved { .. }
        | ShelfEvent::Released { .. }
        | ShelfEvent::Rehosted { .. }
        | ShelfEvent::Unlisted
        | ShelfEvent::Secured(_)
        | ShelfEvent::Unsecured { .. }
        | ShelfEvent::Consumed { .. }
        | ShelfEvent::SoldOut
        | ShelfEvent::Moved { .. } => 0,
    }
}

fn of_lot(lot: &Lot) -> usize {
    let Some(details) = &lot.details else { return 0 };
    let kept = details.kept.iter().map(|(name, kept)| ENTRY_BYTES + name.len() + kept.bytes());
    kept.sum::<usize>() + of_text(&details.reference) + of_text(&details.storage)
}

fn of_listing(listing: &Listing) -> usize {
    let codes = listing.codes.iter().map(|code| ENTRY_BYTES + code.len());
    codes.sum::<usize>() + of_text(&listing.title) + listing.kept.bytes()
}

fn of_card(card: &Card) -> usize {
    let others = [&card.reference, &card.postal_code, &card.zone];
    card.name.len() + others.into_iter().map(of_text).sum::<usize>() + card.kept.bytes()
}

fn of_text(text: &Option<SmolStr>) -> usize {
    text.as_ref().map_or(0, |text| text.len())
}
