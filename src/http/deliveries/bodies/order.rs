//! An order as a web shop hands it over: in the seed's three parts, or as one `delivery`.

use serde::Serialize;
use smol_str::SmolStr;
use workflow::command::{Command, Days, LocationRef, Promise, Wanted};
use workflow::kept::Kept;
use workflow::limits::LINES_PER_ORDER_MAX;
use workflow::order::{Handover, Line, Shortage};
use workflow::place::Place;

use super::decimal::Decimal;
use super::instant::{Moment, parted};
use super::item::Item;
use super::reader::{At, Reader};
use super::sheet::{Field, Sheet};
use super::totals::{Sums, warnings};
use crate::http::deliveries::errors::Error;
use crate::http::deliveries::kept::{Address, Consumer, KeptOrder, Own, Phone};
use crate::http::invitations::bodies::is_address;
use crate::http::promises::answers::raw;
use crate::http::reply::json;
use crate::limits::{PHONE_CHARS_MAX, SHORT_TEXT_CHARS_MAX};

/// The characters of a card's token that are kept.
const CARD_CHARS_KEPT: usize = 4;
/// How an order may be left at a door.
pub(crate) const DELIVERY_OPTIONS: [&str; 3] =
    ["DOORSTEP_DELIVERY", "KITCHEN_COUNTER_DELIVERY", "DOORSTEP_IF_NO_ONE_HOME"];

/// An order, all of it good. Written again it is what a key's fingerprint is taken of.
#[derive(Debug, Serialize)]
pub(crate) struct OrderBody {
    lines: Vec<Line>,
    placed: Option<Moment>,
    wanted: Option<Moment>,
    shop: Option<SmolStr>,
    store: Option<SmolStr>,
    /// Where the body names the store, which depends on its shape.
    #[serde(skip)]
    store_at: Option<String>,
    number: Option<SmolStr>,
    place: Option<Place>,
    /// It is among what is kept, too.
    #[serde(skip)]
    address: SmolStr,
    /// So is this, even if no mail server would take it.
    #[serde(skip)]
    email: Option<SmolStr>,
    kept: Kept,
}

