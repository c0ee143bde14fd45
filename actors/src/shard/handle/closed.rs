//! Orders that have left memory: they are read from the snapshot (D14).
//!
//! Such an order is closed, so what it says never changes, and any answer of the router is older
//! than its row: an order leaves memory only when the snapshot has passed its end.

use std::ops::RangeInclusive;

use snapshots::store::{Error, Store};
use workflow::command::{Command, OrderFilter, Page, Part};
use workflow::id::{OrderId, TenantId, Version};
use workflow::order::{self, Order};
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;
use workflow::reply::Keyed;
use workflow::time::Millis;

use super::{Closed, ShardHandle};
use crate::submit::{Shown, Verdict};

/// What the router said of orders in memory.
pub(super) struct Live {
    pub(super) orders: Vec<Order>,
    pub(super) total: u64,
    pub(super) fitting: Vec<OrderId>,
}

/// What is asked of one order.
pub(super) enum Act {
    Order(OrderId, order::Command),
    Lines(OrderId, Option<Version>, usize),
}

impl Act {
    /// What a command asks of one order, if it does.
    pub(super) fn of(command: &Command) -> Option<Act> {
        match command {
            Command::Act { order, action } => Some(Act::Order(*order, action.clone())),
            Command::AddLines(more) => Some(Act::Lines(more.order, more.version, more.lines.len())),
            _ => None,
        }
    }

    fn order(&self) -> OrderId {
        match self {
            Act::Order(id, _) | Act::Lines(id, ..) => *id,
        }
    }

    /// What a closed order says: as it is, or no.
    fn said_by(self, order: Order) -> Verdict {
        let at = order.modified;
        let said = match self {
            Act::Order(_, action) => {
                order::decide(&order, &action, Millis::default(), at).map(|_| ())
            }
            Act::Lines(_, version, count) => {
                order::takes_lines(&order, version, count, at).map(|_| ())
            }
        };
        match said {
            Ok(()) => shown(order),
            Err(refusal) => Verdict::Refused(refusal),
        }
    }
}

impl ShardHandle {
    /// One order.
    pub(super) async fn closed_order(
        &self,
        tenant: &TenantId,
        id: OrderId,
    ) -> Result<Verdict, Closed> {
        let tenant = tenant.clone();
        self.stored(move |store| {
            let order = store.order(&tenant, id)?;
            Ok(order.map_or(Verdict::Refused(Refusal::UnknownOrder), shown))
        })
        .await
    }

    /// One order, by its number.
    pub(super) async fn closed_order_numbered(
        &self,
        tenant: &TenantId,
        number: u64,
    ) -> Result<Verdict, Closed> {
        let tenant = tenant.clone();
        self.stored(move |store| {
            let order = store.order_numbered(&tenant, number)?;
            Ok(order.map_or(Verdict::Refused(Refusal::UnknownOrder), shown))
        })
        .await
    }

    /// A part of all orders by number: those in memory, and the others between them.
    pub(super) async fn with_closed_numbers(
        &self,
        tenant: TenantId,
        part: Part,
        mut orders: Vec<Order>,
        total: u64,
    ) -> Result<Verdict, Closed> {
        self.stored(move |store| {
            for number in part.numbers(total) {
                if !orders.iter().any(|order| order.number == number) {
                    orders.extend(store.order_numbered(&tenant, number)?);
                }
            }
            orders.sort_unstable_by_key(|order| order.number);
            if part.newest_first {
                orders.reverse();
            }
            let outcome = Outcome::Orders { orders, total, fitting: Vec::new() };
            Ok(Verdict::Done(Shown { outcome, stored: None }))
        })
        .await
    }

    /// Orders in memory, with those of the same numbers that have left it. A number that is in
    /// neither belongs to no order.
    pub(super) async fn with_closed_numbered(
        &self,
        tenant: TenantId,
        numbers: RangeInclusive<u64>,
        live: Shown,
    ) -> Result<Verdict, Closed> {
        let Outcome::Orders { mut orders, total, fitting } = live.outcome else {
            unreachable!("a query for orders is answered with orders")
        };
        self.stored(move |store| {
            let last = (*numbers.end()).min(total); // nobody has a later number
            let is_live = |number: &u64| orders.iter().any(|order| order.number == *number);
            let gone: Vec<u64> = (*numbers.start()..=last).filter(|it| !is_live(it)).collect();
            if !gone.is_empty() {
                orders.extend(store.orders_numbered(&tenant, gone)?);
                orders.sort_unstable_by_key(|order| order.number);
            }
            let outcome = Outcome::Orders { orders, total, fitting };
            Ok(Verdict::Done(Shown { outcome, stored: None }))
        })
        .await
    }

