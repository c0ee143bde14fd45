//! How much a random test may try, and where its chance comes from.

/// The sizes of a run.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    /// Random histories per property; there are about twenty properties.
    pub(crate) cases: u32,
    /// Commands in a row that the small space is searched for.
    pub(crate) depth: usize,
}

/// Reads `CERTUS_BUDGET`: nothing, `smoke`, `release`, or a number of histories per property.
pub(crate) fn budget() -> Budget {
    match std::env::var("CERTUS_BUDGET").ok().as_deref() {
        None | Some("") => Budget { cases: 120, depth: 4 },
        Some("smoke") => Budget { cases: 600, depth: 6 },
        Some("release") => Budget { cases: 5_000, depth: 7 },
        Some(number) => {
            let cases = number.parse().expect("CERTUS_BUDGET is smoke, release or a number");
            Budget { cases, depth: 5 }
        }
    }
}

/// The seed of a random test: `CERTUS_SEED` if it is given. It is printed, so that a failure can
/// be repeated.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("CERTUS_SEED").ok();
    let seed = given.and_then(|seed| seed.parse().ok()).unwrap_or(1);
    println!("CERTUS_SEED={seed}");
    seed
}
