//! All of it in one struct, folded from events.
//!
//! The live server spreads the same entities over actors. Recovery, `certus verify`, tests and
//! benches use this: it plays the same stories with plain functions as the cast, and it applies
//! records that were played before. Equal records give an equal world and an equal hash.

mod account;
mod audit;
mod cast;
mod restore;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::command::{Ask, Command, OrderName, Query};
use crate::desk::{Desk, Footing, Tenant};
use crate::flow::{Halt, Scene};
use crate::id::{LocationId, OrderId, TenantId};
use crate::invitation::marks;
use crate::keyring;
use crate::location::{self, Location};
use crate::order::{self, Order};
use crate::outcome::Outcome;
use crate::record::{Event, Owner, Record};
use crate::refusal::Refusal;
use crate::reply::StoredReply;
use crate::settings::Policy;
use crate::stores::Stores;
use crate::subscription;
use crate::time::Time;

pub use account::Account;
pub use audit::Fault;
pub use restore::Restore;

/// Every entity, folded from events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// What the router knows.
    pub desk: Desk,
    /// The orders, with their tenants.
    pub orders: BTreeMap<OrderId, (TenantId, Order)>,
    /// The locations, with their tenants.
    pub locations: BTreeMap<LocationId, (TenantId, Location)>,
}

impl World {
    /// Plays one command. Promises that are overdue and in its way expire first, each as a record
    /// of its own (S5).
    pub fn submit(
        &mut self,
        ask: &Ask,
        policy: &Policy,
        now: Time,
        random: u64,
    ) -> (Vec<Record>, Result<Outcome, Refusal>) {
        let mut records = Vec::new();
        let mut command = ask.command.clone();
        loop {
            match self.play(ask, command, policy, now, random) {
                Ok((outcome, record)) => {
                    records.extend(record);
                    self.vacate(&mut records, policy, now);
                    return (records, Ok(outcome));
                }
                Err(Halt::Refused(refusal)) => return (records, Err(refusal)),
                Err(Halt::Overdue(due, again)) => {
                    for (armed_for, order) in due {
                        let expire = Ask::expire(&ask.tenant, order, armed_for);
                        let action = expire.command.clone();
                        if let Ok((_, record)) = self.play(&expire, action, policy, now, random) {
                            records.extend(record);
                        }
                    }
                    command = *again;
                }
            }
        }
    }

    /// Moves away what is left of the work of locations that went offline, each so many orders as
    /// a record of their own.
    fn vacate(&mut self, records: &mut Vec<Record>, policy: &Policy, now: Time) {
        let Some(last) = records.last() else { return };
        let tenant = last.tenant.clone();
        for at in last.went_offline().collect::<Vec<LocationId>>() {
            let ask = Ask::vacate(&tenant, at);
            let mut step = || self.play(&ask, ask.command.clone(), policy, now, 0);
            while let Ok((_, Some(record))) = step() {
                records.push(record);
            }
        }
    }

    fn play(
        &mut self,
        ask: &Ask,
        command: Command,
        policy: &Policy,
        now: Time,
        random: u64,
    ) -> Result<(Outcome, Option<Record>), Halt> {
        let World { desk, orders, locations } = self;
        let (tenant, name) = (ask.tenant.clone(), command.name());
        let mut cast = cast::Plain { tenant: &tenant, orders, locations };
        let mut scene = Scene {
            cast: &mut cast,
            tenant: desk.tenant(&tenant),
            whose: &tenant,
            policy,
            now,
            random,
            who: &ask.who,
            stores: &ask.stores,
            events: Vec::new(),
            came: Vec::new(),
            stranded: Vec::new(),
        };
        let (outcome, _) = cast::at_once(scene.play(command))?;
        let events = scene.events;
        let record = (!events.is_empty()).then(|| Record {
            at: now,
            tenant,
            who: ask.who.clone(),
            command: name.into(),
            events,
            reply: None,
        });
        Ok((outcome, record))
    }

    /// Plays a query.
    pub fn read(
        &mut self,
        tenant: &TenantId,
        query: Query,
        policy: &Policy,
        now: Time,
    ) -> Result<Outcome, Refusal> {
        if let Query::Shared(secret) = &query {
            let (tenant, id) = self.desk.shared(secret).ok_or(Refusal::UnknownOrder)?;
            let query = Query::Delivery(OrderName::Id(id));
            return Ok(self.read(&tenant, query, policy, now)?.shared(tenant));
        }
        let World { desk, orders, locations } = self;
        let mut cast = cast::Plain { tenant, orders, locations };
        let mut scene = Scene {
            cast: &mut cast,
            tenant: desk.tenant(tenant),
            whose: tenant,
            policy,
            now,
            random: 0,
            who: &smol_str::SmolStr::new_static("reader"),
            stores: &Stores::ALL,
            events: Vec::new(),
            came: Vec::new(),
            stranded: Vec::new(),
        };
        cast::at_once(scene.look(query))
    }

