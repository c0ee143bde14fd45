//! What may happen at a location: one function per command.

use std::collections::BTreeMap;
use std::sync::Arc;

use smallvec::SmallVec;
use smol_str::SmolStr;

use super::put::{put, remove};
use super::relocate::relocate;
use super::safety::{keep, unkeep};
use super::settle::Draft;
use super::{Card, Event, Listing, Location, OutOfStock, ShelfEvent};
use crate::id::{ArticleId, OrderId, ReservationId, StockId, Version};
use crate::kept::Kept;
use crate::limits::REHOSTED_BYTES_MAX;
use crate::quantity::Units;
use crate::refusal::Refusal;
use crate::time::Time;

/// What may be asked of a location that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Replace the card.
    Change {
        /// The version that the caller saw last.
        version: Version,
        /// The card from now on.
        card: Arc<Card>,
    },
    /// Go away.
    Close {
        /// The version that the caller saw last; none means unconditionally.
        version: Option<Version>,
        /// Even with stock and reservations.
        force: bool,
    },
    /// Make or replace lots of stock.
    Put {
        /// The lots, each with the id that it gets if it is new.
        rows: Vec<(StockId, LotRow)>,
        /// The safety stocks of articles that may be new here.
        defaults: BTreeMap<ArticleId, Units>,
    },
    /// Take lots away; those that are not there are passed by.
    Remove {
        /// The lots.
        stocks: Vec<StockId>,
    },
    /// Move pieces to another place within the location.
    Relocate(Relocation),
    /// Make or replace listings.
    List {
        /// One row per article, each with the id that the listing gets if it is new.
        rows: Vec<(StockId, ListingRow)>,
    },
    /// Take listings away.
    Unlist {
        /// Which ones.
        which: Listings,
    },
    /// Set safety stocks.
    Keep {
        /// The location's own.
        rows: Vec<SafetyRow>,
        /// What holds from now on where the location has none of its own.
        defaults: BTreeMap<ArticleId, Units>,
    },
    /// Take the location's own safety stock of an article away.
    Unkeep {
        /// The article.
        article: ArticleId,
        /// What holds from now on.
        default: Units,
    },
    /// Hold stock for an order.
    Reserve {
        /// The order.
        order: OrderId,
        /// The index of its first new reservation.
        first: u16,
        /// What to hold.
        takes: SmallVec<[Take; 4]>,
    },
    /// Free what an order held; who waits gets it first.
    Release {
        /// Its reservations here.
        reservations: Vec<(ArticleId, ReservationId)>,
    },
    /// Free what an order held for the one that takes its place; who waits gets none of it yet.
    Vacate {
        /// Its reservations here.
        reservations: Vec<(ArticleId, ReservationId)>,
    },
    /// Free a reservation, but for what stays of it under another id; who waits gets none of it
    /// yet.
    Part {
        /// Of which article.
        article: ArticleId,
        /// The reservation.
        reservation: ReservationId,
        /// What stays, held as it was.
        rest: Option<Rest>,
    },
    /// Let who waits take what is free.
    Settle {
        /// The articles.
        articles: Vec<ArticleId>,
    },
    /// Take pieces off together with their reservations.
    Consume {
        /// Article, reservation, and how many of its pieces.
        rows: Vec<(ArticleId, ReservationId, Units)>,
        /// Whether they were looked for and not found.
        sold_out: bool,
    },
}

/// Pieces to hold for one line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    /// Of which article.
    pub article: ArticleId,
    /// How many.
    pub units: Units,
    /// Whether they wait for stock instead of being held of a lot.
    pub waits: bool,
}

/// What stays of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Its id from now on.
    pub reservation: ReservationId,
    /// How many pieces.
    pub units: Units,
}

/// One lot to make or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotRow {
    /// Which one.
    pub target: LotTarget,
    /// The version that the caller saw last; none means unconditionally.
    pub version: Option<Version>,
    /// What it is from now on.
    pub change: LotChange,
}

/// Which lot a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LotTarget {
    /// A new one of this article, unless the location has a lot with the row's reference; that
    /// one must be of the same article.
    New(ArticleId),
    /// The one with this id.
    Existing(StockId),
}

/// What a lot is from now on; what is not given stays.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LotChange {
    /// How many pieces lie there.
    pub value: Units,
    /// When they came.
    pub received: Option<Time>,
    /// When they stop being fit for sale.
    pub available_until: Option<Time>,
    /// Whether they are pickable, and accessible.
    pub traits: Option<(bool, bool)>,
    /// Whether they are broken.
    pub defective: Option<bool>,
    /// What the shop calls the lot.
    pub reference: Option<SmolStr>,
    /// The place within the location.
    pub storage: Option<SmolStr>,
    /// The rest, for doors: the members that were sent.
    pub kept: BTreeMap<SmolStr, Kept>,
}

/// Pieces of one lot that move to another place within their location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// The lot that they are of.
    pub from: StockId,
    /// The place where they will lie.
    pub to: SmolStr,
    /// How many.
    pub units: Units,
    /// Whether the lot goes away when none is left.
    pub removes_empty: bool,
    /// The id of the lot that they become, if there is none like it in that place.
    pub new: StockId,
}

