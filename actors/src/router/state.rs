//! What a command goes through between its stamp and its record.
//!
//! The router hands this over to the command that is under way and gets it back with the outcome,
//! so the future holds no borrow of the actor.

mod memory;

use std::collections::VecDeque;
use std::sync::Arc;

use smol_str::SmolStr;
use snapshots::Lsn;
use snapshots::commit::Commits;
use tokio::sync::Notify;
use workflow::command::{Ask, Command, OrderName, Query};
use workflow::desk::Desk;
use workflow::flow::{Halt, Scene};
use workflow::id::{OrderId, TenantId};
use workflow::invitation::MailId;
use workflow::keyring::Key;
use workflow::outcome::Outcome;
use workflow::record::{Event, Owner, Record};
use workflow::refusal::Refusal;
use workflow::reply::{ReplyKey, StoredReply};
use workflow::settings::Policy;
use workflow::stores::Stores;
use workflow::subscription::Subscription;
use workflow::time::{Millis, Time};
use workflow::world::World;

use super::Mails;
use super::asker::Asker;
use super::cast::Live;
use super::replies::{store, without_body};
use super::vacating::Vacating;
use crate::figures::Figures;
use crate::limits::EXPIRED_PER_SWEEP_MAX;
use crate::notice::{KeyWatch, Notice};
use crate::pace::Pace;
use crate::random::Random;
use crate::submit::{Pending, Shown, Submit, Verdict, Words, Work};

/// What a router is given when it starts.
pub(crate) struct Parts {
    /// Where records go, and replies with them.
    pub(crate) commits: Commits<Pending>,
    /// The record that the snapshot has passed: what is closed before it may leave memory (D14).
    pub(crate) passed: Box<dyn Fn() -> Lsn + Send>,
    /// What the operator has set.
    pub(crate) policy: Policy,
    /// The time.
    pub(crate) pace: Pace,
    /// The ids' chance.
    pub(crate) random: Random,
    /// Who is told that mails are due.
    pub(crate) mail: Arc<Notify>,
}

/// All that a command works with.
pub(crate) struct State {
    desk: Desk,
    live: Live,
    pub(super) parts: Parts,
    /// Closed orders, with the record that closed them, until they leave memory.
    closed: VecDeque<(Lsn, TenantId, OrderId)>,
    /// The newest record of an order that has left memory.
    dismissed: Lsn,
    /// Keys whose records may not be durable yet, in the order of records (K3).
    fresh: VecDeque<(Lsn, TenantId, ReplyKey)>,
    figures: Figures,
    /// The time of the newest command, look or sweep.
    latest: Time,
    vacating: Vacating,
    /// Who is told of API keys.
    key_watch: Option<KeyWatch>,
    /// The bytes of the record at hand, kept for its room.
    payload: Vec<u8>,
}

impl State {
    /// Every order and location of `world` becomes an actor of this thread.
    pub(super) fn new(world: World, mut parts: Parts) -> State {
        let mut live = Live::default();
        let mut closed = VecDeque::new();
        let last = parts.commits.last();
        let vacating = Vacating::of(&world);
        for (id, (tenant, order)) in world.orders {
            if order.is_done() {
                closed.push_back((last, tenant, id));
            }
            live.seat_order(order);
        }
        for (_, (_, location)) in world.locations {
            live.seat_location(location);
        }
        let dismissed = (parts.passed)();
        let latest = parts.pace.now();
        State {
            desk: world.desk,
            live,
            parts,
            closed,
            dismissed,
            fresh: VecDeque::new(),
            figures: Figures::default(),
            latest,
            vacating,
            key_watch: None,
            payload: Vec::new(),
        }
    }

    /// Carries one request out, and hands its answer to the journal.
    pub(super) async fn carry_out(&mut self, submit: Submit) {
        let Submit { work, answer, permit, looked } = submit;
        let pending = Pending { answer, permit, verdict: None, notice: None };
        match work {
            Work::Look(tenant, query) => {
                let verdict = self.look(&tenant, *query).await;
                self.parts.commits.hold(pending.with(verdict));
            }
            Work::Change(ask, words) => {
                self.dismiss().await;
                let now = self.parts.pace.now();
                match self.before(&ask, looked.upto, now).await {
                    // It says nothing of what is there, so it waits for no disk.
                    Some(Verdict::LookAgain(_)) => pending.again(self.parts.commits.durable()),
                    Some(verdict) => self.parts.commits.hold(pending.with(verdict)),
                    None => {
                        let tenant = ask.tenant.clone();
                        let recalled = self.recall(&tenant, looked.found);
                        self.change(ask, words, pending, now).await;
                        self.send_back(&tenant, recalled).await;
                    }
                }
                self.call_the_mailer();
            }
        }
    }

