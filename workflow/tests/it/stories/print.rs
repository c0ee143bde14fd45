//! From the core's answers to the words of a transcript.

use std::collections::{BTreeMap, BTreeSet};

use workflow::id::{ArticleId, LocationId, StockId};
use workflow::invitation::Event as InvitationEvent;
use workflow::location::{RowStatus, Shelf};
use workflow::order::{self, Order, Stage};
use workflow::outcome::{Outcome, PartView, PlacedView, ReservationView};
use workflow::quantity::Units;
use workflow::record::{Event, Record};
use workflow::refusal::Refusal;
use workflow::time::Time;

use super::{Script, mail};
use crate::shop::MIDNIGHT;

/// Writes an answer under its line; a long one takes several.
pub(super) fn answer(printed: &mut String, pieces: &[String]) {
    let nothing = ["nothing".to_owned()];
    let pieces = if pieces.is_empty() { &nothing } else { pieces };
    let mut line = format!("{:14}= {}", "", pieces[0]);
    for piece in &pieces[1..] {
        if line.len() + piece.len() > 96 {
            printed.push_str(&line);
            printed.push('\n');
            line = format!("{:14}; {piece}", "");
        } else {
            line.push_str("; ");
            line.push_str(piece);
        }
    }
    printed.push_str(&line);
    printed.push('\n');
}

/// What a command came to; `changed` tells whether anything did.
pub(super) fn outcome(script: &Script, outcome: &Outcome, changed: bool) -> Vec<String> {
    let text = match outcome {
        Outcome::Placed(placed) => placed_words(script, placed),
        Outcome::Order(order) => order_words(script, order, changed),
        Outcome::Location(view) => {
            format!("{} {:?}, version {}", view.card.name, view.card.status, view.version)
        }
        Outcome::Closed => "closed".into(),
        Outcome::Gone => "gone".into(),
        Outcome::Settings { settings, promise_ttl } => {
            format!("promises hold {} min, version {}", promise_ttl.0 / 60_000, settings.version)
        }
        other => stock_rows(script, other)
            .or_else(|| work_rows(script, other))
            .unwrap_or_else(|| panic!("no story asks for this: {other:?}")),
    };
    if text.is_empty() { vec![] } else { vec![text] }
}

/// What came of listings, stock and safety stock.
fn stock_rows(script: &Script, outcome: &Outcome) -> Option<String> {
    Some(match outcome {
        Outcome::Listings { rows, .. } => {
            let rows = rows.iter().map(|(status, article, listing)| {
                format!("{article} {}, version {}", status_word(*status), listing.version)
            });
            rows.collect::<Vec<_>>().join(", ")
        }
        Outcome::Stocks { rows, .. } => {
            let old = rows.iter().filter(|(status, _)| *status != RowStatus::Created);
            let rows = old.map(|(status, row)| {
                let article = &row.article;
                format!("{article} {}, version {}", status_word(*status), row.lot.version)
            });
            rows.collect::<Vec<_>>().join(", ")
        }
        Outcome::Removed(views) => {
            let counts = views.iter().map(|view| format!("{} removed", view.ids.len()));
            counts.collect::<Vec<_>>().join(", ")
        }
        Outcome::Moved { from, to } => {
            let left = match from {
                Some(from) => format!("{} stay", from.lot.value),
                None => "none stays".into(),
            };
            let there = to.lot.storage().cloned().unwrap_or_default();
            format!("{left}, {} in {there}, version {}", to.lot.value, to.lot.version)
        }
        Outcome::Reservations { rows, .. } => {
            let row = |row: &ReservationView| {
                let place = location_name(script, row.hold.location);
                let verb = if row.hold.stock.is_some() { "held" } else { "waiting" };
                format!("{} {} {verb} at {place}", row.article, row.hold.units)
            };
            rows.iter().map(row).collect::<Vec<_>>().join(", ")
        }
        Outcome::Kept(rows) => {
            rows.iter().map(|status| status_word(*status)).collect::<Vec<_>>().join(", ")
        }
        Outcome::SafetyStocks { rows, .. } => {
            let rows = rows.iter().map(|row| {
                let place = row.location.map_or("everywhere", |id| location_name(script, id));
                let safety = &row.safety;
                format!("{place}: {} {}, version {}", row.article, safety.units, safety.version)
            });
            rows.collect::<Vec<_>>().join(", ")
        }
        Outcome::Summaries { rows, .. } => {
            let rows = rows.iter().map(|row| {
                let sum = &row.sum;
                format!(
                    "{}: on hand {}, reserved {}, safety {}, available {}",
                    row.article, sum.on_hand, sum.reserved, sum.safety, sum.available
                )
            });
            rows.collect::<Vec<_>>().join(", ")
        }
        Outcome::Suppressed(true) => "no mail any more".into(),
        Outcome::Unsuppressed(true) => "mail again".into(),
        Outcome::Suppressed(false) | Outcome::Unsuppressed(false) => "as before".into(),
        Outcome::Addresses(_, 0) => "nobody".into(),
        Outcome::Addresses(addresses, total) => format!("{total}: {}", addresses.join(", ")),
        Outcome::MailDays(days) => {
            let days = days.iter().map(|it| {
                let code = it.filtercode.as_deref().unwrap_or("no code");
                format!("{}, {code}: {}", it.day, it.mails)
            });
            days.collect::<Vec<_>>().join("; ")
        }
        _ => return None,
    })
}

