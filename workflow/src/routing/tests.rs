//! Routing against an exhaustive search, and what must hold of every plan.

mod exhaustive;
mod large;
mod laws;
mod more;
mod rules;

use super::*;

/// A shop with a few locations, from numbers: reproducible, and small numbers make many ties.
struct Shop {
    needs: Vec<Need>,
    candidates: Vec<Candidate>,
    strategy: Strategy,
}

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

/// How a random shop is made.
#[derive(Clone, Copy, Debug)]
struct Mould {
    needs_max: u64,
    units_max: u64,
    candidates_max: u64,
    /// Of ten cells, so many have no stock.
    empty_of_ten: u64,
    metres_max: u64,
    parts_max: u64,
}

impl Dice {
    /// Prints its seed, so that a failure can be repeated; takes it from `CERTUS_SEED`.
    fn of(default: u64) -> Dice {
        let seed = std::env::var("CERTUS_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or(default);
        println!("CERTUS_SEED={seed}");
        Dice(seed)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    fn shop(&mut self, mould: Mould) -> Shop {
        let needs: Vec<Need> = (0..1 + self.below(mould.needs_max))
            .map(|_| Need { units: pieces(self.below(mould.units_max + 1)) })
            .collect();
        let count = 1 + self.below(mould.candidates_max);
        let first_id = self.below(1000);
        let mut candidates: Vec<Candidate> = (0..count)
            .map(|at| Candidate {
                location: LocationId::from_bits(u128::from(first_id ^ at)),
                metres: (self.below(6) > 0).then(|| self.below(mould.metres_max) as u32),
                fence: (self.below(12) == 0).then_some(Fence::NotOnline),
                available: needs
                    .iter()
                    .map(|_| match self.below(10) < mould.empty_of_ten {
                        true => Units::ZERO,
                        false => pieces(self.below(mould.units_max + 2)),
                    })
                    .collect(),
            })
            .collect();
        self.shuffle(&mut candidates);
        let strategy = Strategy { parts_max: 1 + self.below(mould.parts_max) as u8 };
        Shop { needs, candidates, strategy }
    }

    fn shuffle<T>(&mut self, things: &mut [T]) {
        for at in (1..things.len()).rev() {
            things.swap(at, self.below(at as u64 + 1) as usize);
        }
    }
}

impl Shop {
    fn plan(&self) -> Plan {
        plan(&self.needs, &self.candidates, &self.strategy)
    }
}

/// `metres`, then what is available of each need; the id is the place in the list.
fn shop(needs: &[u32], parts_max: u8, candidates: &[(Option<u32>, &[u32])]) -> Shop {
    let candidates = (1_u128..).zip(candidates).map(|(id, &(metres, available))| Candidate {
        location: LocationId::from_bits(id),
        metres,
        fence: None,
        available: available.iter().map(|&units| pieces(units.into())).collect(),
    });
    Shop {
        needs: needs.iter().map(|&units| Need { units: pieces(units.into()) }).collect(),
        candidates: candidates.collect(),
        strategy: Strategy { parts_max },
    }
}

/// A plan in short: each part's id with its takes, then what is short.
fn text(plan: &Plan) -> String {
    let takes = |part: &Part| -> Vec<String> {
        part.takes.iter().map(|take| format!("{}x{}", take.units, take.need)).collect()
    };
    let mut words: Vec<String> = (plan.parts.iter())
        .map(|part| format!("{}:{}", part.location.to_bits(), takes(part).join("+")))
        .collect();
    words.extend(plan.short.iter().map(|short| format!("short:{}x{}", short.units, short.need)));
    words.join(" ")
}

fn pieces(count: u64) -> Units {
    Units::of_stock(count as i64).unwrap()
}
