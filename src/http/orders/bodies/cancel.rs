//! Why an order is cancelled.

use serde::Deserialize;
use smol_str::SmolStr;

use super::field::short_text;
use crate::failure::Failure;
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::limits::NOTES_CHARS_MAX;

/// The body of a cancel; it may be absent, and unknown members are ignored.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct CancelBody {
    reason: Option<Document>,
}

impl CancelBody {
    /// The reason, if one was given.
    pub(crate) fn into_reason(self) -> Result<Option<SmolStr>, Failure> {
        let mut faults = Faults::default();
        let at = Path::Root.member("reason");
        let reason = short_text(&mut faults, at, self.reason.as_ref(), NOTES_CHARS_MAX);
        faults.end(Some(reason.filter(|reason| !reason.is_empty()).map(SmolStr::from)))
    }
}
