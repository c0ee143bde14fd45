//! The kinds of events that the feed and webhooks tell, and what each dialect calls them.
//!
//! The names are a contract: clients filter by them and subscribe to them.

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An order was made, perhaps as a promise.
    OrderCreated,
    /// A promise became a sale.
    OrderConfirmed,
    /// A promise holds for longer.
    OrderExtended,
    /// Something else about an order changed.
    OrderModified,
    /// All that a picker has picked of an order waits for a driver.
    DeliveryStaged,
    /// What was staged of an order is with a driver.
    DeliveryOut,
    /// All that will ever come of an order is at the door.
    DeliveryDelivered,
    /// An order was ended by somebody.
    OrderCancelled,
    /// A promise passed its deadline.
    PromiseExpired,
    /// Pieces of an order were placed at one location.
    RoutingRouted,
    /// Pieces of an order were placed at several locations.
    RoutingSplit,
    /// Pieces of an order wait for stock.
    RoutingWaiting,
    /// Pieces of an order have no place.
    RoutingUnroutable,
    /// Pieces are held for an order, or wait.
    ReservationCreated,
    /// A reservation found a lot, or lost it.
    ReservationChanged,
    /// A reservation is no more.
    ReservationDeleted,
    /// A lot of stock was made.
    StockCreated,
    /// A lot of stock changed.
    StockChanged,
    /// A lot of stock went away.
    StockDeleted,
    /// An order lost stock that was held for it.
    StockShortage,
    /// Other pieces than before are kept back.
    SafetyStockChanged,
    /// How an article is sold at a location was set.
    ListingChanged,
    /// It is not sold there any more.
    ListingDeleted,
    /// A location was made.
    LocationCreated,
    /// A location changed.
    LocationChanged,
    /// A location went away with all that lay there.
    LocationDeleted,
    /// The tenant's settings changed.
    SettingsChanged,
    /// Somebody wants to be told something.
    SubscriptionCreated,
    /// Somebody wants to be told no more.
    SubscriptionDeleted,
    /// They want to be told in another way.
    SubscriptionChanged,
    /// The mails that invite to a review have their times, or others than before.
    InvitationScheduled,
    /// An invitation was sent.
    InvitationSent,
    /// Its reminder was sent.
    InvitationReminderSent,
    /// Mails will not be sent.
    InvitationDropped,
    /// Pieces of stock lie in another place of their location.
    StockMoved,
    /// A location takes no orders from now on, and finishes its work.
    LocationSuspended,
    /// It takes orders again.
    LocationWentOnline,
    /// It does neither.
    LocationWentOffline,
    /// Pieces of an order that had no place have found one.
    RoutingRerouted,
    /// The customer of a delivery was told how far it has come.
    DeliveryMailSent,
    /// That will not be told.
    DeliveryMailDropped,
    /// Pickers may have an order that was locked.
    OrderUnlocked,
}

/// What a kind is called in each dialect.
struct Row {
    /// In the feed, and in the encodings `standard` and `cloudevents`.
    name: &'static str,
    /// In the encoding `fft`; each of these names is told of it.
    fft: &'static [&'static str],
    /// In the encoding `partssource`, if it knows such a thing.
    partssource: Option<&'static str>,
}

/// Any change of what a location has of an article.
const ANY_STOCK: &str = "INVENTORY_FACILITY_STOCK_CHANGED";

/// Makes the list of kinds, and compiles only if each is in it.
macro_rules! every_kind {
    ($($kind:ident)*) => {
        impl Kind {
            /// Every kind.
            pub const ALL: [Kind; 42] = [$(Kind::$kind),*];
        }
        const _: fn(Kind) = |kind| match kind {
            $(Kind::$kind => {})*
        };
    };
}

every_kind! {
    OrderCreated
    OrderConfirmed
    OrderExtended
    OrderModified
    DeliveryStaged
    DeliveryOut
    DeliveryDelivered
    OrderCancelled
    PromiseExpired
    RoutingRouted
    RoutingSplit
    RoutingWaiting
    RoutingUnroutable
    ReservationCreated
    ReservationChanged
    ReservationDeleted
    StockCreated
    StockChanged
    StockDeleted
    StockShortage
    SafetyStockChanged
    ListingChanged
    ListingDeleted
    LocationCreated
    LocationChanged
    LocationDeleted
    SettingsChanged
    SubscriptionCreated
    SubscriptionDeleted
    SubscriptionChanged
    InvitationScheduled
    InvitationSent
    InvitationReminderSent
    InvitationDropped
    StockMoved
    LocationSuspended
    LocationWentOnline
    LocationWentOffline
    RoutingRerouted
    DeliveryMailSent
    DeliveryMailDropped
    OrderUnlocked
}

