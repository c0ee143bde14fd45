//! Who holds what of one shelf, in the order of reservations.
//!
//! A file of its own because of its shape. Reservations are made in the order of their ids, so a
//! new one goes to the end of one row of memory: a search tree would touch several of its nodes
//! for each, and the stock of a popular article is touched more than anything else. One that is
//! released leaves a gap; when half of the row is gaps, they are closed.

use std::hash::{Hash, Hasher};
use std::ops::Index;

use super::Held;
use crate::id::ReservationId;
use crate::quantity::Units;

/// The reservations of one shelf.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    /// By reservation; what holds nothing is a gap.
    row: Vec<(ReservationId, Held)>,
    gaps: usize,
}

/// Fewer gaps than this are not worth closing.
const GAPS_MIN: usize = 16;

impl Holds {
    /// What a reservation holds.
    pub fn get(&self, id: &ReservationId) -> Option<&Held> {
        let at = self.place(id).ok()?;
        Some(&self.row[at].1).filter(|held| !is_gap(held))
    }

    /// Notes what a reservation holds; tells whether it was not there before.
    pub fn insert(&mut self, id: ReservationId, held: Held) -> bool {
        assert!(!is_gap(&held), "S2: a reservation is for something");
        if self.row.last().is_none_or(|(last, _)| *last < id) {
            self.row.push((id, held));
            return true;
        }
        match self.place(&id) {
            Ok(at) if is_gap(&self.row[at].1) => {
                self.gaps -= 1;
                self.row[at].1 = held;
            }
            Ok(_) => return false,
            Err(at) => self.row.insert(at, (id, held)),
        }
        true
    }

    /// Forgets a reservation; answers with what it held.
    pub fn remove(&mut self, id: &ReservationId) -> Option<Held> {
        let held = *self.get(id)?;
        let at = self.place(id).ok()?;
        self.row[at].1.units = Units::ZERO;
        self.gaps += 1;
        if self.gaps == self.row.len() || (self.gaps >= GAPS_MIN && self.gaps * 2 > self.row.len())
        {
            self.row.retain(|(_, held)| !is_gap(held));
            self.row.shrink_to(self.row.len() * 2);
            self.gaps = 0;
        }
        Some(held)
    }

    /// The reservations with what they hold, in the order of their ids.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&ReservationId, &Held)> {
        self.row.iter().filter(|(_, held)| !is_gap(held)).map(|(id, held)| (id, held))
    }

    /// How many reservations there are.
    pub fn len(&self) -> usize {
        self.row.len() - self.gaps
    }

    /// Whether there is no reservation.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn place(&self, id: &ReservationId) -> Result<usize, usize> {
        self.row.binary_search_by_key(id, |(id, _)| *id)
    }
}

fn is_gap(held: &Held) -> bool {
    held.units.is_zero()
}

impl Index<&ReservationId> for Holds {
    type Output = Held;

    fn index(&self, id: &ReservationId) -> &Held {
        self.get(id).expect("S2: a reservation that is named is there")
    }
}

impl PartialEq for Holds {
    fn eq(&self, other: &Holds) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Holds {}

impl Hash for Holds {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|hold| hold.hash(state));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::id::OrderId;

    fn held(units: u32) -> Held {
        Held { stock: None, units: Units::of_stock(i64::from(units)).expect("few pieces") }
    }

    proptest! {
        /// Whatever comes and goes in whatever order, the row says what a search tree says.
        #[test]
        fn a_row_is_a_map(steps in prop::collection::vec((any::<bool>(), 0_u128..60), 0..400)) {
            let mut row = Holds::default();
            let mut tree: BTreeMap<ReservationId, Held> = BTreeMap::new();
            for (at, (comes, id)) in steps.into_iter().enumerate() {
                let id = OrderId::from_bits(id << 20).reservation(0);
                if comes {
                    let new = held(at as u32 + 1);
                    prop_assert_eq!(row.insert(id, new), !tree.contains_key(&id));
                    tree.entry(id).or_insert(new);
                } else {
                    prop_assert_eq!(row.remove(&id), tree.remove(&id));
                }
                prop_assert_eq!(row.get(&id), tree.get(&id));
                prop_assert!(row.iter().eq(tree.iter()));
                prop_assert_eq!(row.len(), tree.len());
            }
        }
    }

    #[test]
    fn gaps_do_not_stay_for_ever() {
        let mut row = Holds::default();
        let id = |at: u128| OrderId::from_bits(at << 20).reservation(0);
        for at in 0..10_000 {
            row.insert(id(at), held(1));
            if at >= 100 {
                row.remove(&id(at - 100));
            }
        }
        assert_eq!(row.len(), 100);
        assert!(row.row.len() <= 201, "{} places for 100 reservations", row.row.len());
    }
}
