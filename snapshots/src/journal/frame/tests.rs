//! The layout, byte for byte, and that nothing but it is taken for a frame.

use proptest::prelude::*;

use super::*;

fn frame(segment: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    begin(&mut bytes, Kind::Record, Lsn(7), -2, payload);
    seal(&mut bytes, segment, 3, Lsn(5));
    bytes
}

/// D10: the layout that the head of the file draws.
#[test]
fn a_frame_has_the_released_layout() {
    let bytes = frame(1, b"tea");
    assert_eq!(bytes.len(), 48);
    assert_eq!(&bytes[4..8], b"Crec");
    assert_eq!(bytes[8..12], 3_u32.to_le_bytes());
    assert_eq!(bytes[12..16], 3_u32.to_le_bytes());
    assert_eq!(bytes[16..24], 7_u64.to_le_bytes());
    assert_eq!(bytes[24..32], 5_u64.to_le_bytes());
    assert_eq!(bytes[32..40], (-2_i64).to_le_bytes());
    assert_eq!(bytes[40..], *b"tea\0\0\0\0\0");
    let checksum = crc32c::crc32c(&[&1_u64.to_le_bytes(), &bytes[4..43]].concat());
    assert_eq!(bytes[..4], checksum.to_le_bytes());
}

/// D7: whatever bit is flipped, the frame is not valid.
#[test]
fn a_frame_with_a_flipped_bit_is_not_valid() {
    let bytes = frame(1, b"two cups of tea!");
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let valid = Head::read(&flipped).is_some_and(|head| {
            flipped.get(..head.bytes()).is_some_and(|frame| is_valid(frame, 1))
        });
        assert!(!valid, "bit {bit}");
    }
}

#[test]
fn zeroes_are_no_frame() {
    assert_eq!(Head::read(&[0; 64]), None);
    assert_eq!(Head::read(&[]), None);
}

#[test]
fn a_length_over_the_limit_is_no_frame() {
    let mut bytes = frame(1, b"tea");
    let length = RECORD_BYTES_MAX as u32;
    bytes[8..12].copy_from_slice(&length.to_le_bytes());
    assert_eq!(Head::read(&bytes).map(|head| head.length), Some(length));
    bytes[8..12].copy_from_slice(&(length + 1).to_le_bytes());
    assert_eq!(Head::read(&bytes), None);
}

#[test]
fn a_mark_fits_behind_the_record_it_names() {
    let mut bytes = Vec::new();
    begin(&mut bytes, Kind::Mark, Lsn(7), 0, &[]);
    let head = Head::read(&bytes).unwrap();
    assert!(head.fits(Lsn(8)) && !head.fits(Lsn(7)));
    assert_eq!(head.next(), Lsn(8));
}

proptest! {
    /// D2, D10: what was written is read, from whatever place in a batch.
    #[test]
    fn frames_are_read_as_they_were_written(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..8),
        (segment, timeline) in any::<(u64, u32)>(),
        (lsn, durable, at_ms) in (1..Lsn::END.0 - 8, 0..Lsn::END.0, any::<i64>()),
    ) {
        let mut bytes = Vec::new();
        for (lsn, payload) in (lsn..).zip(&payloads) {
            begin(&mut bytes, Kind::Record, Lsn(lsn), at_ms, payload);
        }
        seal(&mut bytes, segment, timeline, Lsn(durable));
        let mut rest = bytes.as_slice();
        for (lsn, payload) in (lsn..).zip(&payloads) {
            let head = Head::read(rest).unwrap();
            let (lsn, durable) = (Lsn(lsn), Lsn(durable));
            let length = payload.len() as u32;
            prop_assert_eq!(
                head,
                Head { kind: Kind::Record, length, timeline, lsn, durable, at_ms }
            );
            prop_assert!(is_valid(&rest[..head.bytes()], segment));
            prop_assert!(!is_valid(&rest[..head.bytes()], segment.wrapping_add(1)));
            prop_assert_eq!(&rest[HEAD_BYTES..head.bytes()], payload.as_slice());
            rest = &rest[bytes_of(payload.len())..];
        }
        prop_assert!(rest.is_empty());
    }

    /// T14: any bytes may be asked for a head; none is read beyond its end.
    #[test]
    fn any_bytes_may_be_asked_for_a_head(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Some(head) = Head::read(&bytes) {
            prop_assert!(head.length as usize <= RECORD_BYTES_MAX);
        }
    }
}
