//! Orders that have left memory: they are read from the snapshot (D14).
//!
//! Such an order is closed, so what it says never changes, and any answer of the router is older
//! than its row: an order leaves memory only when the snapshot has passed its end.

mod named;

use std::cmp::Reverse;
use std::ops::RangeInclusive;

use snapshots::store::{Error, Store};
use workflow::command::{
    Ask, Command, Job, LocationRef, OrderFilter, OrderName, Page, Part, RecentFilter,
};
use workflow::id::{LocationId, OrderId, TenantId, Version};
use workflow::limits::ORDERS_OF_ONE_NAME_MAX;
use workflow::location::Card;
use workflow::order::{self, Order, Stage};
use workflow::outcome::{DeliveryView, Outcome};
use workflow::refusal::Refusal;
use workflow::reply::Keyed;
use workflow::time::Millis;

use self::named::{Name, Named};
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
    Job(OrderName, Option<Version>, Job),
}

impl Act {
    /// What a command asks of one order, if it does.
    pub(super) fn of(command: &Command) -> Option<Act> {
        match command {
            Command::Act { order, action } => Some(Act::Order(*order, action.clone())),
            Command::AddLines(more) => Some(Act::Lines(more.order, more.version, more.lines.len())),
            Command::Handle { order, version, job } => {
                Some(Act::Job(*order, *version, job.clone()))
            }
            _ => None,
        }
    }

    fn order(&self) -> OrderName {
        match self {
            Act::Order(id, _) | Act::Lines(id, ..) => OrderName::Id(*id),
            Act::Job(name, ..) => *name,
        }
    }

    /// What a closed order says: as it is, or no. A driver's report that came before is the same
    /// report, a cancel the same cancel, and all else is too late for pickers and drivers.
    fn said_by(
        self,
        order: Order,
        seen: impl FnOnce(Order) -> Result<DeliveryView, Error>,
    ) -> Result<Verdict, Error> {
        let at = order.modified;
        let said = match self {
            Act::Order(_, action) => {
                order::decide(&order, &action, Millis::default(), at).map(|_| ())
            }
            Act::Lines(_, version, count) => {
                order::takes_lines(&order, version, count, at).map(|_| ())
            }
            Act::Job(_, version, job) => {
                let said = match job {
                    Job::Deliver if matches!(order.stage, Stage::Delivered { .. }) => Ok(()),
                    Job::Cancel => {
                        let cancel = order::Command::cancel(version);
                        order::decide(&order, &cancel, Millis::default(), at).map(|_| ())
                    }
                    _ => order::takes_work(&order, version, job.name(), at),
                };
                return Ok(match said {
                    Ok(()) => done(Outcome::Worked(Box::new(seen(order)?), None)),
                    Err(refusal) => Verdict::Refused(refusal),
                });
            }
        };
        Ok(match said {
            Ok(()) => shown(order),
            Err(refusal) => Verdict::Refused(refusal),
        })
    }
}

impl ShardHandle {
    /// One order.
    pub(super) async fn closed_order(
        &self,
        tenant: &TenantId,
        name: OrderName,
    ) -> Result<Verdict, Closed> {
        let tenant = tenant.clone();
        self.stored(move |store| {
            let order = named(store, &tenant, name)?;
            Ok(order.map_or(Verdict::Refused(Refusal::UnknownOrder), shown))
        })
        .await
    }

    /// One order, as those see it who bring it.
    pub(super) async fn closed_delivery(
        &self,
        tenant: &TenantId,
        name: OrderName,
    ) -> Result<Verdict, Closed> {
        let tenant = tenant.clone();
        self.stored(move |store| {
            Ok(match named(store, &tenant, name)? {
                Some(order) => done(Outcome::Delivery(Box::new(view(store, &tenant, order)?))),
                None => Verdict::Refused(Refusal::UnknownOrder),
            })
        })
        .await
    }

    /// Orders in memory that fit, with those of the same numbers, or of the same reference, that
    /// have left it.
    pub(super) async fn with_closed_deliveries(
        &self,
        tenant: TenantId,
        filter: RecentFilter,
        numbers: RangeInclusive<u64>,
        live: Shown,
    ) -> Result<Verdict, Closed> {
        let Outcome::Recent { mut rows, here, newest, mut scanned_to } = live.outcome else {
            unreachable!("a query for recent orders is answered with them")
        };
        self.stored(move |store| {
            let stored = match &filter.reference {
                Some(name) => {
                    let stored = Named::of(store, &tenant, Name::Reference(name));
                    let (stored, has_older) = stored.newest(ORDERS_OF_ONE_NAME_MAX)?;
                    let last = stored.first().map(|order| order.number).filter(|_| has_older);
                    scanned_to = scanned_to.max(last);
                    stored
                }
                None => {
                    let last = (*numbers.end()).min(newest); // nobody has a later number
                    let gone = (*numbers.start()..=last).filter(|number| !here.contains(number));
                    store.orders_numbered(&tenant, gone)?
                }
            };
            let is_gone = |order: &Order| order.is_done() && !here.contains(&order.number);
            for order in stored.into_iter().filter(is_gone) {
                if !numbers.contains(&order.number) || !filter.fits(&order, order.modified) {
                    continue;
                }
                let view = view(store, &tenant, order)?;
                let is_at = |name: &LocationRef| {
                    let mut stores = view.stores.iter();
                    stores.any(|(id, card)| is_named(name, *id, card))
                };
                if filter.at.as_ref().is_none_or(is_at) {
                    rows.push(view);
                }
            }
            rows.sort_unstable_by_key(|row| Reverse(row.order.number));
            rows.retain(|row| scanned_to.is_none_or(|last| row.order.number >= last));
            Ok(done(Outcome::Recent { rows, here, newest, scanned_to }))
        })
        .await
    }

