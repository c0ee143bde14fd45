//! What the generator reads of the server's answers, and nothing else of them.
//!
//! The few members the audit needs, borrowed from the answer's bytes; the rest of an answer is
//! skipped without being built, and what comes after the last of them is not even looked at.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use uuid::Uuid;

use super::catalog::Catalog;
use super::ledger::Holding;

/// An acknowledged promise.
#[derive(Debug)]
pub(super) struct Promised {
    /// The order's id.
    pub(super) order: Uuid,
    /// What an action has to send as the version.
    pub(super) version: u64,
    /// What is held, and where.
    pub(super) held: Vec<Holding>,
}

impl Promised {
    /// Reads the answer to a promise; the error says what in it cannot be right.
    pub(super) fn read(body: &[u8], catalog: &Catalog) -> Result<Self, String> {
        let unreadable = |error| format!("unreadable promise: {error}");
        let body = PromiseBody::read(body).map_err(unreadable)?;
        let (Some(order), Some(version)) = (body.order_ref, body.order_version) else {
            return Err("unreadable promise: it names no order".to_owned());
        };
        let mut held = Vec::with_capacity(4);
        for shipment in body.ship_to_customer.iter().flatten() {
            let facility = shipment.facility.facility_ref;
            let place = catalog.place_named(facility);
            for line in &shipment.line_items {
                let stock = catalog
                    .article_named(line.tenant_article_id)
                    .and_then(|article| catalog.stock_at(place?, article))
                    .ok_or_else(|| {
                        format!("{} is promised from {facility}, which never had it", {
                            line.tenant_article_id
                        })
                    })?;
                held.push(Holding { stock, units: line.quantity });
            }
        }
        Ok(Self { order, version, held })
    }
}

/// What is read of the answer to a promise.
#[derive(Default)]
struct PromiseBody<'a> {
    order_ref: Option<Uuid>,
    order_version: Option<u64>,
    ship_to_customer: Option<Vec<ShipmentBody<'a>>>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum PromiseMember {
    OrderRef,
    OrderVersion,
    ShipToCustomer,
    #[serde(other)]
    Other,
}

impl<'a> PromiseBody<'a> {
    /// Reads until nothing more is wanted. Most of an answer comes after that: the plan, which
    /// repeats what was read.
    fn read(json: &'a [u8]) -> Result<Self, serde_json::Error> {
        let mut body = Self::default();
        let read = serde_json::Deserializer::from_slice(json).deserialize_map(&mut body);
        // Whoever stops early is told that the rest is missing.
        if body.is_whole() { Ok(body) } else { read.map(|()| body) }
    }

    fn is_whole(&self) -> bool {
        self.order_ref.is_some() && self.order_version.is_some() && self.ship_to_customer.is_some()
    }
}

impl<'de> Visitor<'de> for &mut PromiseBody<'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a promise")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        while !self.is_whole()
            && let Some(member) = from.next_key()?
        {
            match member {
                PromiseMember::OrderRef => self.order_ref = Some(from.next_value()?),
                PromiseMember::OrderVersion => self.order_version = Some(from.next_value()?),
                PromiseMember::ShipToCustomer => self.ship_to_customer = Some(from.next_value()?),
                PromiseMember::Other => {
                    from.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShipmentBody<'a> {
    facility: FacilityBody,
    #[serde(borrow)]
    line_items: Vec<LineBody<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FacilityBody {
    facility_ref: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineBody<'a> {
    tenant_article_id: &'a str,
    quantity: u32,
}

/// A page of `GET /api/stocks`.
#[derive(Debug, Deserialize)]
pub(super) struct StocksBody {
    pub(super) stocks: Vec<StockBody>,
}

/// One stock, as it is read back.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StockBody {
    pub(super) id: String,
    pub(super) tenant_article_id: String,
    pub(super) value: u64,
    pub(super) reserved: u64,
    pub(super) available: u64,
}

/// An order, as it is read back.
#[derive(Debug, Deserialize)]
pub(super) struct OrderBody {
    pub(super) status: String,
}

/// An entity that was made.
#[derive(Debug, Deserialize)]
pub(super) struct MadeBody {
    pub(super) id: Uuid,
}

#[cfg(test)]
mod tests {
    use super::{Catalog, Holding, Promised, Uuid};
    use crate::bench::catalog::Shape;

    fn catalog() -> Catalog {
        let shape =
            Shape { articles: 2, locations: 1, places_per_article: 1, warehouses: 0, value: 9 };
        let mut catalog = Catalog::new(shape, "t".into());
        catalog.know(vec![Uuid::from_u128(7)]);
        catalog
    }

    #[test]
    fn a_promise_is_read_as_the_door_writes_it() {
        let body = format!(
            r#"{{"orderRef":"{}","orderVersion":1,"promisesOptions":{{"validUntil":"x"}},
            "shipToCustomer":[{{"facility":{{"facilityRef":"{}","facilityName":"é"}},"carriers":[],
            "lineItems":[{{"tenantArticleId":"t-1","title":"A","quantity":2,"available":14}}]}}],
            "sourcingOption":{{"nodes":[],"nonAssignedOrderLineItems":[]}}}}"#,
            Uuid::from_u128(3),
            Uuid::from_u128(7),
        );
        let promised = Promised::read(body.as_bytes(), &catalog()).unwrap();
        assert_eq!((promised.order, promised.version), (Uuid::from_u128(3), 1));
        assert_eq!(promised.held, [Holding { stock: 1, units: 2 }]);
    }

    #[test]
    fn a_promise_that_holds_nothing_is_still_an_order() {
        let body = format!(r#"{{"orderRef":"{}","orderVersion":1}}"#, Uuid::from_u128(3));
        assert!(Promised::read(body.as_bytes(), &catalog()).unwrap().held.is_empty());
    }

    #[test]
    fn an_answer_is_whole_up_to_what_is_read_of_it() {
        let id = Uuid::from_u128(3);
        for cut in [
            format!(r#"{{"orderRef":"{id}","orderVersion":1,"sourcingOption":{{"#),
            format!(r#"{{"orderRef":"{id}","orderVersion":1,"shipToCustomer":[{{"facility":"#),
            r#"{"orderVersion":1,"shipToCustomer":[]}"#.to_owned(),
            "[]".to_owned(),
        ] {
            let odd = Promised::read(cut.as_bytes(), &catalog()).unwrap_err();
            assert!(odd.starts_with("unreadable promise"), "{odd}");
        }
    }

    #[test]
    fn a_promise_from_a_place_that_never_had_it_is_odd() {
        let body = format!(
            r#"{{"orderRef":"{0}","orderVersion":1,"shipToCustomer":[{{"facility":
            {{"facilityRef":"{0}"}},"lineItems":[{{"tenantArticleId":"t-1","quantity":1}}]}}]}}"#,
            Uuid::from_u128(3),
        );
        let odd = Promised::read(body.as_bytes(), &catalog()).unwrap_err();
        assert!(odd.contains("never had it"), "{odd}");
    }
}
