//! Writes JSON text in one pass, for the answer that is written ten thousands of times a second.
//!
//! Every other answer is a struct that serde writes. Here that was a sixth of a promise's time at
//! the door: every name and value was searched for characters to escape, and most of the text of
//! this answer are names. So what is always there is written as it stands, brackets, commas and
//! names in one piece, and the values between.

use std::ops::Range;

use uuid::Uuid;
use workflow::time::Time;

/// JSON text that grows at its end.
pub(crate) struct Pen(String);

impl Pen {
    /// Empty, with room for so many bytes.
    pub(crate) fn with_room(bytes: usize) -> Pen {
        Pen(String::with_capacity(bytes))
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// A piece of the text as it is.
    ///
    /// Inlined, so that it is written as a few words of known length.
    #[inline(always)]
    pub(crate) fn raw(&mut self, json: &'static str) -> &mut Pen {
        self.0.push_str(json);
        self
    }

    /// An array with a value for each of `items`; returns where in the text the values stand.
    pub(crate) fn array<I: IntoIterator>(
        &mut self,
        items: I,
        mut each: impl FnMut(&mut Pen, I::Item),
    ) -> Range<usize> {
        self.0.push('[');
        let start = self.0.len();
        for (nth, item) in items.into_iter().enumerate() {
            if nth > 0 {
                self.0.push(',');
            }
            each(self, item);
        }
        let inside = start..self.0.len();
        self.0.push(']');
        inside
    }

    /// What stands in the text already, once more.
    pub(crate) fn again(&mut self, place: Range<usize>) -> &mut Pen {
        self.0.extend_from_within(place);
        self
    }

    /// A text.
    pub(crate) fn text(&mut self, value: &str) -> &mut Pen {
        if is_plain(value.as_bytes()) {
            return self.quoted(value);
        }
        let quoted = serde_json::to_string(value).expect("a text can be written");
        self.0.push_str(&quoted);
        self
    }

    /// A uuid, from its number.
    pub(crate) fn uuid(&mut self, bits: u128) -> &mut Pen {
        let mut digits = [0; uuid::fmt::Hyphenated::LENGTH];
        self.quoted(Uuid::from_u128(bits).hyphenated().encode_lower(&mut digits))
    }

    /// An instant, as a text.
    pub(crate) fn instant(&mut self, at: Time) -> &mut Pen {
        self.0.push('"');
        at.write_to(&mut self.0);
        self.raw("\"")
    }

    /// A whole number.
    pub(crate) fn number(&mut self, value: u64) -> &mut Pen {
        if value >= 10 {
            self.number(value / 10);
        }
        self.0.push(digit(value));
        self
    }

    /// A number with three decimals, from its thousandths.
    pub(crate) fn thousandths(&mut self, value: u64) -> &mut Pen {
        self.number(value / 1_000);
        self.0.push('.');
        for place in [100, 10, 1] {
            self.0.push(digit(value / place));
        }
        self
    }

    fn quoted(&mut self, plain: &str) -> &mut Pen {
        self.0.push('"');
        self.0.push_str(plain);
        self.raw("\"")
    }
}

/// The last digit of a number.
fn digit(value: u64) -> char {
    char::from(b'0' + (value % 10) as u8)
}

/// Whether nothing in a text has to be escaped; without a way out in the middle, which would be a
/// byte at a time.
fn is_plain(text: &[u8]) -> bool {
    let is_plain = |byte: u8| (byte >= b' ') & (byte != b'"') & (byte != b'\\');
    text.iter().fold(true, |plain, byte| plain & is_plain(*byte))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_written_is_read_the_same() {
        let texts =
            ["", "plain", "a \"quote\"", "back\\slash", "new\nline", "Köln \u{1F600}", "\u{7f}"];
        let mut pen = Pen::with_room(1);
        let written = pen.raw(r#"{"texts":"#).array(texts, |pen, text| {
            pen.text(text);
        });
        pen.raw(r#","twice":["#).again(written.clone()).raw(",").again(written);
        pen.raw(r#"],"numbers":"#).array([0, 7, 10, u64::MAX], |pen, number| {
            pen.number(number);
        });
        pen.raw(r#","none":"#).array([0; 0], |pen, number: u64| {
            pen.number(number);
        });
        pen.raw(r#","id":"#).uuid(7).raw(r#","at":"#).instant(Time(1));
        let thousandths = [0, 1, 10, 100, 1_000, 367_077];
        pen.raw(r#","thousandths":"#).array(thousandths, |pen, value| {
            pen.thousandths(value);
        });
        pen.raw("}");
        let read: Value = serde_json::from_str(&pen.into_text()).unwrap();
        let id = "00000000-0000-0000-0000-000000000007";
        let twice = [texts, texts].concat();
        assert_eq!(
            read,
            json!({ "texts": texts, "twice": twice, "numbers": [0, 7, 10, u64::MAX], "none": [],
            "id": id, "at": "1970-01-01T00:00:00.001Z",
            "thousandths": [0.0, 0.001, 0.01, 0.1, 1.0, 367.077] })
        );
    }

    /// Wherever it stands, and whatever stands beside it.
    #[test]
    fn what_has_to_be_escaped_is_seen() {
        for byte in 0..=u8::MAX {
            let is_odd = byte < b' ' || byte == b'"' || byte == b'\\';
            for length in 1..20 {
                for at in 0..length {
                    for beside in [b' ', 0x7F, 0x80, 0xFF] {
                        let mut text = vec![beside; length];
                        text[at] = byte;
                        assert_eq!(is_plain(&text), !is_odd, "{byte} at {at} of {length}");
                    }
                }
            }
        }
    }
}
