//! Why a plan is as it is: one line for each location that was looked at.
//!
//! A file of its own because nobody pays for it but who asks: a plan is made for every promise,
//! an explanation only when somebody wants to read it.

use super::{Candidate, Fence, Need, Plan};
use crate::id::LocationId;
use crate::quantity::Units;

/// What was seen of one location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Considered {
    /// The location.
    pub location: LocationId,
    /// Why it took no part, if it did not.
    pub fence: Option<Fence>,
    /// How far it is from the consumer, when both places are known.
    pub metres: Option<u32>,
    /// How many needs it could fill without another location.
    pub covers: u16,
    /// How many of the pieces that are needed it could give.
    pub units: Units,
    /// Whether the plan has a part there.
    pub chosen: bool,
}

/// Explains a plan that was made from these needs and candidates, in the order of the candidates.
pub fn explain(needs: &[Need], candidates: &[Candidate], plan: &Plan) -> Vec<Considered> {
    let mut lines: Vec<Considered> = candidates.iter().map(|seen| consider(needs, seen)).collect();
    for part in &plan.parts {
        lines[part.candidate].chosen = true;
    }
    lines
}

fn consider(needs: &[Need], seen: &Candidate) -> Considered {
    let both = || needs.iter().map(|need| need.units).zip(seen.available.iter().copied());
    let covers = both().filter(|(need, available)| !need.is_zero() && available >= need).count();
    Considered {
        location: seen.location,
        fence: seen.fence,
        metres: seen.metres,
        covers: u16::try_from(covers).unwrap_or(u16::MAX),
        units: both().map(|(need, available)| need.min(available)).sum(),
        chosen: false,
    }
}
