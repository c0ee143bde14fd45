//! Reports for reviews, their invitations, the mails of those, and those that tell of an order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Act, Cast, Scene};
use crate::command::{InvitationAction, InvitationFilter, Invite, OrderName, Part};
use crate::desk::{Brief, Counted, address};
use crate::id::{ArticleId, OrderId};
use crate::invitation::{self, Base, Invitation, Later, Report, Which, Why, Wish, marks};
use crate::order::{self, Asked, Delivery, Line, Order, Placed, Stage};
use crate::outcome::{MailDay, Outcome};
use crate::record::Owner;
use crate::refusal::Refusal;
use crate::settings::{CountFrom, InvitationRules};
use crate::time::{Millis, Time};

impl<C: Cast> Scene<'_, C> {
    /// Plays a report: it joins the one order of another door with the same reference that was not
    /// cancelled and did not expire, or makes an order of its own, without stock.
    pub(super) async fn invite(
        &mut self,
        invite: Invite,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        // The order of these lines is the order of precedence.
        if self.tenant.post.reported(&invite.external_id).is_some() {
            return Err(Refusal::ExternalIdTaken);
        }
        if let Some(product) = invite.wrong_check_digit.filter(|_| self.rules().strict_gtin) {
            return Err(Refusal::WrongCheckDigit { product });
        }
        let joined = self.order_to_join(&invite.external_id).await;
        let invitation = match invite.wish {
            Some(wish) => Some(self.invitation(wish, joined.as_ref())?),
            None => None,
        };
        let Invite { external_id, email, fullname, filtercode, products, kept, .. } = invite;
        let reference = Some(external_id.clone());
        let about = match &joined {
            Some(order) if products.is_empty() => articles(&order.asked.lines),
            _ => articles(&products),
        };
        let report = Report {
            external_id,
            email,
            fullname,
            filtercode,
            kept: if joined.is_some() { kept } else { Default::default() },
            invitation,
            products: about,
        };
        let id = match joined {
            Some(order) => {
                self.join(&order, report).await?;
                order.id
            }
            None => {
                let id = OrderId::of(self.now, self.random);
                let placed = Placed {
                    number: self.tenant.last_number + 1,
                    stage: Stage::Received,
                    caller: self.who.clone(),
                    reference,
                    asked: Arc::new(Asked {
                        lines: products,
                        ordered: self.now,
                        consumer: None,
                        destination: None,
                        delivery: Delivery::Ship { from: Vec::new() },
                        kept: Default::default(),
                        handover: None,
                    }),
                    holds: Vec::new(),
                    work: None,
                    report: Some(Box::new(report)),
                };
                self.place(id, placed).await;
                id
            }
        };
        let order = self.order_now(id).await;
        Ok((Outcome::Order(Box::new(order)), Some(Owner::Order(id))))
    }

    fn rules(&self) -> &InvitationRules {
        self.policy.invitations.of(self.whose)
    }

    /// The order of another door with this reference, if there is exactly one. Of an order that was
    /// ended before anything came of it there is nothing to review: it is as if it were not there.
    async fn order_to_join(&mut self, reference: &smol_str::SmolStr) -> Option<Order> {
        let (mut found, mut after) = (None, None);
        while let Some(id) = self.tenant.book.next_with_reference(reference, after) {
            after = Some(id);
            let order = self.cast.order(id).await;
            let is_over = order.stage_at(self.now).is_closed() && !order.is_delivered();
            if is_over || order.report.is_some() {
                continue;
            }
            if found.replace(order).is_some() {
                return None; // two are none
            }
        }
        found
    }

    /// The invitation that is asked for, counted from its base if that has happened.
    fn invitation(&self, wish: Wish, joined: Option<&Order>) -> Result<Invitation, Refusal> {
        let rules = self.rules();
        let base = match joined {
            None => Base::At(self.now),
            Some(order) => match rules.count_from {
                CountFrom::Created => Base::At(order.created),
                // When that was is not known any more.
                CountFrom::Confirmed if order.is_delivered() => Base::At(order.created),
                CountFrom::Confirmed => happened(Base::Confirmed, &order.stage),
                CountFrom::Delivered => happened(Base::Delivered, &order.stage),
            },
        };
        // Whether the reminder follows too soon is said at once, whenever the mails go.
        let counted = if let Base::At(at) = base { at } else { self.now };
        let schedule = wish.schedule(counted, &rules.calendar);
        let schedule = schedule.map_err(|_| Refusal::ReminderTooSoon)?;
        let schedule = matches!(base, Base::At(_)).then_some(schedule);
        Ok(Invitation::new(wish, base, schedule, self.now))
    }

    async fn join(&mut self, order: &Order, report: Report) -> Result<(), Refusal> {
        let command = order::Command::Invite(Box::new(report));
        let acted = self.cast.act(order.id, self.to_order(command)).await?;
        if let Some(event) = acted.event {
            self.tenant.book.acted(&acted.before, &event);
            self.tenant.post.follow(&acted.after, &marks(&acted.before));
            self.push_order(order, event);
        }
        Ok(())
    }

    fn to_order(&self, command: order::Command) -> Act {
        Act { command, hold_for: Millis::default(), now: self.now }
    }

    /// Plays what is done about one order's invitation, or about another of its mails.
    pub(super) async fn about_invitation(
        &mut self,
        order: OrderName,
        action: InvitationAction,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let id = self.order_named(order).map_err(|_| Refusal::UnknownInvitation)?;
        let order = self.cast.order(id).await;
        let command = match action {
            InvitationAction::Change { version, delay, reminder } => {
                let (wish, schedule) = self.changed(&order, delay, reminder)?;
                invitation::Command::Change { version, wish, schedule }
            }
            InvitationAction::Drop { version } => invitation::Command::Drop { version },
            InvitationAction::Claim(mail) => self.claim(&order, mail),
            InvitationAction::Done(mail) => invitation::Command::Done(mail),
            InvitationAction::Failed(mail, trouble) => invitation::Command::Failed(mail, trouble),
        };
        let act = self.to_order(order::Command::Invitation(command));
        let acted = self.cast.act(id, act).await?;
        if let Some(event) = acted.event {
            self.tenant.post.follow(&acted.after, &marks(&acted.before));
            self.push_order(&acted.after, event);
        }
        Ok((Outcome::Order(Box::new(acted.after)), Some(Owner::Order(id))))
    }

    fn changed(
        &self,
        order: &Order,
        delay: Option<crate::calendar::Delay>,
        reminder: Option<Option<crate::calendar::Delay>>,
    ) -> Result<(Wish, Option<invitation::Schedule>), Refusal> {
        let invitation = order.invitation().ok_or(Refusal::UnknownInvitation)?;
        let old = invitation.wish;
        let wish = Wish::of(delay.unwrap_or(old.delay), reminder.unwrap_or(old.reminder));
        let base = if let Base::At(at) = invitation.base { Some(at) } else { None };
        let schedule = wish.schedule(base.unwrap_or(self.now), &self.rules().calendar);
        let schedule = schedule.map_err(|_| Refusal::ReminderTooSoon)?;
        Ok((wish, base.and(Some(schedule))))
    }

    /// What a claim becomes: the mail goes, unless its address wants none, or not now. Quiet hours
    /// and caps are for invitations: what tells of an order is awaited, and would be outdated by
    /// morning. The list of those who want no mail holds for both: an address stands there because
    /// its owner said so, or because an operator knows that it is not the customer's.
    fn claim(&self, order: &Order, mail: Which) -> invitation::Command {
        let rules = self.rules();
        let Some(email) = order.mail_address(mail) else {
            return invitation::Command::Claim(mail); // which the order refuses
        };
        if self.tenant.suppressed.contains(&address(email)) {
            return invitation::Command::Forgo(mail, Why::Suppressed);
        }
        if mail.is_notice() {
            return match order.is_news(mail, self.now) {
                true => invitation::Command::Claim(mail),
                false => invitation::Command::Forgo(mail, Why::Outdated),
            };
        }
        let awake = rules.calendar.awake(self.now);
        if awake > self.now {
            return invitation::Command::Move { mail, next: awake, why: Later::Quiet };
        }
        if let Some(next) = order.report.as_deref().and_then(|report| self.free_again(report)) {
            return invitation::Command::Move { mail, next, why: Later::Capped };
        }
        invitation::Command::Claim(mail)
    }

    /// When a mail may go by the caps of all that it counts for; none if it may now.
    fn free_again(&self, report: &Report) -> Option<Time> {
        let (rules, traffic) = (self.rules(), self.tenant.post.traffic());
        let free_again = |counted: Counted| {
            let cap = match counted {
                Counted::Address(_) => rules.cap_per_address,
                Counted::Product(_) => rules.cap_per_product,
            };
            traffic.free_again(&counted, cap?, self.now)
        };
        let of_tenant = rules.cap_per_tenant.and_then(|cap| traffic.day_with_room(cap, self.now));
        Counted::all(report).filter_map(free_again).chain(of_tenant).max()
    }

    /// Plays the mails' part of what happened to an order, in its record: those of one that was
    /// ended are dropped, those that wait for their base may have it now, and what the customer is
    /// to be told of the order is due. Answers with the order after it.
    pub(super) async fn mails_follow(&mut self, before: &Order, after: Order) -> Order {
        let news = self.of_the_way(before, &after);
        if news.is_none() && after.mails().next().is_none() {
            return after;
        }
        let commands = [self.of_the_invitation(&after), news];
        let decide = |command| invitation::decide(&after, &command, self.now).ok().flatten();
        let events = commands.map(|command| command.and_then(decide));
        let marked = marks(before);
        let mut after = after;
        for event in events.into_iter().flatten() {
            let event = order::Event::Invitation(event);
            self.cast.follow(after.id, event.clone(), self.now).await;
            self.push_order(&after, event);
            after = self.cast.order(after.id).await;
        }
        self.tenant.post.follow(&after, &marked);
        after
    }

    /// What becomes of an order's mails because of the stage that it is in.
    fn of_the_invitation(&self, after: &Order) -> Option<invitation::Command> {
        if matches!(after.stage, Stage::Cancelled { .. } | Stage::Expired { .. }) {
            return Some(invitation::Command::Close);
        }
        let invitation = after.invitation()?;
        match happened(invitation.base, &after.stage) {
            Base::At(base) if invitation.base != Base::At(base) => {
                let schedule = invitation.wish.instants(base, &self.rules().calendar);
                Some(invitation::Command::Schedule { base, schedule })
            }
            _ => None,
        }
    }

    /// What the customer is told of the way that an order has come, if the tenant wants that.
    fn of_the_way(&self, before: &Order, after: &Order) -> Option<invitation::Command> {
        let news = after.news_since(before)?;
        let wanted = self.policy.notices.has(self.whose, news);
        wanted.then_some(invitation::Command::Tell(news))
    }

    /// A part of all orders; those that have left memory are missing in it.
    pub(super) async fn numbered(&mut self, part: Part) -> Outcome {
        let total = self.tenant.last_number;
        let mut orders = Vec::new();
        for number in part.numbers(total) {
            if let Some(id) = self.tenant.book.numbered(number) {
                orders.push(self.order_now(id).await);
            }
        }
        Outcome::Orders { orders, total, fitting: Vec::new() }
    }

    /// A part of the orders with an invitation.
    pub(super) async fn invitations(&mut self, filter: &InvitationFilter, part: Part) -> Outcome {
        let only = filter.order.map(|name| self.order_named(name).ok());
        let fits = |(id, brief): &(OrderId, &Brief)| {
            only.is_none_or(|only| only == Some(*id))
                && filter.filtercode.as_ref().is_none_or(|it| brief.filtercode.as_ref() == Some(it))
                && filter.is_sent.is_none_or(|it| it == brief.is_sent)
        };
        let all = || self.tenant.post.invitations().filter(fits).map(|(id, _)| id);
        let total = all().count() as u64;
        let skip = usize::try_from(part.skip).unwrap_or(usize::MAX);
        let ids: Vec<OrderId> = match part.newest_first {
            true => all().rev().skip(skip).take(part.size).collect(),
            false => all().skip(skip).take(part.size).collect(),
        };
        let mut orders = Vec::with_capacity(ids.len());
        for id in ids {
            orders.push(self.order_now(id).await);
        }
        Outcome::Orders { orders, total, fitting: Vec::new() }
    }

    /// The mails of invitations that are still to go, by day and filter code.
    pub(super) fn mail_days(&self, from: Time, to: Time) -> Outcome {
        let (post, calendar) = (&self.tenant.post, &self.rules().calendar);
        let mut days: BTreeMap<_, u64> = BTreeMap::new();
        let invitations = post.between(from, to).filter(|(_, mail)| !mail.which.is_notice());
        for (at, mail) in invitations {
            let code = post.brief(mail.order).and_then(|brief| brief.filtercode.clone());
            *days.entry((calendar.day(at), code)).or_default() += 1;
        }
        let day = |((day, filtercode), mails)| MailDay { day, filtercode, mails };
        Outcome::MailDays(days.into_iter().map(day).collect())
    }
}

/// The articles of these lines, each once.
fn articles(lines: &[Line]) -> Box<[ArticleId]> {
    let articles: BTreeSet<&ArticleId> = lines.iter().map(|line| &line.article).collect();
    articles.into_iter().cloned().collect()
}

/// The base as an instant, if an order in this stage has come so far.
fn happened(base: Base, stage: &Stage) -> Base {
    match (base, stage) {
        (Base::Confirmed, Stage::Confirmed { at }) => Base::At(*at),
        (Base::Delivered, Stage::Delivered { at }) => Base::At(*at),
        (base, _) => base,
    }
}
