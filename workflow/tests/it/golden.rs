//! Golden files: what was printed before must be printed again.

use std::path::PathBuf;

/// Where a file beside these tests lies.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(name)
}

/// Compares `printed` with the file, or writes it when `CERTUS_BLESS` is set.
#[track_caller]
pub(crate) fn check(name: &str, printed: &str) {
    if std::env::var_os("CERTUS_BLESS").is_some() {
        std::fs::write(path(name), printed).expect("the golden file can be written");
        return;
    }
    let expected = std::fs::read_to_string(path(name)).unwrap_or_default();
    if expected == printed {
        return;
    }
    let differs = expected.lines().zip(printed.lines()).position(|(old, new)| old != new);
    let at = differs.unwrap_or_else(|| expected.lines().count().min(printed.lines().count()));
    let line = |text: &str| text.lines().nth(at).unwrap_or("(the end)").to_owned();
    panic!(
        "{name}, line {}:\n  expected {}\n  printed  {}\n\
         CERTUS_BLESS=1 cargo test -p workflow rewrites it; then read the diff",
        at + 1,
        line(&expected),
        line(printed),
    );
}
