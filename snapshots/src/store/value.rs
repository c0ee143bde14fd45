//! Values: every one says its version and its LSN, and carries a checksum of its own.
//!
//! ```text
//!  version │ chunks │ LSN │ CRC-32C │ payload
//!  1       │ 2      │ 8   │ 4       │ below 4 KiB with its head
//! ```
//!
//! A payload that does not fit is split; its chunks share the row's key, the LSN and the count.
//! The checksum covers the key too, so a value at another row's key is damage as well (D7).

use super::Error;
use super::key;
use crate::Lsn;

/// The version that is written; a value of another one is rebuilt from the journal.
const VERSION: u8 = 1;
const HEAD_BYTES: usize = 15;
/// sled keeps values below 4 KiB in its pages; keys stand beside them.
const PAYLOAD_BYTES_MAX: usize = 3_968;

/// What a row takes up: enough to overwrite it, and to take it out of the store's sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Footprint {
    /// How many chunks; none if there is no such row.
    pub(crate) chunks: u16,
    /// The sum over its chunks' checksums.
    pub(crate) sum: u64,
}

/// A chunk that was checked.
pub(super) struct Chunk<'a> {
    pub(super) chunks: u16,
    pub(super) lsn: Lsn,
    pub(super) payload: &'a [u8],
    pub(super) sum: u64,
}

/// Splits `payload` into values, and hands `put` the key and value of each.
pub(super) fn split(
    row: &[u8],
    lsn: Lsn,
    payload: &[u8],
    mut put: impl FnMut(Vec<u8>, Vec<u8>),
) -> Footprint {
    let chunks = payload.len().div_ceil(PAYLOAD_BYTES_MAX).max(1);
    // The largest, a tenant's with all its subscriptions and an order's with all its replies, have
    // half as much.
    let chunks = u16::try_from(chunks).expect("no row has 260 MB");
    let mut sum = 0_u64;
    for number in 0..chunks {
        let from = usize::from(number) * PAYLOAD_BYTES_MAX;
        let part = &payload[from..payload.len().min(from + PAYLOAD_BYTES_MAX)];
        let key = key::chunk(row, number);
        let mut value = Vec::with_capacity(HEAD_BYTES + part.len());
        value.push(VERSION);
        value.extend_from_slice(&chunks.to_le_bytes());
        value.extend_from_slice(&lsn.0.to_le_bytes());
        let crc = checksum(&key, &value, part);
        value.extend_from_slice(&crc.to_le_bytes());
        value.extend_from_slice(part);
        sum = sum.wrapping_add(mixed(crc, lsn));
        put(key, value);
    }
    Footprint { chunks, sum }
}

/// The chunk in a value, if it is whole and belongs to `key`.
pub(super) fn check<'a>(key: &[u8], value: &'a [u8]) -> Result<Chunk<'a>, Error> {
    let damaged = |what| Error::damaged(key, what);
    let (head, payload) = value
        .split_first_chunk::<HEAD_BYTES>()
        .ok_or_else(|| damaged("a value is shorter than its head"))?;
    let (said, crc) = head.split_at(HEAD_BYTES - 4);
    let crc = u32::from_le_bytes([crc[0], crc[1], crc[2], crc[3]]);
    if checksum(key, said, payload) != crc {
        return Err(damaged("a value's checksum is wrong"));
    }
    if head[0] != VERSION {
        return Err(damaged("a value has an unknown version"));
    }
    let chunks = u16::from_le_bytes([head[1], head[2]]);
    let lsn = head[3..11].iter().rev();
    let lsn = Lsn(lsn.fold(0, |number, byte| (number << 8) | u64::from(*byte)));
    let sum = mixed(crc, lsn);
    Ok(Chunk { chunks, lsn, payload, sum })
}

fn checksum(key: &[u8], head: &[u8], payload: &[u8]) -> u32 {
    let crc = crc32c::crc32c_append(crc32c::crc32c(key), head);
    crc32c::crc32c_append(crc, payload)
}

/// Spreads a checksum over 64 bits (the finalizer of SplitMix64), so that sums of many differ.
fn mixed(crc: u32, lsn: Lsn) -> u64 {
    let mut bits = (lsn.0 << 32) ^ (lsn.0 >> 32) ^ u64::from(crc);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Values = Vec<(Vec<u8>, Vec<u8>)>;

    fn chunks(payload: &[u8]) -> (Values, Footprint) {
        let mut values = Vec::new();
        let put = |key, value| values.push((key, value));
        let footprint = split(b"row", Lsn(77), payload, put);
        (values, footprint)
    }

    #[test]
    fn a_large_row_is_split_below_4_kib() {
        let payload: Vec<u8> = (0..20_000_u32).map(|n| n as u8).collect();
        let (values, footprint) = chunks(&payload);
        assert_eq!((values.len(), footprint.chunks), (6, 6));
        let mut whole = Vec::new();
        let mut sum = 0_u64;
        for (key, value) in &values {
            assert!(value.len() < 4096);
            let chunk = check(key, value).unwrap();
            assert_eq!((chunk.chunks, chunk.lsn), (6, Lsn(77)));
            whole.extend_from_slice(chunk.payload);
            sum = sum.wrapping_add(chunk.sum);
        }
        assert_eq!(whole, payload);
        assert_eq!(sum, footprint.sum);
    }

    /// D7: no flipped bit, and no value at another's key, is ever served.
    #[test]
    fn every_flipped_bit_is_found() {
        let (values, _) = chunks(b"a payload");
        let (key, value) = &values[0];
        for bit in 0..value.len() * 8 {
            let mut flipped = value.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(check(key, &flipped).is_err(), "bit {bit}");
        }
        for end in 0..value.len() {
            assert!(check(key, &value[..end]).is_err(), "cut at {end}");
        }
        assert!(check(b"other", value).is_err());
    }
}
