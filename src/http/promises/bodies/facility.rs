//! A facility as a client makes it, and as a client changes it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use smol_str::SmolStr;
use workflow::calendar::Zone;
use workflow::kept::Kept;
use workflow::location::{Card, Kind, Status};
use workflow::place::Place;

use super::consumer::{CoordinatesBody, check_country};
use super::facility_times::{check_closing_days, check_costs, check_picking_times};
use super::{check_attributes, check_list, free_text, reference};
use crate::failure::Failure;
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::{ENTRIES_MAX, PROCESS_BUFFER_MINUTES_MAX};

/// A facility. Unknown members are ignored.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FacilityBody<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    tenant_facility_id: Option<Text<'a>>,
    #[serde(rename = "type")]
    kind: Option<KindBody>,
    status: Option<StatusBody>,
    address: Option<FacilityAddressBody<'a>>,
    services: Option<Vec<ServiceBody>>,
    location_type: Option<LocationTypeBody>,
    picking_times: Option<Document>,
    closing_days: Option<Document>,
    fulfillment_process_buffer: Option<i64>,
    capacity_enabled: Option<bool>,
    capacity_planning_timeframe: Option<i64>,
    operative_costs: Option<Document>,
    contact: Option<Document>,
    picking_methods: Option<Document>,
    scanning_rule: Option<Document>,
    tags: Option<Document>,
    custom_attributes: Option<Document>,
}

/// Whose a facility is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum KindBody {
    /// The shop runs it.
    ManagedFacility,
    /// Somebody who delivers for the shop.
    Supplier,
}

/// Whether a facility takes orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StatusBody {
    /// It does.
    Online,
    /// No new ones.
    Suspended,
    /// None.
    Offline,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum LocationTypeBody {
    Store,
    Warehouse,
    External,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ServiceBody {
    #[serde(rename = "type")]
    kind: Option<ServiceKind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ServiceKind {
    ShipFromStore,
    Pickup,
}

/// Where a facility is.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct FacilityAddressBody<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    company_name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    house_number: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_address_info: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_numbers: Option<Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_addresses: Option<Document>,
    /// `coordinates` is read as this; it is the name in answers.
    #[serde(alias = "coordinates", skip_serializing_if = "Option::is_none")]
    resolved_coordinates: Option<CoordinatesBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_time_zone: Option<Document>,
}

/// The members that no rule reads, as they are given back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptFacility<'b, 'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'b FacilityAddressBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_type: Option<LocationTypeBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picking_times: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closing_days: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fulfillment_process_buffer: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity_planning_timeframe: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operative_costs: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picking_methods: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scanning_rule: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_attributes: Option<&'b Document>,
}

