//! What a client wants done to an order.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::id::Version;
use workflow::order;

use super::{reference, time, version};
use crate::failure::Failure;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;

/// An action. Which members belong to it depends on its name, so the schema is open.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActionBody<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    version: Option<i64>,
    tenant_order_id: Option<Text<'a>>,
    cancelation_reason_id: Option<Text<'a>>,
    target_time: Option<Text<'a>>,
}

impl ActionBody<'_> {
    /// The command to the order; `if_match` must agree with the body.
    pub(crate) fn to_action(&self, if_match: Option<Version>) -> Result<order::Command, Failure> {
        let mut faults = Faults::default();
        let member = |name| Path::Member(&Path::Root, name);
        let sent = faults.required(member("version"), self.version);
        let sent = sent.and_then(|sent| version(&mut faults, member("version"), sent));
        agree(&mut faults, if_match, sent);
        let mut text = |name, text: &Option<Text<'_>>| -> Option<SmolStr> {
            text.as_ref().and_then(|text| reference(&mut faults, member(name), text))
        };
        let own = text("tenantOrderId", &self.tenant_order_id);
        let reason = text("cancelationReasonId", &self.cancelation_reason_id);
        let target = self.target_time.as_ref();
        let target = target.and_then(|text| time(&mut faults, member("targetTime"), text));
        let name = faults.required(member("name"), self.name.as_deref());
        let action = name.and_then(|name| match name {
            "CONFIRM_PROMISE" => Some(order::Command::Confirm { version: sent, reference: own }),
            "EXTEND_PROMISE" | "EXTENDPROMISE" => Some(order::Command::Extend { version: sent }),
            "CANCEL" => Some(order::Command::Cancel { version: sent, reason, unpicked: true }),
            "UNLOCK" => Some(order::Command::Unlock { version: sent, target }),
            _ => {
                let known =
                    "must be CONFIRM_PROMISE, EXTEND_PROMISE, EXTENDPROMISE, CANCEL or UNLOCK";
                faults.add(member("name"), known);
                None
            }
        });
        faults.end(action)
    }
}

/// `If-Match` works too, but the body's version is the rule.
pub(super) fn agree(faults: &mut Faults, if_match: Option<Version>, sent: Option<Version>) {
    if let (Some(header), Some(sent)) = (if_match, sent)
        && header != sent
    {
        faults.add("If-Match", "must agree with the body's version");
    }
}
