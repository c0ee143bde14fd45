//! Customers, their addresses, and how an order is to reach them.

use super::{attributes, facility_name};
use crate::http::openapi::api::Api;
use crate::http::openapi::schema::{
    Schema, anything, closed, flag, free_text, instant, list, named, pattern, reference, taken,
    text, text_of, word,
};
use crate::limits::{ENTRIES_MAX, FREE_TEXT_CHARS_MAX};

pub(super) fn describe(api: &mut Api) {
    let line = || text_of(1..=FREE_TEXT_CHARS_MAX);
    let phone = taken([
        ("value*", free_text()),
        ("type*", word(&["MOBILE", "PHONE"])),
        ("label", free_text()),
    ]);
    api.schema(
        "Consumer",
        taken([
            ("addresses", list(0..=ENTRIES_MAX, named("Address"))),
            ("consumerId", reference()),
            ("email", free_text()),
            ("facilityRef", text()),
            ("tenantFacilityId", text()),
            ("customAttributes", attributes()),
        ]),
    );
    api.schema(
        "Address",
        taken([
            ("street*", line()),
            ("city*", line()),
            ("postalCode*", line()),
            ("country*", pattern("^[A-Z]{2}$")),
            ("houseNumber", free_text()),
            ("province", free_text()),
            ("additionalAddressInfo", free_text()),
            ("phoneNumbers", list(0..=ENTRIES_MAX, phone)),
            ("addressType", word(&["POSTAL_ADDRESS", "PARCEL_LOCKER", "INVOICE_ADDRESS"])),
            ("companyName", free_text()),
            ("firstName", free_text()),
            ("lastName", free_text()),
            ("salutation", free_text()),
            ("personalTitle", free_text()),
            ("email", free_text()),
            ("coordinates", named("Coordinates")),
        ]),
    );
    preferences(api);
}

fn preferences(api: &mut Api) {
    let carrier = closed([
        ("carrierKey*", text()),
        ("carrierProduct", text()),
        ("carrierServices", anything()),
    ]);
    let shipping = taken([
        ("serviceLevel", word(&["DELIVERY", "SAMEDAY"])),
        ("preferredCarriers", list(0..=ENTRIES_MAX, text())),
        ("preferredCarriersWithProduct", list(0..=ENTRIES_MAX, carrier)),
        ("carrierProductCategory", word(&["STANDARD", "EXPRESS", "VALUE", "FORWARDING"])),
        ("preselectedFacilities", list(0..=ENTRIES_MAX, facility_name())),
        ("desiredDeliveryTime", anything()),
    ]);
    let reservation =
        taken([("mode*", word(&["SCHEDULED", "ASAP", "ALAP"])), ("reservationTime", instant())]);
    api.schema("Collect", collect());
    api.schema(
        "DeliveryPreferences",
        closed([
            ("collect", list(0..=1, named("Collect")).says("Not together with `shipping`.")),
            ("shipping", shipping),
            ("reservationPreferences", reservation),
            ("targetTime", instant()),
            ("estimatedDeliveryDate", instant()),
            ("supplyingFacilities", anything()),
            ("sourcingOptionRefs", list(0..=ENTRIES_MAX, anything())),
        ]),
    );
}

/// Where it is collected.
fn collect() -> Schema {
    let others = [
        ("paid", flag()),
        ("provisioningTime", instant()),
        ("supplyingFacilitiesConfigurations", anything()),
        ("supplyingFacilities", anything()),
    ];
    others.into_iter().fold(facility_name(), |all, (name, of)| all.member(name, of.or_null()))
}
