//! A facility as a body names it: by id, by the tenant's own id, or by both.

use serde::{Deserialize, Serialize};
use smol_str::ToSmolStr;
use workflow::command::LocationRef;
use workflow::id::LocationId;

use super::reference;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;

/// A facility by one or both of its names.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FacilityName<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    facility_ref: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_facility_id: Option<Text<'a>>,
}

impl FacilityName<'_> {
    /// The facility that is named.
    pub(crate) fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<LocationRef> {
        let names = (self.facility_ref.as_deref(), self.tenant_facility_id.as_deref());
        FacilityName::read_pair(names, faults, at)
    }

    /// The facility that two optional names stand for; at least one must be there.
    pub(crate) fn read_pair(
        (id, own): (Option<&str>, Option<&str>),
        faults: &mut Faults,
        at: &Path<'_>,
    ) -> Option<LocationRef> {
        if id.is_none() && own.is_none() {
            faults.add(*at, "must have facilityRef or tenantFacilityId");
            return None;
        }
        let id = match id {
            Some(text) => {
                let id = LocationId::parse(text);
                Some(faults.good(at.member("facilityRef"), id, "is no facility's id")?)
            }
            None => None,
        };
        let own = match own {
            Some(text) => Some(reference(faults, at.member("tenantFacilityId"), text)?),
            None => None,
        };
        let named = if own.is_some() { "tenantFacilityId" } else { "facilityRef" };
        let said_at = at.member(named).to_smolstr();
        Some(LocationRef { id, reference: own, said_at })
    }
}