    /// A page of orders in memory, with those that have left it. Both lists hold the first of
    /// their own, so together they hold the first of all.
    pub(super) async fn with_closed(
        &self,
        tenant: TenantId,
        filter: OrderFilter,
        page: Page<OrderId>,
        live: Live,
    ) -> Result<Verdict, Closed> {
        let (after, size) = (page.after, page.size);
        self.stored(move |store| {
            let stored = match (&filter.reference, &filter.consumer) {
                (None, None) => store.orders_after(&tenant, after, size)?,
                // All of them, because they are counted; a reference has few orders.
                (Some(name), _) => store.orders_by_reference(&tenant, name, None, usize::MAX)?,
                (None, Some(name)) => store.orders_by_consumer(&tenant, name, None, usize::MAX)?,
            };
            let Live { mut orders, mut total, fitting } = live;
            let filtered = filter != OrderFilter::default();
            for order in stored.into_iter().filter(|it| it.stage.is_closed() && filter.fits(it)) {
                let is_live = fitting.binary_search(&order.id).is_ok()
                    || orders.iter().any(|live| live.id == order.id);
                if !is_live {
                    total += u64::from(filtered);
                    if after.is_none_or(|after| order.id > after) {
                        orders.push(order);
                    }
                }
            }
            orders.sort_unstable_by_key(|order| order.id);
            orders.truncate(size);
            let outcome = Outcome::Orders { orders, total, fitting };
            Ok(Verdict::Done(Shown { outcome, stored: None }))
        })
        .await
    }

    /// The reply that such an order keeps under the key.
    pub(super) async fn kept_by_closed(
        &self,
        tenant: &TenantId,
        keyed: Keyed,
    ) -> Result<Option<Verdict>, Closed> {
        let tenant = tenant.clone();
        let verdict = self.stored(move |store| {
            let Some(id) = store.owner_of_key(&tenant, &keyed.key)? else {
                return Ok(Verdict::LookAgain(None));
            };
            let order = store.order(&tenant, id)?.filter(|order| order.stage.is_closed());
            let mut replies = order.map(|order| order.replies).unwrap_or_default().into_iter();
            let reply = replies.find(|reply| reply.key == keyed.key);
            let verdict = reply.map(|reply| Verdict::of_stored(reply, &keyed));
            Ok(verdict.unwrap_or(Verdict::LookAgain(None)))
        });
        // Nothing here: the router looks among those in memory.
        Ok(Some(verdict.await?).filter(|verdict| !matches!(verdict, Verdict::LookAgain(_))))
    }

    /// What such an order says to an action: the time no longer matters, and nothing comes of it.
    pub(super) async fn act_on_closed(
        &self,
        tenant: &TenantId,
        act: Act,
    ) -> Result<Verdict, Closed> {
        let tenant = tenant.clone();
        self.stored(move |store| {
            Ok(match store.order(&tenant, act.order())? {
                Some(order) => act.said_by(order),
                None => Verdict::Refused(Refusal::UnknownOrder),
            })
        })
        .await
    }

    /// Asks the snapshot, on a thread that may wait for a disk. While it is rebuilt, what it does
    /// not have says nothing.
    async fn stored(
        &self,
        ask: impl FnOnce(&Store) -> Result<Verdict, Error> + Send + 'static,
    ) -> Result<Verdict, Closed> {
        let store = self.0.store.clone();
        let asked = tokio::task::spawn_blocking(move || ask(&store)).await.map_err(|_| Closed)?;
        Ok(asked.unwrap_or_else(|error| {
            tracing::warn!(%error, "the snapshot did not answer");
            Verdict::Rebuilding
        }))
    }
}

fn shown(order: Order) -> Verdict {
    Verdict::Done(Shown { outcome: Outcome::Order(Box::new(order)), stored: None })
}
