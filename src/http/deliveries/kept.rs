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
pub(in crate::http) struct KeptOrder<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) consumer: Option<Consumer<'a>>,
    #[serde(rename = "certus:deliveries", skip_serializing_if = "Option::is_none")]
    pub(in crate::http) own: Option<Own<'a>>,
}

/// The customer, in door 3's words.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(in crate::http) struct Consumer<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) addresses: Option<Vec<Address<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) email: Option<Cow<'a, str>>,
}

/// One address, in door 3's words. What has one line of text only has it as the street.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Address<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) company_name: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) first_name: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) last_name: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) street: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) house_number: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) postal_code: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) city: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) country: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) address_type: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) phone_numbers: Option<Vec<Phone<'a>>>,
}

/// A number to call.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(in crate::http) struct Phone<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) value: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(in crate::http) kind: Option<Cow<'a, str>>,
}

/// What only this door knows of an order. Of a card no more than four characters are here.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(in crate::http) struct Own<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) delivery_option: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) order_flag: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) card_last4: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) payment_id: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) sums: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) warnings: Option<&'a RawValue>,
}

/// The kept members of a line that this door reads.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(in crate::http) struct KeptItem<'a> {
    #[serde(borrow, rename = "certus:deliveries", skip_serializing_if = "Option::is_none")]
    pub(in crate::http) own: Option<OwnItem<'a>>,
}

/// What only this door knows of a line.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(in crate::http) struct OwnItem<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) price: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) tax: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) other_adjustments: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) order_item_amount: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) store_sku: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) picker_bin_number: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) shipping_weight: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(in crate::http) shipping_weight_unit: Option<Cow<'a, str>>,
}

impl<'a> KeptOrder<'a> {
    /// What is kept of an order, whichever door it came in by.
    pub(in crate::http) fn of(kept: &'a Kept) -> KeptOrder<'a> {
        serde_json::from_str(kept.as_json()).unwrap_or_default()
    }

    /// The first delivery address, else the first without a type.
    pub(in crate::http) fn address(&self) -> Option<&Address<'a>> {
        let all = || self.consumer.iter().flat_map(|it| it.addresses.iter().flatten());
        let of = |kind: Option<&str>| all().find(|it| it.address_type.as_deref() == kind);
        of(Some("POSTAL_ADDRESS")).or_else(|| of(Some("PARCEL_LOCKER"))).or_else(|| of(None))
    }
}

impl<'a> KeptItem<'a> {
    /// What is kept of a line.
    pub(in crate::http) fn of(kept: &'a Kept) -> KeptItem<'a> {
        serde_json::from_str(kept.as_json()).unwrap_or_default()
    }
}

impl Address<'_> {
    /// The address in one line.
    pub(in crate::http) fn line(&self) -> Option<String> {
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
    pub(in crate::http) fn name(&self) -> Option<String> {
        let names = [&self.first_name, &self.last_name];
        let names: Vec<&str> = names.into_iter().flatten().map(AsRef::as_ref).collect();
        match names.is_empty() {
            true => self.company_name.as_deref().map(str::to_owned),
            false => Some(names.join(" ")),
        }
    }
}
