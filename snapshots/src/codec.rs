//! Records as bytes: the version of the format, then the record in it.
//!
//! A released format is never edited: a change is a version more, and old bytes are read for ever
//! (D10). `fixtures/` holds golden bytes of every version.
//! What is under here knows no file, no LSN and no checksum; the journal does.

mod v1;

#[cfg(test)]
mod golden;
#[cfg(test)]
pub(crate) mod samples;

pub(crate) use v1::append;
use workflow::record::Record;

use crate::limits::RECORD_BYTES_MAX;

/// The version that is written.
pub const VERSION: u8 = 1;

/// Why bytes are not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is not even a version.
    #[error("the record is empty")]
    Empty,
    /// Longer than any record; nothing was allocated for it.
    #[error("the record has {bytes} bytes, at most {RECORD_BYTES_MAX} are allowed")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Written by a later version of Certus.
    #[error("the record has the unknown format {version}")]
    UnknownVersion {
        /// The version that it names.
        version: u8,
    },
    /// The bytes end too early, go on too long, or say nothing in this format.
    #[error("the record is malformed: {0}")]
    Malformed(#[from] postcard::Error),
    /// Something follows the record.
    #[error("{bytes} bytes follow the record")]
    Trailing {
        /// How many.
        bytes: usize,
    },
}

/// Appends `record` to `into`, and allocates nothing beyond what `into` needs to grow.
pub fn encode(record: &Record, into: &mut Vec<u8>) {
    into.push(VERSION);
    v1::encode(record, into);
}

/// The record that `payload` holds, all of it.
///
/// # Errors
/// When it is longer than a record may be, of a version that is not known, or malformed.
pub fn decode(payload: &[u8]) -> Result<Record, Error> {
    if payload.len() > RECORD_BYTES_MAX {
        let bytes = payload.len();
        return Err(Error::TooLong { bytes });
    }
    match payload.split_first() {
        None => Err(Error::Empty),
        Some((&1, record)) => v1::decode(record),
        Some((&version, _)) => Err(Error::UnknownVersion { version }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_version_refuses() {
        assert_eq!(decode(&[2, 0, 0]), Err(Error::UnknownVersion { version: 2 }));
        assert_eq!(decode(&[]), Err(Error::Empty));
    }

    #[test]
    fn a_length_is_bounded_before_anything_is_allocated() {
        let bytes = RECORD_BYTES_MAX + 1;
        assert_eq!(decode(&vec![1; bytes]), Err(Error::TooLong { bytes }));
        // A tenant of 2^63 bytes, in a record of twelve.
        let huge = [1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0];
        let Err(Error::Malformed(_)) = decode(&huge) else {
            panic!("{:?}", decode(&huge));
        };
    }

    #[test]
    fn every_cut_of_a_record_is_refused() {
        for (name, record) in samples::records() {
            let mut bytes = Vec::new();
            encode(&record, &mut bytes);
            assert_eq!(decode(&bytes), Ok(record), "{name}");
            for end in 0..bytes.len() {
                assert!(decode(&bytes[..end]).is_err(), "{name} cut at {end}");
            }
            bytes.push(0);
            assert_eq!(decode(&bytes), Err(Error::Trailing { bytes: 1 }), "{name}");
        }
    }

    /// What the core says of an event's size before it happens (workflow/src/location/bytes.rs).
    #[test]
    fn no_event_takes_more_bytes_than_the_core_says() {
        use workflow::id::{ArticleId, LocationId, OrderId, StockId};
        use workflow::location::{self, ShelfEvent};
        use workflow::record::Event;
        use workflow::time::Time;

        let (_, empty) = samples::records().remove(0);
        let size = |events: Vec<Event>| {
            let mut bytes = Vec::new();
            encode(&Record { events, reply: None, ..empty.clone() }, &mut bytes);
            bytes.len()
        };
        let id = LocationId::of(Time(i64::MAX >> 16), u64::MAX);
        let (order, stock) =
            (OrderId::of(Time(i64::MAX >> 16), u64::MAX), StockId::from_bits(u128::MAX));
        let reservation = order.reservation(0xEFFE);
        let units = workflow::quantity::Units::of_stock(i64::from(i32::MAX)).unwrap();
        let moved = [
            ShelfEvent::Reserved { reservation, stock: Some(stock), units },
            ShelfEvent::Rehosted { reservation, stock: Some(stock) },
            ShelfEvent::Consumed { reservation, stock, units },
            ShelfEvent::Moved { from: stock, to: stock, units },
        ];
        let article = ArticleId::parse(&"a".repeat(250)).unwrap();
        let moved = moved.map(|event| location::Event::Shelf { article: article.clone(), event });
        let sampled = samples::records().into_iter().flat_map(|(_, record)| record.events);
        let sampled = sampled.filter_map(|event| match event {
            Event::Location { event, .. } => Some(event),
            _ => None,
        });
        for event in sampled.chain(moved) {
            let most = event.bytes_max();
            let took = size(vec![Event::Location { id, event: event.clone() }]) - size(vec![]);
            // The order notes a reservation's index, line, place, lot and pieces.
            let noted = if let location::Event::Shelf {
                event: ShelfEvent::Reserved { .. } | ShelfEvent::Rehosted { .. },
                ..
            } = &event
            {
                50
            } else {
                0
            };
            assert!(took + noted <= most, "{took} bytes, not {most}: {event:?}");
        }
    }

    #[test]
    fn encoding_appends_and_needs_no_more_room_than_the_record() {
        let (_, record) = samples::records().remove(0);
        let mut bytes = Vec::with_capacity(4096);
        bytes.extend_from_slice(b"before");
        encode(&record, &mut bytes);
        assert_eq!(bytes.capacity(), 4096);
        assert_eq!(&bytes[..6], b"before");
        assert_eq!(decode(&bytes[6..]), Ok(record));
    }
}
