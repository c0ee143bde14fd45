//! An order as a client sends it: the body of both `deliverypromise` and `POST /api/orders`.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use smol_str::SmolStr;
use workflow::command::{Command, LocationRef, Promise};
use workflow::id::OrderId;
use workflow::kept::Kept;
use workflow::limits::LINES_PER_ORDER_MAX;
use workflow::time::Time;

use super::consumer::ConsumerBody;
use super::delivery::DeliveryBody;
use super::line::LineBody;
use super::{check_attributes, check_count, check_list, check_object, check_text, reference, time};
use crate::failure::Failure;
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::STICKERS_MAX;

/// Bytes of what is usually kept of an order, so that its text need not grow.
const KEPT_BYTES: usize = 512;

/// An order, closed: an unknown member is refused.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OrderBody<'a> {
    #[serde(borrow)]
    order_date: Option<Text<'a>>,
    order_line_items: Option<Vec<LineBody<'a>>>,
    tenant_order_id: Option<Text<'a>>,
    status: Option<StatusBody>,
    promises_options: Option<PromisesOptionsBody<'a>>,
    consumer: Option<ConsumerBody<'a>>,
    delivery_preferences: Option<DeliveryBody<'a>>,
    additional_info: Option<AdditionalInfoBody>,
    custom_attributes: Option<Box<Document>>,
    custom_services: Option<Box<Document>>,
    stickers: Option<Box<Document>>,
    tags: Option<Box<Document>>,
    payment_info: Option<PaymentInfoBody<'a>>,
    status_reasons: Option<Vec<StatusReasonBody<'a>>>,
    pricing: Option<Box<Document>>,
    source: Option<Box<Document>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StatusBody {
    Open,
    Cancelled,
    Promised,
    Locked,
    Obsolete,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PromisesOptionsBody<'a> {
    #[serde(borrow)]
    valid_until: Option<Text<'a>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct AdditionalInfoBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_investment: Option<InvestmentBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_listing_custom_attributes: Option<bool>,
}

#[derive(Debug, Deserialize, Serialize)]
struct InvestmentBody {
    level: Option<Number>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PaymentInfoBody<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    currency: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method_localized: Option<Box<Document>>,
}

#[derive(Debug, Deserialize, Serialize)]
struct StatusReasonBody<'a> {
    #[serde(borrow)]
    reason: Option<Text<'a>>,
    status: Option<Text<'a>>,
}

/// The members that no rule reads, as they are given back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptMembers<'b, 'a> {
    consumer: Option<&'b ConsumerBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_preferences: Option<&'b DeliveryBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_info: Option<&'b AdditionalInfoBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_attributes: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_services: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stickers: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_info: Option<&'b PaymentInfoBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reasons: Option<&'b Vec<StatusReasonBody<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pricing: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'b Document>,
}

