//! What is told of an order's way to its pieces: where they are held, where they wait, and which
//! have no place.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use uuid::Uuid;
use workflow::id::{ArticleId, LocationId, OrderId, ReservationId};
use workflow::location::{self, ShelfEvent};
use workflow::order::{self, Added, Hold, Line, Placed, Rest, Shortage, Stage, Standing};
use workflow::quantity::Units;
use workflow::record::{Event, Record};

use super::of_order::{AddedData, LineData, LostData, PlacedData, RehostedData};
use super::{Data, Kind, Subject, Teller};

/// A line of an order, with pieces that lost their place and have no other one.
#[derive(Debug)]
pub struct Waiting<'a> {
    /// The line, counted from 0.
    pub line: u16,
    /// Of which article.
    pub article: &'a ArticleId,
    /// How many pieces.
    pub units: Units,
}

/// The pieces that an order's event took their place, less those that found one in the same
/// record: by line.
pub fn waiting<'a>(record: &'a Record, id: OrderId, event: &order::Event) -> Vec<Waiting<'a>> {
    let mut left: BTreeMap<u16, (u16, Units)> = BTreeMap::new();
    if let order::Event::ShortOnShelf { line, taken, rest: Rest::Unplaced, .. } = event {
        let units = taken.iter().map(|(_, units)| *units).sum();
        left.extend(taken.first().map(|(index, _)| (*line, (*index, units))));
    }
    if let order::Event::Displaced { holds } = event {
        for hold in holds {
            let (_, units) = left.entry(hold.line).or_insert((hold.index, Units::ZERO));
            *units = units.with(hold.units);
        }
    }
    for event in &record.events {
        if let Event::Order { id: it, event: order::Event::Rerouted { holds }, .. } = event
            && *it == id
        {
            for hold in holds {
                if let Some((_, units)) = left.get_mut(&hold.line) {
                    *units = units.less(hold.units);
                }
            }
        }
    }
    let left = left.into_iter().filter(|(_, (_, units))| !units.is_zero());
    left.filter_map(|(line, (index, units))| {
        let article = article_of(record, id.reservation(index))?;
        Some(Waiting { line, article, units })
    })
    .collect()
}

/// The article of a reservation that a location gave up in this record.
fn article_of(record: &Record, wanted: ReservationId) -> Option<&ArticleId> {
    record.events.iter().find_map(|event| {
        let Event::Location { event: location::Event::Shelf { article, event }, .. } = event else {
            return None;
        };
        let (ShelfEvent::Consumed { reservation, .. } | ShelfEvent::Released { reservation }) =
            event
        else {
            return None;
        };
        (*reservation == wanted).then_some(article)
    })
}

/// Lines that were routed together.
pub struct Planned<'a> {
    /// How many lines the order had before.
    first: u16,
    lines: &'a [Line],
    holds: &'a [Hold],
    /// Pieces that nobody will bring, by line.
    dropped: &'a [(u16, Units)],
    stage: &'a Stage,
}

