//! What holds of every plan, whatever the shop.

use proptest::strategy::Strategy as Generator;
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::*;

fn any_mould() -> impl Generator<Value = Mould> {
    (1..14_u64, 1..9_u64, 1..40_u64, 0..10_u64, 1..50_u64, 1..11_u64).prop_map(
        |(needs_max, units_max, candidates_max, empty_of_ten, metres_max, parts_max)| Mould {
            needs_max,
            units_max,
            candidates_max,
            empty_of_ten,
            metres_max,
            parts_max,
        },
    )
}

proptest! {
    /// S8: every piece that is needed is either taken or short, once.
    #[test]
    fn every_piece_is_taken_or_short(mould in any_mould(), seed: u64) {
        let shop = Dice(seed).shop(mould);
        let plan = shop.plan();
        for (at, need) in (0_u16..).zip(&shop.needs) {
            let takes = plan.parts.iter().flat_map(|part| &part.takes);
            let taken: Units = takes.filter(|take| take.need == at).map(|take| take.units).sum();
            let short: Units =
                plan.short.iter().filter(|short| short.need == at).map(|short| short.units).sum();
            prop_assert_eq!(taken.plus(short), need.units);
        }
        prop_assert!(plan.short.iter().all(|short| !short.units.is_zero()));
    }

    /// S6: what a plan takes is there, so reserving it cannot fail after the first hold.
    #[test]
    fn nothing_is_taken_that_is_not_there(mould in any_mould(), seed: u64) {
        let shop = Dice(seed).shop(mould);
        for part in &shop.plan().parts {
            let seen = &shop.candidates[part.candidate];
            prop_assert_eq!(seen.location, part.location);
            prop_assert_eq!(seen.fence, None);
            prop_assert!(!part.takes.is_empty());
            prop_assert!(part.takes.is_sorted_by(|one, next| one.need < next.need));
            for take in &part.takes {
                prop_assert!(!take.units.is_zero());
                prop_assert!(take.units <= seen.available[usize::from(take.need)]);
            }
        }
    }

    #[test]
    fn no_location_is_chosen_twice_or_beyond_the_limit(mould in any_mould(), seed: u64) {
        let shop = Dice(seed).shop(mould);
        let plan = shop.plan();
        prop_assert!(plan.parts.len() <= usize::from(shop.strategy.parts_max));
        let ranks = plan.parts.iter().map(|part| rank(&shop.candidates[part.candidate]));
        prop_assert!(ranks.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn the_order_of_the_candidates_does_not_matter(mould in any_mould(), seed: u64) {
        let mut dice = Dice(seed);
        let mut shop = dice.shop(mould);
        let before = shop.plan();
        dice.shuffle(&mut shop.candidates);
        let after = shop.plan();
        prop_assert_eq!(text(&before), text(&after));
        prop_assert_eq!(before.search, after.search);
    }

    #[test]
    fn the_nearest_part_gives_all_it_can(mould in any_mould(), seed: u64) {
        let shop = Dice(seed).shop(mould);
        let mut open: Vec<Units> = shop.needs.iter().map(|need| need.units).collect();
        for part in &shop.plan().parts {
            for (at, open) in open.iter_mut().enumerate() {
                let take = part.takes.iter().find(|take| usize::from(take.need) == at);
                let taken = take.map_or(Units::ZERO, |take| take.units);
                prop_assert_eq!(taken, shop.candidates[part.candidate].available[at].min(*open));
                *open = open.minus(taken);
            }
        }
    }
}
