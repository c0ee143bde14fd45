//! What the mailer needs of the doors: what an order is about in their words, and the links back.

use std::sync::Arc;

use actors::{Parcel, Product, Supplies};
use workflow::id::TenantId;
use workflow::invitation::Which;
use workflow::order::Order;
use workflow::settings::Invitations;

use super::deliveries::answers::parcel::parcel;
use super::invitations::answers::products;
use crate::unsubscribe::Unsubscribe;

/// Knows what doors keep of an order, and where customers reach this server.
pub struct Stationery {
    /// Writes the tokens of links.
    pub links: Arc<Unsubscribe>,
    /// Where customers reach this server, without a slash at the end.
    pub public_url: String,
    /// The tenants' clocks.
    pub clocks: Arc<Invitations>,
}

impl Supplies for Stationery {
    fn products(&self, order: &Order) -> Vec<Product> {
        products(order)
    }

    fn unsubscribe_url(&self, tenant: &TenantId, email: &str) -> String {
        format!("{}/unsubscribe/{}", self.public_url, self.links.token(tenant, email))
    }

    fn parcel(&self, tenant: &TenantId, order: &Order, which: Which) -> Parcel {
        parcel(order, which, (&self.clocks.of(tenant).calendar, &self.public_url))
    }
}
