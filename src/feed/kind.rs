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

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 34] = [
        Kind::OrderCreated,
        Kind::OrderConfirmed,
        Kind::OrderExtended,
        Kind::OrderModified,
        Kind::DeliveryStaged,
        Kind::DeliveryOut,
        Kind::DeliveryDelivered,
        Kind::OrderCancelled,
        Kind::PromiseExpired,
        Kind::RoutingRouted,
        Kind::RoutingSplit,
        Kind::RoutingWaiting,
        Kind::RoutingUnroutable,
        Kind::ReservationCreated,
        Kind::ReservationChanged,
        Kind::ReservationDeleted,
        Kind::StockCreated,
        Kind::StockChanged,
        Kind::StockDeleted,
        Kind::StockShortage,
        Kind::SafetyStockChanged,
        Kind::ListingChanged,
        Kind::ListingDeleted,
        Kind::LocationCreated,
        Kind::LocationChanged,
        Kind::LocationDeleted,
        Kind::SettingsChanged,
        Kind::SubscriptionCreated,
        Kind::SubscriptionDeleted,
        Kind::SubscriptionChanged,
        Kind::InvitationScheduled,
        Kind::InvitationSent,
        Kind::InvitationReminderSent,
        Kind::InvitationDropped,
    ];

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

    /// Whether it tells that there is an order, or where its pieces are placed.
    pub(super) fn begins_an_order(self) -> bool {
        matches!(
            self,
            Kind::OrderCreated
                | Kind::RoutingRouted
                | Kind::RoutingSplit
                | Kind::RoutingWaiting
                | Kind::RoutingUnroutable
        )
    }

    fn row(self) -> Row {
        let row = |name, fft, partssource| Row { name, fft, partssource };
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
            Kind::DeliveryStaged => row("delivery.staged", &["DELIVERY_STAGED"], None),
            Kind::DeliveryOut => {
                row("delivery.out", &["DELIVERY_OUT"], Some("order.shipment.shipped"))
            }
            Kind::DeliveryDelivered => row("delivery.delivered", &["DELIVERY_DELIVERED"], None),
            Kind::OrderCancelled => {
                row("order.cancelled", &["ORDER_CANCELLED"], Some("order.cancelled"))
            }
            Kind::PromiseExpired => {
                row("promise.expired", &["ORDER_CANCELLED_BY_EXPIRY"], Some("order.cancelled"))
            }
            Kind::RoutingRouted => row("routing.routed", &["ROUTING_PLAN_ROUTED"], None),
            Kind::RoutingSplit => row("routing.split", &["ROUTING_PLAN_SPLITTED"], None),
            Kind::RoutingWaiting => {
                row("routing.waiting", &["ROUTING_PLAN_WAITING"], Some("order.line.backordered"))
            }
            Kind::RoutingUnroutable => {
                row("routing.unroutable", &["ROUTING_PLAN_NOT_ROUTABLE"], None)
            }
            Kind::ReservationCreated => {
                row("reservation.created", &["INVENTORY_RESERVATIONS_CREATED"], None)
            }
            Kind::ReservationChanged => row("reservation.changed", &[], None),
            Kind::ReservationDeleted => {
                row("reservation.deleted", &["INVENTORY_RESERVATIONS_DELETED"], None)
            }
            Kind::StockCreated => {
                row("stock.created", &["INVENTORY_STOCKS_CREATED", ANY_STOCK], None)
            }
            Kind::StockChanged => {
                row("stock.changed", &["INVENTORY_STOCKS_VALUE_CHANGED", ANY_STOCK], None)
            }
            Kind::StockDeleted => {
                row("stock.deleted", &["INVENTORY_STOCKS_DELETED", ANY_STOCK], None)
            }
            Kind::StockShortage => row("stock.shortage", &["STOCK_SHORTAGE"], None),
            Kind::SafetyStockChanged => row("safetystock.changed", &[ANY_STOCK], None),
            Kind::ListingChanged => row("listing.changed", &[], None),
            Kind::ListingDeleted => row("listing.deleted", &[], None),
            Kind::LocationCreated => row("location.created", &["FACILITY_CREATED"], None),
            Kind::LocationChanged => row("location.changed", &["FACILITY_UPDATED"], None),
            Kind::LocationDeleted => row("location.deleted", &["FACILITY_DELETED"], None),
            Kind::SettingsChanged => row("settings.changed", &[], None),
            Kind::SubscriptionCreated => row("subscription.created", &[], None),
            Kind::SubscriptionDeleted => row("subscription.deleted", &[], None),
            Kind::SubscriptionChanged => row("subscription.changed", &[], None),
            Kind::InvitationScheduled => {
                row("invitation.scheduled", &["INVITATION_SCHEDULED"], None)
            }
            Kind::InvitationSent => row("invitation.sent", &["INVITATION_SENT"], None),
            Kind::InvitationReminderSent => {
                row("invitation.reminder_sent", &["INVITATION_REMINDER_SENT"], None)
            }
            Kind::InvitationDropped => row("invitation.dropped", &["INVITATION_DROPPED"], None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        assert_eq!(Kind::named("order.lost"), None);
    }
}