/// The objects that the members stand in: the same one, in the shape of one `delivery`.
struct Parts<'a> {
    customer: At<'a>,
    order: At<'a>,
    items: At<'a>,
    /// The names of a member: those of the shape, the one that wins first.
    names: fn(&'static str, &'static str) -> [&'static str; 2],
    items_names: [&'static str; 2],
}

impl OrderBody {
    /// Reads a body of either shape.
    pub(crate) fn read(body: &Sheet) -> Result<OrderBody, Error> {
        let mut reader = Reader::default();
        let root = At { sheet: body, path: "" };
        let order = match (body.get("delivery"), body.get("customer")) {
            (Some(_), _) => {
                let sheet = reader.sheet(root, "delivery");
                sheet.and_then(|sheet| {
                    let at = At { sheet, path: "delivery." };
                    let names = right_then_left;
                    let items_names = names("order_items", "delivery_items_attributes");
                    Parts { customer: at, order: at, items: at, names, items_names }
                        .read(&mut reader)
                })
            }
            (None, Some(_)) => {
                let none = Sheet::default();
                let customer = reader.sheet(root, "customer").unwrap_or(&none);
                let order = reader.sheet(root, "order").unwrap_or(&none);
                let parts = Parts {
                    customer: At { sheet: customer, path: "customer." },
                    order: At { sheet: order, path: "order." },
                    items: root,
                    names: left_only,
                    items_names: left_only("order_items", "delivery_items_attributes"),
                };
                parts.read(&mut reader)
            }
            (None, None) => {
                reader.misshapen("", "needs `delivery`, or `customer`, `order` and `order_items`");
                None
            }
        };
        reader.end(order)
    }

    /// The command; `secret` is what the customer finds the order by.
    pub(crate) fn into_command(self, secret: [u8; 32]) -> Command {
        let ((ordered, ordered_on), (wanted, wanted_on)) =
            (parted(self.placed), parted(self.wanted));
        let store = self.store.zip(self.store_at);
        let store = store.map(|(name, at)| LocationRef::by_reference(name).said_at(at));
        Command::Promise(Box::new(Promise {
            lines: self.lines,
            ordered,
            reference: self.number,
            consumer: None,
            destination: self.place,
            delivery: Wanted::Ship { from: store.into_iter().collect() },
            kept: self.kept,
            until: None,
            sold: true,
            locked: false,
            replaces: None,
            explain: false,
            backorders: false,
            handover: Some(Box::new(Handover {
                shop: self.shop,
                secret,
                wanted,
                email: self.email,
            })),
            address: Some(self.address),
            days: Days { ordered: ordered_on, wanted: wanted_on },
            ships_to: None,
            recipient: None,
        }))
    }
}

fn right_then_left(left: &'static str, right: &'static str) -> [&'static str; 2] {
    [right, left]
}

fn left_only(left: &'static str, _: &'static str) -> [&'static str; 2] {
    [left, left]
}

impl Parts<'_> {
    fn read(&self, reader: &mut Reader) -> Option<OrderBody> {
        let (customer, place) = self.customer(reader);
        let (order, names) = (self.order, self.names);
        let placed = reader.instant(order, &names("order_placed_timestamp", "placed_at"));
        let wanted =
            reader.instant(order, &names("desired_deliverywindow", "desired_delivery_window"));
        let shop = reader.name(order, &["client_id"]);
        let store = reader.name(order, &["store_id"]);
        let store_at = store.as_ref().map(|_| order.name("store_id"));
        let number = reader.name(order, &names("client_internal_order_id", "order_id"));
        let flag = reader.flag(order, &names("order_options_flags", "order_flag"));
        let items = self.items(reader, flag);
        let street =
            customer.as_ref().and_then(|it| it.addresses.as_ref()?.first()?.street.clone());
        let address = street.unwrap_or_default().into();
        let customer = customer?;
        let email = customer.email.as_deref().filter(|email| is_address(email)).map(SmolStr::new);
        let kept = self.kept(reader, customer, items.as_deref().unwrap_or_default(), flag);
        let lines = items?.into_iter().map(|item| item.line).collect();
        Some(OrderBody {
            lines,
            placed,
            wanted,
            shop,
            store,
            store_at,
            number,
            place,
            address,
            email,
            kept,
        })
    }

    /// The customer as door 3 has it, and where they live.
    fn customer(&self, reader: &mut Reader) -> (Option<Consumer<'static>>, Option<Place>) {
        let (at, names) = (self.customer, self.names);
        let mut text = |left, right, max, required| {
            let names = names(left, right);
            let text = reader.text(at, &names, max);
            if required && text.is_none() && at.sheet.first(&names).is_none() {
                reader.add(at.name(names[0]), "is required");
            }
            text
        };
        let name = text("name", "customer_name", SHORT_TEXT_CHARS_MAX, true);
        let street = text("shipping_address", "shipping_address", SHORT_TEXT_CHARS_MAX, true);
        let email = text("email", "customer_email", SHORT_TEXT_CHARS_MAX, true);
        let phone = text("phone_number", "customer_phone_number", PHONE_CHARS_MAX, false);
        if email.as_deref().is_some_and(|email| !is_email(email)) {
            reader.add(at.name(names("email", "customer_email")[0]), "is not an e-mail address");
        }
        let place = self.place(reader);
        let phone =
            phone.map(|value| Phone { value: Some(value.into()), kind: Some("PHONE".into()) });
        let address = Address {
            last_name: name.map(Into::into),
            street: street.map(Into::into),
            phone_numbers: phone.map(|phone| vec![phone]),
            ..Address::default()
        };
        let consumer = Consumer { addresses: Some(vec![address]), email: email.map(Into::into) };
        (Some(consumer), place)
    }

    fn place(&self, reader: &mut Reader) -> Option<Place> {
        let [first, second] = (self.names)("coordinates", "shipping_coordinates");
        let (name, _) = self.customer.sheet.first(&[first, second])?;
        let sheet = reader.sheet(self.customer, name)?;
        let path = format!("{}.", self.customer.name(name));
        let at = At { sheet, path: &path };
        let lat = reader.decimal(at, &["lat"]);
        let lon = reader.decimal(at, &["lon"]);
        let degrees = |value: Decimal| value.to_string().parse::<f64>().ok();
        let lat = reader.required(at, "lat", lat).and_then(degrees);
        let lon = reader.required(at, "lon", lon).and_then(degrees);
        let place = Place::of_degrees(lat?, lon?);
        if place.is_none() {
            let what = "must be within 90 degrees of latitude and 180 of longitude";
            reader.add(self.customer.name(name), what);
        }
        place
    }

    fn items(&self, reader: &mut Reader, flag: Option<Shortage>) -> Option<Vec<Item>> {
        let Some((name, field)) = self.items.sheet.first(&self.items_names) else {
            reader.add(self.items.name(self.items_names[0]), "is required");
            return None;
        };
        let path = self.items.name(name);
        let Field::List(list) = field else {
            reader.misshapen(path, "must be an array");
            return None;
        };
        if list.is_empty() || list.len() > LINES_PER_ORDER_MAX {
            reader.add(path, "must have 1 to 500 entries");
            return None;
        }
        let mut items = Vec::with_capacity(list.len());
        for (index, field) in list.iter().enumerate() {
            let Field::Sheet(sheet) = field else {
                reader.misshapen(format!("{path}[{index}]"), "must be an object");
                continue;
            };
            let path = format!("{path}[{index}].");
            items.extend(Item::read(reader, At { sheet, path: &path }, flag));
        }
        (items.len() == list.len()).then_some(items)
    }

    /// What is given back, and no rule reads; with the warnings about its sums.
    fn kept(
        &self,
        reader: &mut Reader,
        customer: Consumer<'_>,
        items: &[Item],
        flag: Option<Shortage>,
    ) -> Kept {
        let (at, names) = (self.order, self.names);
        let mut sums = Sums::default();
        let mut shown: Vec<(&'static str, String)> = Vec::new();
        let mut sum = |reader: &mut Reader, left, right| {
            let names = names(left, right);
            let (name, _) = at.sheet.first(&names)?;
            let value = reader.decimal(at, &names)?;
            shown.push((left, value.to_string()));
            Some((at.name(name), value))
        };
        sums.price = sum(reader, "total_price", "order_total_price");
        sums.tax = sum(reader, "total_tax", "order_total_tax");
        let grand = sum(reader, "grand_total", "order_grand_total");
        let paid = sum(reader, "payment_amount", "payment_amount");
        if let (Some((_, grand)), Some((path, paid))) = (grand, paid)
            && grand != paid
        {
            reader.add(path, "must be the grand total");
        }
        for (left, right) in [
            ("total_item_adjustments", "order_total_adjustments"),
            ("non_apportionable_adjustments", "order_non_apportionable_adjustments"),
        ] {
            let (_, text) = reader.adjustment(at, &names(left, right));
            shown.extend(text.map(|text| (left, text)));
        }
        let mut count = |left, right| {
            let names = names(left, right);
            let (name, _) = at.sheet.first(&names)?;
            Some((at.name(name), reader.count(at, &names)?))
        };
        sums.skus = count("sku_count", "order_sku_count");
        sums.pieces = count("piece_count", "order_piece_count");
        if let Some((path, _)) = sums.pieces.as_ref().filter(|(_, count)| *count <= 0) {
            reader.add(path.clone(), "must be at least 1");
        }
        let payment_id = reader.name(at, &names("client_payment_id", "payment_id"));
        let option = reader.word(at, &["delivery_option"], &DELIVERY_OPTIONS);
        let card = self.card(reader);
        let warnings = warnings(&sums, items);
        let warnings = (!warnings.is_empty()).then(|| raw(json(&warnings)));
        let members: Vec<String> =
            shown.iter().map(|(name, value)| format!("{}:{value}", json(name))).collect();
        let shown = raw(format!("{{{}}}", members.join(",")));
        let own = Own {
            delivery_option: option.map(Into::into),
            order_flag: flag.map(|flag| super::super::answers::flag(flag).into()),
            card_last4: card.map(Into::into),
            payment_id: payment_id.as_deref().map(Into::into),
            sums: Some(&shown),
            warnings: warnings.as_deref(),
        };
        Kept::of(json(&KeptOrder { consumer: Some(customer), own: Some(own) }))
    }

    /// The end of a card's token. What is too short to have an end is not kept at all.
    fn card(&self, reader: &mut Reader) -> Option<String> {
        let token = reader.name(self.order, &["payment_card_token"])?;
        let count = token.chars().count();
        let end = || token.chars().skip(count - CARD_CHARS_KEPT).collect();
        (count >= 2 * CARD_CHARS_KEPT).then(end)
    }
}

/// `local@domain.tld`.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.chars().any(char::is_whitespace);
    let labels = domain.split('.').all(|label| !label.is_empty());
    plain(local) && plain(domain) && labels && domain.contains('.') && !domain.contains('@')
}
