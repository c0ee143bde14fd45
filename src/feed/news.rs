//! A record as news: what each of its events is called, about what, with which data.
//!
//! A pure function of the record. An event may give several pieces of news, and every event gives
//! one at least: a new event must be named here, or this does not compile. What a customer wrote
//! (addresses, kept members), credentials and secrets are never told.
#![warn(clippy::wildcard_enum_match_arm)] // a new event must be named here

use std::fmt;

use serde::{Serialize, Serializer};
use workflow::id::{LocationId, OrderId, ReservationId, StockId, SubscriptionId};
use workflow::invitation::{self, Report, Which};
use workflow::location::{self, ShelfEvent, Status};
use workflow::order;
use workflow::record::{Event, Record};

use super::Kind;

mod at_location;
mod of_invitation;
mod of_order;
mod of_routing;

use at_location::{
    CardData, ConsumedData, LotData, MovedData, RelocatedData, ReservedData, SafetyData, ShelfData,
    SoldOutData, TurnedData,
};
use of_invitation::{DroppedData, ReportedData, ScheduledData, SentData};
use of_order::{
    AddedData, CancelledData, ConfirmedData, ExtendedData, LostData, PlacedData, RehostedData,
    StageData, WorkData,
};
pub use of_routing::{Planned, Waiting, waiting};
use of_routing::{RoutedData, ShortData};

/// One piece of news.
#[derive(Debug)]
pub struct News<'a> {
    /// What is told.
    pub kind: Kind,
    /// What it is about.
    pub subject: Subject,
    /// The order that it belongs to: news of one order are told one after the other.
    pub order: Option<OrderId>,
    /// The locations that it happened at.
    pub locations: Vec<LocationId>,
    data: Data<'a>,
    /// Whether it tells that there is an order, or where its pieces are placed.
    leads: bool,
}

/// What news are about, printed as `orders/<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is a thing and its id")]
pub enum Subject {
    Order(OrderId),
    Reservation(ReservationId),
    Stock(StockId),
    Listing(StockId),
    Location(LocationId),
    Subscription(SubscriptionId),
    Settings,
}

