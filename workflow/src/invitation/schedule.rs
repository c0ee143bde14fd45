//! When the mails of an invitation go: instants from what a shop asked for.

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Delay};
use crate::limits::REMINDER_GAP_MIN;
use crate::time::Time;

/// What a shop asked for: the invitation, and perhaps a reminder. Both are counted from the same
/// instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wish {
    /// When the invitation goes.
    pub delay: Delay,
    /// When it is repeated.
    pub reminder: Option<Delay>,
}

/// When the mails go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Schedule {
    /// The invitation.
    pub invitation: Time,
    /// The reminder.
    pub reminder: Option<Time>,
}

/// The reminder would follow within 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSoon;

impl Wish {
    /// A wish with an amount of 0 for the reminder is one without, as the vendor's own plugin
    /// sends it.
    pub fn of(delay: Delay, reminder: Option<Delay>) -> Wish {
        Wish { delay, reminder: reminder.filter(|delay| delay.amount() > 0) }
    }

    /// The instants, counted from `base`.
    ///
    /// # Errors
    /// When the reminder is less than 24 hours after the invitation. Exactly 24 hours suffice,
    /// and an hour that only a change of the clocks takes away does not count as missing.
    pub fn schedule(self, base: Time, calendar: &Calendar) -> Result<Schedule, TooSoon> {
        let is_apart = |reminder| {
            let gap = calendar.after(base, reminder).since(calendar.after(base, self.delay));
            gap >= REMINDER_GAP_MIN
                || calendar.between(base, self.delay, reminder) >= REMINDER_GAP_MIN
        };
        match self.reminder.is_none_or(is_apart) {
            true => Ok(self.instants(base, calendar)),
            false => Err(TooSoon),
        }
    }

    /// The same, of a wish whose reminder was checked.
    pub fn instants(self, base: Time, calendar: &Calendar) -> Schedule {
        let at = |delay| calendar.awake(calendar.after(base, delay));
        Schedule { invitation: at(self.delay), reminder: self.reminder.map(at) }
    }
}

#[cfg(test)]
mod tests;
