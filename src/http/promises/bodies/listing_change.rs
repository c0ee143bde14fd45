//! A change of a listing: members given replace, null clears.
//!
//! As with a facility, the door reads the listing as it is, puts the members in, and writes the
//! whole back under the version that the client sent.

use workflow::id::Version;
use workflow::location::ListingRow;

use super::change::take_version;
use super::listing::ListingBody;
use crate::failure::{Failure, Fault};
use crate::http::document::Members;
use crate::http::json;
use crate::http::path::{Faults, Path};
use crate::limits::ENTRIES_MAX;

/// `{version*, actions*: [{action*: "ModifyListing", …}]}`, open as a listing is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListingChange {
    version: Version,
    /// What each action gives, in their order.
    actions: Vec<Members>,
}

impl ListingChange {
    /// Reads a change.
    pub(crate) fn read(
        mut body: Members,
        if_match: Option<Version>,
    ) -> Result<ListingChange, Failure> {
        let mut faults = Faults::default();
        let version = take_version(&mut body, if_match, &mut faults);
        let list = Path::Root.member("actions");
        let sent = faults.required(list, body.0.remove("actions"));
        let sent = sent.and_then(|sent| {
            let actions = json::decode::<Vec<Members>>(sent.as_json().as_bytes()).ok();
            faults.good(list, actions, "must be an array of objects")
        });
        let mut actions = sent.unwrap_or_default();
        let fits = (1..=ENTRIES_MAX).contains(&actions.len());
        faults.check(list, fits, "must have 1 to 500 entries");
        for (index, action) in actions.iter_mut().enumerate() {
            let name = action.0.remove("action");
            let known = name.is_some_and(|name| name.as_json() == "\"ModifyListing\"");
            faults.check(list.index(index).member("action"), known, "must be ModifyListing");
        }
        faults.end(version.map(|version| ListingChange { version, actions }))
    }

    /// The row that makes a listing of these members what the change says.
    pub(crate) fn row_over(self, now: &str) -> Result<ListingRow, Failure> {
        let mut all: Members = json::decode(now.as_bytes())?;
        let article = all.0.get("tenantArticleId").cloned();
        let mut row = None;
        for (index, action) in self.actions.into_iter().enumerate() {
            let list = Path::Root.member("actions");
            let at = list.index(index);
            all.0.extend(action.0);
            all.0.retain(|_, value| !value.is_null());
            let text = serde_json::to_string(&all).expect("members that were read can be written");
            let body: ListingBody<'_> =
                json::decode(text.as_bytes()).map_err(|failure| below(&at, failure))?;
            let mut faults = Faults::default();
            let same = all.0.get("tenantArticleId") == article.as_ref();
            faults.check(at.member("tenantArticleId"), same, "cannot be changed");
            let read = body.read(&mut faults, &at);
            row = Some(faults.end(read)?);
        }
        let row = row.expect("a change has an action");
        Ok(ListingRow { version: Some(self.version), ..row })
    }
}

/// The failure, with its faults at this place.
pub(super) fn below(at: &Path<'_>, failure: Failure) -> Failure {
    match failure {
        Failure::Malformed(faults) => Failure::Malformed(
            faults
                .into_iter()
                .map(|fault| {
                    let dot = if fault.path.is_empty() { "" } else { "." };
                    Fault { path: format!("{at}{dot}{}", fault.path), ..fault }
                })
                .collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = r#"{"id":"x","version":3,"tenantArticleId":"tea","title":"Tea",
        "status":"INACTIVE","outOfStockBehaviour":"NONE","tags":["a"]}"#;

    fn row(body: &str) -> Result<ListingRow, Failure> {
        ListingChange::read(json::decode(body.as_bytes())?, None)?.row_over(NOW)
    }

    #[test]
    fn members_given_replace_and_null_clears() {
        let row = row(r#"{"version":3,"actions":[
            {"action":"ModifyListing","title":"Green tea","tags":null},
            {"action":"ModifyListing","scannableCodes":["4006381333931"]}]}"#)
        .unwrap();
        assert_eq!(row.version, Some(Version(3)));
        assert_eq!((row.title.as_deref(), row.active), (Some("Green tea"), false));
        assert_eq!((&row.codes[..], row.kept.as_json()), (&["4006381333931".into()][..], "{}"));
    }

    #[test]
    fn a_fault_is_named_by_its_action() {
        let action = |rest: &str| {
            format!(r#"{{"version":3,"actions":[{{"action":"ModifyListing",{rest}}}]}}"#)
        };
        for (body, path) in [
            (action(r#""status":"AWAY""#), "actions[0].status"),
            (action(r#""outOfStockBehaviour":"RESTOCK""#), "actions[0].outOfStockConfig.restock"),
            (
                action(r#""outOfStockConfig":{"restock":{"restockableInDays":65536}}"#),
                "actions[0].outOfStockConfig.restock.restockableInDays",
            ),
            (action(r#""tenantArticleId":"jam""#), "actions[0].tenantArticleId"),
            (action(r#""scannableCodes":[""]"#), "actions[0].scannableCodes[0]"),
            (r#"{"version":3,"actions":[{"title":"x"}]}"#.to_owned(), "actions[0].action"),
            (r#"{"version":3,"actions":[]}"#.to_owned(), "actions"),
            (r#"{"version":3,"actions":7}"#.to_owned(), "actions"),
            (r#"{"version":3}"#.to_owned(), "actions"),
            (action(r#""title":"x""#).replace('3', "0"), "version"),
        ] {
            let Err(Failure::Malformed(faults)) = row(&body) else { panic!("{body} was taken") };
            assert_eq!(faults[0].path, path, "{body}: {faults:?}");
        }
    }
}
