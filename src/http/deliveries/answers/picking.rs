//! Items as a picker has them, and what becomes of a delivery in their hands.

use serde::Serialize;
use serde_json::value::RawValue;
use smol_str::SmolStr;
use workflow::id::LocationId;
use workflow::order::{Order, Step, line_number};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::reply::Reply;

use super::flag;
use crate::http::deliveries::kept::KeptItem;
use crate::http::reply::json;
use crate::http::reply::{entity, plain};

/// One item in a picker's hands.
#[derive(Serialize)]
pub(crate) struct PickAnswer<'a> {
    pub(crate) id: u64,
    picked_status: &'static str,
    product_name: &'a str,
    shipping_weight: Option<&'a RawValue>,
    delivery_id: u64,
    picker_bin_number: Option<String>,
    pub(crate) store_sku: String,
    pub(crate) client_sku: &'a str,
    quantity: Units,
    picked_quantity: Units,
    out_of_stock_quantity: Units,
    scanned_quantity: Units,
    picking_progress: String,
    is_replaced: bool,
    original_item_id: Option<u64>,
    price: Option<&'a RawValue>,
    order_item_options_flags: &'static str,
    location: Option<SmolStr>,
    version: u64,
    /// Where it is picked.
    #[serde(skip)]
    pub(crate) at: Option<LocationId>,
    /// Pieces that are still to be picked.
    #[serde(skip)]
    pub(crate) open: Units,
}

#[derive(Serialize)]
struct Staged {
    status: &'static str,
    delivery_id: u64,
    message: &'static str,
    remove_completed_delivery: bool,
}

#[derive(Serialize)]
struct Counted {
    status: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct Cleared {
    status: &'static str,
    message: String,
}

/// In which order the items of a list stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sorting {
    pub(crate) by_bin: bool,
    pub(crate) falling: bool,
}

/// The picker's list: 200.
pub(crate) fn picklist(outcome: &Outcome) -> Reply {
    picklist_sorted(outcome, Sorting::default())
}

/// The same, in another order.
pub(crate) fn picklist_sorted(outcome: &Outcome, sorting: Sorting) -> Reply {
    let mut items = items(outcome);
    if sorting.by_bin {
        // Where it lies is known of some stock only; the shop's word for it is the second best.
        items.sort_by(|one, other| {
            let places = |it: &PickAnswer<'_>| (it.location.clone(), it.picker_bin_number.clone());
            places(one).cmp(&places(other))
        });
    }
    if sorting.falling {
        items.reverse();
    }
    plain(200, json(&items))
}

/// The items of a picker's list, the oldest order's first.
pub(crate) fn items(outcome: &Outcome) -> Vec<PickAnswer<'_>> {
    let Outcome::Picklist(parts) = outcome else {
        unreachable!("a pick list is answered with one")
    };
    let of_part = |part: &'_ workflow::outcome::PickView| {
        let lines = 0..u16::try_from(part.order.asked.lines.len()).unwrap_or(u16::MAX);
        let here = lines.filter(|line| is_in(&part.order, *line, part.location));
        here.collect::<Vec<u16>>()
    };
    let each = parts.iter().map(|part| (part, of_part(part)));
    each.flat_map(|(part, lines)| {
        let at = Some(part.location);
        lines.into_iter().map(move |line| pick_answer(&part.order, line, at, &part.storages))
    })
    .collect()
}

/// The reply to what was done with one item: 200.
pub(crate) fn worked(outcome: &Outcome) -> Reply {
    let Outcome::Worked(view, line) = outcome else {
        unreachable!("work is answered with what it came to")
    };
    let order = &view.order;
    let line = line.expect("work on an item names its line");
    let has = |step: Option<Step>| {
        let mut parts = order.parts().iter().filter(|part| step.is_none_or(|it| part.step == it));
        parts.find(|part| is_in(order, line, part.location)).map(|part| part.location)
    };
    let at = has(Some(Step::Picking)).or_else(|| has(None));
    entity(200, order.version, json(&pick_answer(order, line, at, &view.storages)))
}

/// The reply to a delivery that is staged: 200.
pub(crate) fn staged(outcome: &Outcome) -> Reply {
    let Outcome::Worked(view, _) = outcome else {
        unreachable!("work is answered with what it came to")
    };
    let answer = Staged {
        status: "ok",
        delivery_id: view.order.number,
        message: "The order waits for its driver.",
        remove_completed_delivery: true,
    };
    entity(200, view.order.version, json(&answer))
}

/// How many deliveries wait for a picker: 200.
pub(crate) fn waiting(outcome: &Outcome) -> Reply {
    let Outcome::Count(count) = outcome else { unreachable!("a count is answered with one") };
    plain(200, json(&Counted { status: "ok", count: *count }))
}

/// How many deliveries have left the picker's list: 200.
pub(crate) fn cleared(outcome: &Outcome) -> Reply {
    let Outcome::Count(count) = outcome else { unreachable!("a count is answered with one") };
    let message = format!("{count} orders have been removed from the list.");
    plain(200, json(&Cleared { status: "ok", message }))
}

/// Whether a line is to be picked at a location, or was looked for there.
fn is_in(order: &Order, line: u16, at: LocationId) -> bool {
    let found = |part: &workflow::order::Part| part.found.iter().any(|found| found.line == line);
    !order.held_at(line, at).is_zero()
        || order.parts().iter().any(|part| part.location == at && found(part))
}

fn pick_answer<'a>(
    order: &'a Order,
    line: u16,
    at: Option<LocationId>,
    storages: &[(u16, SmolStr)],
) -> PickAnswer<'a> {
    let asked = &order.asked.lines[usize::from(line)];
    let own = KeptItem::of(&asked.kept).own.unwrap_or_default();
    let part = at.and_then(|at| order.parts().iter().rfind(|part| part.location == at));
    let found = part.map(|part| part.found(line));
    let (picked, missing) =
        found.map_or((Units::ZERO, Units::ZERO), |found| (found.picked, found.missing));
    let held = at.map_or(Units::ZERO, |at| order.held_at(line, at));
    let quantity = held.max(picked).with(missing);
    let done = picked.with(missing);
    let picked_status = match () {
        () if done >= quantity && !done.is_zero() => "PICKED",
        () if !done.is_zero() => "SCANNED",
        () => "UNPICKED",
    };
    let replaced = || order.work.iter().flat_map(|work| &work.replaced);
    let original = replaced().find(|(_, by)| *by == line).map(|(old, _)| *old);
    let here = order.holds.iter().filter(|hold| hold.line == line && Some(hold.location) == at);
    let mut lies = here.filter_map(|hold| storages.iter().find(|(index, _)| *index == hold.index));
    PickAnswer {
        location: lies.next().map(|(_, storage)| storage.clone()),
        id: line_number(order.number, line),
        picked_status,
        product_name: &asked.title,
        shipping_weight: own.shipping_weight,
        delivery_id: order.number,
        picker_bin_number: own.picker_bin_number.map(Into::into),
        store_sku: own.store_sku.map_or_else(|| asked.article.to_string(), Into::into),
        client_sku: asked.article.as_str(),
        quantity,
        picked_quantity: picked,
        out_of_stock_quantity: missing,
        scanned_quantity: done,
        picking_progress: format!("{quantity}/{picked}/{missing}"),
        is_replaced: replaced().any(|(old, _)| *old == line),
        original_item_id: original.map(|old| line_number(order.number, old)),
        price: own.price,
        order_item_options_flags: flag(asked.shortage),
        version: order.version.0,
        at,
        open: held.less(picked),
    }
}
