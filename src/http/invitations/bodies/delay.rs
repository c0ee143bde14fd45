//! InvitationDelay: how long after the order a mail goes.

use serde::{Deserialize, Serialize};
use workflow::calendar::{Delay, Unit};

use crate::http::path::{Faults, Path};
use crate::http::text::Text;

/// A unit and how many of it.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct DelayBody<'a> {
    #[serde(borrow)]
    unit: Option<Text<'a>>,
    amount: Option<i64>,
}

impl DelayBody<'_> {
    /// The delay, ten years at most.
    pub(super) fn read(&self, faults: &mut Faults, at: Path<'_>) -> Option<Delay> {
        let (unit_at, amount_at) = (at.member("unit"), at.member("amount"));
        let unit = faults.required(unit_at, self.unit.as_ref()).and_then(|text| {
            faults.good(unit_at, Unit::parse(text), "must be minutes, hours, days or weekdays")
        });
        let amount = faults.required(amount_at, self.amount);
        let (unit, amount) = (unit?, amount?);
        faults.good(amount_at, Delay::of(unit, amount), "must be 0 to ten years")
    }
}
