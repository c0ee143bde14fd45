//! Where in history something stands: an LSN within a timeline.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The place of a record in the journal: the first is 1, and there are no holes (D2).
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Lsn(pub u64);

/// An LSN and the history it belongs to, printed as `timeline:lsn`.
///
/// A restore to an earlier place begins a new timeline, so that two histories never share a
/// position.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position {
    /// Which history; the first is 1.
    pub timeline: u32,
    /// Which record in it.
    pub lsn: Lsn,
}

impl Lsn {
    /// Before the first record.
    pub const ZERO: Self = Self(0);

    /// Further than any journal goes, and far enough from where numbers end to count on.
    pub(crate) const END: Self = Self(1 << 62);

    /// The LSN that follows.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The LSN that precedes; that of nothing is nothing.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.timeline, self.lsn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_printed_with_its_timeline() {
        let position = Position { timeline: 2, lsn: Lsn(41).next() };
        assert_eq!(position.to_string(), "2:42");
    }

    #[test]
    fn a_later_timeline_is_later_whatever_its_lsn() {
        let old = Position { timeline: 1, lsn: Lsn(900) };
        assert!(old < Position { timeline: 2, lsn: Lsn(7) });
        assert_eq!(Lsn::ZERO.before(), Lsn::ZERO);
    }
}
