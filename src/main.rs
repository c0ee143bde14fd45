//! The program `certus`.

use std::process::ExitCode;

/// Many small allocations cross threads: a request is parsed on one and answered by another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    certus::cli::run()
}
