//! Bytes that may be a record: they are refused, or they are one that is written and read the same
//! again (D7, D10).

#![no_main]

use libfuzzer_sys::fuzz_target;
use snapshots::codec::{decode, encode};

fuzz_target!(|bytes: &[u8]| {
    let Ok(record) = decode(bytes) else { return };
    let mut again = Vec::new();
    encode(&record, &mut again);
    assert_eq!(decode(&again).as_ref(), Ok(&record));
    let mut twice = Vec::new();
    encode(&record, &mut twice);
    assert_eq!(twice, again);
});
