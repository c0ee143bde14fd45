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
