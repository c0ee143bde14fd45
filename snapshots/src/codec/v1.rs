//! The first format: the record's own shape in postcard.
//!
//! Positional: the order of fields and of variants in `workflow` is this format. The golden bytes
//! in `fixtures/v1/` fail when somebody changes it; the answer is a second version, not new bytes.

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use workflow::record::Record;

use super::Error;

/// Appends the record.
pub(super) fn encode(record: &Record, into: &mut Vec<u8>) {
    append(record, into);
}

/// The record that fills `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Result<Record, Error> {
    let (record, rest) = postcard::take_from_bytes(bytes)?;
    match rest.len() {
        0 => Ok(record),
        bytes => Err(Error::Trailing { bytes }),
    }
}

/// Appends any value in postcard.
pub(crate) fn append<T: Serialize>(value: &T, into: &mut Vec<u8>) {
    postcard::serialize_with_flavor(value, Appended(into))
        .expect("lengths are known and a vector grows: postcard has nothing to refuse");
}

/// A vector that is appended to; postcard's own would be a new one per record.
struct Appended<'a>(&'a mut Vec<u8>);

impl Flavor for Appended<'_> {
    type Output = ();

    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(data);
        Ok(())
    }

    fn try_push(&mut self, data: u8) -> postcard::Result<()> {
        self.0.push(data);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
