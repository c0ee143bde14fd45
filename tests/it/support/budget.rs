//! How much a random test may do, and where its chance comes from.

use std::io::Write;

use actors::Random;
use workflow::time::Time;

/// How often a server is killed: `CERTUS_BUDGET` is nothing, `smoke`, `release` or a number.
pub(crate) fn kills() -> u64 {
    match std::env::var("CERTUS_BUDGET").ok().as_deref() {
        None | Some("") => 5,
        Some("smoke") => 50,
        Some("release") => 1_000,
        Some(number) => number.parse().expect("CERTUS_BUDGET is smoke, release or a number"),
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

/// A number from `low` to `high`, both included.
pub(crate) fn between(random: &mut Random, low: u64, high: u64) -> u64 {
    low + random.draw(Time::default()) % (high - low + 1)
}

/// Says what did not run, past the test's own capture: silence would look like a pass.
pub(crate) fn not_run(why: &str) {
    let _ = writeln!(std::io::stderr(), "not run: {why}");
}
