//! How an order is to reach its customer, closed.

use serde::{Deserialize, Serialize};
use workflow::command::{LocationRef, Wanted};

use super::facility_name::FacilityName;
use super::{check_count, check_list, time};
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::ENTRIES_MAX;

/// How an order is to reach its customer.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeliveryBody<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    collect: Option<Vec<CollectBody<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping: Option<ShippingBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation_preferences: Option<ReservationPreferencesBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_time: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_delivery_date: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplying_facilities: Option<Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sourcing_option_refs: Option<Document>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct CollectBody<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    facility_ref: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_facility_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioning_time: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplying_facilities_configurations: Option<Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplying_facilities: Option<Document>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShippingBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service_level: Option<ServiceLevel>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    preferred_carriers: Option<Vec<Text<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_carriers_with_product: Option<Vec<CarrierBody<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_product_category: Option<CarrierProductCategory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preselected_facilities: Option<Vec<FacilityName<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    desired_delivery_time: Option<Document>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CarrierBody<'a> {
    #[serde(borrow)]
    carrier_key: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_product: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_services: Option<Document>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum ServiceLevel {
    Delivery,
    SameDay,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum CarrierProductCategory {
    Standard,
    Express,
    Value,
    Forwarding,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReservationPreferencesBody<'a> {
    mode: Option<ReservationMode>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    reservation_time: Option<Text<'a>>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum ReservationMode {
    Scheduled,
    Asap,
    Alap,
}

/// What the command needs of the delivery.
pub(super) struct DeliveryWanted {
    pub(super) wanted: Wanted,
}

impl DeliveryWanted {
    /// Whether something is shipped to the customer.
    pub(super) fn ships(&self) -> bool {
        matches!(self.wanted, Wanted::Ship { .. })
    }
}

impl DeliveryBody<'_> {
    /// What the command needs; nothing sent means shipping from anywhere.
    pub(super) fn read(
        body: Option<&DeliveryBody<'_>>,
        faults: &mut Faults,
        at: &Path<'_>,
    ) -> Option<DeliveryWanted> {
        let Some(body) = body else {
            return Some(DeliveryWanted { wanted: Wanted::Ship { from: Vec::new() } });
        };
        body.check(faults, at);
        let collects = body.collect.as_deref().unwrap_or_default();
        faults.check(at.member("collect"), collects.len() <= 1, "must have at most 1 entry");
        let wanted = match (collects.first(), &body.shipping) {
            (Some(_), Some(_)) => {
                faults.add(*at, "must have only one of collect and shipping");
                None
            }
            (Some(collect), None) => {
                let list = at.member("collect");
                collect.read(faults, &list.index(0)).map(|at| Wanted::Collect { at })
            }
            (None, Some(shipping)) => shipping.read(faults, &at.member("shipping")),
            (None, None) => Some(Wanted::Ship { from: Vec::new() }),
        };
        wanted.map(|wanted| DeliveryWanted { wanted })
    }

    fn check(&self, faults: &mut Faults, at: &Path<'_>) {
        for (name, text) in [
            ("targetTime", &self.target_time),
            ("estimatedDeliveryDate", &self.estimated_delivery_date),
        ] {
            if let Some(text) = text {
                time(faults, at.member(name), text);
            }
        }
        if let Some(preferences) = &self.reservation_preferences {
            let at = at.member("reservationPreferences");
            faults.required(at.member("mode"), preferences.mode);
            if let Some(text) = &preferences.reservation_time {
                time(faults, at.member("reservationTime"), text);
            }
        }
        let refs = self.sourcing_option_refs.as_ref();
        check_list(faults, at.member("sourcingOptionRefs"), refs, 0..=ENTRIES_MAX);
    }
}

impl CollectBody<'_> {
    fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<LocationRef> {
        if let Some(text) = &self.provisioning_time {
            time(faults, at.member("provisioningTime"), text);
        }
        let names = (self.facility_ref.as_deref(), self.tenant_facility_id.as_deref());
        FacilityName::read_pair(names, faults, at)
    }
}

impl ShippingBody<'_> {
    fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<Wanted> {
        let carriers = at.member("preferredCarriers");
        check_count(faults, carriers, self.preferred_carriers.as_ref().map_or(0, Vec::len));
        let carriers = at.member("preferredCarriersWithProduct");
        let count = self.preferred_carriers_with_product.as_ref().map_or(0, Vec::len);
        check_count(faults, carriers, count);
        for (index, carrier) in self.preferred_carriers_with_product.iter().flatten().enumerate() {
            let at = carriers.index(index);
            faults.required(at.member("carrierKey"), carrier.carrier_key.as_ref());
        }
        let path = at.member("preselectedFacilities");
        let names = self.preselected_facilities.as_deref().unwrap_or_default();
        faults.check(path, names.len() <= ENTRIES_MAX, "must have at most 500 entries");
        let named = names.iter().enumerate();
        let from = named.map(|(index, name)| name.read(faults, &path.index(index)));
        let from: Vec<Option<LocationRef>> = from.collect();
        Some(Wanted::Ship { from: from.into_iter().collect::<Option<_>>()? })
    }
}