/// One listing to make or replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingRow {
    /// Of which article.
    pub article: ArticleId,
    /// The version that the caller saw last; none means unconditionally, a new listing too.
    pub version: Option<Version>,
    /// What the article is called there.
    pub title: Option<SmolStr>,
    /// Whether the article may be promised from there.
    pub active: bool,
    /// What happens when there is no stock.
    pub out_of_stock: OutOfStock,
    /// What a scanner reads off the article.
    pub codes: Vec<SmolStr>,
    /// The rest, for doors.
    pub kept: Kept,
}

/// One safety stock to set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetyRow {
    /// Of which article.
    pub article: ArticleId,
    /// How many pieces.
    pub units: Units,
    /// The id that it gets if it is new.
    pub new: StockId,
}

/// Which listings of a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listings {
    /// That of this article, at this version; none means unconditionally.
    One(ArticleId, Option<Version>),
    /// All of them.
    All,
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Done {
    /// What happened.
    pub events: Vec<Event>,
    /// One per row of the command, where it has rows.
    pub rows: Vec<Row>,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whether it changed anything.
    pub status: RowStatus,
    /// The article it is about.
    pub article: ArticleId,
    /// The lot or listing.
    pub id: StockId,
}

/// Whether a row changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStatus {
    /// It made something.
    Created,
    /// It changed something.
    Updated,
    /// All was so already.
    Unchanged,
}

/// Answers with the events that carry `command` out, or refuses it and changes nothing (P7).
pub fn decide(location: &Location, command: &Command, now: Time) -> Result<Done, Refusal> {
    match command {
        Command::Change { version, card } => change(location, *version, card),
        Command::Close { version, force } => close(location, *version, *force),
        Command::Put { rows, defaults } => put(location, rows, defaults, now),
        Command::Remove { stocks } => Ok(remove(location, stocks, now)),
        Command::Relocate(relocation) => relocate(location, relocation, now),
        Command::List { rows } => list(location, rows, now),
        Command::Unlist { which } => unlist(location, which),
        Command::Keep { rows, defaults } => Ok(keep(location, rows, defaults, now)),
        Command::Unkeep { article, default } => unkeep(location, article, *default, now),
        Command::Reserve { order, first, takes } => reserve(location, *order, *first, takes, now),
        Command::Release { reservations } => Ok(release(location, reservations, Some(now))),
        Command::Vacate { reservations } => Ok(release(location, reservations, None)),
        Command::Part { article, reservation, rest } => {
            Ok(part(location, article, *reservation, *rest))
        }
        Command::Settle { articles } => Ok(settle(location, articles, now)),
        Command::Consume { rows, sold_out } => Ok(consume(location, rows, *sold_out)),
    }
}

fn change(location: &Location, asked: Version, card: &Arc<Card>) -> Result<Done, Refusal> {
    if asked != location.version {
        return Err(Refusal::WrongVersion { asked, current: location.version });
    }
    let mut events = Vec::new();
    if location.card != *card {
        events.push(Event::Changed(card.clone()));
    }
    if location.card.status != card.status {
        events.push(Event::Turned { status: card.status });
    }
    Ok(Done { events, rows: vec![] })
}

fn close(location: &Location, asked: Option<Version>, force: bool) -> Result<Done, Refusal> {
    if let Some(asked) = asked.filter(|asked| *asked != location.version) {
        return Err(Refusal::WrongVersion { asked, current: location.version });
    }
    if location.is_in_use() && !force {
        return Err(Refusal::LocationInUse { version: location.version });
    }
    Ok(Done { events: vec![Event::Closed], rows: vec![] })
}

fn list(location: &Location, rows: &[(StockId, ListingRow)], now: Time) -> Result<Done, Refusal> {
    let mut done = Done::default();
    for (index, (id, row)) in rows.iter().enumerate() {
        let old = location.shelves.get(&row.article).and_then(|shelf| shelf.listing.as_deref());
        if let Some(asked) = row.version {
            listed(old, asked, Some(index))?;
        }
        let listing = Listing {
            id: old.map_or(*id, |old| old.id),
            version: old.map_or(Version::FIRST, |old| old.version.next()),
            created: old.map_or(now, |old| old.created),
            modified: now,
            title: row.title.clone(),
            active: row.active,
            out_of_stock: row.out_of_stock,
            codes: row.codes.clone(),
            kept: row.kept.clone(),
        };
        let status = match old {
            None => RowStatus::Created,
            Some(old) => {
                let same =
                    Listing { version: old.version, modified: old.modified, ..listing.clone() };
                if same == *old { RowStatus::Unchanged } else { RowStatus::Updated }
            }
        };
        done.rows.push(Row { status, article: row.article.clone(), id: listing.id });
        if status != RowStatus::Unchanged {
            let event = ShelfEvent::Listed(Box::new(listing));
            done.events.push(Event::Shelf { article: row.article.clone(), event });
        }
    }
    Ok(done)
}

