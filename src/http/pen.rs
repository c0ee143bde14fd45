//! Writes JSON text in one pass, for the answer that is written ten thousands of times a second.
//!
//! Every other answer is a struct that serde writes. Here that was a sixth of a promise's time at
//! the door: every name and value was searched for characters to escape, and most of the text of
//! this answer are names.

use std::ops::Range;

use uuid::Uuid;
use workflow::time::Time;

/// JSON text that grows at its end.
pub(crate) struct Pen {
    text: String,
    /// Whether the next value follows another one.
    follows: bool,
}

impl Pen {
    /// Empty, with room for so many bytes.
    pub(crate) fn with_room(bytes: usize) -> Pen {
        Pen { text: String::with_capacity(bytes), follows: false }
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// An object; `members` writes what is in it.
    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Pen)) {
        self.within(['{', '}'], members);
    }

    /// An array with a value for each of `items`; returns where in the text the values stand.
    pub(crate) fn array<I: IntoIterator>(
        &mut self,
        items: I,
        mut each: impl FnMut(&mut Pen, I::Item),
    ) -> Range<usize> {
        self.within(['[', ']'], |pen| items.into_iter().for_each(|item| each(pen, item)))
    }

    /// One value or several that stand in the text already, once more.
    pub(crate) fn again(&mut self, values: Range<usize>) {
        self.begin();
        self.text.extend_from_within(values);
    }

    /// A member's name; its value comes next. The name has nothing to escape.
    ///
    /// Inlined, so that it is written as a few words of known length.
    #[inline(always)]
    pub(crate) fn name(&mut self, name: &'static str) -> &mut Pen {
        self.begin();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        self.follows = false;
        self
    }

    /// A text that has nothing to escape.
    #[inline(always)]
    pub(crate) fn word(&mut self, word: &'static str) {
        self.begin();
        self.text.push('"');
        self.text.push_str(word);
        self.text.push('"');
    }

    /// A text.
    pub(crate) fn text(&mut self, value: &str) {
        self.begin();
        // Without a way out in the middle, which would be a byte at a time.
        let is_plain = |byte: u8| (byte >= b' ') & (byte != b'"') & (byte != b'\\');
        if value.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
            self.text.push('"');
            self.text.push_str(value);
            self.text.push('"');
        } else {
            let quoted = serde_json::to_string(value).expect("a text can be written");
            self.text.push_str(&quoted);
        }
    }

    /// A uuid, from its number.
    pub(crate) fn uuid(&mut self, bits: u128) {
        self.begin();
        let mut digits = [0; uuid::fmt::Hyphenated::LENGTH];
        self.text.push('"');
        self.text.push_str(Uuid::from_u128(bits).hyphenated().encode_lower(&mut digits));
        self.text.push('"');
    }

    /// An instant, as a text.
    pub(crate) fn instant(&mut self, at: Time) {
        self.begin();
        self.text.push('"');
        at.write_to(&mut self.text);
        self.text.push('"');
    }

    /// A whole number.
    pub(crate) fn number(&mut self, value: u64) {
        self.begin();
        self.digits(value);
    }

    /// A number with three decimals, from its thousandths.
    pub(crate) fn thousandths(&mut self, value: u64) {
        self.number(value / 1_000);
        self.text.push('.');
        for place in [100, 10, 1] {
            self.text.push(digit(value / place));
        }
    }

    /// A name with a number behind it, as a text.
    pub(crate) fn numbered(&mut self, name: &'static str, number: u64) {
        self.begin();
        self.text.push('"');
        self.text.push_str(name);
        self.digits(number);
        self.text.push('"');
    }

    /// A JSON text as it is.
    pub(crate) fn raw(&mut self, json: &str) {
        self.begin();
        self.text.push_str(json);
    }

    fn digits(&mut self, value: u64) {
        if value < 10 {
            return self.text.push(digit(value)); // as nearly all quantities are
        }
        let mut digits = [0_u8; 20];
        let (mut at, mut left) = (digits.len(), value);
        while left > 0 {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
        }
        self.text.push_str(str::from_utf8(&digits[at..]).expect("digits are ASCII"));
    }

    #[inline(always)]
    fn within(&mut self, [open, close]: [char; 2], inside: impl FnOnce(&mut Pen)) -> Range<usize> {
        self.begin();
        self.text.push(open);
        self.follows = false;
        let start = self.text.len();
        inside(self);
        let inside = start..self.text.len();
        self.text.push(close);
        self.follows = true;
        inside
    }

    /// A comma, if a value went before; after it, one has.
    #[inline(always)]
    fn begin(&mut self) {
        if self.follows {
            self.text.push(',');
        }
        self.follows = true;
    }
}

/// The last digit of a number.
fn digit(value: u64) -> char {
    char::from(b'0' + (value % 10) as u8)
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
        pen.object(|pen| {
            let written = pen.name("texts").array(texts, |pen, text| pen.text(text));
            pen.name("twice").array([written.clone(), written], Pen::again);
            pen.name("numbers").array([0, 7, 10, u64::MAX], |pen, number| pen.number(number));
            pen.name("empty").object(|_| {});
            pen.name("none").array([0; 0], |pen, number: u64| pen.number(number));
            pen.name("id").uuid(7);
            pen.name("raw").raw("0.25");
            pen.name("word").word("of ours");
            pen.name("numbered").array([1, 10], |pen, number| pen.numbered("n", number));
            pen.name("at").instant(Time(1));
            let thousandths = [0, 1, 10, 100, 1_000, 367_077];
            pen.name("thousandths").array(thousandths, Pen::thousandths);
        });
        let read: Value = serde_json::from_str(&pen.into_text()).unwrap();
        let id = "00000000-0000-0000-0000-000000000007";
        let twice = [texts, texts].concat();
        assert_eq!(
            read,
            json!({ "texts": texts, "twice": twice, "numbers": [0, 7, 10, u64::MAX], "empty": {},
            "none": [], "id": id, "raw": 0.25, "word": "of ours", "numbered": ["n1", "n10"],
            "at": "1970-01-01T00:00:00.001Z",
            "thousandths": [0.0, 0.001, 0.01, 0.1, 1.0, 367.077] })
        );
    }
}
