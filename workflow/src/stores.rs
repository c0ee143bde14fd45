//! The stores that somebody works for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::is_reference;
use crate::limits::STORES_PER_CREDENTIAL_MAX;
use crate::location::Card;

/// The stores that somebody works for, by what the shop calls them; all, unless some are named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stores(Option<Arc<[SmolStr]>>);

impl Stores {
    /// Every store.
    pub const ALL: Stores = Stores(None);

    /// What a list of names stands for, wherever it comes from: without a list it is all stores, and
    /// an empty list names no store, so its holder picks for none. None if a name is not good.
    pub fn listed<T: AsRef<str>>(names: Option<&[T]>) -> Option<Stores> {
        names.map_or(Some(Stores::ALL), Stores::parse)
    }

    /// Those with these names, at most 100; none if one of them cannot be a store's name.
    pub fn parse<T: AsRef<str>>(names: &[T]) -> Option<Stores> {
        let are_good = names.len() <= STORES_PER_CREDENTIAL_MAX
            && names.iter().all(|name| is_reference(name.as_ref()));
        let names = || names.iter().map(|name| SmolStr::new(name.as_ref())).collect();
        are_good.then(|| Stores(Some(names())))
    }

    /// The names, if it is not all.
    pub fn names(&self) -> Option<&[SmolStr]> {
        self.0.as_deref()
    }

    /// Whether a location is among them; without a name it is among all of them only.
    pub fn include(&self, card: &Card) -> bool {
        self.names().is_none_or(|names| {
            card.reference.as_ref().is_some_and(|reference| names.contains(reference))
        })
    }

    /// Those that are among the others, too.
    #[must_use]
    pub fn within(self, others: &Stores) -> Stores {
        let Some(names) = others.names() else { return self };
        match &self.0 {
            None => others.clone(),
            Some(own) => {
                let both = own.iter().filter(|name| names.contains(name)).cloned();
                Stores(Some(both.collect()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::REFERENCE_CHARS_MAX;

    #[test]
    fn two_credentials_are_of_the_stores_that_both_are_of() {
        let of = |names: &[&str]| Stores::parse(names).unwrap();
        let (two, other) = (of(&["a", "b"]), of(&["b", "c"]));
        assert_eq!(two.clone().within(&other), of(&["b"]));
        assert_eq!(Stores::ALL.within(&two), two);
        assert_eq!(two.clone().within(&Stores::ALL), two);
        assert_eq!(of(&["a"]).within(&other), of(&[]));
    }

    /// Nobody picks for all because their last store was taken off a list.
    #[test]
    fn only_a_list_that_is_not_there_is_all() {
        assert_eq!(Stores::listed::<&str>(None), Some(Stores::ALL));
        assert_eq!(Stores::listed::<&str>(Some(&[])), Stores::parse::<&str>(&[]));
        assert_eq!(Stores::listed(Some(&["a"])), Stores::parse(&["a"]));
        assert_eq!(Stores::listed(Some(&[""])), None);
    }

    #[test]
    fn names_are_those_that_a_store_can_have() {
        assert!(Stores::parse(&["ø".repeat(REFERENCE_CHARS_MAX)]).is_some());
        for bad in ["", &"x".repeat(REFERENCE_CHARS_MAX + 1), "a\nb", "\u{7f}", "×ø\u{9b}"] {
            assert_eq!(Stores::parse(&["9781", bad]), None, "{bad:?}");
        }
        assert!(Stores::parse(&vec!["x"; STORES_PER_CREDENTIAL_MAX]).is_some());
        assert_eq!(Stores::parse(&vec!["x"; STORES_PER_CREDENTIAL_MAX + 1]), None);
    }
}
