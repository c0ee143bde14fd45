//! Money: a decimal number, exact to a millionth.
//!
//! A file of its own because sums are compared: with binary fractions 0.1 + 0.2 is not 0.3.

use std::fmt;
use std::ops::{Add, Mul};

const DIGITS: usize = 6;
const ONE: i128 = 1_000_000;
/// Beyond it somebody mistyped; and no sum over an order can leave the type.
const WHOLE_DIGITS_MAX: usize = 12;

/// A decimal number, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decimal(i128);

impl Decimal {
    /// Reads `12`, `-0.50`, `+3.`; beyond a millionth it is rounded.
    pub(super) fn parse(text: &str) -> Option<Decimal> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        if whole.trim_start_matches('0').len() > WHOLE_DIGITS_MAX {
            return None;
        }
        let digit =
            |at: usize| fraction.as_bytes().get(at).map_or(0, |byte| i128::from(byte - b'0'));
        let mut value: i128 = whole.parse().ok()?;
        for at in 0..DIGITS {
            value = value * 10 + digit(at);
        }
        value += i128::from(digit(DIGITS) >= 5);
        Some(Decimal(if negative { -value } else { value }))
    }

    /// Whether it is more than nothing.
    pub(super) fn is_positive(self) -> bool {
        self.0 > 0
    }
}

impl Add for Decimal {
    type Output = Decimal;

    fn add(self, other: Decimal) -> Decimal {
        Decimal(self.0 + other.0)
    }
}

impl Mul<u32> for Decimal {
    type Output = Decimal;

    fn mul(self, count: u32) -> Decimal {
        Decimal(self.0 * i128::from(count))
    }
}

/// With at least one digit after the point, as this door's original writes it.
impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0.abs() / ONE, self.0.abs() % ONE);
        let fraction = format!("{fraction:06}");
        let fraction = fraction.trim_end_matches('0');
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(out, "{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_exact_and_printed_with_a_point() {
        let read = |text: &str| Decimal::parse(text).map(|it| it.to_string());
        assert_eq!(read("106").as_deref(), Some("106.0"));
        assert_eq!(read("-12.80").as_deref(), Some("-12.8"));
        assert_eq!(read("0.30000000000000004").as_deref(), Some("0.3"));
        for bad in ["", "x", "1e3", "1.2.3", ".5", "--1", "1234567890123", "NaN", "inf"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        let (tenth, fifth) = (Decimal::parse("0.1").unwrap(), Decimal::parse("0.2").unwrap());
        assert_eq!(tenth + fifth, Decimal::parse("0.3").unwrap());
        assert_eq!(tenth * 3, Decimal::parse("0.3").unwrap());
    }
}
