//! One item of an order.

use serde_json::value::RawValue;
use workflow::id::ArticleId;
use workflow::kept::Kept;
use workflow::order::{Line, Shortage};
use workflow::quantity::Units;

use super::decimal::Decimal;
use super::reader::{At, Reader};
use crate::http::deliveries::kept::{KeptItem, OwnItem};
use crate::http::promises::answers::raw;
use crate::http::reply::json;
use crate::limits::FREE_TEXT_CHARS_MAX;

/// One item, all of it good.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) line: Line,
    pub(super) quantity: Units,
    pub(super) price: Decimal,
    pub(super) tax: Decimal,
    pub(super) adjustment: Decimal,
    /// What was sent as the item's sum, with its path.
    pub(super) amount: Option<(String, Decimal)>,
}

impl Item {
    /// Reads an item; `flag` is the order's, which overrides the item's.
    pub(super) fn read(reader: &mut Reader, at: At<'_>, flag: Option<Shortage>) -> Option<Item> {
        let sku = reader.name(at, &["client_sku"]);
        let sku = reader.required(at, "client_sku", sku);
        let article = sku.and_then(|sku| ArticleId::parse(&sku));
        let count = reader.count(at, &["quantity"]);
        let quantity = reader.required(at, "quantity", count).and_then(|count| {
            let units = Units::of_line(count);
            if units.is_none() {
                let what = if count < 1 { "must be at least 1" } else { "must be at most 1000000" };
                reader.add(at.name("quantity"), what);
            }
            units
        });
        let price = reader.decimal(at, &["price"]);
        let price = reader.required(at, "price", price);
        if price.is_some_and(|price| !price.is_positive()) {
            reader.add(at.name("price"), "must be more than 0");
        }
        let tax = reader.decimal(at, &["tax"]);
        let (adjustment, adjusted) = reader.adjustment(at, &["other_adjustments"]);
        let amount = reader.decimal(at, &["order_item_amount"]);
        let own_flag = reader.flag(at, &["order_item_options_flags"]);
        let title = reader.text(at, &["product_name"], FREE_TEXT_CHARS_MAX);
        let kept = kept(reader, at, [price, tax, amount], adjusted);
        let (article, quantity) = (article?, quantity?);
        // Without a flag an item is kept until it can be delivered.
        let shortage = flag.or(own_flag).unwrap_or(Shortage::Wait);
        let title = title.map_or_else(|| article.as_str().into(), Into::into);
        Some(Item {
            line: Line { article, title, quantity, kept, shortage },
            quantity,
            price: price?,
            tax: tax.unwrap_or_default(),
            adjustment,
            amount: amount.map(|amount| (at.name("order_item_amount"), amount)),
        })
    }
}

/// What is given back, and no rule reads.
fn kept(
    reader: &mut Reader,
    at: At<'_>,
    money: [Option<Decimal>; 3],
    adjusted: Option<String>,
) -> Kept {
    let store_sku = reader.name(at, &["store_sku"]);
    let bin = reader.text(at, &["picker_bin_number"], FREE_TEXT_CHARS_MAX);
    let weight = reader.decimal(at, &["shipping_weight"]);
    let unit = reader.word(at, &["shipping_weight_unit"], &["ea", "oz", "gal", "lb"]);
    let unit = unit.or(weight.map(|_| "ea"));
    let number = |value: Option<Decimal>| value.map(|value| raw(value.to_string()));
    let [price, tax, amount] = money.map(number);
    let (adjusted, weight): (Option<Box<RawValue>>, _) = (adjusted.map(raw), number(weight));
    let own = OwnItem {
        price: price.as_deref(),
        tax: tax.as_deref(),
        other_adjustments: adjusted.as_deref(),
        order_item_amount: amount.as_deref(),
        store_sku: store_sku.as_deref().map(Into::into),
        picker_bin_number: bin.as_deref().map(Into::into),
        shipping_weight: weight.as_deref(),
        shipping_weight_unit: unit.map(Into::into),
    };
    Kept::of(json(&KeptItem { own: Some(own) }))
}
