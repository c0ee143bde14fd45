//! Whether what was called short really was: every set of locations is tried (S5).

use std::collections::{BTreeMap, BTreeSet};

use workflow::command::{LocationRef, Promise, Wanted};
use workflow::id::{ArticleId, LocationId};
use workflow::location::{Card, Status};
use workflow::settings::Policy;
use workflow::time::Time;

use crate::ledger::Ledger;

/// The most pieces of the request that any allowed set of locations could hold at `now`, if no
/// overdue promise held anything and the replaced one gave way.
pub(crate) fn most(ledger: &Ledger, promise: &Promise, policy: &Policy, now: Time) -> u64 {
    let counts = |order| promise.replaces != Some(order) && !ledger.is_overdue(order, now);
    let wanted = wanted(promise);
    let open: Vec<LocationId> = may_fulfil(ledger, promise);
    let free: Vec<Vec<u64>> = open
        .iter()
        .map(|at| wanted.keys().map(|it| stock_for(ledger, *at, it, now, counts)).collect())
        .collect();
    let parts = u32::from(policy.parts_max.clamp(1, 10));
    let sets = (0_u32..1 << open.len()).filter(|set| set.count_ones() <= parts);
    let held = sets.map(|set| {
        let given = |need: usize| -> u64 {
            let members = free.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0);
            members.map(|(_, free)| free[need]).sum()
        };
        let needs = wanted.values().enumerate();
        needs.map(|(need, units)| given(need).min(*units)).sum()
    });
    held.max().unwrap_or_default()
}

/// Whether some location that may fulfil the order lets this article wait.
pub(crate) fn may_wait(ledger: &Ledger, promise: &Promise, article: &ArticleId) -> bool {
    may_fulfil(ledger, promise).into_iter().any(|at| {
        let listing = ledger.listings.get(&(at, article.clone()));
        listing.is_some_and(|listing| listing.active && listing.out_of_stock.may_wait())
    })
}

/// What the request wants of each article, over all lines.
pub(crate) fn wanted(promise: &Promise) -> BTreeMap<ArticleId, u64> {
    let mut wanted = BTreeMap::new();
    for line in &promise.lines {
        *wanted.entry(line.article.clone()).or_default() += u64::from(line.quantity.get());
    }
    wanted
}

fn stock_for(
    ledger: &Ledger,
    at: LocationId,
    article: &ArticleId,
    now: Time,
    counts: impl Fn(workflow::id::OrderId) -> bool,
) -> u64 {
    let spot = (at, article.clone());
    let inactive = ledger.listings.get(&spot).is_some_and(|listing| !listing.active);
    if inactive { 0 } else { ledger.free(&spot, now, counts) }
}

fn may_fulfil(ledger: &Ledger, promise: &Promise) -> Vec<LocationId> {
    let named = |name: &LocationRef| {
        let known = |(id, card): &(&LocationId, &Card)| {
            name.id.is_none_or(|it| it == **id)
                && name.reference.as_ref().is_none_or(|it| card.reference.as_ref() == Some(it))
        };
        ledger.cards.iter().find(known).map(|(id, _)| *id)
    };
    let online = ledger.cards.iter().filter(|(_, card)| card.status == Status::Online);
    match &promise.delivery {
        Wanted::Ship { from } => {
            let from: BTreeSet<LocationId> = from.iter().filter_map(named).collect();
            let ships = online.filter(|(_, card)| card.ships).map(|(id, _)| *id);
            ships.filter(|id| from.is_empty() || from.contains(id)).collect()
        }
        Wanted::Collect { at } => {
            let there = named(at);
            let serves = online.filter(|(_, card)| card.serves_pickup).map(|(id, _)| *id);
            serves.filter(|id| Some(*id) == there).collect()
        }
    }
}
