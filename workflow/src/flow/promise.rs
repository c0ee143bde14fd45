//! A promise: route an order, hold its stock, say where and until when.

use std::sync::Arc;

use smallvec::SmallVec;

use super::candidates::{Want, wants};
use super::room::Beside;
use super::shortage::{Borne, Short};
use super::{Cast, Halt, Look, Scene, Seen};
use crate::calendar::Zone;
use crate::command::{Command, Days, Promise, Wanted};
use crate::id::{LocationId, OrderId};
use crate::limits::{OVERDUE_PER_TURN_MAX, PROCESS_BUFFER, WINDOW_LENGTH};
use crate::location::{self, Event as LocationEvent, ShelfEvent, Take};
use crate::order::{
    self, Asked, Delivery, Handover, Hold, Line, Order, Placed, Stage, Window, Work,
};
use crate::outcome::{Outcome, PartLine, PartView, PlacedView};
use crate::place::Place;
use crate::quantity::Units;
use crate::record::Owner;
use crate::refusal::Refusal;
use crate::routing::{self, Candidate, Considered, Need, Plan, Search, Strategy};
use crate::time::Time;

/// What is wanted, and how it is to be found.
pub(super) struct Ware<'a> {
    pub(super) lines: &'a [Line],
    pub(super) destination: Option<Place>,
    pub(super) delivery: &'a Delivery,
    /// The promise that gives way: what it holds counts as free.
    pub(super) replaced: Option<&'a Order>,
    /// Where the order is already, if these lines join it.
    pub(super) at: &'a [LocationId],
    /// As in [`Promise::backorders`].
    pub(super) backorders: bool,
    /// As in [`Promise::explain`].
    pub(super) explain: bool,
}

/// Where lines are to be fulfilled.
pub(super) struct Planned {
    pub(super) shares: Vec<Share>,
    /// What becomes of pieces that are short.
    pub(super) shortage: Borne,
    search: Search,
    pub(super) considered: Vec<Considered>,
}

/// What an order has already: new lines and reservations are counted from here.
#[derive(Clone, Copy, Default)]
pub(super) struct Base {
    pub(super) line: u16,
    pub(super) hold: u16,
}

/// What one location is to give: by line, held or waiting.
pub(super) struct Share {
    pub(super) location: LocationId,
    pub(super) metres: Option<u32>,
    pub(super) lines: SmallVec<[PartLine; 4]>,
}