/// What pickers and drivers are shown.
fn work_rows(script: &Script, outcome: &Outcome) -> Option<String> {
    Some(match outcome {
        Outcome::Picklist(parts) => {
            let parts = parts.iter().map(|part| {
                format!(
                    "{} at {}",
                    script.name_of(part.order.id),
                    location_name(script, part.location)
                )
            });
            let parts: Vec<String> = parts.collect();
            if parts.is_empty() {
                "nothing to pick".into()
            } else {
                format!("picks {}", parts.join(", "))
            }
        }
        Outcome::Worked(view, line) => {
            let line = line.map_or(String::new(), |line| found_words(&view.order, line));
            format!("{}{line}", order_words(script, &view.order, true))
        }
        Outcome::Count(count) => format!("{count}"),
        Outcome::Deliveries(rows) => {
            let rows = rows.iter().map(|row| {
                format!(
                    "{} {:?}",
                    script.name_of(row.order.id),
                    row.order.standing(script.shop.now)
                )
            });
            rows.collect::<Vec<_>>().join(", ")
        }
        _ => return None,
    })
}

/// Why not, with the values that a door's answer needs.
pub(super) fn refusal(refusal: &Refusal) -> String {
    let values = match refusal {
        Refusal::UnknownOrder
        | Refusal::UnknownLocation
        | Refusal::UnknownReservation
        | Refusal::UnknownSafetyStock
        | Refusal::UnknownKey
        | Refusal::UnknownSubscription
        | Refusal::TooMuchAtOnce
        | Refusal::NothingLeft
        | Refusal::WrongItem
        | Refusal::NotInList
        | Refusal::AlreadyInList
        | Refusal::NotPicked
        | Refusal::NothingToSubstitute
        | Refusal::TakesNoPart
        | Refusal::UnknownAnchor
        | Refusal::UnknownInvitation
        | Refusal::ExternalIdTaken
        | Refusal::ReminderTooSoon
        | Refusal::MailNotDue
        | Refusal::AddressNotAllowed
        | Refusal::UnknownAddress => String::new(),
        Refusal::InRow { row, why } => {
            return format!("{}, row {row}", self::refusal(why));
        }
        Refusal::ListFull { limit } => format!(", limit {limit}"),
        Refusal::NotStaged { number } => format!(", number {number}"),
        Refusal::DuplicateOrder { number } => format!(", number {number}"),
        Refusal::UnknownStock { row } | Refusal::UnknownListing { row } => {
            row.map_or(String::new(), |row| format!(", row {row}"))
        }
        Refusal::NoSuchLocation { named } => format!(", {named}"),
        Refusal::DeadlineOutOfRange { earliest, latest } => {
            format!(", {} to {}", clock(*earliest), clock(*latest))
        }
        Refusal::DurationOutOfRange { shortest, longest } => {
            format!(", {} to {} min", shortest.0 / 60_000, longest.0 / 60_000)
        }
        Refusal::PromiseExpired { until } => format!(", until {}", clock(*until)),
        Refusal::WrongVersion { asked, current } => format!(", asked {asked}, current {current}"),
        Refusal::WrongCheckDigit { product } => format!(", product {product}"),
        Refusal::NothingUnsent { version }
        | Refusal::LinesUnassigned { version }
        | Refusal::LocationInUse { version } => {
            format!(", version {version}")
        }
        Refusal::NotNow { stage, command, version } => {
            format!(", {command} of {stage}, version {version}")
        }
        Refusal::OutOfStock { short } | Refusal::CriticalShort { short } => {
            let short = short.iter().map(|(line, units)| format!(", line {line} short of {units}"));
            short.collect()
        }
        Refusal::ReferenceInUse { reference } => format!(", {reference}"),
        Refusal::TooFewPieces { value, free } => format!(", {free} of {value} free"),
        Refusal::TooManyLots { limit }
        | Refusal::TooManyKeys { limit }
        | Refusal::TooManySubscriptions { limit } => format!(", limit {limit}"),
        Refusal::TooManyOpenPromises { limit } => format!(", limit {limit}"),
        Refusal::TooManyAddresses { limit } => format!(", limit {limit}"),
        Refusal::TooManyLines { limit } => format!(", limit {limit}"),
        Refusal::LotOfAnother { reference, article } => format!(", {reference} is of {article}"),
    };
    format!("refused: {}{values}", refusal.name())
}

