//! How long after something else: a number and its unit, as a shop asks for it.

use serde::{Deserialize, Serialize};

use crate::limits::DELAY_MAX;
use crate::time::Millis;

/// A length of time on a tenant's calendar, ten years at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Delay {
    unit: Unit,
    amount: u32,
}

/// What a delay counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// 60 seconds.
    Minutes,
    /// 60 minutes.
    Hours,
    /// 24 hours, whatever the clocks say.
    Days,
    /// Monday to Friday without the tenant's holidays, at the same time of the day.
    Weekdays,
}

impl Delay {
    /// So many of these, if that is neither negative nor more than ten years.
    pub fn of(unit: Unit, amount: i64) -> Option<Delay> {
        let amount = u32::try_from(amount).ok()?;
        (amount <= unit.most()).then_some(Delay { unit, amount })
    }

    /// What it counts.
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// How many.
    pub fn amount(self) -> u32 {
        self.amount
    }

    /// The length, if it is the same on every calendar.
    pub(super) fn exact(self) -> Option<Millis> {
        match self.unit {
            Unit::Weekdays => None,
            unit => Some(Millis(unit.length().0 * u64::from(self.amount))),
        }
    }
}

impl Unit {
    /// How many of it are in ten years, which have at most 522 weeks, so no more weekdays than
    /// are in them.
    pub fn most(self) -> u32 {
        let most = match self {
            Unit::Weekdays => DELAY_MAX.0 / Millis::hours(24 * 7).0 * 5,
            exact => DELAY_MAX.0 / exact.length().0,
        };
        u32::try_from(most).expect("ten years have fewer than 2^32 minutes")
    }

    /// The unit that door 4 calls so.
    pub fn parse(text: &str) -> Option<Unit> {
        match text {
            "minutes" => Some(Unit::Minutes),
            "hours" => Some(Unit::Hours),
            "days" => Some(Unit::Days),
            "weekdays" => Some(Unit::Weekdays),
            _ => None,
        }
    }

    /// How long one is, at the least.
    fn length(self) -> Millis {
        match self {
            Unit::Minutes => Millis::minutes(1),
            Unit::Hours => Millis::hours(1),
            Unit::Days | Unit::Weekdays => Millis::hours(24),
        }
    }
}
