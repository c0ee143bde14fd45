//! The candidates that can be part of the best plan, as plain numbers.
//!
//! A file of its own because the searches must not meet a fence, an unknown distance or a need
//! that nobody can fill: the table has settled all three, and has left out every candidate that
//! others make superfluous. It never leaves out a location of the best plan.

use smallvec::{SmallVec, smallvec};

use super::{Candidate, Need, is_before, rank};

/// The needs that somebody can fill, and who gives what.
pub(super) struct Table {
    /// What is to be filled of each open need: what is needed, or all there is if that is less.
    pub(super) needs: SmallVec<[u32; 16]>,
    /// The locations, in the order of [`rank`].
    pub(super) rows: SmallVec<[Row; 32]>,
    /// What each row gives of each need, at most what is to be filled; row after row.
    cells: SmallVec<[u32; 128]>,
    /// How many locations a plan may have.
    pub(super) parts_max: usize,
}

/// One location.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Its index among the candidates.
    pub(super) candidate: usize,
    /// Its distance; an unknown one is one metre more than the farthest known.
    pub(super) metres: u32,
    /// Its id, for ties.
    pub(super) id: u128,
}

/// What the first look at the candidates shows.
pub(super) struct Survey<'a> {
    needs: &'a [Need],
    candidates: &'a [Candidate],
    /// What all candidates give of each need, counting of each at most what is needed.
    supply: SmallVec<[u64; 16]>,
    /// The farthest known distance.
    far: u32,
    /// By candidate, the set of needs that it gives anything of; beyond 32 needs two may share a
    /// bit, so that only nothing is still certain.
    gives: SmallVec<[u32; 32]>,
    /// By set of needs, the first candidate in rank that fills them all; empty for many needs.
    fillers: Fillers,
    /// The first candidate in rank that alone fills all that anybody can fill, if it was seen.
    pub(super) alone: Option<usize>,
}

/// Up to so many needs, the survey knows the nearest candidate for every set of needs; the table
/// of sets doubles with each need, and most orders have fewer.
const SET_NEEDS_MAX: usize = 6;
/// A row is compared with so many nearer ones to find that it is superfluous; more would cost
/// more than the search saves.
const COMPARED_MAX: usize = 64;

type Fillers = [u32; 1 << SET_NEEDS_MAX];
const NOBODY: u32 = u32::MAX;