/// The article sells as if it had never been listed; who waits there goes on waiting.
fn unlist(location: &Location, which: &Listings) -> Result<Done, Refusal> {
    let gone = |article: &ArticleId| {
        let (article, event) = (article.clone(), ShelfEvent::Unlisted);
        Event::Shelf { article, event }
    };
    let events = match which {
        Listings::One(article, asked) => {
            let shelf = location.shelves.get(article);
            let old = shelf.and_then(|shelf| shelf.listing.as_deref());
            let version = old.map(|old| old.version).unwrap_or_default();
            listed(old, asked.unwrap_or(version), None)?;
            vec![gone(article)]
        }
        Listings::All => {
            let shelves = location.shelves.iter().filter(|(_, shelf)| shelf.listing.is_some());
            shelves.map(|(article, _)| gone(article)).collect()
        }
    };
    Ok(Done { events, rows: vec![] })
}

/// Whether there is a listing, and at the version that the caller saw last.
fn listed(old: Option<&Listing>, asked: Version, row: Option<usize>) -> Result<(), Refusal> {
    let current = old.ok_or(Refusal::UnknownListing { row })?.version;
    if asked == current { Ok(()) } else { Err(Refusal::WrongVersion { asked, current }) }
}

fn reserve(
    location: &Location,
    order: OrderId,
    first: u16,
    takes: &[Take],
    now: Time,
) -> Result<Done, Refusal> {
    let mut events = Vec::with_capacity(takes.len());
    // Two lines may share an article: the second must not count what the first has taken.
    let mut taken: SmallVec<[(StockId, Units); 4]> = SmallVec::new();
    let mut push = |article: &ArticleId, stock, units| {
        let index = first + u16::try_from(events.len()).expect("an order has few reservations");
        let reservation = order.reservation(index);
        let event = ShelfEvent::Reserved { reservation, stock, units };
        events.push(Event::Shelf { article: article.clone(), event });
    };
    for take in takes {
        if take.waits {
            push(&take.article, None, take.units);
            continue;
        }
        let mut wanted = take.units;
        let free = location.shelves.get(&take.article).map(|shelf| shelf.free_lots(now));
        for (stock, units) in free.into_iter().flatten() {
            let gone = taken.iter().filter(|(id, _)| *id == stock).map(|(_, units)| *units).sum();
            let units = units.less(gone).min(wanted);
            if !units.is_zero() {
                taken.push((stock, units));
                push(&take.article, Some(stock), units);
                wanted = wanted.minus(units);
            }
        }
        if !wanted.is_zero() {
            return Err(Refusal::OutOfStock { short: vec![(0, wanted)] });
        }
    }
    Ok(Done { events, rows: vec![] })
}

/// Frees reservations, and lets who waits take what is free at `settled`, if that is given.
fn release(
    location: &Location,
    reservations: &[(ArticleId, ReservationId)],
    settled: Option<Time>,
) -> Done {
    let mut done = Done::default();
    let mut by_article: BTreeMap<&ArticleId, SmallVec<[ReservationId; 2]>> = BTreeMap::new();
    for (article, reservation) in reservations {
        by_article.entry(article).or_default().push(*reservation);
    }
    for (article, reservations) in by_article {
        let mut draft = Draft::of(article, &location.shelves[article]);
        for reservation in reservations {
            draft.release(reservation, &mut done.events);
        }
        if let Some(now) = settled {
            draft.settle_within(REHOSTED_BYTES_MAX, now, &mut done.events);
        }
    }
    done
}

/// Frees a reservation, and holds what stays of it where it was held.
fn part(
    location: &Location,
    article: &ArticleId,
    reservation: ReservationId,
    rest: Option<Rest>,
) -> Done {
    let mut done = release(location, &[(article.clone(), reservation)], None);
    if let Some(Rest { reservation: rest, units }) = rest {
        let stock = location.shelves[article].holds[&reservation].stock;
        let event = ShelfEvent::Reserved { reservation: rest, stock, units };
        done.events.push(Event::Shelf { article: article.clone(), event });
    }
    done
}

fn consume(
    location: &Location,
    rows: &[(ArticleId, ReservationId, Units)],
    sold_out: bool,
) -> Done {
    let mut done = Done::default();
    for (article, reservation, units) in rows {
        let shelf = &location.shelves[article];
        let stock = shelf.holds[reservation].stock.expect("S2: what leaves is held of a lot");
        let (reservation, units) = (*reservation, *units);
        let event = ShelfEvent::Consumed { reservation, stock, units };
        done.events.push(Event::Shelf { article: article.clone(), event });
        let said = done.events.iter().any(|event| {
            matches!(event, Event::Shelf { article: it, event: ShelfEvent::SoldOut } if it == article)
        });
        if sold_out && !shelf.sold_out && !said {
            done.events.push(Event::Shelf { article: article.clone(), event: ShelfEvent::SoldOut });
        }
    }
    done
}

fn settle(location: &Location, articles: &[ArticleId], now: Time) -> Done {
    let mut done = Done::default();
    for article in articles {
        let draft = Draft::of(article, &location.shelves[article]);
        draft.settle_within(REHOSTED_BYTES_MAX, now, &mut done.events);
    }
    done
}
