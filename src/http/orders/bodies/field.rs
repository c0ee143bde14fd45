//! One member of a body: of any type at first, then what it must be, or a fault.

use serde::de::DeserializeOwned;

use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::limits::PROFILE_ID_MAX;

/// A whole number, if it is there. One with a fraction, or in quotes, is none.
pub(super) fn integer(faults: &mut Faults, at: Path<'_>, sent: Option<&Document>) -> Option<i64> {
    let text = sent?.as_json();
    faults.good(at, text.parse().ok(), "must be an integer")
}

/// An id of the customer's profile; required.
pub(super) fn profile_id(
    faults: &mut Faults,
    at: Path<'_>,
    sent: Option<&Document>,
) -> Option<i64> {
    faults.required(at, sent)?;
    let id = integer(faults, at, sent)?;
    let fits = (1..=PROFILE_ID_MAX).contains(&id);
    faults.good(at, fits.then_some(id), "must be between 1 and 99999999")
}

/// A text, if it is there.
pub(super) fn text(faults: &mut Faults, at: Path<'_>, sent: Option<&Document>) -> Option<String> {
    faults.good(at, read(sent?), "must be a string")
}

/// A text of at most so many characters, if it is there.
pub(super) fn short_text(
    faults: &mut Faults,
    at: Path<'_>,
    sent: Option<&Document>,
    chars_max: usize,
) -> Option<String> {
    let text = text(faults, at, sent)?;
    let fits = text.len() <= chars_max || text.chars().count() <= chars_max;
    faults.good(at, fits.then_some(text), &format!("must be at most {chars_max} characters"))
}

/// Yes or no, if it is there.
pub(super) fn flag(faults: &mut Faults, at: Path<'_>, sent: Option<&Document>) -> Option<bool> {
    faults.good(at, read(sent?), "must be true or false")
}

/// The value as this type, if it is of it.
pub(super) fn read<T: DeserializeOwned>(sent: &Document) -> Option<T> {
    serde_json::from_str(sent.as_json()).ok()
}