impl<'a> Survey<'a> {
    /// Looks at every candidate once.
    pub(super) fn of(needs: &'a [Need], candidates: &'a [Candidate]) -> Survey<'a> {
        let mut survey = Survey {
            needs,
            candidates,
            supply: smallvec![0; needs.len()],
            far: 0,
            gives: SmallVec::with_capacity(candidates.len()),
            fillers: [NOBODY; 1 << SET_NEEDS_MAX],
            alone: None,
        };
        for at in 0..candidates.len() {
            let gives = survey.look_at(at);
            survey.gives.push(gives);
        }
        if survey.knows_sets() {
            survey.spread_to_subsets();
            let open = (0..needs.len()).filter(|&need| survey.supply[need] > 0);
            let open = open.fold(0_usize, |set, need| set | 1 << need);
            survey.alone = survey.filler(open).filter(|_| open != 0);
        }
        survey
    }

    /// Takes a candidate into account; answers with what it gives anything of.
    fn look_at(&mut self, at: usize) -> u32 {
        let candidate = &self.candidates[at];
        if candidate.fence.is_some() {
            return 0;
        }
        let (mut gives, mut filled, mut fills) = (0_u32, 0, 0_u32);
        let cells = self.needs.iter().zip(&candidate.available).zip(&mut self.supply);
        for (need, ((wanted, available), supply)) in cells.enumerate() {
            let (wanted, available) = (wanted.units.get(), available.get());
            let given = available.min(wanted);
            *supply += u64::from(given);
            let is_whole = available >= wanted;
            filled += usize::from(is_whole);
            gives |= u32::from(given > 0).wrapping_shl(need as u32);
            fills |= u32::from(is_whole).wrapping_shl(need as u32); // read if the sets are known
        }
        if gives == 0 {
            return 0;
        }
        self.far = self.far.max(candidate.metres.unwrap_or(0));
        if self.knows_sets() {
            let set = fills as usize;
            self.fillers[set] = self.nearer(self.fillers[set], at as u32);
        } else if filled == self.needs.len() {
            let before = self.alone.map_or(NOBODY, |alone| alone as u32);
            self.alone = Some(self.nearer(before, at as u32) as usize);
        }
        gives
    }

    fn knows_sets(&self) -> bool {
        self.needs.len() <= SET_NEEDS_MAX
    }

    /// Who fills a set fills each of its subsets.
    fn spread_to_subsets(&mut self) {
        let sets = 1_usize << self.needs.len();
        for bit in (0..self.needs.len()).map(|need| 1 << need) {
            for set in (0..sets).filter(|set| set & bit == 0) {
                self.fillers[set] = self.nearer(self.fillers[set], self.fillers[set | bit]);
            }
        }
    }

    fn nearer(&self, one: u32, other: u32) -> u32 {
        if one == NOBODY || other == NOBODY {
            return one.min(other);
        }
        let [first, second] = [one, other].map(|at| &self.candidates[at as usize]);
        if is_before(second, first) { other } else { one }
    }

    fn filler(&self, set: usize) -> Option<usize> {
        Some(self.fillers[set]).filter(|&at| at != NOBODY).map(|at| at as usize)
    }

    /// Whether a nearer location fills all that this one could give, so that any plan with this
    /// one is better with that one instead.
    fn is_superfluous(&self, at: usize) -> bool {
        let nearer = |filler: usize| is_before(&self.candidates[filler], &self.candidates[at]);
        self.knows_sets() && self.filler(self.gives[at] as usize).is_some_and(nearer)
    }

    /// Writes down whoever can be part of the best plan of at most `parts_max` parts.
    pub(super) fn table(&self, parts_max: usize) -> Table {
        let mut order: SmallVec<[(u32, u128, usize); 32]> = SmallVec::new();
        for (at, &gives) in self.gives.iter().enumerate() {
            if gives != 0 && !self.is_superfluous(at) {
                let (metres, id) = rank(&self.candidates[at]);
                order.push((metres, id, at));
            }
        }
        order.sort_unstable();

        let open: SmallVec<[usize; 16]> =
            (0..self.needs.len()).filter(|&need| self.supply[need] > 0).collect();
        let wanted = |need: usize| self.needs[need].units.get();
        let fillable = |&need: &usize| {
            u32::try_from(self.supply[need]).map_or(wanted(need), |supply| supply.min(wanted(need)))
        };
        let mut table = Table {
            needs: open.iter().map(fillable).collect(),
            rows: SmallVec::new(),
            cells: SmallVec::new(),
            parts_max,
        };
        for (metres, id, at) in order {
            let unknown = self.candidates[at].metres.is_none();
            let metres = if unknown { self.far.saturating_add(1) } else { metres };
            let available = &self.candidates[at].available;
            let gives = open.iter().map(|&need| available.get(need).map_or(0, |units| units.get()));
            table.add(Row { candidate: at, metres, id }, gives);
        }
        table
    }
}

impl Table {
    /// What a row gives, by need.
    pub(super) fn row(&self, row: usize) -> &[u32] {
        &self.cells[row * self.needs.len()..][..self.needs.len()]
    }

    /// Adds the next row in rank, unless those before it make it superfluous.
    fn add(&mut self, row: Row, gives: impl Iterator<Item = u32>) {
        let from = self.cells.len();
        self.cells.extend(gives.zip(&self.needs).map(|(gives, &need)| gives.min(need)));
        if self.is_superfluous(from) {
            self.cells.truncate(from);
        } else {
            self.rows.push(row);
        }
    }

    /// Whether no best plan has the row whose cells begin at `from`.
    ///
    /// Let `better` be the nearer rows that give at least as much of everything. In a plan that
    /// has this row and lacks one of `better`, that one in its place makes a better plan. A plan
    /// that has this row and all of `better` has too many parts, or a part too many if `better`
    /// fill all that this row could give.
    fn is_superfluous(&self, from: usize) -> bool {
        let gives = &self.cells[from..];
        let mut better = 0;
        let mut together: SmallVec<[u32; 16]> = SmallVec::new();
        for row in 0..self.rows.len().min(COMPARED_MAX) {
            let other = self.row(row);
            if other.iter().zip(gives).any(|(other, gives)| other < gives) {
                continue;
            }
            better += 1;
            together.resize(gives.len(), 0);
            for (sum, &units) in together.iter_mut().zip(other) {
                *sum = sum.saturating_add(units);
            }
            let mut all = together.iter().zip(gives).zip(&self.needs);
            if better >= self.parts_max
                || all.all(|((sum, &gives), need)| gives == 0 || sum >= need)
            {
                return true;
            }
        }
        false
    }

    /// The ids of some rows, smallest first.
    pub(super) fn ids(&self, rows: &[usize]) -> SmallVec<[u128; 10]> {
        let mut ids: SmallVec<[u128; 10]> = rows.iter().map(|&row| self.rows[row].id).collect();
        ids.sort_unstable();
        ids
    }
}
