//! What joins an order, against all that could be chosen.

use super::*;

fn more(shop: &Shop, at: &[u128]) -> Plan {
    let at: Vec<LocationId> = at.iter().map(|&id| LocationId::from_bits(id)).collect();
    plan_more(&shop.needs, &shop.candidates, &at, &shop.strategy)
}

/// Where an order is costs no further part, and gives before others.
#[test]
fn where_an_order_is_gives_first() {
    let near_whole = shop(&[4], 2, &[(Some(1), &[4]), (Some(9), &[4])]);
    assert_eq!(text(&more(&near_whole, &[])), "1:4x0");
    assert_eq!(text(&more(&near_whole, &[2])), "2:4x0", "no second parcel");
    let split = shop(&[5], 2, &[(Some(1), &[2]), (Some(5), &[2]), (Some(9), &[3])]);
    assert_eq!(text(&more(&split, &[3])), "1:2x0 3:3x0", "what it lacks comes from elsewhere");
    assert_eq!(text(&more(&split, &[2])), "2:2x0 3:3x0");
    let full = shop(&[5, 1], 1, &[(Some(1), &[5, 1]), (Some(9), &[3, 0])]);
    assert_eq!(text(&more(&full, &[2])), "2:3x0 short:2x0 short:1x1", "no more parts");
    assert_eq!(text(&more(&full, &[7])), "short:5x0 short:1x1", "nor where it is no longer");
}

/// No choice of further locations holds more pieces, and none that holds as many is of fewer.
#[test]
fn no_other_choice_holds_more_or_is_of_fewer() {
    let mut dice = Dice::of(7);
    let mould = Mould {
        needs_max: 3,
        units_max: 4,
        candidates_max: 6,
        empty_of_ten: 4,
        metres_max: 9,
        parts_max: 4,
    };
    let mut split = 0;
    for _ in 0..2_000 {
        let shop = dice.shop(mould);
        let count = shop.candidates.len();
        let is_own: Vec<bool> = (0..count).map(|_| dice.below(3) == 0).collect();
        let own = shop.candidates.iter().zip(&is_own).filter(|(_, own)| **own);
        let at: Vec<u128> = own.map(|(it, _)| it.location.to_bits()).collect();
        let left = usize::from(shop.strategy.parts_max).saturating_sub(at.len());
        let left = if at.is_empty() { usize::from(shop.strategy.parts_max) } else { left };
        let score = |chosen: usize| {
            let of = |need: usize| -> u32 {
                let gives = (0..count).filter(|it| is_own[*it] || chosen & (1 << it) != 0);
                let gives = gives.filter(|it| shop.candidates[*it].fence.is_none());
                let sum: Units = gives.map(|it| shop.candidates[it].available[need]).sum();
                sum.min(shop.needs[need].units).get()
            };
            let further = (0..count).filter(|it| !is_own[*it] && chosen & (1 << it) != 0).count();
            let pieces: u32 = (0..shop.needs.len()).map(of).sum();
            (further <= left).then_some((pieces, std::cmp::Reverse(further)))
        };
        let best = (0..1_usize << count).filter_map(score).max().unwrap();
        let plan = more(&shop, &at);
        let taken: u32 =
            plan.parts.iter().flat_map(|part| &part.takes).map(|take| take.units.get()).sum();
        let further = plan.parts.iter().filter(|part| !is_own[part.candidate]).count();
        assert_eq!((taken, std::cmp::Reverse(further)), best, "{}", text(&plan));
        split += usize::from(further > 0 && !at.is_empty());
    }
    assert!(split > 100, "{split}");
}
