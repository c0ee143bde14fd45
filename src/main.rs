//! The command line of Certus.
fn main() {}
