//! A location as a request names it, and where in the request it does.

use std::fmt;

use smol_str::SmolStr;

use crate::id::LocationId;

/// A location as a request names it: by id, by the shop's reference, or by both.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LocationRef {
    /// Its id.
    pub id: Option<LocationId>,
    /// What the shop calls it.
    pub reference: Option<SmolStr>,
    /// Where in the request it is named, in its door's words: a refusal gives it back, and no rule
    /// reads it.
    pub said_at: SmolStr,
}

impl LocationRef {
    /// The location with this id.
    pub fn by_id(id: LocationId) -> LocationRef {
        LocationRef { id: Some(id), ..LocationRef::default() }
    }

    /// The location that the shop calls so.
    pub fn by_reference(reference: impl Into<SmolStr>) -> LocationRef {
        LocationRef { reference: Some(reference.into()), ..LocationRef::default() }
    }

    /// The same, named there.
    pub fn said_at(self, place: impl Into<SmolStr>) -> LocationRef {
        LocationRef { said_at: place.into(), ..self }
    }

    /// The names, wherever they stand; two of the same names are the same location.
    pub fn names(&self) -> (Option<LocationId>, Option<&SmolStr>) {
        (self.id, self.reference.as_ref())
    }
}

/// The name, the shop's rather than the id.
impl fmt::Display for LocationRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.reference, &self.id) {
            (Some(reference), _) => out.write_str(reference),
            (None, Some(id)) => id.fmt(out),
            (None, None) => Ok(()),
        }
    }
}
