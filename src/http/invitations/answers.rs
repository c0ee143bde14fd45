//! What this door answers: outcomes of the core in the words of the contract.

mod invitation;
mod order;

pub(crate) use invitation::{days, dropped, invitation, invitations};
pub(crate) use order::{invited, order, orders, part_of_orders, products};

use chrono::SecondsFormat;
use serde::{Serialize, Serializer};
use workflow::order::Order;
use workflow::outcome::Outcome;
use workflow::time::Time;

/// An instant with whole seconds, as this door writes it.
struct Seconds(Time);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.to_utc() {
            Some(at) => to.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            None => to.serialize_none(),
        }
    }
}

/// How many there are in a list of which this is a page.
#[derive(Serialize)]
struct Meta {
    count: u64,
}

fn the_order(outcome: &Outcome) -> &Order {
    let Outcome::Order(order) = outcome else { unreachable!("an order is answered with an order") };
    order
}

fn the_orders(outcome: &Outcome) -> (&[Order], u64) {
    let Outcome::Orders { orders, total, .. } = outcome else {
        unreachable!("orders are answered with orders")
    };
    (orders, *total)
}
