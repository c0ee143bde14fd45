//! A change of a facility: members given replace, null clears.
//!
//! The core replaces a facility's card whole. So the door reads the facility as it is, puts the
//! members of the change in, and writes the whole back under the version that the client sent:
//! if somebody else wrote in between, that write is refused.

use serde::Deserialize;
use workflow::id::Version;
use workflow::location::Card;

use super::FacilityBody;
use super::action::agree;
use super::version;
use crate::failure::Failure;
use crate::http::document::Members;
use crate::http::json;
use crate::http::path::{Faults, Path};

/// Members that a change may give, besides `version` and `type`.
const CHANGEABLE: [&str; 18] = [
    "address",
    "capacityEnabled",
    "capacityPlanningTimeframe",
    "closingDays",
    "contact",
    "customAttributes",
    "fulfillmentProcessBuffer",
    "locationType",
    "name",
    "operativeCosts",
    "pickingMethods",
    "pickingTimes",
    "scanningRule",
    "services",
    "status",
    "tags",
    "tenantFacilityId",
    "type",
];

/// Members that a replacement must give.
const REQUIRED: [&str; 7] = [
    "address",
    "capacityEnabled",
    "fulfillmentProcessBuffer",
    "locationType",
    "name",
    "status",
    "type",
];

/// A change of a facility, closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FacilityChange {
    /// The version that the client saw last.
    pub(crate) version: Version,
    members: Members,
}

impl FacilityChange {
    /// A change of some members: `{type*, version*, …}`, or the deprecated
    /// `{version*, actions*: [{action*: "ModifyFacility", …}]}`.
    pub(crate) fn patch(
        mut body: Members,
        if_match: Option<i64>,
    ) -> Result<FacilityChange, Failure> {
        let mut faults = Faults::default();
        let version = take_version(&mut body, if_match, &mut faults);
        let mut members = Members::default();
        match body.0.remove("actions") {
            Some(actions) => {
                let actions: Vec<Members> = json::decode(actions.as_json().as_bytes())?;
                let list = Path::Root.member("actions");
                for (index, mut action) in actions.into_iter().enumerate() {
                    let at = list.index(index);
                    let name = action.0.remove("action");
                    let known = name.is_some_and(|name| name.as_json() == "\"ModifyFacility\"");
                    faults.check(at.member("action"), known, "must be ModifyFacility");
                    members.0.extend(closed(action, &mut faults, &at).0);
                }
                closed(body, &mut faults, &Path::Root);
            }
            None => {
                let kind = body.0.get("type");
                faults.required(Path::Root.member("type"), kind.filter(|kind| !kind.is_null()));
                members = closed(body, &mut faults, &Path::Root);
            }
        }
        faults.end(version.map(|version| FacilityChange { version, members }))
    }

    /// A replacement of the whole facility.
    pub(crate) fn put(mut body: Members, if_match: Option<i64>) -> Result<FacilityChange, Failure> {
        let mut faults = Faults::default();
        let version = take_version(&mut body, if_match, &mut faults);
        for name in REQUIRED {
            let sent = body.0.get(name).filter(|sent| !sent.is_null());
            faults.required(Path::Root.member(name), sent);
        }
        let members = closed(body, &mut faults, &Path::Root);
        faults.end(version.map(|version| FacilityChange { version, members }))
    }

    /// The card of a facility that has these members now.
    pub(crate) fn card_over(self, now: &str) -> Result<Card, Failure> {
        let mut all: Members = json::decode(now.as_bytes())?;
        all.0.extend(self.members.0);
        all.0.retain(|_, value| !value.is_null());
        let text = serde_json::to_string(&all).expect("members that were read can be written");
        json::decode::<FacilityBody<'_>>(text.as_bytes())?.into_card()
    }
}

/// The version that the body sends; `If-Match` must agree.
pub(super) fn take_version(
    body: &mut Members,
    if_match: Option<i64>,
    faults: &mut Faults,
) -> Option<Version> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Sent(i64);
    let at = Path::Root.member("version");
    let sent = faults.required(at, body.0.remove("version"))?;
    let number = json::decode::<Sent>(sent.as_json().as_bytes()).ok();
    let number = faults.good(at, number, "must be an integer")?;
    let version = version(faults, at, number.0);
    agree(faults, if_match, version);
    version
}

/// The members, none of them unknown.
fn closed(members: Members, faults: &mut Faults, at: &Path<'_>) -> Members {
    for name in members.0.keys() {
        if !CHANGEABLE.contains(&name.as_str()) {
            faults.add(at.member(name), "is unknown");
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(json: &str) -> Members {
        json::decode(json.as_bytes()).unwrap()
    }

    #[test]
    fn members_given_replace_and_null_clears() {
        let now = r#"{"name":"A","tenantFacilityId":"a","type":"MANAGED_FACILITY",
            "address":{"companyName":"c","street":"s","city":"x","postalCode":"1","country":"DE"}}"#;
        let body = r#"{"type":"MANAGED_FACILITY","version":3,"name":"B","tenantFacilityId":null}"#;
        let change = FacilityChange::patch(members(body), None).unwrap();
        assert_eq!(change.version, Version(3));
        let card = change.card_over(now).unwrap();
        assert_eq!((card.name.as_str(), card.reference), ("B", None));

        let old = r#"{"version":3,"actions":[{"action":"ModifyFacility","name":"C"}]}"#;
        let card = FacilityChange::patch(members(old), None).unwrap().card_over(now).unwrap();
        assert_eq!(card.name, "C");
    }

    #[test]
    fn an_unknown_member_is_refused() {
        for body in [
            r#"{"type":"MANAGED_FACILITY","version":3,"nmae":"B"}"#,
            r#"{"version":3,"name":"B"}"#,
            r#"{"type":"MANAGED_FACILITY","name":"B"}"#,
            r#"{"type":"MANAGED_FACILITY","version":0}"#,
            r#"{"version":3,"actions":[{"action":"Burn"}]}"#,
        ] {
            assert!(FacilityChange::patch(members(body), None).is_err(), "{body}");
        }
    }
}