impl<C: Cast> Scene<'_, C> {
    /// Plays a promise, or an order that is sold at once.
    pub(super) async fn promise(
        &mut self,
        mut promise: Box<Promise>,
    ) -> Result<(Outcome, Option<Owner>), Halt> {
        // The order of these lines is the order of precedence.
        if promise.replaces.is_some_and(|id| !self.tenant.book.holds(id)) {
            return Err(Refusal::UnknownOrder.into());
        }
        self.reaches(&promise)?;
        promise.destination = self.destination(&promise)?;
        self.is_new(&promise).await?;
        let delivery = self.delivery(&promise.delivery)?;
        let stage = self.first_stage(&promise)?;
        let replaced = self.replaced(promise.replaces).await?;
        self.quota_allows(&stage, replaced.as_ref())?;
        let ware = Ware {
            lines: &promise.lines,
            destination: promise.destination,
            delivery: &delivery,
            replaced: replaced.as_ref(),
            at: &[],
            backorders: promise.backorders,
            explain: promise.explain,
        };
        let planned = match self.planned(&ware).await {
            Ok(planned) => planned,
            Err(due) => {
                return Err(Halt::Overdue(due, Box::new(Command::Promise(promise))));
            }
        };
        self.can_bear(&ware, &planned.shortage)?;
        let beside = Beside::of_promise(&promise, &planned, replaced.as_ref());
        self.fits_one_record(&promise.lines, &planned.shares, &beside).await?;

        // From here on nothing refuses (S6).
        if let Some(before) = &replaced {
            self.give_way(before).await;
        }
        let id = OrderId::of(self.now, self.random);
        let holds = self.reserve(id, &promise.lines, &planned.shares, Base::default()).await;
        let promise = self.dated(*promise, &delivery, &planned.shares);
        let asked = Asked {
            lines: promise.lines,
            ordered: promise.ordered.unwrap_or(self.now),
            consumer: promise.consumer,
            destination: promise.destination,
            delivery,
            kept: promise.kept,
            handover: promise.handover,
        };
        let window = asked.handover.as_ref().and_then(|it| self.window(it, &planned.shares));
        let dropped = planned.shortage.dropped;
        let work = Work { window, dropped, ..Work::default() }.boxed();
        let placed = Placed {
            number: self.tenant.last_number + 1,
            stage,
            caller: self.who.clone(),
            reference: promise.reference,
            asked: Arc::new(asked),
            holds,
            work,
            report: None,
        };
        let mut order = self.place(id, placed).await;
        if let Some(before) = &replaced {
            self.let_who_waits(before).await;
            order = self.cast.order(id).await; // it may have waited itself
        }
        let view = PlacedView {
            parts: self.parts(planned.shares),
            search: planned.search,
            considered: planned.considered,
            order,
        };
        Ok((Outcome::Placed(Box::new(view)), Some(Owner::Order(id))))
    }

    /// Where lines are fulfilled, right now. If pieces are short that overdue promises hold, these
    /// are to expire first (S5).
    pub(super) async fn planned(
        &mut self,
        ware: &Ware<'_>,
    ) -> Result<Planned, Vec<(Time, OrderId)>> {
        let wants = wants(ware.lines);
        let (candidates, plan) = self.routed(&wants, ware).await;
        if !plan.is_whole() {
            let due = self.overdue(&wants).await;
            if !due.is_empty() {
                return Err(due);
            }
        }
        let mut shares = shares(ware.lines, &wants, &candidates, &plan);
        let short = Short { ware, wants: &wants, candidates: &candidates };
        let shortage = self.bear_shortage(&short, &plan, &mut shares).await;
        let considered = match ware.explain {
            true => routing::explain(&needs(&wants), &candidates, &plan),
            false => Vec::new(),
        };
        Ok(Planned { shares, shortage, search: plan.search, considered })
    }

    /// Who could give what is wanted, and who is to give it.
    pub(super) async fn routed(
        &mut self,
        wants: &[Want],
        ware: &Ware<'_>,
    ) -> (Vec<Candidate>, Plan) {
        let candidates = self.candidates(wants, ware).await;
        let strategy = Strategy { parts_max: self.policy.parts_max };
        let plan = routing::plan_more(&needs(wants), &candidates, ware.at, &strategy);
        (candidates, plan)
    }

    /// How the order begins, if its deadline is in range.
    fn first_stage(&self, promise: &Promise) -> Result<Stage, Refusal> {
        if promise.sold {
            return Ok(match promise.locked {
                _ if promise.lines.is_empty() => Stage::Received,
                true => Stage::Locked,
                false => Stage::Confirmed { at: self.now },
            });
        }
        let earliest = self.now + self.policy.promise_floor;
        let latest = self.now + self.policy.promise_ceiling;
        let until = promise.until.unwrap_or(self.now + self.tenant.promise_ttl(self.policy));
        if promise.until.is_some() && !(earliest..=latest).contains(&until) {
            return Err(Refusal::DeadlineOutOfRange { earliest, latest });
        }
        Ok(Stage::Promised { until })
    }

    /// Refuses a caller that holds as many promises as it may; one that gives way makes room.
    fn quota_allows(&self, stage: &Stage, replaced: Option<&Order>) -> Result<(), Refusal> {
        let limit = self.policy.open_promises_max;
        let room = replaced.is_some_and(|order| order.caller == *self.who);
        let open = self.tenant.book.open_promises(self.who) - u32::from(room);
        match stage {
            Stage::Promised { .. } if open >= limit => Err(Refusal::TooManyOpenPromises { limit }),
            _ => Ok(()),
        }
    }

    fn delivery(&self, wanted: &Wanted) -> Result<Delivery, Refusal> {
        match wanted {
            Wanted::Collect { at } => Ok(Delivery::Collect { at: self.find(at)? }),
            Wanted::Ship { from } => {
                let from = from.iter().map(|name| self.find(name));
                Ok(Delivery::Ship { from: from.collect::<Result<_, _>>()? })
            }
        }
    }

    /// The promise that gives way, if it can.
    async fn replaced(&mut self, id: Option<OrderId>) -> Result<Option<Order>, Refusal> {
        let Some(id) = id else { return Ok(None) };
        let order = self.cast.order(id).await;
        match order.stage_at(self.now) {
            Stage::Promised { .. } => Ok(Some(order)),
            Stage::Expired { until } => Err(Refusal::PromiseExpired { until }),
            _ => Err(Refusal::NotNow {
                stage: order.stage_name(),
                command: "Replace",
                version: order.version,
            }),
        }
    }

    /// Promises past their deadline that still hold what is wanted (S5).
    pub(super) async fn overdue(&mut self, wants: &[Want]) -> Vec<(Time, OrderId)> {
        if self.tenant.book.deadlines().first().is_none_or(|first| first > self.now) {
            return Vec::new();
        }
        let mut overdue: Vec<(Time, OrderId)> = Vec::new();
        for want in wants {
            let seats = self.tenant.places.offers(&want.article).iter().map(|(seat, _)| *seat);
            let places: Vec<_> = seats.map(|seat| self.tenant.places.seat(seat).id).collect();
            for location in places {
                let look = Look::Holders(Some(want.article.clone()));
                let seen = self.cast.look(location, look, self.now).await;
                let Seen::Holders(orders) = seen else {
                    continue;
                };
                for order in orders {
                    if self.tenant.book.is_overdue(order, self.now)
                        && overdue.len() < OVERDUE_PER_TURN_MAX
                    {
                        let until = self.cast.order(order).await.deadline();
                        overdue.extend(until.map(|until| (until, order)));
                    }
                }
            }
        }
        overdue.sort_unstable();
        overdue.dedup();
        overdue
    }

    /// Holds what was planned. Nothing has run since the plan was made, so no location refuses.
    pub(super) async fn reserve(
        &mut self,
        id: OrderId,
        lines: &[Line],
        shares: &[Share],
        base: Base,
    ) -> Vec<Hold> {
        let mut holds: Vec<Hold> = Vec::with_capacity(lines.len());
        for share in shares {
            let takes = share.lines.iter().map(|part| Take {
                article: lines[usize::from(part.line)].article.clone(),
                units: part.units,
                waits: part.waits,
            });
            let next = |holds: &[Hold]| {
                base.hold + u16::try_from(holds.len()).expect("an order has few reservations")
            };
            let first = next(&holds);
            let reserve = location::Command::Reserve { order: id, first, takes: takes.collect() };
            let (events, published) = self.cast.settle(share.location, reserve, self.now).await;
            let mut parts = share.lines.iter();
            let mut open: Option<(u16, Units)> = None;
            for event in &events {
                let LocationEvent::Shelf {
                    event: ShelfEvent::Reserved { stock, units, .. }, ..
                } = event
                else {
                    continue;
                };
                // A line's pieces may come from several lots; they follow one another.
                let (line, left) = open.take().unwrap_or_else(|| {
                    let part = parts.next().expect("no more is reserved than was asked for");
                    (part.line, part.units)
                });
                let (location, stock, units) = (share.location, *stock, *units);
                let index = next(&holds);
                holds.push(Hold { index, line: base.line + line, location, stock, units });
                open = Some((line, left.minus(units))).filter(|(_, left)| !left.is_zero());
            }
            self.took_place(share.location, events, published).await;
        }
        holds
    }

    /// The order begins, with the number after the last one.
    pub(super) async fn place(&mut self, id: OrderId, placed: Placed) -> Order {
        self.tenant.last_number = placed.number;
        let order = order::place(id, &placed, self.now);
        self.tenant.enter(&order);
        self.cast.place(order.clone()).await;
        self.push_order(&order, order::Event::Placed(Box::new(placed)));
        order
    }

    /// Refuses an order that would go where the tenant delivers nothing.
    fn reaches(&self, promise: &Promise) -> Result<(), Refusal> {
        let Some(address) = &promise.address else { return Ok(()) };
        match self.policy.areas.reach(self.whose, address) {
            true => Ok(()),
            false => Err(Refusal::AddressNotAllowed),
        }
    }

    /// Refuses a second order under the name that its shop has given to another one.
    async fn is_new(&mut self, promise: &Promise) -> Result<(), Refusal> {
        let Some((shop, reference)) = promise.natural_key() else { return Ok(()) };
        let Some(twin) = self.tenant.book.of_shop(shop, reference) else { return Ok(()) };
        Err(Refusal::DuplicateOrder { number: self.cast.order(twin).await.number })
    }

    /// Days become instants: they begin when they do at the store that is named, else at the first
    /// that the order comes from, else where the tenant is.
    fn dated(&self, mut promise: Promise, delivery: &Delivery, shares: &[Share]) -> Promise {
        let Days { ordered, wanted } = promise.days;
        if ordered.is_none() && wanted.is_none() {
            return promise;
        }
        let named = match delivery {
            Delivery::Ship { from } => from.first(),
            Delivery::Collect { at } => Some(at),
        };
        let store = named.or(shares.first().map(|share| &share.location));
        let name = store.and_then(|id| self.tenant.places.card(*id)?.zone.as_deref());
        let own = name.and_then(|name| Zone::parse(name).ok());
        let zone = own.as_ref().unwrap_or(self.policy.invitations.of(self.whose).calendar.zone());
        promise.ordered = ordered.map(|day| day.starts(zone)).or(promise.ordered);
        if let (Some(handover), Some(day)) = (&mut promise.handover, wanted) {
            handover.wanted = Some(day.starts(zone));
        }
        promise
    }

    /// When the order is brought: as wanted if that can be met, else as soon as all pieces that
    /// have a date are there; none if no piece has one.
    fn window(&self, handover: &Handover, shares: &[Share]) -> Option<Window> {
        let parts = shares.iter().flat_map(|share| &share.lines);
        let ready = self.now + PROCESS_BUFFER;
        let dates = parts.filter_map(|part| match part.waits {
            false => Some(ready),
            true => part.expected.map(|expected| expected.max(ready)),
        });
        let earliest = dates.max()?;
        let start = handover.wanted.filter(|wanted| *wanted >= earliest).unwrap_or(earliest);
        Some(Window { start, length: WINDOW_LENGTH })
    }

    fn parts(&self, shares: Vec<Share>) -> Vec<PartView> {
        let parts = shares.into_iter().map(|share| PartView {
            location: share.location,
            card: self
                .tenant
                .places
                .card(share.location)
                .expect("a part's location is open")
                .clone(),
            metres: share.metres,
            lines: share.lines.into_vec(),
        });
        parts.collect()
    }
}