/// What happened to other orders than `own`.
pub(super) fn others(
    script: &Script,
    records: &[Record],
    own: Option<workflow::id::OrderId>,
) -> Vec<String> {
    let mut pieces = Vec::new();
    for event in records.iter().flat_map(|record| &record.events) {
        let Event::Order { id, event, .. } = event else { continue };
        if Some(*id) == own {
            continue;
        }
        let name = script.name_of(*id);
        match event {
            order::Event::Expired => pieces.push(format!("{name} expired")),
            order::Event::Cancelled { .. } => pieces.push(format!("{name} cancelled")),
            order::Event::Invitation(event) => {
                if let InvitationEvent::MailDropped { mails, .. } = event {
                    pieces.push(format!("{name} drops {}", plural(mails.len(), "mail")));
                }
                if let InvitationEvent::MailDue { mail } = event {
                    pieces.push(format!("{name} is to tell {mail:?}"));
                }
            }
            order::Event::Lost { holds } => {
                pieces.push(format!("{name} loses {}", plural(holds.len(), "reservation")));
            }
            order::Event::Rehosted { hosts } => {
                let last: BTreeMap<u16, Option<StockId>> = hosts.iter().copied().collect();
                for (index, host) in last {
                    let verb = if host.is_some() { "has" } else { "waits for" };
                    pieces.push(format!("{name} {verb} {}", held(script, *id, index)));
                }
            }
            order::Event::Displaced { holds } => {
                pieces.push(format!("{name} gives up {}", plural(holds.len(), "reservation")));
            }
            order::Event::Rerouted { holds } => {
                for hold in holds {
                    pieces.push(format!("{name} has {}", held(script, *id, hold.index)));
                }
            }
            order::Event::Transferred { released, .. } => {
                pieces.push(format!("{name} gives up its reservation {released}"));
            }
            order::Event::Taken { .. } => pieces.push(format!("{name} taken")),
            order::Event::Staged { .. } => pieces.push(format!("{name} staged")),
            order::Event::Shipped { .. } => pieces.push(format!("{name} shipped")),
            other => panic!("another order does this: {other:?}"),
        }
    }
    pieces
}

