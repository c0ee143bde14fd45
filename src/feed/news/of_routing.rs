//! What is told of an order's way to its pieces: where they are held, where they wait, and which
//! have no place.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use uuid::Uuid;
use workflow::id::{ArticleId, LocationId, OrderId, ReservationId};
use workflow::location::{self, ShelfEvent};
use workflow::order::{self, Added, Hold, Line, Placed, Rest};
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
struct Planned<'a> {
    /// How many lines the order had before.
    first: u16,
    lines: &'a [Line],
    holds: &'a [Hold],
}

/// Where an order's pieces are held, or wait.
#[derive(Debug, Serialize)]
pub(super) struct RoutedData<'a> {
    holds: Vec<HoldData<'a>>,
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
        RoutedData { holds, locations: locations.len() }
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

    /// None if every piece has a place.
    fn of(id: OrderId, planned: &Planned<'a>) -> Option<ShortData<'a>> {
        let lines = (planned.first..).zip(planned.lines).filter_map(|(index, line)| {
            let holds = planned.holds.iter().filter(|hold| hold.line == index);
            let placed: Units = holds.map(|hold| hold.units).sum();
            let quantity = line.quantity.less(placed);
            let (id, tenant_article_id) = (id.line(index), &line.article);
            (!quantity.is_zero()).then_some(LineData { id, tenant_article_id, quantity })
        });
        let lines: Vec<LineData<'_>> = lines.collect();
        (!lines.is_empty()).then_some(ShortData { lines })
    }
}

impl<'a> Teller<'a> {
    /// An order that was made, with where it is held.
    pub(super) fn placed(&mut self, id: OrderId, placed: &'a Placed) {
        let created = Data::Placed(PlacedData::of(id, placed));
        let planned = Planned { first: 0, lines: &placed.asked.lines, holds: &placed.holds };
        let told = self.news.len();
        self.planned(id, (Kind::OrderCreated, created), &planned);
        if let Some(report) = &placed.report {
            self.reported(id, report);
        }
        self.happened_at(told, &placed.holds);
    }

    /// Lines that joined an order, with where they are held.
    pub(super) fn added(&mut self, id: OrderId, added: &'a Added) {
        let changed = Data::Added(AddedData::of(id, added));
        let planned = Planned { first: added.first, lines: &added.lines, holds: &added.holds };
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
        if waiting.locations() > 0 {
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
