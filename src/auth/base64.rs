//! base64url without padding (RFC 4648, section 5), in the one spelling that it has.
//!
//! Of our own because a token must have a single text: padding, the other alphabet, blanks and
//! bits that mean nothing are refused.

/// The bytes of a text.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        bits = (bits << 6) | u32::from(digit(letter)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    (count < 6 && bits == 0).then_some(bytes)
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_spelling() {
        assert_eq!(decode("eyJhbGciOiJub25lIn0").unwrap(), br#"{"alg":"none"}"#);
        assert_eq!(decode("-_8").unwrap(), [0xFB, 0xFF]);
        assert_eq!(decode(""), Some(vec![]));
        for bad in ["-_8=", "+/8", "-_9", "A", "-_ 8", "-_8\n", "é"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
