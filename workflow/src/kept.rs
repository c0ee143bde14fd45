//! What a door takes in and gives back, and no rule reads.

use serde::{Deserialize, Serialize};

/// The members of a JSON object that only doors understand, as its compact text.
///
/// A rule that needs such a member gets a typed field instead; so the core knows no JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Kept(Option<Box<str>>);

impl Kept {
    /// Keeps the text of a JSON object; an empty object is nothing.
    pub fn of(json: String) -> Kept {
        Kept((json != "{}").then(|| json.into_boxed_str()))
    }

    /// The length of its text.
    pub fn bytes(&self) -> usize {
        self.0.as_deref().map_or(0, str::len)
    }

    /// The text of the JSON object.
    pub fn as_json(&self) -> &str {
        self.0.as_deref().unwrap_or("{}")
    }
}
