//! How long does it take to decide where an order is fulfilled?
//!
//! `one location` is what most orders are; `split` what a shop with many small stores sees;
//! the last ones are the worst that the bounds allow.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use workflow::id::LocationId;
use workflow::quantity::Units;
use workflow::routing::{Candidate, Need, Strategy, plan};

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

/// A shop in which a location has each article with this many chances of a hundred.
#[derive(Clone, Copy)]
struct Mould {
    needs: usize,
    candidates: usize,
    chance: u64,
    /// The most that lies on one shelf; two pieces are needed.
    shelf: u64,
}

fn routing(bench: &mut Criterion) {
    let orders = [
        ("one location, 3 needs of 10", Mould { needs: 3, candidates: 10, chance: 90, shelf: 40 }),
        ("one location, 3 of 1000", Mould { needs: 3, candidates: 1_000, chance: 90, shelf: 40 }),
        ("split, 3 needs of 10", Mould { needs: 3, candidates: 10, chance: 30, shelf: 40 }),
        ("split, 3 needs of 30", Mould { needs: 3, candidates: 30, chance: 12, shelf: 40 }),
        ("split, 3 of 30, low stock", Mould { needs: 3, candidates: 30, chance: 30, shelf: 2 }),
        ("split, 3 of 1000", Mould { needs: 3, candidates: 1_000, chance: 1, shelf: 40 }),
        ("split, 3 of 1000, low stock", Mould { needs: 3, candidates: 1_000, chance: 4, shelf: 2 }),
        ("split, 12 needs of 100", Mould { needs: 12, candidates: 100, chance: 30, shelf: 40 }),
        ("12 of 1000, low stock", Mould { needs: 12, candidates: 1_000, chance: 20, shelf: 3 }),
        ("500 of 1000, low stock", Mould { needs: 500, candidates: 1_000, chance: 50, shelf: 3 }),
        ("500 of 1000, short", Mould { needs: 500, candidates: 1_000, chance: 10, shelf: 3 }),
    ];
    for (name, mould) in orders {
        let shops: Vec<_> = (0..8).map(|seed| shop(&mut Dice(seed), mould)).collect();
        let strategy = Strategy { parts_max: if mould.needs > 3 { 10 } else { 3 } };
        let mut at = 0;
        bench.bench_function(name, |bench| {
            bench.iter(|| {
                at = (at + 1) % shops.len();
                let (needs, candidates) = &shops[at];
                plan(black_box(needs), black_box(candidates), &strategy)
            });
        });
    }
}

fn shop(dice: &mut Dice, mould: Mould) -> (Vec<Need>, Vec<Candidate>) {
    let pieces = |count: u64| Units::of_stock(count as i64).expect("a small number");
    let mut cell = || match dice.below(100) < mould.chance {
        true => pieces(1 + dice.below(mould.shelf)),
        false => Units::ZERO,
    };
    let shelves: Vec<_> =
        (0..mould.candidates).map(|_| (0..mould.needs).map(|_| cell()).collect()).collect();
    let candidate = |(at, available)| Candidate {
        location: LocationId::from_bits(at),
        metres: Some(dice.below(800_000) as u32),
        fence: None,
        available,
    };
    let needs = vec![Need { units: pieces(2) }; mould.needs];
    (needs, (0..).zip(shelves).map(candidate).collect())
}

criterion_group!(benches, routing);
criterion_main!(benches);