/// The stock that records touched, as it is now.
pub(super) fn touched(script: &Script, records: &[Record]) -> Vec<String> {
    let mut seen: BTreeSet<(&str, &ArticleId)> = BTreeSet::new();
    let mut pieces = Vec::new();
    for event in records.iter().flat_map(|record| &record.events) {
        let Event::Location { id, event } = event else { continue };
        let workflow::location::Event::Shelf { article, .. } = event else { continue };
        let Some((_, location)) = script.shop.world.locations.get(id) else { continue };
        if seen.insert((&location.card.name, article)) {
            let stock = stock_words(&location.shelves[article], script.shop.now);
            pieces.push(format!("{} {article} {stock}", location.card.name));
        }
    }
    pieces
}

fn stock_words(shelf: &Shelf, now: Time) -> String {
    let sum = |units: &mut dyn Iterator<Item = Units>| units.map(Units::get).sum::<u32>();
    let sound = || shelf.lots.iter().filter(|lot| !lot.defective);
    let on_hand = sum(&mut sound().map(|lot| lot.value));
    let reserved = sum(&mut shelf.lots.iter().map(|lot| lot.reserved));
    let waiting = sum(&mut shelf.waiting.iter().map(|id| shelf.holds[id].units));
    let free = sum(&mut shelf.free_lots(now).into_iter().map(|(_, units)| units));
    let mut text = format!("on hand {on_hand}, reserved {reserved}");
    if shelf.lots.len() > 1 {
        let name = |lot: &workflow::location::Lot| lot.reference().cloned().unwrap_or_default();
        let lots = shelf.lots.iter();
        let lots = lots.map(|lot| format!("{} {}/{}", name(lot), lot.reserved, lot.value));
        text.push_str(&format!(" ({})", lots.collect::<Vec<_>>().join(", ")));
    }
    for (word, units) in [("safety", shelf.safety.get()), ("waiting", waiting)] {
        if units > 0 {
            text.push_str(&format!(", {word} {units}"));
        }
    }
    if free + reserved != on_hand {
        text.push_str(&format!(", free {free}"));
    }
    text
}

fn placed_words(script: &Script, placed: &PlacedView) -> String {
    let order = &placed.order;
    if order.stage == Stage::Received {
        return "received".into();
    }
    let verb = match order.stage {
        Stage::Promised { .. } => "promised",
        Stage::Locked => "locked",
        _ => "sold",
    };
    let holds = |part: &&PartView| part.lines.iter().any(|line| !line.waits);
    let giving: Vec<&PartView> = placed.parts.iter().filter(holds).collect();
    let mut text = match giving[..] {
        [] => format!("{verb} with nothing held"),
        [one] if one.lines.len() == order.asked.lines.len() => {
            format!("{verb} from {}", one.card.name)
        }
        _ => {
            let parts = giving.iter().map(|part| {
                let lines = part.lines.iter().filter(|line| !line.waits);
                let lines = lines.map(|line| {
                    format!("{} {}", order.asked.lines[usize::from(line.line)].article, line.units)
                });
                format!("{} ({})", part.card.name, lines.collect::<Vec<_>>().join(", "))
            });
            format!("{verb} from {}", parts.collect::<Vec<_>>().join(", "))
        }
    };
    for part in &placed.parts {
        for line in part.lines.iter().filter(|line| line.waits) {
            let article = &order.asked.lines[usize::from(line.line)].article;
            let place = &part.card.name;
            text.push_str(&format!(", {article} {} waits at {place}", line.units));
            if let Some(expected) = line.expected {
                text.push_str(&format!(" for {}", clock(expected)));
            }
        }
    }
    for line in 0..order.asked.lines.len() as u16 {
        let missing = order.unassigned(line);
        if !missing.is_zero() {
            let article = &order.asked.lines[usize::from(line)].article;
            text.push_str(&format!(", {article} short of {missing}"));
        }
    }
    let default_ttl =
        order.deadline().filter(|until| *until == script.shop.now + settings_ttl(script));
    if let Some(until) = default_ttl {
        text.push_str(&format!(", until {}", clock(until)));
    }
    text
}

