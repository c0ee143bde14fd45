//! What a tenant, and what the operator, may set.

use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::area::Areas;
use crate::calendar::Calendar;
use crate::id::{TenantId, Version};
use crate::invitation::Which;
use crate::limits::{OPEN_PROMISES_PER_CALLER_MAX, PROMISE_CEILING, PROMISE_FLOOR};
use crate::time::{Millis, Time};

/// What a tenant has set over the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Settings {
    /// 1 before anything was set.
    pub version: Version,
    /// When it was set.
    pub modified: Time,
    /// How long a promise holds when the request does not say; none means the operator's value.
    pub promise_ttl: Option<Millis>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { version: Version::FIRST, modified: Time::default(), promise_ttl: None }
    }
}

/// What the operator has set for all tenants. An argument of the rules, in no event: what a rule
/// computed with it is in the event instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The shortest time a promise may be asked to hold.
    pub promise_floor: Millis,
    /// The longest.
    pub promise_ceiling: Millis,
    /// How long it holds when neither the request nor the tenant says.
    pub promise_ttl: Millis,
    /// What becomes of a promise when pieces have no place.
    pub on_shortage: OnShortage,
    /// How many locations one order may be split over.
    pub parts_max: u8,
    /// Open promises that one caller may have.
    pub open_promises_max: u32,
    /// How invitations are handled, tenant by tenant.
    pub invitations: Arc<Invitations>,
    /// Where orders with one line of address may go, tenant by tenant.
    pub areas: Arc<Areas>,
    /// What customers are told of orders that are brought to them, tenant by tenant.
    pub notices: Arc<Notices>,
}

/// What customers are told by mail of orders that are brought to them: a tenant's own wish, or that
/// of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// The wish of tenants without their own.
    pub usual: NoticeRules,
    /// The wishes of the others.
    pub tenants: BTreeMap<TenantId, NoticeRules>,
}

/// What a tenant's customers are told; nothing unless somebody says so, since mails that nobody
/// can send would wait for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticeRules {
    /// That it is picked.
    pub picked: bool,
    /// That a driver has it.
    pub out_for_delivery: bool,
}

impl Notices {
    /// Whether a tenant has this told.
    pub fn has(&self, tenant: &TenantId, which: Which) -> bool {
        let rules = self.tenants.get(tenant).unwrap_or(&self.usual);
        match which {
            Which::Invitation | Which::Reminder => false,
            Which::Picked => rules.picked,
            Which::OutForDelivery => rules.out_for_delivery,
        }
    }
}

/// How invitations are handled: a tenant's own rules, or those of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invitations {
    /// The rules of tenants without their own.
    pub usual: InvitationRules,
    /// The rules of the others.
    pub tenants: BTreeMap<TenantId, InvitationRules>,
}

/// How a tenant's invitations are handled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvitationRules {
    /// The zone, the holidays, the quiet hours.
    pub calendar: Calendar,
    /// Whether a GTIN with a wrong check digit is refused.
    pub strict_gtin: bool,
    /// What delays are counted from, of orders that other doors made.
    pub count_from: CountFrom,
    /// How many mails an address may get.
    pub cap_per_address: Option<Cap>,
    /// How many mails may go about one product.
    pub cap_per_product: Option<Cap>,
    /// How many mails of the tenant may go in all, in so many days of UTC.
    pub cap_per_tenant: Option<Cap>,
}

/// How many mails may go in so long, to one address, about one product, or of one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// How many, at least one.
    pub mails: u32,
    /// In so long, at most `CAP_WITHIN_MAX`.
    pub within: Millis,
}

/// What delays are counted from, of orders that other doors made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CountFrom {
    /// When the order was made.
    #[default]
    Created,
    /// When it was confirmed.
    Confirmed,
    /// When it was delivered.
    Delivered,
}

impl Invitations {
    /// The rules of a tenant.
    pub fn of(&self, tenant: &TenantId) -> &InvitationRules {
        self.tenants.get(tenant).unwrap_or(&self.usual)
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            promise_floor: PROMISE_FLOOR,
            promise_ceiling: PROMISE_CEILING,
            promise_ttl: PROMISE_CEILING,
            on_shortage: OnShortage::Accept,
            parts_max: 3,
            open_promises_max: OPEN_PROMISES_PER_CALLER_MAX,
            invitations: Arc::default(),
            areas: Arc::default(),
            notices: Arc::default(),
        }
    }
}

/// What becomes of a promise when pieces have no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnShortage {
    /// What can be held is held, and the answer names the rest.
    #[default]
    Accept,
    /// Nothing is held, and the answer names what is short.
    Reject,
}
