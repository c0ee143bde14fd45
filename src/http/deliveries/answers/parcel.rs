//! An order as the mails show it that tell its customer how far it has come.

use actors::{Item, Parcel, Span};
use workflow::calendar::Calendar;
use workflow::invitation::Which;
use workflow::order::{Line, Order, Part, Step, Window};
use workflow::quantity::Units;

use super::item::waiting;
use super::order::hex;
use crate::http::deliveries::kept::KeptOrder;

/// What a mail says of the order, by these clocks; the customer's page is below `public_url`.
pub(crate) fn parcel(
    order: &Order,
    which: Which,
    (clocks, public_url): (&Calendar, &str),
) -> Parcel {
    let kept = KeptOrder::of(&order.asked.kept);
    let secret = order.asked.handover.as_ref().map(|it| hex(&it.secret)).unwrap_or_default();
    let window = order.window();
    Parcel {
        fullname: kept.address().and_then(|address| address.name()),
        external_id: order.reference.as_ref().map(ToString::to_string),
        items: items(order, which),
        window: window.map(|window| span(window, clocks)),
        page_url: format!("{public_url}/shared/deliveries/{secret}"),
        secure_order_id: secret,
    }
}

fn items(order: &Order, which: Which) -> Vec<Item> {
    let parts = told(order, which);
    let name = |line: u16| order.asked.lines[usize::from(line)].title.to_string();
    let replaced = || order.work.iter().flat_map(|work| &work.replaced);
    let item = |(index, line): (u16, &Line)| Item {
        name: line.title.to_string(),
        quantity: line.quantity.get(),
        picked: parts.iter().map(|part| part.found(index).picked).sum::<Units>().get(),
        waiting: waiting(order, index, line).get(),
        missing: order.dropped(index).get(),
        replaced_by: replaced().filter(|(old, _)| *old == index).map(|it| name(it.1)).collect(),
        replaces: replaced().filter(|(_, by)| *by == index).map(|it| name(it.0)).collect(),
    };
    (0_u16..).zip(&order.asked.lines).map(item).collect()
}

/// The parts that the mail is about. One that comes late is about those that have come further; all
/// of them may be at the door by then.
fn told(order: &Order, which: Which) -> Vec<&Part> {
    let at = |from: Step, to: Step| {
        let here = order.parts().iter().filter(|part| (from..=to).contains(&part.step));
        here.collect::<Vec<&Part>>()
    };
    let staged = match which {
        Which::Picked => at(Step::Staged, Step::Staged),
        Which::OutForDelivery | Which::Invitation | Which::Reminder => Vec::new(),
    };
    let choices = [staged, at(Step::Out, Step::Near), at(Step::Staged, Step::Delivered)];
    choices.into_iter().find(|parts| !parts.is_empty()).unwrap_or_default()
}

fn span(window: Window, clocks: &Calendar) -> Span {
    Span {
        day: clocks.day(window.start),
        start: clocks.clock(window.start),
        end: clocks.clock(window.start + window.length),
        zone: clocks.zone().name().to_owned(),
    }
}
