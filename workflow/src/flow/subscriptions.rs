//! Making and ending subscriptions. They belong to the tenant; no order and no location is asked.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Cast, Scene};
use crate::command::Page;
use crate::id::{SubscriptionId, Version};
use crate::limits::{SUBSCRIPTIONS_PER_EVENT_MAX, SUBSCRIPTIONS_PER_TENANT_MAX};
use crate::outcome::Outcome;
use crate::record::{Event, Owner};
use crate::refusal::Refusal;
use crate::subscription::{self, Action, Subscription, Wish};

impl<C: Cast> Scene<'_, C> {
    pub(super) fn subscribe(&mut self, wish: Wish) -> Result<(Outcome, Option<Owner>), Refusal> {
        let known = &self.tenant.subscriptions;
        let is_crowded = |event: &SmolStr| {
            let alike = known.values().filter(|it| it.wish.events().any(|known| known == event));
            alike.count() >= SUBSCRIPTIONS_PER_EVENT_MAX
        };
        if wish.events().any(is_crowded) {
            return Err(Refusal::TooManySubscriptions { limit: SUBSCRIPTIONS_PER_EVENT_MAX });
        }
        if known.len() >= SUBSCRIPTIONS_PER_TENANT_MAX {
            return Err(Refusal::TooManySubscriptions { limit: SUBSCRIPTIONS_PER_TENANT_MAX });
        }
        let id = SubscriptionId::of(self.now, self.random);
        let made = Arc::new(Subscription::new(id, wish, self.now));
        self.tenant.subscriptions.insert(id, made.clone());
        self.events.push(Event::Subscribed(made.clone()));
        Ok((Outcome::Subscription(made), Some(Owner::Subscription(id))))
    }

    pub(super) fn unsubscribe(
        &mut self,
        id: SubscriptionId,
        version: Option<Version>,
    ) -> Result<Outcome, Refusal> {
        let known = self.tenant.subscriptions.get(&id).ok_or(Refusal::UnknownSubscription)?;
        is_current(known, version)?;
        let gone = self.tenant.end_subscription(id).ok_or(Refusal::UnknownSubscription)?;
        self.events.push(Event::Unsubscribed { id });
        Ok(Outcome::Subscription(gone))
    }

    /// What is so already makes no record, and keeps no key.
    pub(super) fn about_subscription(
        &mut self,
        id: SubscriptionId,
        version: Option<Version>,
        action: Action,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let known = self.tenant.subscriptions.get_mut(&id).ok_or(Refusal::UnknownSubscription)?;
        is_current(known, version)?;
        let Some(event) = subscription::decide(known, action, self.now) else {
            return Ok((Outcome::Subscription(known.clone()), None));
        };
        subscription::apply(Arc::make_mut(known), &event);
        let outcome = Outcome::Subscription(known.clone());
        self.events.push(Event::Subscription { id, event });
        Ok((outcome, Some(Owner::Subscription(id))))
    }

    pub(super) fn subscription(&self, id: SubscriptionId) -> Result<Outcome, Refusal> {
        let known = self.tenant.subscriptions.get(&id).ok_or(Refusal::UnknownSubscription)?;
        Ok(Outcome::Subscription(known.clone()))
    }

    pub(super) fn subscriptions(&self, page: &Page<SubscriptionId>) -> Outcome {
        let known = &self.tenant.subscriptions;
        let after = known.range((
            page.after.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded),
            std::ops::Bound::Unbounded,
        ));
        let rows = after.take(page.size).map(|(_, subscription)| subscription.clone()).collect();
        Outcome::Subscriptions { rows, total: known.len() }
    }
}

/// Refuses whoever saw another version last.
fn is_current(known: &Subscription, asked: Option<Version>) -> Result<(), Refusal> {
    let current = known.version;
    match asked {
        Some(asked) if asked != current => Err(Refusal::WrongVersion { asked, current }),
        _ => Ok(()),
    }
}
