//! Making and ending subscriptions. They belong to the tenant; no order and no location is asked.

use std::sync::Arc;

use super::{Cast, Scene};
use crate::command::Page;
use crate::id::SubscriptionId;
use crate::limits::{SUBSCRIPTIONS_PER_EVENT_MAX, SUBSCRIPTIONS_PER_TENANT_MAX};
use crate::outcome::Outcome;
use crate::record::{Event, Owner};
use crate::refusal::Refusal;
use crate::subscription::{Subscription, Wish};

impl<C: Cast> Scene<'_, C> {
    pub(super) fn subscribe(&mut self, wish: Wish) -> Result<(Outcome, Option<Owner>), Refusal> {
        let known = &self.tenant.subscriptions;
        let alike = known.values().filter(|it| it.wish.event == wish.event).count();
        if alike >= SUBSCRIPTIONS_PER_EVENT_MAX {
            return Err(Refusal::TooManySubscriptions { limit: SUBSCRIPTIONS_PER_EVENT_MAX });
        }
        if known.len() >= SUBSCRIPTIONS_PER_TENANT_MAX {
            return Err(Refusal::TooManySubscriptions { limit: SUBSCRIPTIONS_PER_TENANT_MAX });
        }
        let id = SubscriptionId::of(self.now, self.random);
        let made = Arc::new(Subscription { id, created: self.now, wish, reply: None });
        self.tenant.subscriptions.insert(id, made.clone());
        self.events.push(Event::Subscribed(made.clone()));
        Ok((Outcome::Subscription(made), Some(Owner::Subscription(id))))
    }

    pub(super) fn unsubscribe(&mut self, id: SubscriptionId) -> Result<Outcome, Refusal> {
        let gone = self.tenant.end_subscription(id).ok_or(Refusal::UnknownSubscription)?;
        self.events.push(Event::Unsubscribed { id });
        Ok(Outcome::Subscription(gone))
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
