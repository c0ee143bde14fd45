//! What this door answers: outcomes of the core in the words of the contract.

pub(crate) mod configuration;
pub(crate) mod facility;
pub(crate) mod listing;
pub(crate) mod order;
pub(crate) mod promise;
pub(crate) mod reservation;
pub(crate) mod safety_stock;
pub(crate) mod stock;
pub(crate) mod subscription;
pub(crate) mod summary;

use std::fmt::Display;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use workflow::location::RowStatus;
use workflow::time::Time;

/// A value that is written as its text: instants, and ids that are numbers inside.
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

/// An instant, as the contract writes it.
pub(crate) type At = Shown<Time>;

/// Where a page begins and ends, and whether there are others.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_cursor: Option<String>,
}

impl PageInfo {
    /// A page from its first and last id.
    pub(crate) fn of<Id: Display>(ids: Option<(Id, Id)>, after: bool, has_more: bool) -> PageInfo {
        let (first, last) = ids.unzip();
        PageInfo {
            has_next_page: has_more,
            has_previous_page: after,
            start_cursor: first.map(|id| id.to_string()),
            end_cursor: last.map(|id| id.to_string()),
        }
    }
}

/// What became of a row, in this door's words.
pub(crate) fn row_status(status: RowStatus) -> &'static str {
    match status {
        RowStatus::Created => "CREATED",
        RowStatus::Updated => "UPDATED",
        RowStatus::Unchanged => "UNCHANGED",
    }
}

/// A JSON text that goes into another one as it is.
pub(crate) fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).expect("an answer of our own is JSON")
}

/// One object made of two: the members of `head`, then the kept ones.
pub(crate) fn joined(mut head: String, kept: &str) -> String {
    if kept.len() > 2 {
        head.pop();
        if head.len() > 1 {
            head.push(',');
        }
        head.push_str(&kept[1..]);
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_members_follow_those_of_the_core() {
        assert_eq!(joined(r#"{"id":1}"#.into(), "{}"), r#"{"id":1}"#);
        assert_eq!(joined(r#"{"id":1}"#.into(), r#"{"tags":[]}"#), r#"{"id":1,"tags":[]}"#);
        assert_eq!(joined("{}".into(), r#"{"tags":[]}"#), r#"{"tags":[]}"#);
    }
}