impl OrderBody<'_> {
    /// The command for `deliverypromise`: always a promise.
    pub(crate) fn to_promise(
        &self,
        replaces: Option<OrderId>,
        explain: bool,
    ) -> Result<Command, Failure> {
        self.to_command(false, replaces, explain)
    }

    /// The command for `POST /api/orders`: sold at once, unless the body wants a promise.
    pub(crate) fn to_order(&self, replaces: Option<OrderId>) -> Result<Command, Failure> {
        let promised = self.status == Some(StatusBody::Promised) || self.promises_options.is_some();
        if !promised && replaces.is_some() {
            let what = "is for promises only: with promisesOptions, or the status PROMISED";
            return Err(Failure::malformed("Certus-Replaces", what));
        }
        self.to_command(!promised, replaces, false)
    }

    /// Whether pickers do not get the order yet. What is promised is not placed: it has no lock.
    fn locked(&self, faults: &mut Faults, sold: bool) -> bool {
        let path = Path::Root.member("status");
        match self.status {
            None | Some(StatusBody::Open | StatusBody::Promised) => false,
            Some(StatusBody::Locked) if sold => true,
            Some(StatusBody::Locked) if self.promises_options.is_some() => {
                faults.add(path, "must not be LOCKED for what is promised");
                false
            }
            Some(StatusBody::Cancelled | StatusBody::Locked | StatusBody::Obsolete) => {
                let known = if sold {
                    "must be OPEN, PROMISED or LOCKED"
                } else {
                    "must be OPEN or PROMISED"
                };
                faults.add(path, known);
                false
            }
        }
    }

    fn to_command(
        &self,
        sold: bool,
        replaces: Option<OrderId>,
        explain: bool,
    ) -> Result<Command, Failure> {
        let mut faults = Faults::default();
        let member = |name| Path::Member(&Path::Root, name);
        let ordered = faults
            .required(member("orderDate"), self.order_date.as_ref())
            .and_then(|text| time(&mut faults, member("orderDate"), text));
        let lines = self.lines(&mut faults);
        let locked = self.locked(&mut faults, sold);
        let until = self.until(&mut faults);
        let reference = self
            .tenant_order_id
            .as_ref()
            .and_then(|text| reference(&mut faults, member("tenantOrderId"), text));
        let consumer = faults.required(member("consumer"), self.consumer.as_ref());
        let who = consumer.and_then(|it| it.read(&mut faults, &member("consumer")));
        let delivery = DeliveryBody::read(
            self.delivery_preferences.as_ref(),
            &mut faults,
            &member("deliveryPreferences"),
        );
        if let (Some(delivery), Some(who)) = (&delivery, &who)
            && delivery.ships()
            && !who.has_address
            && who.recipient.is_none()
        {
            let what = "needs a POSTAL_ADDRESS, a PARCEL_LOCKER or one without a type";
            faults.add("consumer.addresses", what);
        }
        self.check_kept(&mut faults);
        let kept = Kept::of(self.kept());
        let built = || {
            let who = who?;
            Some(Command::Promise(Box::new(Promise {
                lines: lines?,
                ordered: Some(ordered?),
                reference,
                consumer: who.id,
                destination: who.destination,
                delivery: delivery?.wanted,
                kept,
                until,
                sold,
                locked,
                replaces,
                explain,
                handover: None,
                address: None,
                days: Default::default(),
                ships_to: None,
                recipient: who.recipient,
                backorders: false,
            })))
        };
        let command = built();
        faults.end(command)
    }

    fn lines(&self, faults: &mut Faults) -> Option<Vec<workflow::order::Line>> {
        let path = Path::Root.member("orderLineItems");
        let sent = faults.required(path, self.order_line_items.as_ref())?;
        if sent.is_empty() || sent.len() > LINES_PER_ORDER_MAX {
            faults.add(path, "must have 1 to 500 entries");
            return None;
        }
        let mut lines = Vec::with_capacity(sent.len());
        for (index, line) in sent.iter().enumerate() {
            lines.extend(line.read(faults, &path.index(index)));
        }
        (lines.len() == sent.len()).then_some(lines)
    }

    fn until(&self, faults: &mut Faults) -> Option<Time> {
        let options = self.promises_options.as_ref()?;
        let parent = Path::Root.member("promisesOptions");
        let path = parent.member("validUntil");
        let text = faults.required(path, options.valid_until.as_ref())?;
        time(faults, path, text)
    }

    fn check_kept(&self, faults: &mut Faults) {
        let member = |name| Path::Member(&Path::Root, name);
        check_attributes(faults, member("customAttributes"), self.custom_attributes.as_deref());
        check_list(faults, member("customServices"), self.custom_services.as_deref(), 1..=500);
        check_list(faults, member("stickers"), self.stickers.as_deref(), 0..=STICKERS_MAX);
        check_list(faults, member("tags"), self.tags.as_deref(), 0..=500);
        let reasons = member("statusReasons");
        check_count(faults, reasons, self.status_reasons.as_ref().map_or(0, Vec::len));
        for (index, entry) in self.status_reasons.iter().flatten().enumerate() {
            let at = reasons.index(index);
            for (name, text) in [("reason", &entry.reason), ("status", &entry.status)] {
                faults.required(at.member(name), text.as_ref());
                check_text(faults, at.member(name), text.as_ref());
            }
        }
        check_object(faults, member("pricing"), self.pricing.as_deref());
        check_object(faults, member("source"), self.source.as_deref());
        let investment =
            self.additional_info.as_ref().and_then(|info| info.resource_investment.as_ref());
        if let Some(investment) = investment {
            let info = member("additionalInfo");
            let parent = info.member("resourceInvestment");
            let level = faults.required(parent.member("level"), investment.level.as_ref());
            let fits = |level: &Number| level.as_f64().is_some_and(|it| (0.0..=1.0).contains(&it));
            let fits = level.is_none_or(fits);
            faults.check(parent.member("level"), fits, "must be from 0 to 1");
        }
    }

    fn kept(&self) -> String {
        let members = KeptMembers {
            consumer: self.consumer.as_ref(),
            delivery_preferences: self.delivery_preferences.as_ref(),
            additional_info: self.additional_info.as_ref(),
            custom_attributes: self.custom_attributes.as_deref(),
            custom_services: self.custom_services.as_deref(),
            stickers: self.stickers.as_deref(),
            tags: self.tags.as_deref(),
            payment_info: self.payment_info.as_ref(),
            status_reasons: self.status_reasons.as_ref(),
            pricing: self.pricing.as_deref(),
            source: self.source.as_deref(),
        };
        let mut text = Vec::with_capacity(KEPT_BYTES);
        serde_json::to_writer(&mut text, &members).expect("a body that was read can be written");
        String::from_utf8(text).expect("JSON is UTF-8")
    }
}

/// What a door reads of a customer, for the command.
pub(super) struct Who {
    /// The shop's name for the customer.
    pub(super) id: Option<SmolStr>,
    /// Where the delivery address is, if it says.
    pub(super) destination: Option<workflow::place::Place>,
    /// Whether there is a delivery address.
    pub(super) has_address: bool,
    /// The facility that it goes to, if it goes to one.
    pub(super) recipient: Option<LocationRef>,
}
