//! The worker: reads the journal for every subscription from its own position, and calls.
//!
//! ```text
//!  subscriptions ─┐
//!  journal ───────┼─▶ targets: queue, order, position ──▶ courier ──▶ receivers
//!  positions ─────┘            ▲                            │
//!                              └───── taken, failed ◀───────┘
//! ```
//!
//! Targets that stand at the same place are read for together: those that keep up cost one read of
//! the journal, however many there are. A target whose queue is full stays where it is; the journal
//! keeps what it has not settled.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actors::{Clock, Pace, Random, ShardHandle, Words, Work};
use futures_util::stream::FuturesUnordered;
use snapshots::journal::{Archive, Reader};
use snapshots::{Error, Lsn};
use workflow::command::{Ask, Command};
use workflow::id::{SubscriptionId, TenantId};
use workflow::outcome::Outcome;
use workflow::record::{Event, Record};
use workflow::reply::Reply;
use workflow::subscription::Subscription;
use workflow::time::Time;

use super::call::calls;
use super::courier::{Answer, Courier};
use super::figures::Counters;
use super::log::{Attempt, CallOutcome, Log};
use super::positions::{Positions, Settled};
use super::schedule::Schedule;
use super::target::{End, Target};
use crate::feed::{before, decoded};

/// Records that are read before calls go on.
const RECORDS_PER_TURN: usize = 128;

/// What a call came to, and whose it was.
pub(super) struct Made {
    id: SubscriptionId,
    number: u64,
    at: Time,
    answer: Answer,
    status: Option<u16>,
}

/// Calls under way.
pub(super) type Calls = FuturesUnordered<Pin<Box<dyn Future<Output = Made>>>>;

/// Everything that the worker's thread has.
pub(super) struct Worker {
    pub(super) shard: ShardHandle,
    pub(super) archive: Arc<dyn Archive>,
    pub(super) courier: Courier,
    pub(super) positions: Positions,
    pub(super) schedule: Schedule,
    pub(super) counters: Arc<Counters>,
    pub(super) log: Arc<Log>,
    pub(super) pace: Pace,
    pub(super) clock: Clock,
    pub(super) random: Random,
    pub(super) targets: BTreeMap<SubscriptionId, Target>,
    /// Readers by the last record that they have read.
    pub(super) readers: BTreeMap<Lsn, Box<dyn Reader>>,
    /// Every subscription that was durable by then is known.
    pub(super) listed: Lsn,
}

impl Worker {
    /// Learns who wants to be told what; none once the shard has stopped.
    pub(super) async fn learn(&mut self) -> Option<()> {
        let durable = self.shard.durable().lsn;
        let all = self.shard.subscriptions().await?;
        let known: BTreeMap<SubscriptionId, (TenantId, Arc<Subscription>)> =
            all.into_iter().map(|(tenant, it)| (it.id, (tenant, it))).collect();
        self.targets.retain(|id, _| known.contains_key(id));
        self.log.retain(|id| known.contains_key(id));
        for (id, (tenant, subscription)) in known {
            if let Some(target) = self.targets.get_mut(&id) {
                target.follow(subscription);
                continue;
            }
            match self.begin(tenant, subscription) {
                Ok(target) => drop(self.targets.insert(id, target)),
                Err(error) => tracing::error!(%id, %error, "a subscription cannot begin yet"),
            }
        }
        self.listed = durable;
        Some(())
    }

    /// A target where it was, or where its subscription was made.
    fn begin(&self, tenant: TenantId, subscription: Arc<Subscription>) -> Result<Target, Error> {
        let (oldest, durable) = (self.archive.oldest(), self.archive.durable());
        // A journal that was put back may end before, one that was thinned may begin after.
        let kept = |place: Lsn| place.clamp(oldest.before(), durable);
        let replay = subscription.replay;
        let settled = self.positions.settled.get(&subscription.id);
        if let Some(settled) = settled.filter(|settled| settled.replays >= replay.times) {
            let read = kept(settled.position);
            return Ok(Target::new(tenant, subscription, (read, true), settled.tried()));
        }
        let after = if replay.times > 0 { Some(replay.after) } else { subscription.wish.after };
        if let Some(after) = after {
            let read = kept(Lsn(after));
            return Ok(Target::new(tenant, subscription, (read, true), BTreeMap::new()));
        }
        let read = before(&self.archive, subscription.created)?;
        Ok(Target::new(tenant, subscription, (read, false), BTreeMap::new()))
    }

    /// Reads on for those that have room; tells whether there is more.
    pub(super) fn read(&mut self) -> bool {
        let durable = self.archive.durable();
        let open = self.targets.values().filter(|it| it.has_room() && it.read < durable);
        let places: BTreeSet<Lsn> = open.map(|target| target.read).collect();
        let mut is_readable = true;
        for read in places {
            if let Err(error) = self.read_for(read) {
                tracing::error!(%error, "the journal cannot be read for webhooks");
                is_readable = false; // it is tried again, after a rest
                let oldest = self.archive.oldest().before();
                for target in self.targets.values_mut().filter(|it| it.read < oldest) {
                    target.read = oldest;
                }
            }
        }
        self.counters.set_read(is_readable);
        let places: Vec<Lsn> = self.targets.values().map(|target| target.read).collect();
        self.readers.retain(|read, _| places.contains(read));
        let mut behind = self.targets.values();
        is_readable && behind.any(|target| target.has_room() && target.read < durable)
    }

