//! What clients of this door send. Unknown members are ignored.

mod address;
mod change;
mod delay;
mod gtin;
mod product;
mod report;

use smol_str::SmolStr;
use workflow::id::is_reference;

pub(crate) use address::is_address;
pub(crate) use change::ChangeBody;
pub(crate) use gtin::check_digit;
pub(crate) use report::ReportBody;

use crate::http::path::{Faults, Path};

/// A text of 1 to 250 characters, none of them a control character: no header of a mail can be
/// made longer by one.
fn name(faults: &mut Faults, at: Path<'_>, text: &str) -> Option<SmolStr> {
    let name = is_reference(text).then(|| SmolStr::new(text));
    faults.good(at, name, "must have 1 to 250 printable characters")
}

/// The same, or an empty one, which is none.
fn tag(faults: &mut Faults, at: Path<'_>, text: &str) -> Option<SmolStr> {
    if text.is_empty() { None } else { name(faults, at, text) }
}
