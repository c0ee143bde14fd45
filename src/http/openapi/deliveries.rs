//! The workflow server's door: what its calls have in common.

mod order;
mod picking;
mod routing;
mod shared;

use std::ops::RangeInclusive;

use serde_json::json;
use workflow::limits::REFERENCE_CHARS_MAX;

use super::api::Api;
use super::operation::Operation;
use super::refused::OF_ORDER;
use super::schema::{
    Member, PRINTABLE, Schema, any_of, array, given, number_of, object_of, pattern, text, text_of,
    whole, word,
};
use crate::limits::FREE_TEXT_CHARS_MAX;

/// Describes the door.
pub(super) fn describe(api: &mut Api) {
    let sentence = given([("field*", text()), ("message*", text())]);
    api.schema(
        "DeliveryError",
        given([
            ("status*", word(&["nok"])),
            ("reason*", text().says("Does not change; see docs/api.md.")),
            ("message*", text().says("The same.")),
            ("code*", text()),
            ("errors*", array(sentence)),
        ]),
    );
    order::describe(api);
    picking::describe(api);
    routing::describe(api);
    shared::describe(api);
}

/// An object of a request. `""` and null are as if absent, a number may be a text.
fn asked(members: impl IntoIterator<Item = Member>) -> Schema {
    let empty = || Schema(json!({ "enum": ["", null] }));
    object_of(members.into_iter().map(|(name, it)| match name.ends_with('*') {
        true => (name, it),
        false => (name, any_of([it, empty()])),
    }))
}

/// A text that says something.
fn said(chars_max: usize) -> Schema {
    text_of(1..=chars_max).like(PRINTABLE)
}

/// Text for people.
fn prose() -> Schema {
    said(FREE_TEXT_CHARS_MAX)
}

/// A name from somebody else's system: a text, or a number.
fn name() -> Schema {
    any_of([said(REFERENCE_CHARS_MAX), whole(i64::MIN..=i64::MAX)])
}

/// The same of what is required: white space says nothing.
fn filled_name() -> Schema {
    any_of([filled(REFERENCE_CHARS_MAX), whole(i64::MIN..=i64::MAX)])
}

/// A text that is required: white space says nothing.
fn filled(chars_max: usize) -> Schema {
    let Schema(text) = said(chars_max);
    Schema(json!({ "allOf": [text, { "pattern": "[^\\s]" }] }))
}

/// A whole number, or a text of it.
fn counted(range: RangeInclusive<i64>) -> Schema {
    let digits = if *range.start() > 0 { "^[1-9][0-9]{0,5}$" } else { "^[0-9]{1,9}$" };
    any_of([whole(range), pattern(digits)])
}

/// A decimal number, or its text.
fn decimal() -> Schema {
    let most = 999_999_999_999.0;
    let text = pattern("^[+-]?[0-9]{1,12}([.][0-9]*)?$");
    any_of([number_of(-most..=most), text])
}

/// One of these words, in any case.
fn word_of(words: &[&str]) -> Schema {
    let lower = words.iter().map(|word| word.to_lowercase());
    let all: Vec<String> = words.iter().map(ToString::to_string).chain(lower).collect();
    let mut all: Vec<&str> = all.iter().map(String::as_str).collect();
    all.dedup();
    word(&all).says("In any case.")
}

/// What becomes of pieces that are short.
fn flags() -> Schema {
    word_of(&["SUBSTITUTE", "BACKORDER", "CRITICAL", "SKIP"])
}

/// The path's parameter of an order.
fn order_id() -> Schema {
    text().says("Its number or its uuid.")
}

/// The path's parameter of an item.
fn item_id() -> Schema {
    text().says("1000 × the order's number + its place from 1, or its uuid.")
}

impl Operation {
    /// Does something to what the path names.
    fn does(self) -> Operation {
        self.asks().versioned().keyed().refuses(OF_ORDER)
    }
}
