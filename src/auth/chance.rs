//! Random bytes for secrets, from the operating system and nowhere else.

use rustix::rand::{GetRandomFlags, getrandom};

/// So many random bytes.
///
/// # Panics
/// When the operating system has none: nothing that is secret can be made then.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut drawn = [0; N];
    let mut count = 0;
    while count < N {
        match getrandom(&mut drawn[count..], GetRandomFlags::empty()) {
            Ok(more) => count += more,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("the operating system has no random numbers: {error}"),
        }
    }
    drawn
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).expect("a nibble is a digit");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, other) = (hex(&bytes::<32>()), hex(&bytes::<32>()));
        assert_eq!((one.len(), other.len()), (64, 64));
        assert_ne!(one, other);
        assert_eq!(hex(&[0, 0xA9, 0xFF]), "00a9ff");
    }
}
