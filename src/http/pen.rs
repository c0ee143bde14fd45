//! Writes JSON text in one pass, for the answer that is written ten thousands of times a second.
//!
//! Every other answer is a struct that serde writes. Here that was a sixth of a promise's time at
//! the door: every name and value was searched for characters to escape, and most of the text of
//! this answer are names.

use uuid::Uuid;

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

    /// An array with a value for each of `items`.
    pub(crate) fn array<I: IntoIterator>(
        &mut self,
        items: I,
        mut each: impl FnMut(&mut Pen, I::Item),
    ) {
        self.within(['[', ']'], |pen| items.into_iter().for_each(|item| each(pen, item)));
    }

    /// A member's name; its value comes next. The name has nothing to escape.
    pub(crate) fn name(&mut self, name: &'static str) -> &mut Pen {
        self.begin();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        self.follows = false;
        self
    }

    /// A text.
    pub(crate) fn text(&mut self, value: &str) {
        self.begin();
        let is_plain = value.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
        if is_plain {
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

    /// A whole number.
    pub(crate) fn number(&mut self, value: u64) {
        self.begin();
        let mut digits = [0_u8; 20];
        let mut at = digits.len();
        let mut left = value;
        loop {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        self.text.extend(digits[at..].iter().map(|digit| char::from(*digit)));
    }

    /// A JSON text as it is.
    pub(crate) fn raw(&mut self, json: &str) {
        self.begin();
        self.text.push_str(json);
    }

    fn within(&mut self, [open, close]: [char; 2], inside: impl FnOnce(&mut Pen)) {
        self.begin();
        self.text.push(open);
        self.follows = false;
        inside(self);
        self.text.push(close);
        self.follows = true;
    }

    /// A comma, if a value went before; after it, one has.
    fn begin(&mut self) {
        if self.follows {
            self.text.push(',');
        }
        self.follows = true;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Pen;

    #[test]
    fn what_is_written_is_read_the_same() {
        let texts =
            ["", "plain", "a \"quote\"", "back\\slash", "new\nline", "Köln \u{1F600}", "\u{7f}"];
        let mut pen = Pen::with_room(1);
        pen.object(|pen| {
            pen.name("texts").array(texts, |pen, text| pen.text(text));
            pen.name("numbers").array([0, 7, 10, u64::MAX], |pen, number| pen.number(number));
            pen.name("empty").object(|_| {});
            pen.name("none").array([0; 0], |pen, number: u64| pen.number(number));
            pen.name("id").uuid(7);
            pen.name("raw").raw("0.25");
        });
        let read: Value = serde_json::from_str(&pen.into_text()).unwrap();
        let id = "00000000-0000-0000-0000-000000000007";
        assert_eq!(
            read,
            json!({ "texts": texts, "numbers": [0, 7, 10, u64::MAX], "empty": {},
            "none": [], "id": id, "raw": 0.25 })
        );
    }
}