    /// The refusal of a new order whose name an order has that left memory.
    pub(super) async fn named_by_closed(&self, ask: &Ask) -> Result<Option<Verdict>, Closed> {
        let Command::Promise(promise) = &ask.command else { return Ok(None) };
        let Some((shop, name)) = promise.natural_key() else { return Ok(None) };
        let (tenant, shop, name) = (ask.tenant.clone(), shop.clone(), name.clone());
        let verdict = self.stored(move |store| {
            for order in Named::of(store, &tenant, Name::Reference(&name)) {
                let order = order?;
                if order.shop() == Some(&shop) {
                    let number = order.number;
                    return Ok(Verdict::Refused(Refusal::DuplicateOrder { number }));
                }
            }
            Ok(Verdict::LookAgain(None))
        });
        // Nothing here: the router looks among those in memory.
        Ok(Some(verdict.await?).filter(|verdict| !matches!(verdict, Verdict::LookAgain(_))))
    }

    /// The orders out of memory that a report may join, two at most: of two it joins none. Else
    /// what is to be answered in their place.
    pub(super) async fn joined_by(&self, ask: &Ask) -> Result<Result<Vec<Order>, Verdict>, Closed> {
        let Command::Invite(invite) = &ask.command else { return Ok(Ok(Vec::new())) };
        let (tenant, name) = (ask.tenant.clone(), invite.external_id.clone());
        self.asked(move |store| {
            let may_join = |order: &Order| order.is_done() && order.is_delivered();
            let stored = Named::of(store, &tenant, Name::Reference(&name));
            stored.filter(|order| order.as_ref().map_or(true, may_join)).take(2).collect()
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
            let Live { mut orders, mut total, fitting } = live;
            let is_gone = |order: &Order| order.is_done() && filter.fits(order);
            let mut gone: Vec<Order> = Vec::new();
            let name = match (&filter.reference, &filter.consumer) {
                (None, None) => None,
                (Some(name), _) => Some(Name::Reference(name)),
                (None, Some(name)) => Some(Name::Consumer(name)),
            };
            match name {
                None => {
                    gone.extend(store.orders_after(&tenant, after, size)?);
                    gone.retain(|it| is_gone(it) && !orders.iter().any(|live| live.id == it.id));
                }
                // All of them, because they are counted; few at once, because there may be many.
                Some(name) => {
                    for order in Named::of(store, &tenant, name) {
                        let order = order?;
                        if is_gone(&order) && fitting.binary_search(&order.id).is_err() {
                            total += 1;
                            if gone.len() < size && after.is_none_or(|after| order.id > after) {
                                gone.push(order);
                            }
                        }
                    }
                }
            }
            orders.append(&mut gone);
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
            let order = store.order(&tenant, id)?.filter(Order::is_done);
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
        self.stored(move |store| match named(store, &tenant, act.order())? {
            Some(order) => act.said_by(order, |order| view(store, &tenant, order)),
            None => Ok(Verdict::Refused(Refusal::UnknownOrder)),
        })
        .await
    }

    /// Asks the snapshot, on a thread that may wait for a disk. While it is rebuilt, what it does
    /// not have says nothing.
    async fn stored(
        &self,
        ask: impl FnOnce(&Store) -> Result<Verdict, Error> + Send + 'static,
    ) -> Result<Verdict, Closed> {
        Ok(self.asked(ask).await?.unwrap_or_else(|verdict| verdict))
    }

    /// The same, of what is no answer yet.
    async fn asked<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Store) -> Result<T, Error> + Send + 'static,
    ) -> Result<Result<T, Verdict>, Closed> {
        let store = self.0.store.clone();
        let asked = tokio::task::spawn_blocking(move || ask(&store)).await.map_err(|_| Closed)?;
        Ok(asked.map_err(|error| {
            tracing::warn!(%error, "the snapshot did not answer");
            Verdict::Rebuilding
        }))
    }
}

fn named(store: &Store, tenant: &TenantId, name: OrderName) -> Result<Option<Order>, Error> {
    match name {
        OrderName::Id(id) => store.order(tenant, id),
        OrderName::Number(number) => store.order_numbered(tenant, number),
    }
}

fn shown(order: Order) -> Verdict {
    done(Outcome::Order(Box::new(order)))
}

fn done(outcome: Outcome) -> Verdict {
    Verdict::Done(Shown { outcome, stored: None })
}

/// A closed order with the locations that gave to it, as far as those are still there. It holds
/// nothing, so none of it lies anywhere.
fn view(store: &Store, tenant: &TenantId, order: Order) -> Result<DeliveryView, Error> {
    let mut stores = Vec::new();
    for id in order.locations() {
        stores.extend(store.card(tenant, id)?.map(|card| (id, card)));
    }
    Ok(DeliveryView { order, stores, storages: Vec::new() })
}

/// Whether a location has all the names that it is asked for by.
fn is_named(name: &LocationRef, id: LocationId, card: &Card) -> bool {
    name.id.is_none_or(|it| it == id)
        && (name.reference.is_none() || name.reference == card.reference)
}
