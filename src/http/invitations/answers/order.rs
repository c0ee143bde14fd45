//! An order in this door's words: its lines are products, whichever door made it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use workflow::command::Part;
use workflow::id::OrderId;
use workflow::order::Order;
use workflow::outcome::Outcome;
use workflow::reply::Reply;

use super::invitation::{InvitationAnswer, of};
use super::{Meta, Seconds, the_order, the_orders};
use crate::http::deliveries::kept::KeptOrder;
use crate::http::invitations::bodies::check_digit;
use crate::http::promises::answers::Shown;
use crate::http::reply::json;
use crate::http::reply::{created, entity, plain};

#[derive(Serialize)]
struct OrderAnswer<'a> {
    id: u64,
    uuid: Shown<OrderId>,
    external_id: Option<&'a str>,
    created_at: Seconds,
    version: u64,
    customer: Option<Customer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filtercode: Option<&'a str>,
    products: Vec<Product<'a>>,
}

#[derive(Serialize)]
struct Customer<'a> {
    email: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fullname: Option<Cow<'a, str>>,
}

/// A product, as it is kept and as it is shown.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Product<'a> {
    external_id: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gtin: Option<String>,
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct KeptReport<'a> {
    #[serde(borrow)]
    products: Vec<Product<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct KeptLine<'a> {
    #[serde(rename = "customAttributes", borrow)]
    attributes: Attributes<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes<'a> {
    #[serde(borrow)]
    product: Product<'a>,
}

#[derive(Serialize)]
struct OneAnswer<'a> {
    success: bool,
    order: OrderAnswer<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<InvitationAnswer<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

#[derive(Serialize)]
struct Warning {
    field: String,
    message: String,
}

#[derive(Serialize)]
struct ManyAnswer<'a> {
    meta: Meta,
    success: bool,
    orders: Vec<OrderAnswer<'a>>,
}

/// The reply to a report: 201, with what was not wrong enough to refuse it.
pub(crate) fn invited(outcome: &Outcome) -> Reply {
    let order = the_order(outcome);
    let answer = OneAnswer {
        success: true,
        order: of_order(order),
        invitation: of(order, false),
        warnings: warnings(&reported(order)),
    };
    created(order.version, format!("/api/v2/orders/{}", order.number), json(&answer))
}

/// One order, whichever door made it: 200.
pub(crate) fn order(outcome: &Outcome) -> Reply {
    let order = the_order(outcome);
    let answer = OneAnswer {
        success: true,
        order: of_order(order),
        invitation: of(order, false),
        warnings: Vec::new(),
    };
    entity(200, order.version, json(&answer))
}

/// A page of orders: 200.
pub(crate) fn orders(outcome: &Outcome) -> Reply {
    let (orders, count) = the_orders(outcome);
    let orders = orders.iter().map(of_order).collect();
    plain(200, json(&ManyAnswer { meta: Meta { count }, success: true, orders }))
}

/// A part of the orders that there are: 200.
pub(crate) fn part_of_orders(outcome: &Outcome, part: Part) -> Reply {
    let (orders, count) = the_orders(outcome);
    let mut orders: Vec<&Order> = orders.iter().collect();
    orders.sort_unstable_by_key(|order| order.number);
    if part.newest_first {
        orders.reverse();
    }
    let skip = usize::try_from(part.skip).unwrap_or(usize::MAX);
    let orders = orders.into_iter().skip(skip).take(part.size).map(of_order).collect();
    plain(200, json(&ManyAnswer { meta: Meta { count }, success: true, orders }))
}

fn of_order(order: &Order) -> OrderAnswer<'_> {
    let report = order.report.as_ref();
    let external_id = report.map(|report| &report.external_id).or(order.reference.as_ref());
    OrderAnswer {
        id: order.number,
        uuid: Shown(order.id),
        external_id: external_id.map(|id| id.as_str()),
        created_at: Seconds(order.created),
        version: order.version.0,
        customer: customer(order),
        filtercode: report.and_then(|report| report.filtercode.as_deref()),
        products: reported(order),
    }
}

/// Who was reported, else whom another door knows of.
fn customer(order: &Order) -> Option<Customer<'_>> {
    if let Some(report) = &order.report {
        let fullname = report.fullname.as_deref().map(Cow::from);
        return Some(Customer { email: Some(report.email.as_str().into()), fullname });
    }
    let kept = KeptOrder::of(&order.asked.kept);
    let fullname = kept.address().and_then(|address| address.name()).map(Cow::from);
    let email = kept.consumer.and_then(|consumer| consumer.email);
    (email.is_some() || fullname.is_some()).then_some(Customer { email, fullname })
}

/// The products that were reported; of an order for which there are none, its lines.
fn reported(order: &Order) -> Vec<Product<'_>> {
    let kept = order.report.as_ref().map_or("{}", |report| report.kept.as_json());
    let kept: KeptReport<'_> = serde_json::from_str(kept).expect("what is kept is ours");
    if !kept.products.is_empty() {
        return kept.products;
    }
    let lines = order.asked.lines.iter();
    let product = lines.map(|line| {
        // What other doors keep of a line may say anything; what is no product of ours is none.
        let kept: KeptLine<'_> = serde_json::from_str(line.kept.as_json()).unwrap_or_default();
        Product {
            external_id: line.article.as_str().into(),
            name: line.title.as_str().into(),
            ..kept.attributes.product
        }
    });
    product.collect()
}

fn warnings(products: &[Product<'_>]) -> Vec<Warning> {
    let wrong = products.iter().enumerate().filter_map(|(index, product)| {
        let (sent, computed) = check_digit(product.gtin.as_deref()?)?;
        let message = format!("check digit is {sent}, {computed} was computed");
        Some(Warning { field: format!("products[{index}].gtin"), message })
    });
    wrong.collect()
}

/// The products of an order, as mails show them.
pub(crate) fn products(order: &Order) -> Vec<actors::Product> {
    let product = |it: Product<'_>| actors::Product {
        name: it.name.into_owned(),
        url: it.url,
        image_url: it.image_url,
    };
    reported(order).into_iter().map(product).collect()
}
