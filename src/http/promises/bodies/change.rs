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
use super::listing_change::below;
use super::version;
use crate::failure::Failure;
use crate::http::document::Members;
use crate::http::json;
use crate::http::path::{Faults, Path};
use crate::limits::ENTRIES_MAX;

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
    /// Members that follow one another, and of which action they are in the deprecated form.
    steps: Vec<(Option<usize>, Members)>,
}

impl FacilityChange {
    /// A change of some members: `{type*, version*, …}`, or the deprecated
    /// `{version*, actions*: [{action*: "ModifyFacility", …}]}`.
    pub(crate) fn patch(
        mut body: Members,
        if_match: Option<Version>,
    ) -> Result<FacilityChange, Failure> {
        let mut faults = Faults::default();
        let version = take_version(&mut body, if_match, &mut faults);
        let mut steps = Vec::new();
        match body.0.remove("actions") {
            Some(actions) => {
                let list = Path::Root.member("actions");
                let actions = json::decode::<Vec<Members>>(actions.as_json().as_bytes()).ok();
                let actions = faults.good(list, actions, "must be an array of objects");
                let fits = actions.as_ref().is_none_or(|it| it.len() <= ENTRIES_MAX);
                faults.check(list, fits, "must have at most 500 entries");
                let actions = actions.unwrap_or_default().into_iter().take(ENTRIES_MAX);
                for (index, mut action) in actions.enumerate() {
                    let at = list.index(index);
                    let name = action.0.remove("action");
                    let known = name.is_some_and(|name| name.as_json() == "\"ModifyFacility\"");
                    faults.check(at.member("action"), known, "must be ModifyFacility");
                    steps.push((Some(index), closed(action, &mut faults, &at)));
                }
                closed(body, &mut faults, &Path::Root);
            }
            None => {
                let kind = body.0.get("type");
                faults.required(Path::Root.member("type"), kind.filter(|kind| !kind.is_null()));
                steps.push((None, closed(body, &mut faults, &Path::Root)));
            }
        }
        faults.end(version.map(|version| FacilityChange { version, steps }))
    }

    /// A replacement of the whole facility.
    pub(crate) fn put(
        mut body: Members,
        if_match: Option<Version>,
    ) -> Result<FacilityChange, Failure> {
        let mut faults = Faults::default();
        let version = take_version(&mut body, if_match, &mut faults);
        for name in REQUIRED {
            let sent = body.0.get(name).filter(|sent| !sent.is_null());
            faults.required(Path::Root.member(name), sent);
        }
        let steps = vec![(None, closed(body, &mut faults, &Path::Root))];
        faults.end(version.map(|version| FacilityChange { version, steps }))
    }

    /// The card of a facility that has these members now.
    pub(crate) fn card_over(self, now: &str) -> Result<Card, Failure> {
        let mut all: Members = json::decode(now.as_bytes())?;
        let mut card = card_of(&all);
        for (action, members) in self.steps {
            all.0.extend(members.0);
            all.0.retain(|_, value| !value.is_null());
            card = card_of(&all);
            if let Some(index) = action {
                let list = Path::Root.member("actions");
                card = card.map_err(|failure| below(&list.index(index), failure));
            }
            if card.is_err() {
                break;
            }
        }
        card
    }
}

fn card_of(members: &Members) -> Result<Card, Failure> {
    let text = serde_json::to_string(members).expect("members that were read can be written");
    json::decode::<FacilityBody<'_>>(text.as_bytes())?.into_card()
}

/// The version that the body sends; `If-Match` must agree.
pub(super) fn take_version(
    body: &mut Members,
    if_match: Option<Version>,
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
    fn a_fault_is_named_by_its_action() {
        let now = r#"{"name":"A","type":"MANAGED_FACILITY",
            "address":{"companyName":"c","street":"s","city":"x","postalCode":"1","country":"DE"}}"#;
        let good = r#"{"action":"ModifyFacility","name":"B"}"#;
        for (action, path) in [
            (r#"{"action":"ModifyFacility","status":"AWAY"}"#, "actions[1].status"),
            (r#"{"action":"ModifyFacility","name":null}"#, "actions[1].name"),
            (r#"{"action":"ModifyFacility","closingDays":[7]}"#, "actions[1].closingDays[0]"),
            (r#"{"action":"ModifyFacility","nmae":"C"}"#, "actions[1].nmae"),
            (r#"{"action":"Burn"}"#, "actions[1].action"),
            ("7", "actions"),
        ] {
            let body = format!(r#"{{"version":3,"actions":[{good},{action}]}}"#);
            let change = FacilityChange::patch(members(&body), None);
            let Err(Failure::Malformed(faults)) = change.and_then(|change| change.card_over(now))
            else {
                panic!("{body} was taken")
            };
            assert_eq!(faults[0].path, path, "{body}: {faults:?}");
        }
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
