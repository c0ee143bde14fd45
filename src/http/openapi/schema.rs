//! The words that schemas are written in: JSON Schema 2020-12, a line per member.
//!
//! Written by hand and not derived from the bodies' structs: these take nearly everything and name
//! every fault themselves, so their types say neither what is required nor what is in bounds.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};
use workflow::limits::REFERENCE_CHARS_MAX;

use crate::limits::{FREE_TEXT_CHARS_MAX, NUMBER_MAX};

/// What a value may be.
#[derive(Clone, Debug)]
pub(super) struct Schema(pub(super) Value);

/// A member of an object; a name that ends in `*` is required.
pub(super) type Member = (&'static str, Schema);

/// No control character, in words that JavaScript, Python and Rust read alike.
pub(super) const PRINTABLE: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$";

/// Any value.
pub(super) fn anything() -> Schema {
    Schema(json!({}))
}

/// Nothing.
pub(super) fn null() -> Schema {
    Schema(json!({ "type": "null" }))
}

/// Any object.
pub(super) fn any_object() -> Schema {
    Schema(json!({ "type": "object" }))
}

/// The schema with this name.
pub(super) fn named(name: &str) -> Schema {
    Schema(json!({ "$ref": format!("#/components/schemas/{name}") }))
}

/// Any text.
pub(super) fn text() -> Schema {
    Schema(json!({ "type": "string" }))
}

/// A text of so many characters.
pub(super) fn text_of(chars: RangeInclusive<usize>) -> Schema {
    let (least, most) = chars.into_inner();
    let mut schema = json!({ "type": "string", "maxLength": most });
    if least > 0 {
        schema["minLength"] = least.into();
    }
    Schema(schema)
}

/// A text for people.
pub(super) fn free_text() -> Schema {
    text_of(0..=FREE_TEXT_CHARS_MAX)
}

/// One of the articles in a query's list; what is empty between two commas is none.
pub(super) fn listed_reference() -> Schema {
    text_of(0..=REFERENCE_CHARS_MAX).like(PRINTABLE)
}

/// A name from somebody else's system.
pub(super) fn reference() -> Schema {
    text_of(1..=REFERENCE_CHARS_MAX).like(PRINTABLE)
}

/// A text that this expression fits.
pub(super) fn pattern(expression: &str) -> Schema {
    text().like(expression)
}

/// One of these words.
pub(super) fn word(words: &[&str]) -> Schema {
    Schema(json!({ "type": "string", "enum": words }))
}

/// An id.
pub(super) fn uuid() -> Schema {
    Schema(json!({ "type": "string", "format": "uuid" }))
}

/// An order in a body or a query: its uuid, or its number, which may be a text.
pub(super) fn order_name() -> Schema {
    let most = i64::try_from(NUMBER_MAX).expect("it is exact in a double");
    any_of([uuid(), whole(1..=most), pattern("^[1-9][0-9]{0,14}$")])
}

/// An instant.
pub(super) fn instant() -> Schema {
    Schema(json!({ "type": "string", "format": "date-time" }))
}

/// A whole number.
pub(super) fn whole(range: RangeInclusive<i64>) -> Schema {
    let (least, most) = range.into_inner();
    Schema(json!({ "type": "integer", "minimum": least, "maximum": most }))
}

/// How many there are of something, in answers.
pub(super) fn count() -> Schema {
    Schema(json!({ "type": "integer", "minimum": 0 }))
}

/// An entity's version.
pub(super) fn version() -> Schema {
    whole(1..=i64::MAX)
}

/// Any number.
pub(super) fn number() -> Schema {
    Schema(json!({ "type": "number" }))
}

/// A number within bounds.
pub(super) fn number_of(range: RangeInclusive<f64>) -> Schema {
    let (least, most) = range.into_inner();
    Schema(json!({ "type": "number", "minimum": least, "maximum": most }))
}

/// A number that is not negative.
pub(super) fn amount() -> Schema {
    Schema(json!({ "type": "number", "minimum": 0 }))
}

/// Yes or no.
pub(super) fn flag() -> Schema {
    Schema(json!({ "type": "boolean" }))
}

/// An array of so many.
pub(super) fn list(entries: RangeInclusive<usize>, of: Schema) -> Schema {
    let (least, most) = entries.into_inner();
    let mut schema = json!({ "type": "array", "items": of.0, "maxItems": most });
    if least > 0 {
        schema["minItems"] = least.into();
    }
    Schema(schema)
}

/// An array of any length.
pub(super) fn array(of: Schema) -> Schema {
    Schema(json!({ "type": "array", "items": of.0 }))
}

/// One of these.
pub(super) fn any_of(some: impl IntoIterator<Item = Schema>) -> Schema {
    let some: Vec<Value> = some.into_iter().map(|Schema(it)| it).collect();
    Schema(json!({ "anyOf": some }))
}

/// An object of a request, open: unknown members are ignored, and null is as if absent.
pub(super) fn taken(members: impl IntoIterator<Item = Member>) -> Schema {
    let members = members.into_iter();
    object_of(members.map(|(name, it)| (name, if is_required(name) { it } else { it.or_null() })))
}

/// An object of a request, closed: unknown members are refused.
pub(super) fn closed(members: impl IntoIterator<Item = Member>) -> Schema {
    let Schema(mut schema) = taken(members);
    schema["additionalProperties"] = false.into();
    Schema(schema)
}

/// An object of an answer. It has these members and no others, so that one that is not described
/// here is found.
pub(super) fn given(members: impl IntoIterator<Item = Member>) -> Schema {
    let Schema(mut schema) = object_of(members.into_iter());
    schema["additionalProperties"] = false.into();
    Schema(schema)
}

/// An object with these members, and perhaps others.
pub(super) fn object_of(members: impl Iterator<Item = Member>) -> Schema {
    let mut properties = Map::new();
    let mut required: Vec<&str> = Vec::new();
    for (name, Schema(schema)) in members {
        let bare = name.trim_end_matches('*');
        if is_required(name) {
            required.push(bare);
        }
        properties.insert(bare.to_owned(), schema);
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    Schema(schema)
}

fn is_required(name: &str) -> bool {
    name.ends_with('*')
}

impl Schema {
    /// This, or null.
    pub(super) fn or_null(self) -> Schema {
        let Schema(mut schema) = self;
        if schema == json!({}) {
            return Schema(schema);
        }
        let is_plain = schema.get("format").is_none() && schema.get("pattern").is_none();
        let kind = schema.get("type").and_then(Value::as_str).filter(|_| is_plain);
        let Some(kind) = kind.map(str::to_owned) else {
            return any_of([Schema(schema), null()]);
        };
        schema["type"] = json!([kind, "null"]);
        if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            words.push(Value::Null);
        }
        Schema(schema)
    }

    /// A text that this expression fits, besides.
    pub(super) fn like(self, expression: &str) -> Schema {
        self.with("pattern", expression)
    }

    /// What it means.
    pub(super) fn says(self, meaning: &str) -> Schema {
        self.with("description", meaning)
    }

    /// One value that a reader may try.
    pub(super) fn example(self, value: impl Into<Value>) -> Schema {
        self.with("examples", vec![value.into()])
    }

    /// With this member, instead of the one of that name if there is one.
    pub(super) fn member(self, name: &str, Schema(of): Schema) -> Schema {
        let Schema(mut schema) = self;
        schema["properties"][name] = of;
        Schema(schema)
    }

    /// Another keyword.
    pub(super) fn with(self, keyword: &str, value: impl Into<Value>) -> Schema {
        let Schema(mut schema) = self;
        schema[keyword] = value.into();
        Schema(schema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_requires_and_null_is_as_if_absent() {
        let Schema(schema) = closed([("id*", uuid()), ("kind", word(&["A"])), ("of", named("B"))]);
        assert_eq!(schema["required"], json!(["id"]));
        assert_eq!(schema["additionalProperties"], json!(false));
        assert_eq!(schema["properties"]["id"]["type"], "string");
        assert_eq!(schema["properties"]["kind"]["type"], json!(["string", "null"]));
        assert_eq!(schema["properties"]["kind"]["enum"], json!(["A", null]));
        assert_eq!(schema["properties"]["of"]["anyOf"][1], json!({ "type": "null" }));
    }
}