impl Kind {
    /// Its name in the feed.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The kind with this name in the feed.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What fulfillmenttools calls it; none if it has no such event.
    pub fn fft(self) -> &'static [&'static str] {
        self.row().fft
    }

    /// What PartsSource calls it, if it has such an event.
    pub fn partssource(self) -> Option<&'static str> {
        self.row().partssource
    }

    fn row(self) -> Row {
        let row = |name, fft, partssource| Row { name, fft, partssource };
        let own = |name, fft| row(name, fft, None);
        match self {
            Kind::OrderCreated => row("order.created", &["ORDER_CREATED"], Some("order.created")),
            Kind::OrderConfirmed => {
                row("order.confirmed", &["ORDER_MODIFIED"], Some("order.modified"))
            }
            Kind::OrderExtended => {
                row("order.extended", &["ORDER_MODIFIED"], Some("order.modified"))
            }
            Kind::OrderModified => {
                row("order.modified", &["ORDER_MODIFIED"], Some("order.modified"))
            }
            Kind::DeliveryStaged => own("delivery.staged", &["DELIVERY_STAGED"]),
            Kind::DeliveryOut => {
                row("delivery.out", &["DELIVERY_OUT"], Some("order.shipment.shipped"))
            }
            Kind::DeliveryDelivered => own("delivery.delivered", &["DELIVERY_DELIVERED"]),
            Kind::OrderCancelled => {
                row("order.cancelled", &["ORDER_CANCELLED"], Some("order.cancelled"))
            }
            Kind::PromiseExpired => {
                row("promise.expired", &["ORDER_CANCELLED_BY_EXPIRY"], Some("order.cancelled"))
            }
            Kind::RoutingRouted => own("routing.routed", &["ROUTING_PLAN_ROUTED"]),
            Kind::RoutingSplit => own("routing.split", &["ROUTING_PLAN_SPLITTED"]),
            Kind::RoutingWaiting => {
                row("routing.waiting", &["ROUTING_PLAN_WAITING"], Some("order.line.backordered"))
            }
            Kind::RoutingUnroutable => own("routing.unroutable", &["ROUTING_PLAN_NOT_ROUTABLE"]),
            Kind::ReservationCreated => {
                own("reservation.created", &["INVENTORY_RESERVATIONS_CREATED"])
            }
            Kind::ReservationChanged => own("reservation.changed", &[]),
            Kind::ReservationDeleted => {
                own("reservation.deleted", &["INVENTORY_RESERVATIONS_DELETED"])
            }
            Kind::StockCreated => own("stock.created", &["INVENTORY_STOCKS_CREATED", ANY_STOCK]),
            Kind::StockChanged => {
                own("stock.changed", &["INVENTORY_STOCKS_VALUE_CHANGED", ANY_STOCK])
            }
            Kind::StockDeleted => own("stock.deleted", &["INVENTORY_STOCKS_DELETED", ANY_STOCK]),
            Kind::StockShortage => own("stock.shortage", &["STOCK_SHORTAGE"]),
            Kind::SafetyStockChanged => own("safetystock.changed", &[ANY_STOCK]),
            Kind::ListingChanged => own("listing.changed", &[]),
            Kind::ListingDeleted => own("listing.deleted", &[]),
            Kind::LocationCreated => own("location.created", &["FACILITY_CREATED"]),
            Kind::LocationChanged => own("location.changed", &["FACILITY_UPDATED"]),
            Kind::LocationDeleted => own("location.deleted", &["FACILITY_DELETED"]),
            Kind::SettingsChanged => own("settings.changed", &[]),
            Kind::SubscriptionCreated => own("subscription.created", &[]),
            Kind::SubscriptionDeleted => own("subscription.deleted", &[]),
            Kind::SubscriptionChanged => own("subscription.changed", &[]),
            Kind::InvitationScheduled => own("invitation.scheduled", &["INVITATION_SCHEDULED"]),
            Kind::InvitationSent => own("invitation.sent", &["INVITATION_SENT"]),
            Kind::InvitationReminderSent => {
                own("invitation.reminder_sent", &["INVITATION_REMINDER_SENT"])
            }
            Kind::InvitationDropped => own("invitation.dropped", &["INVITATION_DROPPED"]),
            Kind::StockMoved => {
                own("stock.moved", &["INVENTORY_STOCKS_LOCATION_CHANGED", ANY_STOCK])
            }
            Kind::LocationSuspended => own("location.suspended", &["FACILITY_SUSPENDED"]),
            Kind::LocationWentOnline => own("location.online", &["FACILITY_WENT_ONLINE"]),
            Kind::LocationWentOffline => own("location.offline", &["FACILITY_WENT_OFFLINE"]),
            Kind::RoutingRerouted => own("routing.rerouted", &["ROUTING_PLAN_REROUTEPLAN_CREATED"]),
            Kind::DeliveryMailSent => own("delivery.mail_sent", &["DELIVERY_MAIL_SENT"]),
            Kind::OrderUnlocked => own("order.unlocked", &["ORDER_UNLOCKED"]),
            Kind::DeliveryMailDropped => own("delivery.mail_dropped", &["DELIVERY_MAIL_DROPPED"]),
        }
    }
}

#[cfg(test)]
mod tests;
