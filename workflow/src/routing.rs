//! Where an order is fulfilled.
//!
//! [`plan`] chooses the locations that fulfil an order, out of what they could promise right now.
//! Of all allowed plans it wants the one that, in this order,
//!
//! 1. holds the most pieces,
//! 2. from the fewest locations,
//! 3. with the smallest sum of distances to the consumer,
//! 4. with the smallest location ids, compared from the smallest on.
//!
//! No two plans are equal in all four, so the order of the candidates never matters.
//! It never asks why a location is fenced, never holds stock, and never looks at a clock.

mod bounds;
mod cover;
mod explain;
mod greedy;
mod more;
mod most;
mod table;
#[cfg(test)]
mod tests;

use smallvec::SmallVec;

use crate::id::LocationId;
use crate::limits::PARTS_PER_ORDER_MAX;
use crate::quantity::Units;

use bounds::Bounds;
use cover::{Cover, Rows, cover};
use greedy::greedy;
use most::most;
use table::{Survey, Table};

pub use explain::{Considered, explain};
pub use more::plan_more;

/// What an order needs of one article. Lines that share an article are one need, so that their
/// pieces are counted together and never promised twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// How many pieces, over all lines of the order.
    pub units: Units,
}

/// A location that has been looked at. It stands among the candidates once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which location.
    pub location: LocationId,
    /// How far it is from the consumer, when both places are known.
    pub metres: Option<u32>,
    /// Why it takes no part, if it does not.
    pub fence: Option<Fence>,
    /// What it could promise of each need, in the order of the needs; may be more than is needed.
    pub available: SmallVec<[Units; 4]>,
}

/// Why a location is left out, whatever it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fence {
    /// It is suspended or offline.
    NotOnline,
    /// The order names the locations it may come from, and this is none of them.
    NotPreselected,
    /// The order is to be shipped, and it does not ship.
    DoesNotShip,
    /// The order is to be collected, and it serves no pickup.
    DoesNotServePickup,
}

/// The part of a tenant's routing strategy that shapes a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strategy {
    /// Over how many locations one order may be split; 1 is never. Held within 1 and
    /// [`PARTS_PER_ORDER_MAX`].
    pub parts_max: u8,
}

/// Where an order is fulfilled, and what of it cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// One part per location, nearest first (an unknown distance last), then by location id.
    pub parts: Vec<Part>,
    /// What no allowed plan fills, by need.
    pub short: Vec<Short>,
    /// Whether this is certainly the best plan.
    pub search: Search,
}

/// What one location gives; never nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The location's index among the candidates.
    pub candidate: usize,
    /// The location.
    pub location: LocationId,
    /// What it gives, by need.
    pub takes: SmallVec<[Take; 4]>,
}

/// Pieces of one need that one location gives; never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The index of the need.
    pub need: u16,
    /// How many pieces.
    pub units: Units,
}

/// Pieces of one need that nobody gives; never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// The index of the need.
    pub need: u16,
    /// How many pieces.
    pub units: Units,
}

/// How far a plan was searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// No allowed plan is better.
    Exact,
    /// The search ended at its bound: the plan is allowed, but there may be a better one.
    Bounded,
}

impl Plan {
    /// Whether everything that is needed is fulfilled.
    pub fn is_whole(&self) -> bool {
        self.short.is_empty()
    }
}

impl Strategy {
    /// Over how many locations an order may be split.
    fn parts_max(self) -> usize {
        usize::from(self.parts_max.clamp(1, PARTS_PER_ORDER_MAX))
    }
}