fn needs(wants: &[Want]) -> SmallVec<[Need; 4]> {
    wants.iter().map(|want| Need { units: want.units }).collect()
}

/// The plan by lines: lines that share an article are filled in their order.
pub(super) fn shares(
    lines: &[Line],
    wants: &[Want],
    candidates: &[Candidate],
    plan: &Plan,
) -> Vec<Share> {
    let mut open: SmallVec<[Units; 8]> = lines.iter().map(|line| line.quantity).collect();
    let mut shares = Vec::with_capacity(plan.parts.len());
    for part in &plan.parts {
        let candidate = &candidates[part.candidate];
        let mut share =
            Share { location: part.location, metres: candidate.metres, lines: SmallVec::new() };
        for take in &part.takes {
            let mut left = take.units;
            for &line in &wants[usize::from(take.need)].lines {
                let units = open[usize::from(line)].min(left);
                if units.is_zero() {
                    continue;
                }
                open[usize::from(line)] = open[usize::from(line)].minus(units);
                left = left.minus(units);
                share.lines.push(PartLine {
                    line,
                    units,
                    waits: false,
                    available: candidate.available[usize::from(take.need)],
                    out_of_stock: location::OutOfStock::None,
                    expected: None,
                });
            }
        }
        shares.push(share);
    }
    shares
}
