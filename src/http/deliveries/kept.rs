//! What this door keeps of an order and gives back, and no rule reads.
//!
//! The customer stands among the kept members as door 3 has it, so that one order is the same at
//! both. What only this door knows is in one member of its own, which other doors pass by.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use workflow::kept::Kept;

/// The kept members of an order that this door reads; all others are passed by.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct KeptOrder<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) consumer: Option<Consumer<'a>>,
    #[serde(rename = "certus:deliveries", skip_serializing_if = "Option::is_none")]
    pub(super) own: Option<Own<'a>>,
}

/// The customer, in door 3's words.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Consumer<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) addresses: Option<Vec<Address<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<Cow<'a, str>>,
}

/// One address, in door 3's words. What has one line of text only has it as the street.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Address<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) company_name: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) first_name: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) last_name: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) street: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) house_number: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) postal_code: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) city: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) country: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) address_type: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) phone_numbers: Option<Vec<Phone<'a>>>,
}

/// A number to call.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Phone<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<Cow<'a, str>>,
}

/// What only this door knows of an order. Of a card no more than four characters are here.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Own<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) delivery_option: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) order_flag: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) card_last4: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) payment_id: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) sums: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) warnings: Option<&'a RawValue>,
}

/// The kept members of a line that this door reads.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct KeptItem<'a> {
    #[serde(borrow, rename = "certus:deliveries", skip_serializing_if = "Option::is_none")]
    pub(super) own: Option<OwnItem<'a>>,
}

/// What only this door knows of a line.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct OwnItem<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) price: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) tax: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) other_adjustments: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) order_item_amount: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) store_sku: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) picker_bin_number: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) shipping_weight: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) shipping_weight_unit: Option<Cow<'a, str>>,
}

impl<'a> KeptOrder<'a> {
    /// What is kept of an order, whichever door it came in by.
    pub(super) fn of(kept: &'a Kept) -> KeptOrder<'a> {
        serde_json::from_str(kept.as_json()).unwrap_or_default()
    }

    /// The first delivery address, else the first without a type.
    pub(super) fn address(&self) -> Option<&Address<'a>> {
        let all = || self.consumer.iter().flat_map(|it| it.addresses.iter().flatten());
        let of = |kind: Option<&str>| all().find(|it| it.address_type.as_deref() == kind);
        of(Some("POSTAL_ADDRESS")).or_else(|| of(Some("PARCEL_LOCKER"))).or_else(|| of(None))
    }
}

impl<'a> KeptItem<'a> {
    /// What is kept of a line.
    pub(super) fn of(kept: &'a Kept) -> KeptItem<'a> {
        serde_json::from_str(kept.as_json()).unwrap_or_default()
    }
}

impl Address<'_> {
    /// The address in one line.
    pub(super) fn line(&self) -> Option<String> {
        let joined = |parts: [&Option<Cow<'_, str>>; 2]| {
            parts.into_iter().flatten().map(AsRef::as_ref).collect::<Vec<&str>>().join(" ")
        };
        let street = joined([&self.street, &self.house_number]);
        let city = joined([&self.postal_code, &self.city]);
        let country = self.country.as_deref().unwrap_or_default();
        let parts = [street.as_str(), city.as_str(), country];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Who lives there.
    pub(super) fn name(&self) -> Option<String> {
        let names = [&self.first_name, &self.last_name];
        let names: Vec<&str> = names.into_iter().flatten().map(AsRef::as_ref).collect();
        match names.is_empty() {
            true => self.company_name.as_deref().map(str::to_owned),
            false => Some(names.join(" ")),
        }
    }
}
