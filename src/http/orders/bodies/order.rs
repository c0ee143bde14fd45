//! A customer's order as it is sent.

use serde::{Deserialize, Serialize};
use smol_str::format_smolstr;
use workflow::command::{Command, Promise, Wanted};
use workflow::kept::Kept;
use workflow::limits::REFERENCE_CHARS_MAX;
use workflow::time::Time;

use super::field::{flag, profile_id, short_text};
use super::lines::{GoodLine, lines};
use crate::failure::Failure;
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::limits::NOTES_CHARS_MAX;

/// An order, of whatever types; unknown members are ignored, null is absent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderBody {
    requester_id: Option<Document>,
    user_id: Option<Document>,
    facility_id: Option<Document>,
    shipping_address_id: Option<Document>,
    billing_address_id: Option<Document>,
    shipping_method: Option<Document>,
    use_shipping_account: Option<Document>,
    notes: Option<Document>,
    line_items: Option<Document>,
}

/// What an order has besides its lines; ids are those of the customer's profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head {
    pub(crate) requester_id: i64,
    pub(crate) user_id: i64,
    pub(crate) facility_id: i64,
    pub(crate) shipping_address_id: i64,
    pub(crate) billing_address_id: i64,
    pub(crate) shipping_method: String,
    pub(crate) use_shipping_account: bool,
    pub(crate) notes: Option<String>,
}

/// The kept members of an order of this door: the customer as door 3 knows one, and our own.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptHead {
    #[serde(skip_deserializing)]
    consumer: Option<Consumer>,
    /// None of an order that came in elsewhere.
    #[serde(rename = "certus:orders")]
    pub(crate) head: Option<Head>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Consumer {
    consumer_id: String,
}

/// An order that is good: what of it counts for a fingerprint.
#[derive(Debug, Serialize)]
pub(crate) struct GoodOrder {
    head: Head,
    lines: Vec<GoodLine>,
}

impl OrderBody {
    /// The order, or all that is wrong with it.
    pub(crate) fn into_order(self) -> Result<GoodOrder, Failure> {
        let mut faults = Faults::default();
        let member = |name| Path::Member(&Path::Root, name);
        let mut id =
            |name, sent: &Option<Document>| profile_id(&mut faults, member(name), sent.as_ref());
        let requester_id = id("requesterId", &self.requester_id);
        let user_id = id("userId", &self.user_id);
        let facility_id = id("facilityId", &self.facility_id);
        let shipping_address_id = id("shippingAddressId", &self.shipping_address_id);
        let billing_address_id = id("billingAddressId", &self.billing_address_id);
        let at = member("shippingMethod");
        let method = faults.required(at, self.shipping_method.as_ref());
        let method = short_text(&mut faults, at, method, REFERENCE_CHARS_MAX);
        let method = method.and_then(|it| {
            faults.good(at, Some(it).filter(|it| !it.is_empty()), "must be at least 1 character")
        });
        let account =
            flag(&mut faults, member("useShippingAccount"), self.use_shipping_account.as_ref());
        let notes = short_text(&mut faults, member("notes"), self.notes.as_ref(), NOTES_CHARS_MAX);
        let lines = lines(&mut faults, member("lineItems"), self.line_items.as_ref());
        let built = || {
            let head = Head {
                requester_id: requester_id?,
                user_id: user_id?,
                facility_id: facility_id?,
                shipping_address_id: shipping_address_id?,
                billing_address_id: billing_address_id?,
                shipping_method: method?,
                use_shipping_account: account.unwrap_or(false),
                notes,
            };
            Some(GoodOrder { head, lines: lines? })
        };
        let order = built();
        faults.end(order)
    }
}

impl GoodOrder {
    /// The command: sold at once, and what is short is backordered.
    pub(crate) fn into_command(self, at: Time) -> Command {
        let ships_to = u32::try_from(self.head.shipping_address_id).ok();
        let customer = format_smolstr!("{}", self.head.requester_id);
        let kept = KeptHead {
            consumer: Some(Consumer { consumer_id: customer.to_string() }),
            head: Some(self.head),
        };
        let kept = serde_json::to_string(&kept).expect("an order that was read can be written");
        Command::Promise(Box::new(Promise {
            lines: self.lines.into_iter().map(GoodLine::into_line).collect(),
            ordered: Some(at),
            reference: None,
            consumer: Some(customer),
            destination: None,
            delivery: Wanted::Ship { from: Vec::new() },
            kept: Kept::of(kept),
            until: None,
            sold: true,
            locked: false,
            replaces: None,
            explain: false,
            backorders: true,
            handover: None,
            address: None,
            days: Default::default(),
            ships_to,
            recipient: None,
        }))
    }
}
