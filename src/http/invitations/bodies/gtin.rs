//! A GTIN-13: thirteen digits, of which the last checks the others (GS1 General Specifications,
//! 7.9).

/// The thirteen digits of a text; none if it is something else.
fn digits(text: &str) -> Option<[u8; 13]> {
    let bytes: &[u8; 13] = text.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_digit).then(|| bytes.map(|byte| byte - b'0'))
}

/// Whether a text is thirteen digits.
pub(super) fn is_gtin(text: &str) -> bool {
    digits(text).is_some()
}

/// The check digit that was sent and the one that it should be, if they differ.
pub(crate) fn check_digit(text: &str) -> Option<(u8, u8)> {
    let digits = digits(text)?;
    let weights = [1_u32, 3].into_iter().cycle();
    let sum: u32 =
        digits[..12].iter().zip(weights).map(|(it, weight)| u32::from(*it) * weight).sum();
    let computed = ((10 - sum % 10) % 10) as u8;
    (computed != digits[12]).then_some((digits[12], computed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_checks_the_others() {
        assert_eq!(check_digit("0075678164124"), Some((4, 5)));
        assert_eq!(check_digit("0075678164125"), None);
        assert_eq!(check_digit("4006381333931"), None);
        for bad in ["", "007567816412", "00756781641250", "007567816412x", "٠075678164125"] {
            assert!(!is_gtin(bad), "{bad}");
        }
    }
}
