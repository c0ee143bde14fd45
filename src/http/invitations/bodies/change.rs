//! `PATCH /api/v2/invitations/{id}`: other times than were asked for.

use serde::{Deserialize, Deserializer, Serialize};
use workflow::command::InvitationAction;
use workflow::id::Version;

use super::delay::DelayBody;
use crate::failure::Failure;
use crate::http::path::{Faults, Path};

/// The body. A reminder of null is none from now on; one that is not there stays.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ChangeBody<'a> {
    #[serde(borrow)]
    delay: Option<DelayBody<'a>>,
    #[serde(borrow, default, deserialize_with = "sent")]
    reminder: Option<Option<DelayBody<'a>>>,
}

/// A member that was sent, be it null.
fn sent<'de: 'a, 'a, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<DelayBody<'a>>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl ChangeBody<'_> {
    /// What is asked for, or all that is wrong.
    pub(crate) fn into_action(self, version: Option<Version>) -> Result<InvitationAction, Failure> {
        let mut faults = Faults::default();
        let root = Path::Root;
        let delay = match &self.delay {
            None => Some(None),
            Some(body) => body.read(&mut faults, root.member("delay")).map(Some),
        };
        let reminder = match &self.reminder {
            None => Some(None),
            Some(None) => Some(Some(None)),
            Some(Some(body)) => {
                body.read(&mut faults, root.member("reminder")).map(|delay| Some(Some(delay)))
            }
        };
        let action =
            || Some(InvitationAction::Change { version, delay: delay?, reminder: reminder? });
        let action = action();
        faults.end(action)
    }
}
