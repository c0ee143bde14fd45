//! The stage table's words at this door.

use workflow::order::Standing;

/// How an order stands, in this door's words.
pub(crate) struct Words {
    pub(crate) order_status: &'static str,
    pub(crate) picked_status: &'static str,
    /// None before anybody sent the customer a message.
    pub(crate) message_status: Option<&'static str>,
}

const STANDINGS: [Standing; 15] = [
    Standing::Received,
    Standing::Promised,
    Standing::Confirmed,
    Standing::PartlyWaiting,
    Standing::Waiting,
    Standing::Unroutable,
    Standing::Cancelled,
    Standing::Expired,
    Standing::Picking,
    Standing::Picked,
    Standing::Staged,
    Standing::Shipped,
    Standing::Nearing,
    Standing::Delivered,
    Standing::Locked,
];

/// The row of the stage table.
pub(crate) fn words(standing: Standing) -> Words {
    let (order_status, picked_status, message_status) = match standing {
        Standing::Received => ("PLACED", "UNASSIGNED", Some("RECEIVED")),
        Standing::Promised => ("PROMISED", "UNASSIGNED", None),
        Standing::Locked => ("ON_HOLD", "UNASSIGNED", Some("RECEIVED")),
        Standing::Confirmed => ("IN_FULFILLMENT", "UNPICKED", Some("RECEIVED")),
        Standing::PartlyWaiting => ("BACKORDERED", "UNPICKED", Some("RECEIVED")),
        Standing::Waiting => ("BACKORDERED", "UNASSIGNED", Some("RECEIVED")),
        Standing::Unroutable => ("NOT_ROUTABLE", "UNASSIGNED", Some("RECEIVED")),
        Standing::Cancelled => ("CANCELLED", "UNASSIGNED", Some("RECEIVED")),
        Standing::Expired => ("EXPIRED", "UNASSIGNED", None),
        Standing::Picking => ("IN_FULFILLMENT", "PICKING", Some("RECEIVED")),
        Standing::Picked => ("IN_FULFILLMENT", "PICKED", Some("RECEIVED")),
        Standing::Staged => ("IN_FULFILLMENT", "STORE_STAGING", Some("PICKED")),
        Standing::Shipped => ("OUT_FOR_DELIVERY", "STORE_STAGING", Some("OUT_FOR_DELIVERY")),
        Standing::Nearing => ("OUT_FOR_DELIVERY", "STORE_STAGING", Some("ARRIVE_SOON")),
        Standing::Delivered => ("DELIVERED", "STORE_STAGING", Some("DELIVERED")),
    };
    Words { order_status, picked_status, message_status }
}

/// The standings that are called so; a word that is unknown fits none.
pub(crate) fn standings(fits: impl Fn(&Words) -> bool) -> Vec<Standing> {
    STANDINGS.into_iter().filter(|standing| fits(&words(*standing))).collect()
}
