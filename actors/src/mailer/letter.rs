//! One mail as it goes out: its headers, and what the templates say.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use serde::Serialize;
use workflow::id::TenantId;
use workflow::invitation::Which;
use workflow::order::Order;
use workflow::time::Time;

use super::Desk;
use super::sender::Addresses;

/// What only doors know of an order and of the way back to them.
pub trait Supplies: Send + Sync {
    /// The products that a mail shows.
    fn products(&self, order: &Order) -> Vec<Product>;
    /// Where an address says that it wants no mail.
    fn unsubscribe_url(&self, tenant: &TenantId, email: &str) -> String;
}

/// A product, as templates see it.
#[derive(Clone, Debug, Serialize)]
pub struct Product {
    /// What it is called.
    pub name: String,
    /// Its page in the shop.
    pub url: Option<String>,
    /// Its picture.
    pub image_url: Option<String>,
}

/// What templates see.
#[derive(Serialize)]
pub(super) struct Words<'a> {
    pub(super) tenant: &'a str,
    pub(super) from: String,
    pub(super) fullname: Option<&'a str>,
    pub(super) external_id: &'a str,
    pub(super) order: u64,
    pub(super) is_reminder: bool,
    pub(super) products: Vec<Product>,
    pub(super) unsubscribe_url: String,
}

/// Why a mail cannot be written. It names no customer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The order was not reported.
    #[error("the order has no report")]
    NoReport,
    /// The address is none.
    #[error("the address is none")]
    Address,
    /// A template is wrong, and it is ours.
    #[error("a template is wrong")]
    Template(#[from] minijinja::Error),
    /// The parts do not make a mail.
    #[error("the parts make no mail")]
    Parts(#[from] lettre::error::Error),
}

/// The mail about an order, as it is written every time: the same message id, so that a repeat is
/// recognised, and the time of its claim (M2).
pub(super) fn write(
    order: &Order,
    (tenant, which, at): (&TenantId, Which, Time),
    desk: &Desk,
) -> Result<Message, Error> {
    let report = order.report.as_ref().ok_or(Error::NoReport)?;
    let address: Address = report.email.parse().map_err(|_| Error::Address)?;
    let Addresses { from, reply_to } = desk.senders.addresses(tenant);
    let url = desk.supplies.unsubscribe_url(tenant, &report.email);
    let words = Words {
        tenant: tenant.as_str(),
        from: from.name.clone().unwrap_or_else(|| from.email.to_string()),
        fullname: report.fullname.as_deref(),
        external_id: &report.external_id,
        order: order.number,
        is_reminder: which == Which::Reminder,
        products: desk.supplies.products(order),
        unsubscribe_url: url.clone(),
    };
    let texts = desk.templates.fill(&words)?;
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or_default());
    let mut builder = Message::builder()
        .message_id(Some(message_id(order, which, from)))
        .date(date)
        .from(from.clone())
        .to(Mailbox::new(report.fullname.as_ref().map(ToString::to_string), address))
        .subject(texts.subject)
        .raw_header(header("List-Unsubscribe", format!("<{url}>")))
        .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()))
        // So that no out-of-office note answers (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated".into()));
    if let Some(reply_to) = reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    Ok(builder.multipart(MultiPart::alternative_plain_html(texts.text, texts.html))?)
}

fn message_id(order: &Order, which: Which, from: &Mailbox) -> String {
    let mail = match which {
        Which::Invitation => "invitation",
        Which::Reminder => "reminder",
    };
    format!("<{}.{mail}@{}>", order.id, from.email.domain())
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}
