//! What the mailer needs of this door: the products of an order, and the link back.

use std::sync::Arc;

use actors::{Product, Supplies};
use workflow::id::TenantId;
use workflow::order::Order;

use super::answers::products;
use crate::unsubscribe::Unsubscribe;

/// Knows what this door keeps of an order, and where customers reach this server.
pub struct Stationery {
    /// Writes the tokens of links.
    pub links: Arc<Unsubscribe>,
    /// Where customers reach this server, without a slash at the end.
    pub public_url: String,
}

impl Supplies for Stationery {
    fn products(&self, order: &Order) -> Vec<Product> {
        products(order)
    }

    fn unsubscribe_url(&self, tenant: &TenantId, email: &str) -> String {
        format!("{}/unsubscribe/{}", self.public_url, self.links.token(tenant, email))
    }
}
