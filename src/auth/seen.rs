//! Tokens whose signature was found good a moment ago.
//!
//! A client sends the same token with thousands of requests, and a signature costs as much as the
//! rest of a request. What is kept is a digest of the token and what it said, until it ends; when
//! the keys change, everything is looked at anew. Memory is bounded: a full map is emptied.

use dashmap::DashMap;
use workflow::time::Time;

use super::Caller;
use crate::limits::SEEN_TOKENS_MAX;

/// What tokens said, by their digests.
#[derive(Debug, Default)]
pub(super) struct Seen(DashMap<[u8; 32], Entry>);

#[derive(Debug)]
struct Entry {
    caller: Caller,
    until: Time,
    /// Which keys it was found good by.
    changes: u64,
}

impl Seen {
    /// Who sent a token with this digest, if it was found good by these keys and has not ended.
    pub(super) fn caller(&self, digest: &[u8; 32], changes: u64, now: Time) -> Option<Caller> {
        let entry = self.0.get(digest)?;
        (entry.changes == changes && now < entry.until).then(|| entry.caller.clone())
    }

    /// Remembers what a token said.
    pub(super) fn note(
        &self,
        digest: [u8; 32],
        caller: &Caller,
        until: Time,
        changes: u64,
        now: Time,
    ) {
        if self.0.len() >= SEEN_TOKENS_MAX {
            self.0.retain(|_, entry| entry.changes == changes && now < entry.until);
        }
        if self.0.len() >= SEEN_TOKENS_MAX {
            self.0.clear(); // so many tokens are good at once: each is looked at once more
        }
        self.0.insert(digest, Entry { caller: caller.clone(), until, changes });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_ends_with_the_token_and_with_its_keys() {
        let (seen, caller) = (Seen::default(), Caller::anonymous());
        seen.note([1; 32], &caller, Time(10), 3, Time(0));
        assert_eq!(seen.caller(&[1; 32], 3, Time(9)), Some(caller));
        assert_eq!(seen.caller(&[1; 32], 3, Time(10)), None);
        assert_eq!(seen.caller(&[1; 32], 4, Time(9)), None);
        assert_eq!(seen.caller(&[2; 32], 3, Time(9)), None);
    }

    #[test]
    fn memory_is_bounded() {
        let (seen, caller) = (Seen::default(), Caller::anonymous());
        for number in 0..3 * SEEN_TOKENS_MAX as u64 {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&number.to_be_bytes());
            seen.note(digest, &caller, Time(i64::MAX), 0, Time(0));
            assert!(seen.0.len() <= SEEN_TOKENS_MAX);
        }
    }
}