impl<'a> Planned<'a> {
    /// Those that an order began with.
    pub fn of_placed(placed: &'a Placed) -> Planned<'a> {
        Planned {
            first: 0,
            lines: &placed.asked.lines,
            holds: &placed.holds,
            dropped: placed.work.as_deref().map_or(&[], |work| &work.dropped),
            stage: &placed.stage,
        }
    }

    /// Those that joined it.
    pub fn of_added(added: &'a Added) -> Planned<'a> {
        let Added { first, lines, holds, dropped, stage } = added;
        Planned { first: *first, lines, holds, dropped, stage }
    }

    /// Those that wait for stock, at a location or without one.
    pub fn waiting(&self) -> impl Iterator<Item = (u16, &'a Line)> {
        self.indexed().filter(|(index, line)| {
            let at_location = |hold: &Hold| hold.line == *index && hold.stock.is_none();
            let has_no_place =
                self.waits_for_a_place(line) && !self.placeless(*index, line).is_zero();
            has_no_place || self.holds.iter().any(at_location)
        })
    }

    /// How they stand, if these are all lines of a sale, or some of them are held.
    pub(super) fn stage_name(&self) -> &'static str {
        let is_held = self.holds.iter().any(|hold| hold.stock.is_some());
        let is_sold = matches!(self.stage, Stage::Confirmed { .. });
        if !is_sold || is_held || self.first > 0 {
            return self.stage.name();
        }
        let standing =
            if self.waiting().next().is_some() { Standing::Waiting } else { Standing::Unroutable };
        standing.stage_name()
    }

    fn indexed(&self) -> impl Iterator<Item = (u16, &'a Line)> + use<'a> {
        (self.first..).zip(self.lines)
    }

    /// Whether pieces of a line that have no place wait for one, as the stage table has it.
    fn waits_for_a_place(&self, line: &Line) -> bool {
        let is_sold = matches!(self.stage, Stage::Confirmed { .. } | Stage::Locked);
        is_sold && line.shortage == Shortage::Wait
    }

    /// The pieces of a line that are wanted and have no place.
    fn placeless(&self, index: u16, line: &Line) -> Units {
        let holds = self.holds.iter().filter(|hold| hold.line == index);
        let dropped = self.dropped.iter().filter(|(it, _)| *it == index);
        let placed: Units = holds.map(|hold| hold.units).sum();
        line.quantity.less(placed).less(dropped.map(|(_, units)| *units).sum())
    }

    /// Lines with pieces that have no place: those that wait for one, or those that do not.
    fn short(&self, id: OrderId, that_wait: bool) -> Vec<LineData<'a>> {
        let lines = self.indexed().filter(|(_, line)| self.waits_for_a_place(line) == that_wait);
        let lines = lines.filter_map(|(index, line)| {
            let quantity = self.placeless(index, line);
            let (id, tenant_article_id) = (id.line(index), &line.article);
            (!quantity.is_zero()).then_some(LineData { id, tenant_article_id, quantity })
        });
        lines.collect()
    }
}

/// Where an order's pieces are held, or wait.
#[derive(Debug, Serialize)]
pub(super) struct RoutedData<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<HoldData<'a>>,
    /// The lines that wait without a place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<LineData<'a>>,
    #[serde(skip)]
    locations: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct HoldData<'a> {
    facility_ref: LocationId,
    reservation_ref: ReservationId,
    line_ref: Uuid,
    tenant_article_id: &'a ArticleId,
    quantity: Units,
}

impl<'a> RoutedData<'a> {
    /// Over how many locations they are.
    fn locations(&self) -> usize {
        self.locations
    }

    fn is_empty(&self) -> bool {
        self.holds.is_empty() && self.lines.is_empty()
    }

    fn of(id: OrderId, planned: &Planned<'a>, is_held: bool) -> RoutedData<'a> {
        let wanted = |hold: &&Hold| hold.stock.is_some() == is_held;
        let holds = planned.holds.iter().filter(wanted).filter_map(|hold| {
            let line = usize::from(hold.line.checked_sub(planned.first)?);
            Some(HoldData {
                facility_ref: hold.location,
                reservation_ref: id.reservation(hold.index),
                line_ref: id.line(hold.line),
                tenant_article_id: &planned.lines.get(line)?.article,
                quantity: hold.units,
            })
        });
        let holds: Vec<HoldData<'_>> = holds.collect();
        let locations: BTreeSet<LocationId> = holds.iter().map(|hold| hold.facility_ref).collect();
        let lines = if is_held { Vec::new() } else { planned.short(id, true) };
        RoutedData { holds, lines, locations: locations.len() }
    }
}

/// The lines of an order that have pieces without a place.
#[derive(Debug, Serialize)]
pub(super) struct ShortData<'a> {
    lines: Vec<LineData<'a>>,
}