fn settings_ttl(script: &Script) -> workflow::time::Millis {
    let mut desk = script.shop.world.desk.clone();
    desk.tenant(&crate::shop::tenant()).promise_ttl(&script.shop.policy)
}

fn order_words(script: &Script, order: &Order, changed: bool) -> String {
    let stage = match &order.stage {
        Stage::Promised { until } => format!("promised until {}", clock(*until)),
        Stage::Confirmed { at } => {
            format!("{} at {}", order.stage_name().to_lowercase(), clock(*at))
        }
        Stage::Cancelled { at, .. } => format!("cancelled at {}", clock(*at)),
        Stage::Expired { until } => format!("expired, until {}", clock(*until)),
        Stage::Delivered { at } => format!("delivered at {}", clock(*at)),
        Stage::Received => "received".into(),
        Stage::Locked => "locked".into(),
    };
    let mut text = format!("{stage}, version {}", order.version);
    for part in order.parts() {
        text.push_str(&format!(", {:?} at {}", part.step, location_name(script, part.location)));
    }
    text.push_str(&mail::words(order));
    if !changed {
        for hold in &order.holds {
            let verb = if hold.stock.is_some() { "has" } else { "waits for" };
            text.push_str(&format!(", {verb} {}", held(script, order.id, hold.index)));
        }
    }
    text
}

/// What was found of a line: `; tea 2: 1 picked, 1 missing`.
fn found_words(order: &Order, line: u16) -> String {
    let asked = &order.asked.lines[usize::from(line)];
    let mut text = format!(" ({} {}", asked.article, asked.quantity);
    for part in order.parts() {
        let found = part.found(line);
        text.push_str(&format!(", {} picked, {} missing", found.picked, found.missing));
    }
    let (dropped, open) = (order.dropped(line), order.unassigned(line));
    for (word, units) in [("dropped", dropped), ("open", open)] {
        if !units.is_zero() {
            text.push_str(&format!(", {units} {word}"));
        }
    }
    text.push(')');
    text
}

/// `tea 2 at gouda`: what a reservation holds; its number, if it is gone by now.
fn held(script: &Script, id: workflow::id::OrderId, index: u16) -> String {
    let (_, order) = &script.shop.world.orders[&id];
    let Some(hold) = order.holds.iter().find(|hold| hold.index == index) else {
        return format!("reservation {index}");
    };
    let article = &order.asked.lines[usize::from(hold.line)].article;
    format!("{article} {} at {}", hold.units, location_name(script, hold.location))
}

fn location_name(script: &Script, id: LocationId) -> &str {
    script.shop.world.locations.get(&id).map_or("nowhere", |(_, it)| it.card.name.as_str())
}

fn status_word(status: RowStatus) -> &'static str {
    match status {
        RowStatus::Created => "created",
        RowStatus::Updated => "updated",
        RowStatus::Unchanged => "unchanged",
    }
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// An instant as the time of the day, with the days after the first one before it.
pub(super) fn clock(at: Time) -> String {
    let millis = at.since(MIDNIGHT).0;
    let (days, rest) = (millis / 86_400_000, millis % 86_400_000);
    let seconds = rest / 1_000;
    let day = if days > 0 { format!("{days} d ") } else { String::new() };
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{day}{hours:02}:{minutes:02}:{:02}.{:03}", seconds % 60, rest % 1_000)
}
