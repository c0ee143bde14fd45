//! One example for each rule of routing.

use super::*;

#[test]
fn one_location_is_better_than_two_nearer_ones() {
    let shop = shop(&[2, 1], 3, &[(Some(1), &[2, 0]), (Some(1), &[0, 1]), (Some(900), &[2, 1])]);
    assert_eq!(text(&shop.plan()), "3:2x0+1x1");
}

#[test]
fn of_two_that_fill_everything_the_nearer_does() {
    let shop = shop(&[2], 3, &[(Some(70), &[9]), (Some(69), &[2])]);
    assert_eq!(text(&shop.plan()), "2:2x0");
}

#[test]
fn an_unknown_distance_beats_no_known_one() {
    let shop = shop(&[2], 3, &[(None, &[2]), (Some(69), &[2]), (None, &[2])]);
    assert_eq!(text(&shop.plan()), "2:2x0");
}

#[test]
fn without_distances_the_smallest_id_fulfils() {
    let mut shop = shop(&[2], 3, &[(None, &[1]), (None, &[2]), (None, &[2])]);
    shop.candidates.reverse();
    assert_eq!(text(&shop.plan()), "2:2x0");
}

#[test]
fn a_need_is_split_over_locations_and_the_nearest_gives_most() {
    let shop = shop(&[5], 3, &[(Some(8), &[4]), (Some(3), &[2]), (Some(9), &[3])]);
    assert_eq!(text(&shop.plan()), "2:2x0 1:3x0");
}

/// S5: two lines of one article are one need, so their pieces are not promised twice.
#[test]
fn lines_of_one_article_are_counted_together() {
    let shop = shop(&[2 + 2], 1, &[(Some(1), &[3])]);
    assert_eq!(text(&shop.plan()), "1:3x0 short:1x0");
}

#[test]
fn a_fenced_location_takes_no_part() {
    let mut shop = shop(&[2], 3, &[(Some(1), &[2]), (Some(2), &[2])]);
    shop.candidates[0].fence = Some(Fence::DoesNotShip);
    assert_eq!(text(&shop.plan()), "2:2x0");
    shop.candidates[1].fence = Some(Fence::NotOnline);
    assert_eq!(text(&shop.plan()), "short:2x0");
}

#[test]
fn an_article_that_nobody_has_does_not_split_the_rest() {
    let shop = shop(&[2, 7, 1], 3, &[(Some(1), &[2, 0, 0]), (Some(2), &[2, 0, 1])]);
    let plan = shop.plan();
    assert_eq!(text(&plan), "2:2x0+1x2 short:7x1");
    assert_eq!(plan.search, Search::Exact);
}

/// S5: greedy would take the first location, which gives most, and then lack one piece.
#[test]
fn an_order_that_fits_is_not_short_because_greed_fails() {
    let shop = shop(
        &[2, 2, 2, 2],
        2,
        &[(Some(1), &[0, 2, 2, 1]), (Some(9), &[2, 2, 0, 0]), (Some(9), &[0, 0, 2, 2])],
    );
    assert_eq!(text(&shop.plan()), "2:2x0+2x1 3:2x2+2x3");
}

#[test]
fn as_much_as_possible_is_held_of_an_order_that_may_not_be_split() {
    let shop = shop(&[3, 3], 1, &[(Some(1), &[3, 0]), (Some(9), &[2, 2]), (Some(8), &[1, 3])]);
    assert_eq!(text(&shop.plan()), "3:1x0+3x1 short:2x0");
}

#[test]
fn an_order_is_split_over_no_more_locations_than_any_order_may_be() {
    let shelves: Vec<(Option<u32>, &[u32])> = vec![(Some(5), &[1]); 20];
    assert_eq!(shop(&[20], u8::MAX, &shelves).plan().parts.len(), 10);
    assert_eq!(shop(&[20], 0, &shelves).plan().parts.len(), 1);
}

#[test]
fn nothing_is_needed_and_nothing_is_short() {
    let plan = shop(&[], 3, &[(Some(1), &[])]).plan();
    assert!(plan.is_whole() && plan.parts.is_empty());
    let plan = shop(&[0], 3, &[(Some(1), &[4])]).plan();
    assert_eq!(plan, Plan { parts: vec![], short: vec![], search: Search::Exact });
}

/// S8: the largest numbers that the types allow do not wrap.
#[test]
fn the_largest_numbers_are_added_without_wrapping() {
    let most = i32::MAX as u32;
    let shop = shop(&[most, most], 2, &[(Some(u32::MAX), &[most - 1, most]), (None, &[most, 0])]);
    assert_eq!(text(&shop.plan()), format!("1:{}x0+{most}x1 2:1x0", most - 1));
}

#[test]
fn an_explanation_has_a_line_for_every_candidate() {
    let mut shop = shop(&[2, 1], 3, &[(Some(1), &[9, 0]), (None, &[1, 1]), (Some(3), &[2, 1])]);
    shop.candidates[2].fence = Some(Fence::NotPreselected);
    let lines = explain(&shop.needs, &shop.candidates, &shop.plan());
    let seen: Vec<_> = lines.iter().map(|l| (l.fence, l.covers, l.units.get(), l.chosen)).collect();
    let fence = Some(Fence::NotPreselected);
    assert_eq!(seen, [(None, 1, 2, true), (None, 1, 2, true), (fence, 2, 3, false)]);
}