    async fn look(&mut self, tenant: &TenantId, query: Query) -> Verdict {
        let now = self.parts.pace.now();
        let shared = match &query {
            Query::Shared(secret) => match self.desk.shared(secret) {
                Some(found) => Some(found),
                None => return Verdict::Refused(Refusal::UnknownOrder),
            },
            _ => None,
        };
        let (tenant, query) = match &shared {
            Some((tenant, id)) => (tenant, Query::Delivery(OrderName::Id(*id))),
            None => (tenant, query),
        };
        let mut scene = Scene {
            cast: &mut self.live,
            tenant: self.desk.tenant(tenant),
            whose: tenant,
            policy: &self.parts.policy,
            now,
            random: 0,
            who: &READER,
            stores: &Stores::ALL,
            events: Vec::new(),
            came: Vec::new(),
            stranded: Vec::new(),
        };
        match scene.look(query).await {
            Ok(outcome) => {
                let outcome = match shared {
                    Some((tenant, _)) => outcome.shared(tenant),
                    None => outcome,
                };
                Verdict::Done(Shown { outcome, stored: None })
            }
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    /// What is answered without carrying the request out: a credential that is no good any more, a
    /// repetition, or a full disk.
    async fn before(&mut self, ask: &Ask, looked: Lsn, now: Time) -> Option<Verdict> {
        let keyring = &self.desk.tenant(&ask.tenant).keyring;
        let is_held = ask.keys.iter().flatten().all(|key| keyring.admits(*key, now));
        if !is_held || ask.until.is_some_and(|until| until <= now) {
            return Some(Verdict::NotAdmitted);
        }
        if let Some(keyed) = &ask.keyed {
            let durable = self.parts.commits.durable().lsn;
            while self.fresh.front().is_some_and(|(lsn, ..)| *lsn <= durable) {
                self.fresh.pop_front();
            }
            let twin = |(_, tenant, key): &(Lsn, TenantId, ReplyKey)| {
                *tenant == ask.tenant && *key == keyed.key
            };
            if self.fresh.iter().any(twin) {
                return Some(Verdict::KeyBusy);
            }
            // A key that its owner no longer keeps is new again (K7).
            if let Some(owner) = self.desk.tenant(&ask.tenant).keys.get(&keyed.key).copied()
                && let Some(stored) = self.kept(&ask.tenant, owner, &keyed.key).await
            {
                return Some(Verdict::of_stored(stored, keyed));
            }
        }
        if ask.asks_the_past() && looked < self.dismissed {
            return Some(Verdict::LookAgain(None));
        }
        (!self.parts.commits.has_room()).then_some(Verdict::NoRoom)
    }

    /// Plays the command until nothing overdue is in its way.
    async fn change(&mut self, ask: Box<Ask>, words: Words, pending: Pending, now: Time) {
        self.latest = now;
        let random = self.parts.random.draw(now);
        let Ask { tenant, who, stores, keyed, mut command, .. } = *ask;
        let asker = Asker { tenant, who, stores, command: command.name() };
        loop {
            match self.play(&asker, command, now, random).await {
                Ok((outcome, owner, events)) => {
                    let stored = owner
                        .filter(|_| !events.is_empty())
                        .zip(keyed.as_ref())
                        .map(|(owner, keyed)| (owner, store(keyed, &words, &outcome)));
                    let shown =
                        Shown { outcome, stored: stored.as_ref().map(|(_, reply)| reply.clone()) };
                    let pending = pending.with(Verdict::Done(shown));
                    if events.is_empty() {
                        self.parts.commits.hold(pending);
                    } else {
                        self.record(asker, now, events, stored, Some(pending)).await;
                    }
                    return;
                }
                Err(Halt::Refused(refusal)) => {
                    self.figures.refused += 1;
                    self.parts.commits.hold(pending.with(Verdict::Refused(refusal)));
                    return;
                }
                Err(Halt::Overdue(due, again)) => {
                    for (armed_for, order) in due {
                        self.expire_one(&asker.tenant, order, armed_for, now).await;
                    }
                    command = *again;
                }
            }
        }
    }

    async fn play(
        &mut self,
        asker: &Asker,
        command: Command,
        now: Time,
        random: u64,
    ) -> Result<(Outcome, Option<Owner>, Vec<Event>), Halt> {
        let mut scene = Scene {
            cast: &mut self.live,
            tenant: self.desk.tenant(&asker.tenant),
            whose: &asker.tenant,
            policy: &self.parts.policy,
            now,
            random,
            who: &asker.who,
            stores: &asker.stores,
            events: Vec::with_capacity(8),
            came: Vec::new(),
            stranded: Vec::new(),
        };
        let (outcome, owner) = scene.play(command).await?;
        Ok((outcome, owner, scene.events))
    }

    /// Hands the journal the record and the reply. The reply leaves when the record is durable
    /// (D11); nobody here waits for that.
    async fn record(
        &mut self,
        asker: Asker,
        at: Time,
        events: Vec<Event>,
        reply: Option<(Owner, Arc<StoredReply>)>,
        pending: Option<Pending>,
    ) {
        let done = self.live.done_with(&events).await;
        let mut record = Record {
            at,
            tenant: asker.tenant,
            who: asker.who,
            command: asker.command.into(),
            events,
            reply,
        };
        let notice = Notice::of(self.key_watch.as_ref(), &record);
        let mut pending = pending.map(|pending| Pending { notice, ..pending });
        self.encode(&record);
        // The events fit, which the core sees to; only a door knows how long its words are.
        if self.payload.len() > self.parts.commits.record_bytes_max()
            && let Some((_, reply)) = &mut record.reply
        {
            *reply = Arc::new(without_body(reply));
            let short = reply.clone();
            pending = pending.map(|pending| pending.storing(short));
            self.encode(&record);
        }
        let lsn = self.parts.commits.append(at.0, &self.payload, pending);
        self.vacating.note(&record);
        self.figures.commands += 1;
        for id in done {
            self.closed.push_back((lsn, record.tenant.clone(), id));
        }
        if let Some((owner, reply)) = record.reply {
            self.fresh.push_back((lsn, record.tenant.clone(), reply.key.clone()));
            let evicted = match owner {
                Owner::Subscription(id) => {
                    let tenant = self.desk.tenant(&record.tenant);
                    tenant.keep_in_subscription(id, reply.clone())
                }
                Owner::Order(_) | Owner::Location(_) => self.live.keep(owner, reply.clone()).await,
            };
            self.desk.tenant(&record.tenant).keeps(owner, &reply, evicted);
        }
    }

    fn encode(&mut self, record: &Record) {
        self.payload.clear();
        snapshots::codec::encode(record, &mut self.payload);
    }

    /// The reply that an entity keeps under a key. Subscriptions are at the desk.
    async fn kept(
        &mut self,
        tenant: &TenantId,
        owner: Owner,
        key: &ReplyKey,
    ) -> Option<Arc<StoredReply>> {
        match owner {
            Owner::Subscription(id) => self.desk.tenant(tenant).kept_in_subscription(id, key),
            Owner::Order(_) | Owner::Location(_) => self.live.kept(owner, key).await,
        }
    }

    /// Tells the mailer if it has something to do. It is told again after every command as long
    /// as it has, which costs nothing and cannot be lost.
    fn call_the_mailer(&self) {
        if self.desk.has_mail(self.latest) {
            self.parts.mail.notify_one();
        }
    }

    /// Who wants to be told what, of all tenants.
    pub(super) fn subscriptions(&self) -> Vec<(TenantId, Arc<Subscription>)> {
        let tenants = self.desk.tenants();
        let all = tenants.flat_map(|(tenant, desk)| {
            desk.subscriptions.values().map(|it| (tenant.clone(), it.clone()))
        });
        all.collect()
    }

    /// Expires what is due, at most so many, and moves some work away from a location that went
    /// offline; tells whether the disk had room.
    pub(super) async fn expire(&mut self) -> bool {
        let now = self.parts.pace.now();
        self.latest = now;
        self.call_the_mailer();
        let mut due: Vec<(TenantId, Time, OrderId)> = Vec::new();
        for (tenant, desk) in self.desk.tenants() {
            let room = EXPIRED_PER_SWEEP_MAX - due.len();
            let overdue = desk.book.deadlines().overdue(now).take(room);
            due.extend(overdue.map(|(at, order)| (tenant.clone(), at, order)));
        }
        for (tenant, armed_for, order) in due {
            if !self.parts.commits.has_room() {
                return false;
            }
            self.expire_one(&tenant, order, armed_for, now).await;
        }
        self.dismiss().await;
        self.vacate(now).await
    }

    /// Moves some work away from a location that went offline, in a record of its own.
    async fn vacate(&mut self, now: Time) -> bool {
        let Some(location) = self.vacating.first() else { return true };
        if !self.parts.commits.has_room() {
            return false;
        }
        let (asker, command) = Asker::of(Ask::vacate(&location.0, location.1));
        match self.play(&asker, command, now, 0).await {
            Ok((_, _, events)) if !events.is_empty() => {
                self.record(asker, now, events, None, None).await;
            }
            _ => self.vacating.forget(&location),
        }
        true
    }

    /// Expires one promise, in a record of its own.
    async fn expire_one(&mut self, tenant: &TenantId, order: OrderId, armed_for: Time, now: Time) {
        let (asker, command) = Asker::of(Ask::expire(tenant, order, armed_for));
        if let Ok((_, _, events)) = self.play(&asker, command, now, 0).await
            && !events.is_empty()
        {
            self.figures.released(now.since(armed_for).0);
            self.record(asker, now, events, None, None).await;
        }
    }

    /// Moves a time that stands still and expires all that is due then; none if time is real.
    pub(super) async fn advance(&mut self, by: Millis) -> Option<Time> {
        if !self.parts.pace.advance(by) {
            return None;
        }
        let now = self.parts.pace.now();
        self.latest = now;
        self.call_the_mailer();
        while self.next_due().is_some_and(|due| due <= now) {
            if !self.expire().await {
                break;
            }
        }
        Some(now)
    }

    /// Tells `watch` of all that happens to API keys from now on; answers with those there are.
    pub(super) fn watch_keys(&mut self, watch: KeyWatch) -> Vec<(TenantId, Key)> {
        self.key_watch = Some(watch);
        let tenants = self.desk.tenants();
        let keys =
            tenants.flat_map(|(id, it)| it.keyring.keys().map(|key| (id.clone(), key.clone())));
        keys.collect()
    }

    /// When something is due next: a promise ends, the mailer is to be told of a mail, or work is to
    /// be moved away.
    pub(super) fn next_due(&self) -> Option<Time> {
        let moves = (!self.vacating.is_empty()).then_some(self.latest);
        let due = self.desk.next_due().into_iter().chain(self.desk.next_mail(self.latest));
        due.chain(moves).min()
    }

    /// Mails that are due, the oldest of each tenant first, so that no tenant starves another
    /// (F1); or those that are on their way.
    pub(super) fn mails(&mut self, which: Mails) -> Vec<(TenantId, MailId)> {
        let now = self.parts.pace.now();
        let tenants = self.desk.tenants();
        let named = |tenant: &TenantId, mail| (tenant.clone(), mail);
        match which {
            Mails::Claimed => tenants
                .flat_map(|(id, tenant)| tenant.post.claimed().map(move |mail| named(id, mail)))
                .collect(),
            Mails::Due(max) => {
                let due: Vec<_> = tenants.filter(|(_, it)| it.post.has_due(now)).collect();
                let share = max.div_ceil(due.len().max(1));
                due.into_iter()
                    .flat_map(|(id, tenant)| {
                        let mails = tenant.post.due().overdue(now).take(share);
                        mails.map(move |(_, mail)| named(id, mail))
                    })
                    .take(max)
                    .collect()
            }
        }
    }

    /// What the shard holds and has done.
    pub(super) fn figures(&self) -> Figures {
        let mut figures = self.figures;
        for (_, tenant) in self.desk.tenants() {
            figures.orders += tenant.book.len();
            figures.open_promises += tenant.book.deadlines().len();
            figures.locations += tenant.places.len();
            figures.lots += tenant.places.stocks();
            figures.reservations += tenant.book.reservations();
            figures.mails_pending += tenant.post.pending();
            figures.mails_due += tenant.post.due().overdue(self.latest).count();
        }
        figures
    }
}

/// Who looks is in no record.
static READER: SmolStr = SmolStr::new_static("reader");
