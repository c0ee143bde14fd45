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
use super::templates::{DELIVERY, REVIEW, Set};

/// What only doors know of an order and of the way back to them.
pub trait Supplies: Send + Sync {
    /// The products that an invitation shows.
    fn products(&self, order: &Order) -> Vec<Product>;
    /// Where an address says that it wants no mail.
    fn unsubscribe_url(&self, tenant: &TenantId, email: &str) -> String;
    /// What a mail says of an order that is brought to its customer.
    fn parcel(&self, tenant: &TenantId, order: &Order, which: Which) -> Parcel;
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

/// An order that is brought to its customer, as templates see it.
#[derive(Clone, Debug, Serialize)]
pub struct Parcel {
    /// The customer's name.
    #[serde(skip)]
    pub fullname: Option<String>,
    /// The shop's name for the order.
    #[serde(skip)]
    pub external_id: Option<String>,
    /// Its items.
    pub items: Vec<Item>,
    /// When it is expected.
    pub window: Option<Span>,
    /// Where the customer sees it.
    pub page_url: String,
    /// What the customer sees it by, for an operator's own page.
    pub secure_order_id: String,
}

/// An item of such an order.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// What it is called.
    pub name: String,
    /// Pieces that were asked for, or that take the place of others.
    pub quantity: u32,
    /// Those that the mail is about: picked, or on their way.
    pub picked: u32,
    /// Those that are still to come.
    pub waiting: u32,
    /// Those that nobody will bring.
    pub missing: u32,
    /// What takes the place of those.
    pub replaced_by: Vec<String>,
    /// What it takes the place of.
    pub replaces: Vec<String>,
}

/// A part of a day, by the tenant's clocks.
#[derive(Clone, Debug, Serialize)]
pub struct Span {
    /// The day on which it begins, as `2026-01-12`.
    pub day: String,
    /// As `15:00`.
    pub start: String,
    /// As `17:00`.
    pub end: String,
    /// The zone of these clocks.
    pub zone: String,
}

/// What templates see.
#[derive(Serialize)]
pub(super) struct Words<'a> {
    pub(super) tenant: &'a str,
    pub(super) from: String,
    pub(super) fullname: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) order: u64,
    #[serde(flatten)]
    pub(super) about: About,
}

/// What they see besides, by the sort of mail.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum About {
    /// An invitation, or its reminder.
    Review { is_reminder: bool, products: Vec<Product>, unsubscribe_url: String },
    /// How far the order has come.
    Delivery {
        mail: &'static str,
        #[serde(flatten)]
        parcel: Parcel,
    },
}

/// Why a mail cannot be written. It names no customer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The order has none.
    #[error("the order has no address for it")]
    NoAddress,
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

impl About {
    /// The templates that say it.
    pub(super) fn templates(&self) -> &'static Set {
        match self {
            About::Review { .. } => &REVIEW,
            About::Delivery { .. } => &DELIVERY,
        }
    }
}

/// The mail about an order, as it is written every time: the same message id, so that a repeat is
/// recognised, and the time of its claim (M2).
///
/// An invitation says with one click that no further one is wanted (RFC 8058). A mail that tells of
/// an order has no such link: it is no advertising, and a press that was meant for the invitations
/// would leave the customer waiting at the door without a word.
pub(super) fn write(
    order: &Order,
    (tenant, which, at): (&TenantId, Which, Time),
    desk: &Desk,
) -> Result<Message, Error> {
    let email = order.mail_address(which).ok_or(Error::NoAddress)?;
    let address: Address = email.parse().map_err(|_| Error::Address)?;
    let Addresses { from, reply_to } = desk.senders.addresses(tenant);
    let words = words(order, (tenant, which, email), (from, desk));
    let texts = desk.templates.fill(&words)?;
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or_default());
    let mut builder = Message::builder()
        .message_id(Some(message_id(order, which, from)))
        .date(date)
        .from(from.clone())
        .to(Mailbox::new(words.fullname, address))
        .subject(texts.subject)
        // So that no out-of-office note answers (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated".into()));
    if let About::Review { unsubscribe_url, .. } = &words.about {
        builder = builder
            .raw_header(header("List-Unsubscribe", format!("<{unsubscribe_url}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
    }
    if let Some(reply_to) = reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    Ok(builder.multipart(MultiPart::alternative_plain_html(texts.text, texts.html))?)
}

/// What the templates of this mail see.
fn words<'a>(
    order: &Order,
    (tenant, which, email): (&'a TenantId, Which, &str),
    (from, desk): (&Mailbox, &Desk),
) -> Words<'a> {
    let text = |text: &smol_str::SmolStr| text.to_string();
    let report = order.report.as_ref();
    let review = |is_reminder| {
        let about = About::Review {
            is_reminder,
            products: desk.supplies.products(order),
            unsubscribe_url: desk.supplies.unsubscribe_url(tenant, email),
        };
        let fullname = report.and_then(|it| it.fullname.as_ref()).map(text);
        (fullname, report.map(|it| text(&it.external_id)), about)
    };
    let delivery = |mail| {
        let parcel = desk.supplies.parcel(tenant, order, which);
        let (name, id) = (parcel.fullname.clone(), parcel.external_id.clone());
        (name, id, About::Delivery { mail, parcel })
    };
    let (fullname, external_id, about) = match which {
        Which::Invitation => review(false),
        Which::Reminder => review(true),
        Which::Picked => delivery("picked"),
        Which::OutForDelivery => delivery("out_for_delivery"),
    };
    let name = from.name.clone().unwrap_or_else(|| from.email.to_string());
    let tenant = tenant.as_str();
    Words { tenant, from: name, fullname, external_id, order: order.number, about }
}

/// The same for a mail whenever it is written; what an order in parts is told again has its own.
fn message_id(order: &Order, which: Which, from: &Mailbox) -> String {
    let count = order.notice(which).map_or(1, |notice| notice.count);
    let mail = match which {
        Which::Invitation => "invitation".into(),
        Which::Reminder => "reminder".into(),
        Which::Picked => format!("picked.{count}"),
        Which::OutForDelivery => format!("out-for-delivery.{count}"),
    };
    format!("<{}.{mail}@{}>", order.id, from.email.domain())
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}
