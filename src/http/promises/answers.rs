//! What this door answers: outcomes of the core in the words of the contract.

pub(crate) mod order;
pub(crate) mod promise;

use std::fmt::Display;

use serde::{Serialize, Serializer};
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

/// The JSON text of an answer.
pub(crate) fn json(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).expect("an answer of our own can be written")
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
