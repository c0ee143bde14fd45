//! What serde would let pass. It also takes an array for a struct, member by member in the order of
//! its fields, and then a body that is no object would mean something. And a member that nobody
//! reads may come twice, here or within it, and then two readers of one body could see two things.
//!
//! A layer around the reader that asks for a map where a struct is wanted, and reads what is ignored
//! for its names alone. It passes everything else on as it is, at every depth: a body whose members
//! are all read costs it nothing, since those who read them see what comes twice.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use super::text::Text;

/// A reader, or what it calls, with the layer around it.
pub(super) struct Strict<'w, T> {
    of: T,
    /// Is set when nobody wants the value.
    is_ignored: Option<&'w Cell<bool>>,
}

/// The members of an object.
struct Members<'de, A> {
    from: A,
    /// The name of the one whose value is read next.
    name: Cow<'de, str>,
    /// The names of those so far that nobody wants.
    ignored: BTreeSet<Cow<'de, str>>,
}

impl<T> Strict<'_, T> {
    /// With the layer around it.
    #[inline]
    pub(super) fn new(of: T) -> Self {
        Strict { of, is_ignored: None }
    }
}

macro_rules! read {
    ($($name:ident)*) => {$(
        #[inline]
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.of.$name(Strict::new(visitor))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<'_, D> {
    type Error = D::Error;

    read! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32
        deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char
        deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_option deserialize_unit deserialize_seq deserialize_map
        deserialize_identifier
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.of.deserialize_map(Strict::new(visitor))
    }

    /// Reads the value all the same, for the names in it.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        if let Some(is_ignored) = self.is_ignored {
            is_ignored.set(true);
        }
        self.of.deserialize_any(Strict::new(visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.of.deserialize_unit_struct(name, Strict::new(visitor))
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.of.deserialize_newtype_struct(name, Strict::new(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.of.deserialize_tuple(length, Strict::new(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.of.deserialize_tuple_struct(name, length, Strict::new(visitor))
    }

    /// No variant of a body has members.
    #[inline]
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.of.deserialize_enum(name, variants, visitor)
    }
}

macro_rules! see {
    ($($name:ident $value:ty)*) => {$(
        #[inline]
        fn $name<E: Error>(self, value: $value) -> Result<V::Value, E> {
            self.of.$name(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Strict<'_, V> {
    type Value = V::Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.of.expecting(out)
    }

    see! {
        visit_bool bool visit_i64 i64 visit_i128 i128 visit_u64 u64 visit_u128 u128 visit_f64 f64
        visit_char char visit_str &str visit_borrowed_str &'de str visit_string String
        visit_bytes &[u8] visit_borrowed_bytes &'de [u8] visit_byte_buf Vec<u8>
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.of.visit_none()
    }

    #[inline]
    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.of.visit_unit()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.of.visit_some(Strict::new(from))
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.of.visit_newtype_struct(Strict::new(from))
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.of.visit_seq(Strict::new(from))
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        let members = Members { from, name: Cow::Borrowed(""), ignored: BTreeSet::new() };
        self.of.visit_map(members)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.of.visit_enum(from)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<'_, S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        self.of.deserialize(Strict { of: from, is_ignored: self.is_ignored })
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Strict<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.of.next_element_seed(Strict::new(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.of.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'de, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let Some(Text(name)) = self.from.next_key()? else { return Ok(None) };
        let read = match &name {
            Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
            Cow::Owned(name) => seed.deserialize(StrDeserializer::new(name)),
        };
        self.name = name;
        read.map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let is_ignored = Cell::new(false);
        let strict = Strict { of: seed, is_ignored: Some(&is_ignored) };
        let value = self.from.next_value_seed(strict)?;
        if is_ignored.get() {
            let name = std::mem::take(&mut self.name);
            if self.ignored.contains(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            self.ignored.insert(name);
        }
        Ok(value)
    }

    fn size_hint(&self) -> Option<usize> {
        self.from.size_hint()
    }
}