impl<'a> ShortData<'a> {
    /// Pieces that lost their place and have no other one; none if there are no such.
    fn of_waiting(id: OrderId, waiting: Vec<Waiting<'a>>) -> Option<ShortData<'a>> {
        let line = |it: Waiting<'a>| LineData {
            id: id.line(it.line),
            tenant_article_id: it.article,
            quantity: it.units,
        };
        let lines: Vec<LineData<'_>> = waiting.into_iter().map(line).collect();
        (!lines.is_empty()).then_some(ShortData { lines })
    }

    /// None if every piece has a place, or waits for one.
    fn of(id: OrderId, planned: &Planned<'a>) -> Option<ShortData<'a>> {
        let lines = planned.short(id, false);
        (!lines.is_empty()).then_some(ShortData { lines })
    }
}

impl<'a> Teller<'a> {
    /// An order that was made, with where it is held.
    pub(super) fn placed(&mut self, id: OrderId, placed: &'a Placed) {
        let planned = Planned::of_placed(placed);
        let created = Data::Placed(PlacedData::of(id, placed, planned.stage_name()));
        let told = self.news.len();
        self.planned(id, (Kind::OrderCreated, created), &planned);
        if let Some(report) = &placed.report {
            self.reported(id, report);
        }
        self.happened_at(told, &placed.holds);
    }

    /// Lines that joined an order, with where they are held.
    pub(super) fn added(&mut self, id: OrderId, added: &'a Added) {
        let planned = Planned::of_added(added);
        let changed = Data::Added(AddedData::of(id, added, planned.stage_name()));
        let told = self.news.len();
        self.planned(id, (Kind::OrderModified, changed), &planned);
        self.happened_at(told, &added.holds);
    }

    /// What is wanted, and what became of it: told before the reservations themselves.
    fn planned(&mut self, id: OrderId, (kind, data): (Kind, Data<'a>), planned: &Planned<'a>) {
        let subject = Subject::Order(id);
        let first = self.news.len();
        self.tell(kind, subject, data);
        let routed = RoutedData::of(id, planned, true);
        match routed.locations() {
            0 => {}
            1 => self.tell(Kind::RoutingRouted, subject, Data::Routed(routed)),
            _ => self.tell(Kind::RoutingSplit, subject, Data::Routed(routed)),
        }
        let waiting = RoutedData::of(id, planned, false);
        if !waiting.is_empty() {
            self.tell(Kind::RoutingWaiting, subject, Data::Routed(waiting));
        }
        if let Some(short) = ShortData::of(id, planned) {
            self.tell(Kind::RoutingUnroutable, subject, Data::Short(short));
        }
        self.news[first..].iter_mut().for_each(|news| news.leads = true);
    }

    /// The news from one on happened where these are held.
    fn happened_at(&mut self, first: usize, holds: &[Hold]) {
        for news in &mut self.news[first..] {
            news.locations = holds.iter().map(|hold| hold.location).collect();
        }
    }

    /// Pieces found a place that had none.
    pub(super) fn rerouted(&mut self, id: OrderId, holds: &[Hold]) {
        let subject = Subject::Order(id);
        let hosts: Vec<_> = holds.iter().map(|hold| (hold.index, hold.stock)).collect();
        for kind in [Kind::OrderModified, Kind::RoutingRerouted] {
            self.tell(kind, subject, Data::Rehosted(RehostedData::of(id, &hosts)));
        }
    }

    /// A location gave pieces up.
    pub(super) fn displaced(&mut self, id: OrderId, holds: &[Hold], event: &order::Event) {
        let gone: Vec<u16> = holds.iter().map(|hold| hold.index).collect();
        let data = Data::Lost(LostData::of(id, &gone));
        self.tell(Kind::OrderModified, Subject::Order(id), data);
        self.waits(id, event);
    }

    /// Pieces lost their place, and have no other one.
    pub(super) fn waits(&mut self, id: OrderId, event: &order::Event) {
        if let Some(short) = ShortData::of_waiting(id, waiting(self.record, id, event)) {
            self.tell(Kind::RoutingWaiting, Subject::Order(id), Data::Short(short));
        }
    }
}
