//! The door as clients see it, over the core in this process.

mod bad_orders;
mod heads;
mod revoked;
mod stories;

use crate::http::testing::{Door, Seen};

/// The contract's own example of an order.
pub(super) const ORDER: &str = r#"{
  "orderDate": "2020-02-03T08:45:50.525Z", "tenantOrderId": "R456728546", "status": "OPEN",
  "orderLineItems": [ { "article": { "tenantArticleId": "4711", "title": "Pink Blossom" }, "quantity": 2 }, { "article": { "tenantArticleId": "4712", "title": "Red Delicious" }, "quantity": 1 } ],
  "consumer": { "addresses": [ { "street": "Hauptstr.", "houseNumber": "1", "postalCode": "51063", "city": "Köln", "country": "DE", "coordinates": { "lat": 50.96, "lon": 7.01 } } ] }, "deliveryPreferences": { "shipping": { "serviceLevel": "DELIVERY" } }
}"#;

/// The contract's own example of a facility.
pub(super) const FACILITY: &str = r#"{
  "name": "Store Köln", "tenantFacilityId": "320176", "type": "MANAGED_FACILITY", "status": "ONLINE", "locationType": "STORE",
  "address": { "companyName": "Example Fashion", "street": "Hauptstr.", "houseNumber": "8", "postalCode": "51063", "city": "Köln", "country": "DE", "resolvedCoordinates": { "lat": 50.964, "lon": 7.014 }, "resolvedTimeZone": { "timeZoneId": "Europe/Berlin" } },
  "services": [ { "type": "SHIP_FROM_STORE" }, { "type": "PICKUP" } ], "pickingTimes": { "monday": [ { "start": { "hour": 8, "minute": 0 }, "end": { "hour": 17, "minute": 0 }, "capacity": 40 } ] },
  "closingDays": [ { "date": "2026-12-25T00:00:00.000Z", "reason": "Christmas", "recurrence": "YEARLY" } ], "fulfillmentProcessBuffer": 120, "capacityEnabled": true
}"#;

/// The contract's own example of a listing, for the second line of the order.
pub(super) const LISTINGS: &str = r#"{ "listings": [ { "tenantArticleId": "4712", "title": "Red Delicious", "status": "ACTIVE", "outOfStockBehaviour": "RESTOCK", "outOfStockConfig": { "restock": { "restockableInDays": 5 } } } ] }"#;

/// A door with one facility that has 14 pieces of 4711, and may restock 4712.
pub(super) async fn stocked() -> Door {
    let door = Door::open();
    created(&door.send("POST", "/api/facilities", FACILITY).await);
    let own = "/api/facilities/urn:fft:facility:tenantFacilityId:320176/listings";
    let listed = door.send("PUT", own, LISTINGS).await;
    assert_eq!(listed.status, 200, "{}", listed.body);
    let stock = r#"{"tenantArticleId":"4711","value":14,"facility":{"tenantFacilityId":"320176"}}"#;
    created(&door.send("POST", "/api/stocks", stock).await);
    door
}

#[track_caller]
fn created(seen: &Seen) {
    assert_eq!(seen.status, 201, "{}", seen.body);
}

impl Door {
    /// Promises the contract's example, and answers with its id.
    pub(super) async fn promise(&self) -> String {
        let seen = self.send("POST", "/api/promises/deliverypromise", ORDER).await;
        created(&seen);
        seen.json()["orderRef"].as_str().unwrap().to_owned()
    }
}
