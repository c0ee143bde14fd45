//! Plans against every set of locations there is.

use std::cmp::Reverse;

use super::*;

/// What a plan is judged by: held, parts, metres, ids.
type Merit = (Reverse<u64>, usize, u64, Vec<u128>);

/// The merit of the best of all subsets, straight from the rules and nothing else.
fn best_of_all(shop: &Shop) -> Merit {
    let free: Vec<&Candidate> = shop.candidates.iter().filter(|c| c.fence.is_none()).collect();
    let sets = 0_u32..1 << free.len();
    let allowed = sets.filter(|set| set.count_ones() <= u32::from(shop.strategy.parts_max));
    allowed
        .map(|set| {
            let chosen = (0..free.len()).filter(|at| set & (1 << at) != 0);
            merit(shop, &chosen.map(|at| free[at]).collect::<Vec<_>>())
        })
        .min()
        .unwrap()
}

fn merit(shop: &Shop, chosen: &[&Candidate]) -> Merit {
    let held = shop.needs.iter().enumerate().map(|(at, need)| {
        let together: u64 = chosen.iter().map(|c| u64::from(c.available[at].get())).sum();
        together.min(need.units.get().into())
    });
    let metres = chosen.iter().map(|c| u64::from(c.metres.unwrap_or(unknown_metres(shop))));
    let mut ids: Vec<u128> = chosen.iter().map(|c| c.location.to_bits()).collect();
    ids.sort_unstable();
    (Reverse(held.sum()), chosen.len(), metres.sum(), ids)
}

/// One metre farther than the farthest known location that has anything to give.
fn unknown_metres(shop: &Shop) -> u32 {
    let gives = |c: &&Candidate| {
        shop.needs.iter().zip(&c.available).any(|(n, a)| !n.units.is_zero() && !a.is_zero())
    };
    let known = shop.candidates.iter().filter(|c| c.fence.is_none()).filter(gives);
    known.filter_map(|c| c.metres).max().unwrap_or(0) + 1
}

fn check(shop: &Shop) {
    let plan = shop.plan();
    let chosen: Vec<_> = plan.parts.iter().map(|part| &shop.candidates[part.candidate]).collect();
    let (found, best) = (merit(shop, &chosen), best_of_all(shop));
    assert_eq!(found, best, "{:?} {:?} {:?}", shop.needs, shop.candidates, shop.strategy);
    assert_eq!(plan.search, Search::Exact, "{:?} {:?}", shop.needs, shop.candidates);
}

fn check_many(seed: u64, times: usize, mould: Mould) {
    let mut dice = Dice::of(seed);
    for _ in 0..times {
        check(&dice.shop(mould));
    }
}

/// S5: what is called short, no allowed set of locations holds; and the fewest, nearest,
/// smallest-numbered locations are chosen.
#[test]
fn no_set_of_locations_is_better() {
    let small = Mould {
        needs_max: 3,
        units_max: 4,
        candidates_max: 7,
        empty_of_ten: 4,
        metres_max: 6,
        parts_max: 4,
    };
    check_many(1, 6_000, small);
    check_many(2, 3_000, Mould { units_max: 1, empty_of_ten: 7, candidates_max: 9, ..small });
    check_many(3, 2_000, Mould { metres_max: 1, needs_max: 4, ..small });
}

/// S5: the same with scarce stock, where several locations share one need and some runs short.
#[test]
fn no_set_of_locations_is_better_when_stock_is_scarce() {
    let scarce = Mould {
        needs_max: 3,
        units_max: 12,
        candidates_max: 9,
        empty_of_ten: 7,
        metres_max: 20,
        parts_max: 4,
    };
    check_many(4, 3_000, scarce);
    check_many(5, 300, Mould { needs_max: 5, candidates_max: 12, parts_max: 6, ..scarce });
    check_many(6, 3_000, Mould { needs_max: 1, units_max: 30, parts_max: 10, ..scarce });
}

/// S5: exact up to twelve needs, and beyond where the search comes to its end.
#[test]
fn no_set_of_locations_is_better_for_many_needs() {
    let many = Mould {
        needs_max: 12,
        units_max: 2,
        candidates_max: 10,
        empty_of_ten: 6,
        metres_max: 9,
        parts_max: 6,
    };
    check_many(7, 400, many);
    check_many(8, 200, Mould { needs_max: 16, empty_of_ten: 8, ..many });
}