    /// Makes a record true that was played before.
    pub fn apply(&mut self, record: &Record) {
        for event in &record.events {
            match event {
                Event::Order { id, event, .. } => self.apply_order(record, *id, event),
                Event::Location { id, event } => self.apply_location(record, *id, event),
                Event::Secured { article, safety } => {
                    self.desk.tenant(&record.tenant).safeties.put_default(article, *safety);
                }
                Event::Unsecured { article } => {
                    self.desk.tenant(&record.tenant).safeties.remove_default(article);
                }
                Event::Configured(settings) => {
                    self.desk.tenant(&record.tenant).settings = *settings;
                }
                Event::Suppressed { address } => {
                    self.desk.tenant(&record.tenant).suppressed.insert(address.clone());
                }
                Event::Unsuppressed { address } => {
                    self.desk.tenant(&record.tenant).suppressed.remove(address);
                }
                Event::Keyring(event) => {
                    let ring = &mut self.desk.tenant(&record.tenant).keyring;
                    keyring::apply(ring, event, record.at);
                }
                Event::Subscribed(subscription) => {
                    self.desk.tenant(&record.tenant).enter_subscription(subscription.clone());
                }
                Event::Addressed(address) => {
                    let tenant = self.desk.tenant(&record.tenant);
                    tenant.addresses.insert(address.number, address.clone());
                }
                Event::Subscription { id, event } => {
                    let known = self.desk.tenant(&record.tenant).subscriptions.get_mut(id);
                    let known = known.expect("D2: an event's subscription was made before");
                    subscription::apply(Arc::make_mut(known), event);
                }
                Event::Unsubscribed { id } => {
                    self.desk.tenant(&record.tenant).end_subscription(*id);
                }
            }
        }
        if let Some((owner, reply)) = &record.reply {
            self.keep(&record.tenant, *owner, reply);
        }
    }

    /// The orders that a record needs and that may have left memory before it, because they were
    /// closed: these have to be [recalled](World::recall) before it is applied.
    pub fn missing(&self, record: &Record) -> Vec<OrderId> {
        let invited = record.events.iter().filter_map(|event| match event {
            Event::Order { id, event: order::Event::Invited(_), .. } => Some(*id),
            _ => None,
        });
        invited.filter(|id| !self.orders.contains_key(id)).collect()
    }

    /// Takes in an order that had left memory.
    pub fn recall(&mut self, tenant: &TenantId, order: Order) {
        self.desk.tenant(tenant).recall(&order);
        self.orders.insert(order.id, (tenant.clone(), order));
    }

    fn apply_order(&mut self, record: &Record, id: OrderId, event: &order::Event) {
        let tenant = self.desk.tenant(&record.tenant);
        if let order::Event::Placed(placed) = event {
            let order = order::place(id, placed, record.at);
            tenant.last_number = tenant.last_number.max(placed.number);
            tenant.enter(&order);
            self.orders.insert(id, (record.tenant.clone(), order));
            return;
        }
        let (_, order) = self.orders.get_mut(&id).expect("D2: an event's order was placed before");
        tenant.book.acted(order, event);
        let (footing, marked) = (Footing::of(order), marks(order));
        order::apply(order, event, record.at);
        tenant.book.stands(id, &footing, &Footing::of(order));
        tenant.post.follow(order, &marked);
    }

    fn apply_location(&mut self, record: &Record, id: LocationId, event: &location::Event) {
        let Tenant { places, safeties, .. } = self.desk.tenant(&record.tenant);
        match event {
            location::Event::Opened(card) => {
                places.open(id, card);
                let location = location::open(id, card.clone(), record.at);
                self.locations.insert(id, (record.tenant.clone(), location));
                return;
            }
            location::Event::Closed => {
                places.close(id);
                safeties.close(id);
                if let Some((_, location)) = self.locations.remove(&id) {
                    let keys = &mut self.desk.tenant(&record.tenant).keys;
                    for reply in &location.replies {
                        keys.remove(&reply.key);
                    }
                }
                return;
            }
            location::Event::Changed(card) => places.change(id, card),
            location::Event::Shelf { .. } | location::Event::Turned { .. } => {}
        }
        let (_, location) =
            self.locations.get_mut(&id).expect("D2: an event's location was opened before");
        location::apply(location, event, record.at);
        if let location::Event::Shelf { article, event } = event {
            match event {
                location::ShelfEvent::Put(lot) => places.put_stock(lot, id),
                location::ShelfEvent::Removed { stock } => places.remove_stock(*stock),
                _ => {}
            }
            safeties.note(id, article, event);
            places.publish(id, article, location.offer(article, record.at));
        }
    }

    /// Notes a reply that was stored with a record, or read from a snapshot.
    fn keep(&mut self, tenant: &TenantId, owner: Owner, reply: &Arc<StoredReply>) {
        let evicted = match owner {
            Owner::Order(id) => {
                self.orders.get_mut(&id).and_then(|(_, order)| order.keep(reply.clone()))
            }
            Owner::Location(id) => {
                let location = self.locations.get_mut(&id);
                location.and_then(|(_, location)| location.keep(reply.clone()))
            }
            Owner::Subscription(id) => {
                self.desk.tenant(tenant).keep_in_subscription(id, reply.clone())
            }
        };
        self.desk.tenant(tenant).keeps(owner, reply, evicted);
    }
}
