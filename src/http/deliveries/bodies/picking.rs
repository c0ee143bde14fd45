//! What pickers and drivers send.

use serde::Serialize;
use smol_str::SmolStr;
use workflow::command::OrderName;
use workflow::id::{ArticleId, OrderId};
use workflow::kept::Kept;
use workflow::order::{Line, Shortage, Window, of_line_number};
use workflow::quantity::Units;
use workflow::time::{Millis, Time};

use super::decimal::Decimal;
use super::reader::{At, Reader};
use super::sheet::{Field, Sheet};
use crate::http::deliveries::errors::Error;
use crate::http::deliveries::kept::{KeptItem, OwnItem};
use crate::http::order_name::order_name;
use crate::http::promises::answers::raw;
use crate::http::reply::json;
use crate::limits::FREE_TEXT_CHARS_MAX;

/// A scan.
#[derive(Debug, Serialize)]
pub(crate) struct ScanBody {
    pub(crate) barcode: SmolStr,
    quantity: u32,
    /// The item that the picker has in mind.
    pub(crate) id: Option<SmolStr>,
    /// The delivery that is complete.
    pub(crate) delivery_id: Option<SmolStr>,
}

fn body(sheet: &Sheet) -> At<'_> {
    At { sheet, path: "" }
}

impl ScanBody {
    /// Reads a scan.
    pub(crate) fn read(sheet: &Sheet) -> Result<ScanBody, Error> {
        let (mut reader, at) = (Reader::default(), body(sheet));
        let barcode = reader.name(at, &["barcode"]);
        let barcode = reader.required(at, "barcode", barcode);
        let count = reader.count(at, &["quantity"]);
        let quantity = count.map_or(Some(1), |count| Units::of_line(count).map(Units::get));
        if quantity.is_none() {
            reader.add("quantity", "must be 1 to 1000000");
        }
        let id = reader.name(at, &["id"]);
        let delivery_id = reader.name(at, &["delivery_id"]);
        let scan = barcode.zip(quantity);
        let scan = scan.map(|(barcode, quantity)| ScanBody { barcode, quantity, id, delivery_id });
        reader.end(scan)
    }

    /// How many pieces.
    pub(crate) fn units(&self) -> Units {
        Units::of_stock(i64::from(self.quantity)).expect("a scan has few pieces")
    }
}

/// What takes the place of missing pieces; the line's quantity is theirs.
pub(crate) fn product(sheet: &Sheet) -> Result<Line, Error> {
    let (mut reader, at) = (Reader::default(), body(sheet));
    let Some(product) = reader.sheet(at, "product") else {
        if sheet.get("product").is_none() {
            reader.add("product", "is required");
        }
        return reader.end(None);
    };
    let at = At { sheet: product, path: "product." };
    let sku = reader.name(at, &["client_sku"]);
    let sku = reader.required(at, "client_sku", sku).and_then(|sku| ArticleId::parse(&sku));
    let title = reader.text(at, &["product_name"], FREE_TEXT_CHARS_MAX);
    let price = reader.decimal(at, &["price"]).map(|price: Decimal| raw(price.to_string()));
    let line = sku.map(|article| {
        let title = title.map_or_else(|| article.as_str().into(), SmolStr::from);
        let own = OwnItem { price: price.as_deref(), ..OwnItem::default() };
        let kept = Kept::of(json(&KeptItem { own: Some(own) }));
        Line { article, title, quantity: Units::ZERO, kept, shortage: Shortage::Wait }
    });
    reader.end(line)
}

/// Who is to help.
pub(crate) fn picker(sheet: &Sheet) -> Result<SmolStr, Error> {
    let (mut reader, at) = (Reader::default(), body(sheet));
    let picker = reader.name(at, &["picker_id"]);
    let picker = reader.required(at, "picker_id", picker);
    reader.end(picker)
}

/// The deliveries that go on a route.
pub(crate) fn deliveries(sheet: &Sheet) -> Result<Vec<OrderName>, Error> {
    let mut reader = Reader::default();
    let list = match sheet.get("deliveries") {
        Some(Field::List(list)) if !list.is_empty() && list.len() <= 100 => Some(list),
        Some(Field::List(_)) => {
            reader.add("deliveries", "must have 1 to 100 entries");
            None
        }
        Some(_) => {
            reader.misshapen("deliveries", "must be an array");
            None
        }
        None => {
            reader.add("deliveries", "is required");
            None
        }
    };
    let names = list.map(|list| {
        let mut names = Vec::with_capacity(list.len());
        for (index, field) in list.iter().enumerate() {
            let name = match field {
                Field::Number(text) | Field::Text(text) => order_name(text),
                _ => None,
            };
            if name.is_none() {
                reader.add(format!("deliveries[{index}]"), "is no id of an order");
            }
            names.extend(name);
        }
        names
    });
    reader.end(names)
}

/// When an order is to be brought, in seconds since 1970.
pub(crate) fn window(sheet: &Sheet) -> Result<Window, Error> {
    let (mut reader, at) = (Reader::default(), body(sheet));
    let mut second = |name: &'static str| {
        let count = reader.count(at, &[name]);
        let count = reader.required(at, name, count);
        // The year 9999 is the last that an instant's text has.
        let fits = count.filter(|count| (0..=253_402_300_799).contains(count));
        if count.is_some() && fits.is_none() {
            reader.add(name, "must be seconds since 1970");
        }
        fits.map(|seconds| Time(seconds * 1_000))
    };
    let (start, end) = (second("start_utc"), second("end_utc"));
    let window = start.zip(end).and_then(|(start, end)| {
        let length: Millis = end.since(start);
        (end > start).then_some(Window { start, length })
    });
    if start.zip(end).is_some() && window.is_none() {
        reader.add("end_utc", "must be after start_utc");
    }
    reader.end(window)
}

/// An item by its number, or by its id: its order, and its place there, counted from 0.
pub(crate) fn item_name(text: &str) -> Option<(OrderName, u16)> {
    const PART_BITS: u32 = 16;
    match order_name(text)? {
        OrderName::Number(number) => {
            let (order, line) = of_line_number(number)?;
            Some((OrderName::Number(order), line))
        }
        OrderName::Id(id) => {
            let bits = id.to_bits();
            let part = bits & ((1 << PART_BITS) - 1);
            let line = u16::try_from(part.checked_sub(1)?).ok()?;
            Some((OrderName::Id(OrderId::from_bits(bits - part)), line))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_named_by_number_or_by_id() {
        assert_eq!(item_name("4711003"), Some((OrderName::Number(4711), 2)));
        for none in ["", "0", "4711000", "x"] {
            assert_eq!(item_name(none), None, "{none}");
        }
        let order = OrderId::of(Time(1_768_212_843_517), 42);
        let item = order.line(2).to_string();
        assert_eq!(item_name(&item), Some((OrderName::Id(order), 2)));
        assert_eq!(item_name(&order.to_string()), None);
    }
}
