//! The customer of an order and their addresses, open: unknown members are ignored.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use workflow::place::Place;

use super::facility_name::FacilityName;
use super::order::Who;
use super::{check_attributes, check_count, check_text, reference};
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::ENTRIES_MAX;

/// The customer of an order.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConsumerBody<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    addresses: Option<Vec<AddressBody<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facility_ref: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_facility_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_attributes: Option<Document>,
}

/// One address.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct AddressBody<'a> {
    #[serde(borrow)]
    street: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    house_number: Option<Text<'a>>,
    postal_code: Option<Text<'a>>,
    city: Option<Text<'a>>,
    country: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_address_info: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_numbers: Option<Vec<PhoneBody<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_type: Option<AddressType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salutation: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    personal_title: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coordinates: Option<CoordinatesBody>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AddressType {
    PostalAddress,
    ParcelLocker,
    InvoiceAddress,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhoneBody<'a> {
    #[serde(borrow)]
    value: Option<Text<'a>>,
    #[serde(rename = "type")]
    kind: Option<PhoneType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Text<'a>>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum PhoneType {
    Mobile,
    Phone,
}

/// Degrees of latitude and longitude.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct CoordinatesBody {
    lat: Option<Number>,
    lon: Option<Number>,
}

impl CoordinatesBody {
    /// The place, if it is on earth.
    pub(super) fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<Place> {
        let lat = faults.required(at.member("lat"), self.lat.as_ref());
        let lon = faults.required(at.member("lon"), self.lon.as_ref());
        let place = Place::of_degrees(lat?.as_f64()?, lon?.as_f64()?);
        faults.good(*at, place, "must be within 90 degrees of latitude and 180 of longitude")
    }
}

impl ConsumerBody<'_> {
    /// What the command needs of the customer.
    pub(super) fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<Who> {
        let id = match &self.consumer_id {
            Some(text) => Some(reference(faults, at.member("consumerId"), text)?),
            None => None,
        };
        check_attributes(faults, at.member("customAttributes"), self.custom_attributes.as_ref());
        check_text(faults, at.member("email"), self.email.as_ref());
        let path = at.member("addresses");
        let addresses = self.addresses.as_deref().unwrap_or_default();
        faults.check(path, addresses.len() <= ENTRIES_MAX, "must have at most 500 entries");
        let mut delivery: Option<(u8, Option<Place>)> = None;
        for (index, address) in addresses.iter().enumerate().take(ENTRIES_MAX) {
            let place = address.read(faults, &path.index(index));
            // The first postal address, else the first locker, else the first without a type.
            let rank = match address.address_type {
                Some(AddressType::PostalAddress) => 0,
                Some(AddressType::ParcelLocker) => 1,
                None => 2,
                Some(AddressType::InvoiceAddress) => continue,
            };
            if delivery.is_none_or(|(best, _)| rank < best) {
                delivery = Some((rank, place));
            }
        }
        let destination = delivery.and_then(|(_, place)| place);
        let recipient = match (self.facility_ref.as_deref(), self.tenant_facility_id.as_deref()) {
            (None, None) => None,
            names => Some(FacilityName::read_pair(names, faults, at)?),
        };
        Some(Who { id, destination, has_address: delivery.is_some(), recipient })
    }
}

impl AddressBody<'_> {
    fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<Place> {
        let filled = |text: &Option<Text<'_>>| text.as_deref().is_some_and(|text| !text.is_empty());
        for (name, text) in
            [("street", &self.street), ("city", &self.city), ("postalCode", &self.postal_code)]
        {
            faults.check(at.member(name), filled(text), "is required");
        }
        for (name, text) in [
            ("street", &self.street),
            ("houseNumber", &self.house_number),
            ("postalCode", &self.postal_code),
            ("city", &self.city),
            ("province", &self.province),
            ("additionalAddressInfo", &self.additional_address_info),
            ("companyName", &self.company_name),
            ("firstName", &self.first_name),
            ("lastName", &self.last_name),
            ("salutation", &self.salutation),
            ("personalTitle", &self.personal_title),
            ("email", &self.email),
        ] {
            check_text(faults, at.member(name), text.as_ref());
        }
        match self.country.as_deref() {
            None => faults.add(at.member("country"), "is required"),
            Some(country) => check_country(faults, at.member("country"), country),
        }
        let phones = at.member("phoneNumbers");
        check_count(faults, phones, self.phone_numbers.as_ref().map_or(0, Vec::len));
        for (index, phone) in self.phone_numbers.iter().flatten().enumerate() {
            let at = phones.index(index);
            faults.required(at.member("value"), phone.value.as_ref());
            faults.required(at.member("type"), phone.kind);
            check_text(faults, at.member("value"), phone.value.as_ref());
            check_text(faults, at.member("label"), phone.label.as_ref());
        }
        self.coordinates.as_ref()?.read(faults, &at.member("coordinates"))
    }
}

/// Two capital letters.
pub(super) fn check_country(faults: &mut Faults, at: Path<'_>, country: &str) {
    let fits = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    faults.check(at, fits, "must be two capital letters");
}