/// What is told of each kind.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Placed(PlacedData<'a>),
    Confirmed(ConfirmedData<'a>),
    Extended(ExtendedData),
    Stage(StageData),
    Cancelled(CancelledData<'a>),
    Rehosted(RehostedData),
    Lost(LostData),
    Added(AddedData<'a>),
    Work(WorkData<'a>),
    Routed(RoutedData<'a>),
    Short(ShortData<'a>),
    Reserved(ReservedData<'a>),
    Moved(MovedData<'a>),
    Lot(LotData<'a>),
    Consumed(ConsumedData<'a>),
    SoldOut(SoldOutData<'a>),
    Relocated(RelocatedData<'a>),
    Turned(TurnedData),
    Shelf(ShelfData<'a>),
    Safety(SafetyData<'a>),
    Card(CardData<'a>),
    Settings(SettingsData),
    Subscription(SubscriptionData<'a>),
    Reported(ReportedData<'a>),
    Scheduled(ScheduledData),
    Dropped(DroppedData),
    Sent(SentData),
    Nothing {},
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SettingsData {
    version: workflow::id::Version,
    promise_ttl_ms: Option<u64>,
}

/// A subscription, without its address, its headers and its secret.
#[derive(Debug, Serialize)]
struct SubscriptionData<'a> {
    name: &'a str,
    event: &'a str,
}

/// An event's id: its record's place, and which of the record's news it is. Only the first history
/// has the short form, so that two histories never share an id.
pub fn event_id(timeline: u32, lsn: u64, number: usize) -> String {
    match timeline {
        0 | 1 => format!("evt_{lsn}_{number}"),
        later => format!("evt_{later}-{lsn}_{number}"),
    }
}

/// What a record tells, in the order in which it happened.
pub fn news(record: &Record) -> Vec<News<'_>> {
    let mut told = Teller { news: Vec::with_capacity(record.events.len()), record };
    for event in &record.events {
        match event {
            Event::Order { id, event, .. } => told.order(*id, event),
            Event::Location { id, event } => told.location(*id, event),
            Event::Configured(settings) => {
                let data = SettingsData {
                    version: settings.version,
                    promise_ttl_ms: settings.promise_ttl.map(|ttl| ttl.0),
                };
                told.tell(Kind::SettingsChanged, Subject::Settings, Data::Settings(data));
            }
            // What holds everywhere comes to each location as an event of its own, and of
            // credentials, of who wants no mail and of where customers live nobody is told.
            Event::Secured { .. }
            | Event::Unsecured { .. }
            | Event::Addressed(_)
            | Event::Keyring(_)
            | Event::Suppressed { .. }
            | Event::Unsuppressed { .. } => {}
            Event::Subscribed(subscription) => {
                let (name, event) = (&subscription.wish.name, &subscription.wish.event);
                let data = Data::Subscription(SubscriptionData { name, event });
                let subject = Subject::Subscription(subscription.id);
                told.tell(Kind::SubscriptionCreated, subject, data);
            }
            Event::Subscription { id, .. } => {
                let subject = Subject::Subscription(*id);
                told.tell(Kind::SubscriptionChanged, subject, Data::Nothing {});
            }
            Event::Unsubscribed { id } => {
                let subject = Subject::Subscription(*id);
                told.tell(Kind::SubscriptionDeleted, subject, Data::Nothing {});
            }
        }
    }
    // What is held for an order is told after the order itself.
    told.news.sort_by_key(|news| !news.leads);
    told.news
}

impl Subject {
    /// Reads `orders/<id>`, as it is printed.
    pub fn parse(text: &str) -> Option<Subject> {
        let Some((things, id)) = text.split_once('/') else {
            return (text == "settings").then_some(Subject::Settings);
        };
        match things {
            "orders" => OrderId::parse(id).map(Subject::Order),
            "reservations" => ReservationId::parse(id).map(Subject::Reservation),
            "stocks" => StockId::parse(id).map(Subject::Stock),
            "listings" => StockId::parse(id).map(Subject::Listing),
            "locations" => LocationId::parse(id).map(Subject::Location),
            "subscriptions" => SubscriptionId::parse(id).map(Subject::Subscription),
            _ => None,
        }
    }
}

impl News<'_> {
    /// What is told, as a JSON object.
    pub fn data(&self) -> impl Serialize {
        &self.data
    }
}

/// Tells one record.
struct Teller<'a> {
    news: Vec<News<'a>>,
    record: &'a Record,
}

impl<'a> Teller<'a> {
    fn tell(&mut self, kind: Kind, subject: Subject, data: Data<'a>) {
        let order = match subject {
            Subject::Order(id) => Some(id),
            Subject::Reservation(id) => Some(id.order()),
            Subject::Stock(_)
            | Subject::Listing(_)
            | Subject::Location(_)
            | Subject::Subscription(_)
            | Subject::Settings => None,
        };
        let locations = match subject {
            Subject::Location(id) => vec![id],
            Subject::Order(_)
            | Subject::Reservation(_)
            | Subject::Stock(_)
            | Subject::Listing(_)
            | Subject::Subscription(_)
            | Subject::Settings => Vec::new(),
        };
        self.news.push(News { kind, subject, order, locations, data, leads: false });
    }

    /// The same, at a location that is not the subject.
    fn tell_at(&mut self, at: LocationId, kind: Kind, subject: Subject, data: Data<'a>) {
        self.tell(kind, subject, data);
        if let Some(last) = self.news.last_mut() {
            last.locations = vec![at];
        }
    }

    fn order(&mut self, id: OrderId, event: &'a order::Event) {
        let subject = Subject::Order(id);
        match event {
            order::Event::Placed(placed) => self.placed(id, placed),
            order::Event::Confirmed { reference } => {
                let data = Data::Confirmed(ConfirmedData::of(reference));
                self.tell(Kind::OrderConfirmed, subject, data);
            }
            order::Event::Unlocked { .. } => self.came(id, Kind::OrderUnlocked, "Confirmed"),
            order::Event::Extended { until } => {
                let data = Data::Extended(ExtendedData::of(*until));
                self.tell(Kind::OrderExtended, subject, data);
            }
            order::Event::Cancelled { reason } => {
                let data = Data::Cancelled(CancelledData::of(reason));
                self.tell(Kind::OrderCancelled, subject, data);
            }
            order::Event::Expired => {
                self.tell(Kind::PromiseExpired, subject, Data::Stage(StageData::expired()));
            }
            order::Event::Rehosted { hosts } => {
                let data = Data::Rehosted(RehostedData::of(id, hosts));
                self.tell(Kind::OrderModified, subject, data);
                if let Some(lost) = LostData::of_hosts(id, hosts) {
                    self.tell(Kind::StockShortage, subject, Data::Lost(lost));
                }
            }
            order::Event::Rerouted { holds } | order::Event::Transferred { holds, .. } => {
                self.rerouted(id, holds);
            }
            order::Event::Displaced { holds } => self.displaced(id, holds, event),
            order::Event::LinesAdded(added) => self.added(id, added),
            order::Event::Taken { at, .. } => self.worked(id, WorkData::at("taken", *at)),
            order::Event::Shared { .. } => self.worked(id, WorkData::of("shared")),
            order::Event::Picked { at, line, units } => {
                self.worked(id, WorkData::at("picked", *at).pieces(id, *line, *units));
            }
            order::Event::ShortOnShelf { at, line, taken, .. } => {
                let units = taken.iter().map(|(_, units)| *units).sum();
                self.worked(id, WorkData::at("short", *at).pieces(id, *line, units));
                let lost: Vec<u16> = taken.iter().map(|(index, _)| *index).collect();
                self.tell(Kind::StockShortage, subject, Data::Lost(LostData::of(id, &lost)));
                self.waits(id, event);
            }
            order::Event::Substituted(substitution) => {
                self.worked(id, WorkData::substituted(id, substitution));
            }
            order::Event::Neared { .. } => self.worked(id, WorkData::of("near")),
            order::Event::Arrived { .. } => self.worked(id, WorkData::of("arrived")),
            order::Event::Scheduled { .. } => self.worked(id, WorkData::of("scheduled")),
            order::Event::Reflagged { .. } => self.worked(id, WorkData::of("reflagged")),
            order::Event::Staged { .. } => self.came(id, Kind::DeliveryStaged, "Staged"),
            order::Event::Shipped { .. } => self.came(id, Kind::DeliveryOut, "Shipped"),
            order::Event::Delivered => self.came(id, Kind::DeliveryDelivered, "Delivered"),
            order::Event::Lost { holds } => {
                self.tell(Kind::OrderModified, subject, Data::Lost(LostData::of(id, holds)));
                for index in holds {
                    let gone = Subject::Reservation(id.reservation(*index));
                    self.tell(Kind::ReservationDeleted, gone, Data::Nothing {});
                }
                self.tell(Kind::StockShortage, subject, Data::Lost(LostData::of(id, holds)));
            }
            order::Event::Invited(report) => {
                let data = Data::Reported(ReportedData::of(report));
                self.tell(Kind::OrderModified, subject, data);
                self.reported(id, report);
            }
            order::Event::Invitation(event) => self.invitation(id, event),
        }
    }

    /// The order has come to a stage, and there is nothing more to say of it.
    fn came(&mut self, id: OrderId, kind: Kind, status: &'static str) {
        self.tell(kind, Subject::Order(id), Data::Stage(StageData { status }));
    }

    /// The invitation with which an order was reported, if its mails have their times.
    fn reported(&mut self, id: OrderId, report: &Report) {
        if let Some(data) = report.invitation.as_ref().and_then(ScheduledData::of) {
            self.tell(Kind::InvitationScheduled, Subject::Order(id), Data::Scheduled(data));
        }
    }

    fn invitation(&mut self, id: OrderId, event: &invitation::Event) {
        let subject = Subject::Order(id);
        match event {
            invitation::Event::Scheduled { schedule, .. }
            | invitation::Event::Changed { schedule: Some(schedule), .. } => {
                let data = Data::Scheduled(ScheduledData::at(schedule));
                self.tell(Kind::InvitationScheduled, subject, data);
            }
            // Times that are not known yet are told when they are. That a mail is due with what was
            // just told, is on its way, or is tried again later, is nothing to act on: what came of
            // it is told.
            invitation::Event::Changed { schedule: None, .. }
            | invitation::Event::MailDue { .. }
            | invitation::Event::MailClaimed { .. }
            | invitation::Event::MailMoved { .. } => {}
            invitation::Event::MailSent { mail } => {
                let (kind, data) = match mail {
                    Which::Invitation => (Kind::InvitationSent, Data::Nothing {}),
                    Which::Reminder => (Kind::InvitationReminderSent, Data::Nothing {}),
                    Which::Picked | Which::OutForDelivery => {
                        (Kind::DeliveryMailSent, Data::Sent(SentData::of(*mail)))
                    }
                };
                self.tell(kind, subject, data);
            }
            invitation::Event::MailDropped { mails, why } => {
                let (notices, invited): (Vec<Which>, Vec<Which>) =
                    mails.iter().partition(|mail| mail.is_notice());
                for (kind, mails) in
                    [(Kind::InvitationDropped, invited), (Kind::DeliveryMailDropped, notices)]
                {
                    if !mails.is_empty() {
                        self.tell(kind, subject, Data::Dropped(DroppedData::of(&mails, *why)));
                    }
                }
            }
        }
    }

    /// An order that is picked or brought changed, and is in the same stage.
    fn worked(&mut self, id: OrderId, data: WorkData<'a>) {
        let at = data.facility_ref;
        self.tell(Kind::OrderModified, Subject::Order(id), Data::Work(data));
        if let Some(last) = self.news.last_mut() {
            last.locations.extend(at);
        }
    }

    fn location(&mut self, id: LocationId, event: &'a location::Event) {
        let subject = Subject::Location(id);
        match event {
            location::Event::Opened(card) => {
                self.tell(Kind::LocationCreated, subject, Data::Card(CardData::of(card)));
            }
            location::Event::Changed(card) => {
                self.tell(Kind::LocationChanged, subject, Data::Card(CardData::of(card)));
            }
            location::Event::Closed => {
                self.tell(Kind::LocationDeleted, subject, Data::Nothing {});
            }
            location::Event::Turned { status } => {
                let kind = match status {
                    Status::Online => Kind::LocationWentOnline,
                    Status::Suspended => Kind::LocationSuspended,
                    Status::Offline => Kind::LocationWentOffline,
                };
                self.tell(kind, subject, Data::Turned(TurnedData::of(*status)));
            }
            location::Event::Shelf { article, event } => {
                self.shelf(ShelfData { facility_ref: id, tenant_article_id: article }, event);
            }
        }
    }

    fn shelf(&mut self, shelf: ShelfData<'a>, event: &'a ShelfEvent) {
        let at = shelf.facility_ref;
        match event {
            ShelfEvent::Put(lot) => {
                let is_new = lot.version == workflow::id::Version::FIRST;
                let kind = if is_new { Kind::StockCreated } else { Kind::StockChanged };
                self.tell_at(at, kind, Subject::Stock(lot.id), Data::Lot(LotData::of(shelf, lot)));
            }
            ShelfEvent::Removed { stock } => {
                let subject = Subject::Stock(*stock);
                self.tell_at(at, Kind::StockDeleted, subject, Data::Shelf(shelf));
            }
            ShelfEvent::Listed(listing) => {
                let subject = Subject::Listing(listing.id);
                self.tell_at(at, Kind::ListingChanged, subject, Data::Shelf(shelf));
            }
            ShelfEvent::Unlisted => {
                let subject = Subject::Location(at);
                self.tell_at(at, Kind::ListingDeleted, subject, Data::Shelf(shelf));
            }
            ShelfEvent::Kept { safety } | ShelfEvent::Unsecured { safety, .. } => {
                let data = Data::Safety(SafetyData { shelf, value: *safety });
                self.tell(Kind::SafetyStockChanged, Subject::Location(at), data);
            }
            ShelfEvent::Secured(own) => {
                let data = Data::Safety(SafetyData { shelf, value: own.units });
                self.tell(Kind::SafetyStockChanged, Subject::Location(at), data);
            }
            ShelfEvent::Reserved { reservation, stock, units } => {
                let data = ReservedData::of(shelf, *reservation, *stock, *units);
                let subject = Subject::Reservation(*reservation);
                self.tell_at(at, Kind::ReservationCreated, subject, Data::Reserved(data));
            }
            ShelfEvent::Released { reservation } => {
                let subject = Subject::Reservation(*reservation);
                self.tell_at(at, Kind::ReservationDeleted, subject, Data::Shelf(shelf));
            }
            ShelfEvent::Consumed { reservation, stock, units } => {
                let (reservation_ref, consumed) = (*reservation, *units);
                let data = Data::Consumed(ConsumedData { shelf, reservation_ref, consumed });
                self.tell_at(at, Kind::StockChanged, Subject::Stock(*stock), data);
            }
            ShelfEvent::Moved { from, to, units } => {
                let (from_stock_ref, quantity) = (*from, *units);
                let data = Data::Relocated(RelocatedData { shelf, from_stock_ref, quantity });
                self.tell_at(at, Kind::StockMoved, Subject::Stock(*to), data);
            }
            ShelfEvent::SoldOut => {
                let data = Data::SoldOut(SoldOutData { shelf, sold_out: true });
                self.tell_at(at, Kind::StockChanged, Subject::Location(at), data);
            }
            ShelfEvent::Rehosted { reservation, stock } => {
                let data = Data::Moved(MovedData { shelf, stock_ref: *stock });
                let subject = Subject::Reservation(*reservation);
                self.tell_at(at, Kind::ReservationChanged, subject, data);
            }
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Order(id) => write!(out, "orders/{id}"),
            Subject::Reservation(id) => write!(out, "reservations/{id}"),
            Subject::Stock(id) => write!(out, "stocks/{id}"),
            Subject::Listing(id) => write!(out, "listings/{id}"),
            Subject::Location(id) => write!(out, "locations/{id}"),
            Subject::Subscription(id) => write!(out, "subscriptions/{id}"),
            Subject::Settings => out.write_str("settings"),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
