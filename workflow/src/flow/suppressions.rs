//! Addresses that get no mail: their owners said so, or an operator did for them.

use std::ops::Bound;

use smol_str::SmolStr;

use super::{Cast, Scene};
use crate::command::Page;
use crate::desk::address;
use crate::outcome::Outcome;
use crate::record::Event;

impl<C: Cast> Scene<'_, C> {
    /// Plays that an address wants no mail.
    pub(super) fn suppress(&mut self, email: &str) -> Outcome {
        let address = address(email);
        let is_new = self.tenant.suppressed.insert(address.clone());
        if is_new {
            self.events.push(Event::Suppressed { address });
        }
        Outcome::Suppressed(is_new)
    }

    /// Plays that an address may get mail again. What was dropped meanwhile stays dropped.
    pub(super) fn unsuppress(&mut self, email: &str) -> Outcome {
        let address = address(email);
        let is_new = self.tenant.suppressed.remove(&address);
        if is_new {
            self.events.push(Event::Unsuppressed { address });
        }
        Outcome::Unsuppressed(is_new)
    }

    /// A part of the addresses that get no mail.
    pub(super) fn suppressed(&self, named: Option<SmolStr>, page: &Page<SmolStr>) -> Outcome {
        let all = &self.tenant.suppressed;
        if let Some(named) = named.map(|it| address(&it)) {
            let found: Vec<SmolStr> = all.get(&named).cloned().into_iter().collect();
            let total = found.len();
            return Outcome::Addresses(found, total);
        }
        let after = page.after.as_ref().map(|it| address(it));
        let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let part =
            all.range::<SmolStr, _>((from, Bound::Unbounded)).take(page.size).cloned().collect();
        Outcome::Addresses(part, all.len())
    }
}
