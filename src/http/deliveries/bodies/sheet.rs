//! JSON as this door takes it: any object, and what stands under its names.
//!
//! A file of its own because this door forgives much: `""` is nothing, a number may be a text,
//! and one thing has two names. So a body is read by name, not by the shape of a struct; and no
//! fault that is found while reading can give back a value, which may be a card's.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The members of a JSON object; none comes twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sheet(BTreeMap<String, Field>);

/// Any JSON value. A number is kept as its decimal text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Nothing,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Field>),
    Sheet(Sheet),
}

impl Sheet {
    /// What stands under the first of these names that is not empty, with that name.
    pub(super) fn first<'a>(&'a self, names: &[&'static str]) -> Option<(&'static str, &'a Field)> {
        names.iter().find_map(|name| {
            let field = self.0.get(*name).filter(|field| !field.is_empty())?;
            Some((*name, field))
        })
    }

    /// The name, or the number, that stands under this name.
    pub(crate) fn name(&self, name: &'static str) -> Option<&str> {
        match self.get(name)? {
            Field::Number(text) | Field::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What stands under this name, if it is not empty.
    pub(crate) fn get(&self, name: &'static str) -> Option<&Field> {
        self.first(&[name]).map(|(_, field)| field)
    }
}

impl Field {
    /// `""` and null are as if nothing was sent.
    fn is_empty(&self) -> bool {
        match self {
            Field::Nothing => true,
            Field::Text(text) => text.trim().is_empty(),
            Field::Bool(_) | Field::Number(_) | Field::List(_) | Field::Sheet(_) => false,
        }
    }
}

struct FieldVisitor;

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Field, D::Error> {
        from.deserialize_any(FieldVisitor)
    }
}

impl<'de> Deserialize<'de> for Sheet {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Sheet, D::Error> {
        match Field::deserialize(from)? {
            Field::Sheet(sheet) => Ok(sheet),
            _ => Err(D::Error::custom("the body must be an object")),
        }
    }
}

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Field, E> {
        Ok(Field::Nothing)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Field, E> {
        Ok(Field::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Field, E> {
        Ok(Field::Number(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Field, E> {
        Ok(Field::Number(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Field, E> {
        Ok(Field::Number(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Field, E> {
        Ok(Field::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Field, E> {
        Ok(Field::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Field, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = from.next_element()? {
            list.push(value);
        }
        Ok(Field::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Field, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(name) = from.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            let value = from.next_value()?;
            members.insert(name, value);
        }
        Ok(Field::Sheet(Sheet(members)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_is_not_there_and_the_first_name_wins() {
        let json = r#"{"a":"","b":null,"c":" ","d":0,"e":"x","f":1.50}"#;
        let sheet: Sheet = serde_json::from_str(json).unwrap();
        assert_eq!(sheet.get("a"), None);
        assert_eq!(sheet.first(&["a", "b", "c"]), None);
        assert_eq!(sheet.first(&["b", "d", "e"]), Some(("d", &Field::Number("0".into()))));
        assert_eq!(sheet.get("f"), Some(&Field::Number("1.5".into())));
        assert!(serde_json::from_str::<Sheet>(r#"{"a":1,"a":2}"#).is_err());
        assert!(serde_json::from_str::<Sheet>("[]").is_err());
    }
}
