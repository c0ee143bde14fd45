//! A JSON value that no rule reads: kept as it means, not as it was written.
//!
//! Members stand in the order of their names, so that equal values have equal texts and a
//! fingerprint of the text does not depend on the writer. A member that comes twice is refused.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Any JSON value, as compact text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// What kind of value it is.
    pub(crate) kind: Kind,
    /// Its text.
    text: String,
}

/// The kinds of JSON values; those that have entries say how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `{…}` with so many members.
    Object(usize),
    /// `[…]` with so many elements.
    Array(usize),
    /// A string, a number, a boolean or null.
    Plain,
}

/// The members of a JSON object, each as a document; none comes twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Members(pub(crate) BTreeMap<String, Document>);

struct DocumentVisitor;

struct MembersVisitor;

impl Document {
    /// The compact text.
    pub(crate) fn as_json(&self) -> &str {
        &self.text
    }

    /// Whether it is null.
    pub(crate) fn is_null(&self) -> bool {
        self.text == "null"
    }

    /// Whether it is an object.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self.kind, Kind::Object(_))
    }

    fn plain<E: Error>(value: &impl Serialize) -> Result<Document, E> {
        let text = serde_json::to_string(value).map_err(E::custom)?;
        Ok(Document { kind: Kind::Plain, text })
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Document, D::Error> {
        from.deserialize_any(DocumentVisitor)
    }
}

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Document, E> {
        Document::plain(&())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Document, E> {
        Document::plain(&value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Document, E> {
        Document::plain(&value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Document, E> {
        Document::plain(&value)
    }

    /// In the shorter of its two texts: `1e15` has four characters, and eighteen without the `e`.
    /// So no text of many numbers is half as long again as it was sent.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Document, E> {
        let plain = Document::plain(&value)?;
        let text = format!("{value:e}");
        Ok(if text.len() < plain.text.len() { Document { text, ..plain } } else { plain })
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Document, E> {
        Document::plain(&value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Document, A::Error> {
        let mut text = String::from("[");
        let mut count = 0;
        while let Some(element) = from.next_element::<Document>()? {
            if count > 0 {
                text.push(',');
            }
            text.push_str(&element.text);
            count += 1;
        }
        text.push(']');
        Ok(Document { kind: Kind::Array(count), text })
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Document, A::Error> {
        let Members(members) = MembersVisitor.visit_map(from)?;
        let text = serde_json::to_string(&members).map_err(A::Error::custom)?;
        Ok(Document { kind: Kind::Object(members.len()), text })
    }
}

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Members, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(name) = from.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            let value = from.next_value()?;
            members.insert(name, value);
        }
        Ok(Members(members))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Members, D::Error> {
        from.deserialize_map(MembersVisitor)
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.text).map_err(serde::ser::Error::custom)?;
        raw.serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Result<String, serde_json::Error> {
        serde_json::from_str::<Document>(json).map(|document| document.as_json().to_owned())
    }

    #[test]
    fn what_means_the_same_has_the_same_text() {
        let one =
            text(r#"{ "b": [1, 2.50, null, "x\u0041"], "a": {"d": true, "c": -1} }"#).unwrap();
        assert_eq!(one, r#"{"a":{"c":-1,"d":true},"b":[1,2.5,null,"xA"]}"#);
    }

    #[test]
    fn a_number_has_the_shorter_of_its_texts() {
        for (sent, kept) in [
            ("1e15", "1e15"),
            ("1E+15", "1e15"),
            ("1000000000000000.0", "1e15"),
            ("-2.5e-7", "-2.5e-7"),
            ("0.25", "0.25"),
            ("1.0", "1.0"),
            ("1e300", "1e300"),
        ] {
            assert_eq!(text(sent).unwrap(), kept);
        }
    }

    #[test]
    fn a_member_that_comes_twice_is_refused() {
        assert!(text(r#"{"a":1,"a":1}"#).unwrap_err().to_string().contains("duplicate"));
        assert!(text(r#"{"x":[{"a":1,"a":1}]}"#).is_err());
    }
}