/// Decides which locations fulfil `needs`, and what each of them gives.
///
/// A location whose distance is unknown counts as one metre farther than the farthest known one
/// that has anything to give: it beats no known one, and costs as little as that allows.
///
/// The plan is the best one unless the search comes to its bound, a number of steps; then
/// [`Plan::search`] says so. Orders of up to twelve needs over some hundred locations hardly
/// ever come to it, unless stock is scarce everywhere and no distance is known.
///
/// ```
/// use smallvec::smallvec;
/// use workflow::id::LocationId;
/// use workflow::quantity::Units;
/// use workflow::routing::{Candidate, Need, Strategy, plan};
///
/// let two = Units::of_line(2).expect("two is a number of pieces");
/// let store = |id, metres, available| Candidate {
///     location: LocationId::from_bits(id),
///     metres: Some(metres),
///     fence: None,
///     available,
/// };
/// let near = store(1, 700, smallvec![two, Units::ZERO]);
/// let far = store(2, 90_000, smallvec![two, two]);
/// let needs = [Need { units: two }, Need { units: two }];
///
/// let plan = plan(&needs, &[near, far], &Strategy { parts_max: 3 });
/// assert_eq!(plan.parts.len(), 1); // one parcel from afar rather than two
/// assert_eq!(plan.parts[0].location, LocationId::from_bits(2));
/// ```
pub fn plan(needs: &[Need], candidates: &[Candidate], strategy: &Strategy) -> Plan {
    let survey = Survey::of(needs, candidates);
    if let Some(alone) = survey.alone {
        return share_out(needs, candidates, &[alone], Search::Exact);
    }
    let table = survey.table(strategy.parts_max());
    let (mut rows, search) = choose(&table);
    rows.sort_unstable(); // the rows stand in rank
    let chosen: Rows = rows.iter().map(|&row| table.rows[row].candidate).collect();
    share_out(needs, candidates, &chosen, search)
}

/// Chooses the best rows of the table. Nothing is called short before it is certain that no
/// allowed plan is whole, or every way to find one was tried (S5).
fn choose(table: &Table) -> (Rows, Search) {
    let bounds = Bounds::of(table);
    let proven = match cover(table, &bounds) {
        Cover::Best(rows) => return (rows, Search::Exact),
        Cover::Some(rows) => return (rows, Search::Bounded),
        Cover::None => true,
        Cover::Unknown => false,
    };
    if !proven && let Some(rows) = greedy(table, &bounds) {
        return (rows, Search::Bounded);
    }
    let (rows, certain) = most(table, &bounds);
    (rows, if proven && certain { Search::Exact } else { Search::Bounded })
}

/// The order in which locations give: nearest first, an unknown distance last, then by id.
pub(crate) fn rank(candidate: &Candidate) -> (u32, u128) {
    (candidate.metres.unwrap_or(u32::MAX), candidate.location.to_bits())
}

/// Whether `one` gives before `other`: the same order, quicker for two.
fn is_before(one: &Candidate, other: &Candidate) -> bool {
    let metres = |candidate: &Candidate| candidate.metres.unwrap_or(u32::MAX);
    metres(one) < metres(other) || (metres(one) == metres(other) && one.location < other.location)
}

/// Lets each chosen location give as much as it can, in the order of `chosen`.
fn share_out(needs: &[Need], candidates: &[Candidate], chosen: &[usize], search: Search) -> Plan {
    let mut open: SmallVec<[Units; 16]> = needs.iter().map(|need| need.units).collect();
    let mut parts = Vec::with_capacity(chosen.len());
    for &at in chosen {
        let mut takes = SmallVec::new();
        for (need, (open, &available)) in
            (0_u16..).zip(open.iter_mut().zip(&candidates[at].available))
        {
            let units = available.min(*open);
            if !units.is_zero() {
                *open = open.minus(units);
                takes.push(Take { need, units });
            }
        }
        if !takes.is_empty() {
            parts.push(Part { candidate: at, location: candidates[at].location, takes });
        }
    }
    let short = (0_u16..)
        .zip(&open)
        .filter(|(_, units)| !units.is_zero())
        .map(|(need, &units)| Short { need, units })
        .collect();
    Plan { parts, short, search }
}
