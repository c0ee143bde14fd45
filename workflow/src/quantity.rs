//! Pieces, as checked integers: no wrap and no fraction (S8).

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

use crate::limits::{LINE_UNITS_MAX, STOCK_UNITS_MAX};

/// A number of pieces of one article, from 0 to 2^31 − 1.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Units(u32);

impl Units {
    /// No piece.
    pub const ZERO: Units = Units(0);

    /// What an order line may ask for: 1 to 1,000,000.
    pub fn of_line(count: i64) -> Option<Units> {
        let count = u32::try_from(count).ok()?;
        (1..=LINE_UNITS_MAX).contains(&count).then_some(Units(count))
    }

    /// What may lie in a lot of stock: 0 to 2^31 − 1.
    pub fn of_stock(count: i64) -> Option<Units> {
        let count = u32::try_from(count).ok()?;
        (count <= STOCK_UNITS_MAX).then_some(Units(count))
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// Whether there is none.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum. A sum that leaves the range is a broken invariant, never a wrapped number.
    #[must_use]
    pub fn plus(self, other: Units) -> Units {
        Units(self.0.checked_add(other.0).expect("S8: a sum of pieces fits in its type"))
    }

    /// The difference. Taking more than there is breaks an invariant.
    #[must_use]
    pub fn minus(self, other: Units) -> Units {
        Units(self.0.checked_sub(other.0).expect("S1: nothing is taken that is not there"))
    }

    /// What is left after taking `other`, at least none.
    #[must_use]
    pub fn less(self, other: Units) -> Units {
        Units(self.0.saturating_sub(other.0))
    }

    /// The sum, held at the top of the range: for totals that are only compared or shown.
    #[must_use]
    pub fn with(self, other: Units) -> Units {
        Units(self.0.saturating_add(other.0))
    }
}

impl Sum for Units {
    fn sum<I: Iterator<Item = Units>>(units: I) -> Units {
        units.fold(Units::ZERO, Units::with)
    }
}

impl fmt::Display for Units {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}