    /// Reads on for all targets that stand here and have room.
    fn read_for(&mut self, mut read: Lsn) -> Result<(), Error> {
        let mut reader = match self.readers.remove(&read) {
            Some(reader) => reader,
            None => self.archive.read_from(read)?,
        };
        for _ in 0..RECORDS_PER_TURN {
            let Some(entry) = reader.next()? else { break };
            let record = decoded(&entry)?;
            let before = std::mem::replace(&mut read, entry.lsn);
            let mut is_full = false;
            let here = |target: &&mut Target| target.read == before && target.has_room();
            for target in self.targets.values_mut().filter(here) {
                let told = if target.tenant != record.tenant || !begins(target, &record) {
                    Vec::new()
                } else {
                    calls(&entry, &record, &target.subscription)
                };
                target.offer(read, told);
                is_full |= !target.has_room();
            }
            if is_full {
                break;
            }
        }
        self.readers.insert(read, reader);
        Ok(())
    }

    /// Makes the calls that may be made now.
    pub(super) fn launch(&mut self, under_way: &mut Calls) {
        let (now, signed_at) = (self.pace.now(), self.clock.now());
        for (id, target) in &mut self.targets {
            while let Some(ready) = target.take_ready(now) {
                let (courier, id) = (self.courier.clone(), *id);
                let subscription = target.subscription.clone();
                under_way.push(Box::pin(async move {
                    let call = &ready.call;
                    let times = (now, signed_at);
                    let made = courier.make(call, &subscription, ready.attempt, times).await;
                    let (answer, status) = made;
                    Made { id, number: ready.number, at: now, answer, status }
                }));
            }
        }
    }

    /// Notes what came of a call.
    pub(super) async fn settle(&mut self, made: Made) {
        let now = self.pace.now();
        let chance = self.random.draw(now);
        let Some(target) = self.targets.get_mut(&made.id) else { return };
        let call = target.attempt(made.number);
        let call = call.map(|(id, attempt)| (id.to_owned(), attempt));
        let end = match made.answer {
            Answer::End(end) => end,
            Answer::NoMore => {
                self.end(made.id).await;
                return;
            }
        };
        match end {
            End::Taken => self.counters.taken(),
            End::Failed { .. } => self.counters.failed(),
        }
        let is_given_up = target.ended(made.number, end, now, &self.schedule, chance);
        if is_given_up {
            self.counters.given_up();
            tracing::warn!(subscription = %made.id, "a call was given up");
        }
        if let Some((event, attempt)) = call {
            let outcome = match end {
                End::Taken => CallOutcome::Taken,
                End::Failed { .. } if is_given_up => CallOutcome::GivenUp,
                End::Failed { .. } => CallOutcome::Failed,
            };
            let attempt = Attempt { event, attempt, at: made.at, status: made.status, outcome };
            self.log.note(made.id, attempt);
        }
    }

    /// The receiver answered 410: its subscription ends, as if it had asked for that.
    async fn end(&mut self, id: SubscriptionId) {
        let Some(target) = self.targets.remove(&id) else { return };
        let ask = Ask {
            tenant: target.tenant,
            who: "webhooks".into(),
            keys: [None; 2],
            keyed: None,
            command: Command::Unsubscribe { id, version: None },
        };
        // If this fails it is listed again, called again, and ended then.
        let _ = self.shard.ask(Work::Change(Box::new(ask), Words::Plain(nothing)), None).await;
        tracing::info!(subscription = %id, "the receiver wants no more");
    }

    /// Writes down how far all are, and says what the journal need not keep.
    pub(super) fn note(&mut self) {
        let settled = self.targets.iter().filter(|(_, target)| target.has_begun);
        let settled = settled.map(|(id, it)| {
            let replays = it.subscription.replay.times;
            (*id, Settled::of(it.position(), it.tried(), replays))
        });
        let saved = self.positions.save(settled.collect());
        self.counters.set_written(saved.is_ok());
        let first = self.targets.values().map(Target::position).min();
        let waiting = self.targets.values().map(Target::waiting).sum::<usize>();
        let position = first.unwrap_or(self.listed).min(self.listed);
        match saved {
            Ok(()) => self.shard.let_go(position),
            Err(error) => tracing::error!(%error, "the webhooks' positions cannot be written"),
        }
        self.counters.stand(self.targets.len(), waiting, position);
    }

    /// When something is due, if that is known.
    pub(super) fn next_due(&self) -> Option<Time> {
        self.targets.values().filter_map(Target::next_due).min()
    }
}

/// Whether a target is told of this record: those after the one that made its subscription.
fn begins(target: &mut Target, record: &Record) -> bool {
    if target.has_begun {
        return true;
    }
    let id = target.subscription.id;
    let made = |event: &Event| matches!(event, Event::Subscribed(it) if it.id == id);
    if record.events.iter().any(made) {
        target.has_begun = true;
        return false;
    }
    // The record that made it is not kept any more: all that is left came after it.
    target.has_begun = record.at > target.subscription.created;
    target.has_begun
}

fn nothing(_: &Outcome) -> Reply {
    Reply { status: 200, headers: Vec::new(), body: String::new() }
}
