//! Whether the sums that were sent are those of the items. They are not refused: the original has
//! its checks switched off, so what differs is said in `warnings`.

use serde::Serialize;

use super::decimal::Decimal;
use super::item::Item;

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Warning {
    field: String,
    message: String,
}

/// The sums as they were sent, each with its path.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) skus: Option<(String, i64)>,
    pub(super) pieces: Option<(String, i64)>,
    pub(super) price: Option<(String, Decimal)>,
    pub(super) tax: Option<(String, Decimal)>,
}

/// All that differs, in the order of the fields.
pub(super) fn warnings(sums: &Sums, items: &[Item]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut compare = |sent: &Option<(String, String)>, sum: String| {
        if let Some((field, sent)) = sent.as_ref().filter(|(_, sent)| *sent != sum) {
            let message = format!("{sent} was sent, the items add up to {sum}");
            warnings.push(Warning { field: field.clone(), message });
        }
    };
    let of = |items: &[Item], each: fn(&Item) -> Decimal| {
        items.iter().fold(Decimal::default(), |sum, item| sum + each(item)).to_string()
    };
    let pieces: i64 = items.iter().map(|item| i64::from(item.quantity.get())).sum();
    compare(&text(&sums.skus), items.len().to_string());
    compare(&text(&sums.pieces), pieces.to_string());
    compare(&text(&sums.price), of(items, |item| item.price * item.quantity.get()));
    compare(&text(&sums.tax), of(items, |item| item.tax * item.quantity.get()));
    for item in items {
        let sum = (item.price + item.tax) * item.quantity.get() + item.adjustment;
        if let Some((field, sent)) = item.amount.as_ref().filter(|(_, sent)| *sent != sum) {
            let message = format!("{sent} was sent, the item comes to {sum}");
            warnings.push(Warning { field: field.clone(), message });
        }
    }
    warnings
}

fn text<T: ToString>(sent: &Option<(String, T)>) -> Option<(String, String)> {
    sent.as_ref().map(|(path, value)| (path.clone(), value.to_string()))
}