impl FacilityBody<'_> {
    /// The card that the facility has from now on.
    pub(crate) fn into_card(self) -> Result<Card, Failure> {
        let mut faults = Faults::default();
        let member = |name| Path::Member(&Path::Root, name);
        let name = faults
            .required(member("name"), self.name.as_ref())
            .and_then(|text| free_text(&mut faults, member("name"), text));
        let own = self.tenant_facility_id.as_ref();
        let own = own.and_then(|text| reference(&mut faults, member("tenantFacilityId"), text));
        let kind = self.kind.map_or(Kind::Managed, KindBody::read);
        let place = self.place(&mut faults, kind);
        let zone = self.zone(&mut faults);
        for (index, service) in self.services.iter().flatten().enumerate() {
            let list = member("services");
            let at = list.index(index);
            faults.required(at.member("type"), service.kind);
        }
        self.check_kept(&mut faults);
        let serves = |kind| {
            let services = self.services.as_ref();
            services.is_none_or(|all| all.iter().any(|service| service.kind == Some(kind)))
        };
        let card = name.map(|name| Card {
            name,
            reference: own,
            status: self.status.map_or(Status::Online, StatusBody::read),
            kind,
            ships: serves(ServiceKind::ShipFromStore),
            serves_pickup: serves(ServiceKind::Pickup),
            postal_code: self
                .address
                .as_ref()
                .and_then(|it| it.postal_code.as_deref().map(Into::into)),
            place,
            kept: Kept::of(self.kept()),
            zone,
        });
        faults.end(card)
    }

    /// The zone that the address names; without a name the tenant's counts.
    fn zone(&self, faults: &mut Faults) -> Option<SmolStr> {
        let sent = self.address.as_ref()?.resolved_time_zone.as_ref()?;
        let at = Path::Root.member("address");
        let at = at.member("resolvedTimeZone");
        let members = serde_json::from_str::<Option<Map<String, Value>>>(sent.as_json()).ok();
        faults.check(at, members.is_some(), "must be an object");
        let named = members??.remove("timeZoneId").filter(|name| !name.is_null())?;
        let zone = named.as_str().filter(|name| Zone::parse(name).is_ok()).map(SmolStr::new);
        faults.check(at.member("timeZoneId"), zone.is_some(), "is no zone like Europe/Berlin");
        zone
    }

    fn place(&self, faults: &mut Faults, kind: Kind) -> Option<Place> {
        let at = Path::Root.member("address");
        let address = match kind {
            Kind::Managed => faults.required(at, self.address.as_ref())?,
            Kind::Supplier => self.address.as_ref()?,
        };
        let always = [("companyName", &address.company_name), ("country", &address.country)];
        let managed = [
            ("street", &address.street),
            ("city", &address.city),
            ("postalCode", &address.postal_code),
        ];
        let managed = managed.into_iter().filter(|_| kind == Kind::Managed);
        for (name, text) in always.into_iter().chain(managed) {
            let filled = text.as_deref().is_some_and(|text| !text.is_empty());
            faults.check(at.member(name), filled, "is required");
        }
        if let Some(country) = &address.country {
            check_country(faults, at.member("country"), country);
        }
        check_list(faults, at.member("emailAddresses"), address.email_addresses.as_ref(), 0..=10);
        address.resolved_coordinates.as_ref()?.read(faults, &at.member("resolvedCoordinates"))
    }

    fn check_kept(&self, faults: &mut Faults) {
        let member = |name| Path::Member(&Path::Root, name);
        let minutes = 0..=PROCESS_BUFFER_MINUTES_MAX;
        let buffer = self.fulfillment_process_buffer.is_none_or(|sent| minutes.contains(&sent));
        faults.check(member("fulfillmentProcessBuffer"), buffer, "must be 0 to 527040");
        let days = self.capacity_planning_timeframe.is_none_or(|days| days >= 1);
        faults.check(member("capacityPlanningTimeframe"), days, "must be 1 or more");
        if let Some(times) = &self.picking_times {
            check_picking_times(faults, member("pickingTimes"), times);
        }
        if let Some(days) = &self.closing_days {
            check_closing_days(faults, member("closingDays"), days);
        }
        if let Some(costs) = &self.operative_costs {
            check_costs(faults, member("operativeCosts"), costs);
        }
        check_list(faults, member("tags"), self.tags.as_ref(), 0..=ENTRIES_MAX);
        check_attributes(faults, member("customAttributes"), self.custom_attributes.as_ref());
    }

    fn kept(&self) -> String {
        let members = KeptFacility {
            address: self.address.as_ref(),
            location_type: self.location_type.or(Some(LocationTypeBody::Store)),
            picking_times: self.picking_times.as_ref(),
            closing_days: self.closing_days.as_ref(),
            fulfillment_process_buffer: self.fulfillment_process_buffer,
            capacity_enabled: self.capacity_enabled,
            capacity_planning_timeframe: self.capacity_planning_timeframe,
            operative_costs: self.operative_costs.as_ref(),
            contact: self.contact.as_ref(),
            picking_methods: self.picking_methods.as_ref(),
            scanning_rule: self.scanning_rule.as_ref(),
            tags: self.tags.as_ref(),
            custom_attributes: self.custom_attributes.as_ref(),
        };
        serde_json::to_string(&members).expect("a body that was read can be written")
    }
}

impl KindBody {
    /// The core's word.
    fn read(self) -> Kind {
        match self {
            KindBody::ManagedFacility => Kind::Managed,
            KindBody::Supplier => Kind::Supplier,
        }
    }
}

impl StatusBody {
    /// The core's word.
    fn read(self) -> Status {
        match self {
            StatusBody::Online => Status::Online,
            StatusBody::Suspended => Status::Suspended,
            StatusBody::Offline => Status::Offline,
        }
    }
}
