//! Orders that are too large for an exact search still get a plan, and it says what it is.

use super::*;

/// S5: the search may be cut off, but a whole plan that is easy to find is found.
#[test]
fn five_hundred_needs_over_a_thousand_locations_get_a_plan() {
    let mut dice = Dice::of(11);
    for empty_of_ten in [1, 5, 9] {
        let shop = large(&mut dice, 500, 1_000, empty_of_ten);
        let plan = shop.plan();
        assert!(!plan.parts.is_empty() && plan.parts.len() <= 10);
        assert_eq!(plan.is_whole(), empty_of_ten < 9, "{empty_of_ten}");
    }
}

#[test]
fn twelve_needs_over_a_thousand_locations_get_a_whole_plan() {
    let mut dice = Dice::of(12);
    for empty_of_ten in 1..10 {
        let plan = large(&mut dice, 12, 1_000, empty_of_ten).plan();
        assert!(plan.is_whole(), "{empty_of_ten}");
    }
}

#[test]
fn an_order_of_twelve_needs_over_a_hundred_locations_is_exact() {
    let mut dice = Dice::of(13);
    for _ in 0..20 {
        for empty_of_ten in [5, 7, 8] {
            let plan = large(&mut dice, 12, 100, empty_of_ten).plan();
            assert_eq!(plan.search, Search::Exact, "{empty_of_ten}");
        }
    }
}

#[test]
fn a_plan_that_may_not_be_the_best_says_so() {
    let plan = large(&mut Dice::of(14), 100, 300, 7).plan();
    assert_eq!(plan.search, Search::Bounded);
}

/// Exactly so many needs and candidates, no fences.
fn large(dice: &mut Dice, needs: usize, candidates: usize, empty_of_ten: u64) -> Shop {
    let needs: Vec<Need> = vec![Need { units: pieces(3) }; needs];
    let candidates = (0..candidates).map(|at| Candidate {
        location: LocationId::from_bits(at as u128),
        metres: Some(dice.below(500_000) as u32),
        fence: None,
        available: needs
            .iter()
            .map(|_| pieces(if dice.below(10) < empty_of_ten { 0 } else { 1 + dice.below(8) }))
            .collect(),
    });
    Shop { candidates: candidates.collect(), needs, strategy: Strategy { parts_max: 10 } }
}
