//! Whether the server told the truth: what it acknowledged against what it says afterwards.
//!
//! Plain arithmetic on plain data. What went without an answer widens "exactly" to a range and
//! never excuses more than its own units.
//!
//! ```text
//!            certainly held            may be held
//!   |-----------------------------|-----------------------|
//!   0                            low                     high
//!   reserved below low: an acknowledged promise lost its stock
//!   reserved above high: stock is held for nobody
//!   low above value: a unit was sold twice
//! ```

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::catalog::Catalog;
use super::ledger::{Asked, End, Known, Ledger, Line};

/// How far from the time of reading a deadline must be to be certainly passed or certainly not:
/// the server's clock is known to the second.
pub(super) const DOUBT: TimeDelta = TimeDelta::seconds(2);

/// The status of a promise that has expired.
const EXPIRED: &str = "OBSOLETE";

/// What the server said when everything was over.
#[derive(Debug)]
pub(super) struct Readback {
    /// By stock; `None` when the server does not list it.
    pub(super) stocks: Vec<Option<Seen>>,
    /// Orders that were asked for, with their status; `None` when unknown to the server.
    pub(super) orders: Vec<(Known, Option<String>)>,
    /// The server's time before the first stock was read.
    pub(super) from: DateTime<Utc>,
    /// The server's time after the last stock was read.
    pub(super) to: DateTime<Utc>,
}

impl Readback {
    /// Promises that were left to expire, and have.
    pub(super) fn expired(&self) -> u64 {
        let has_expired = |(known, status): &&(Known, Option<String>)| {
            known.end == End::Leased && status.as_deref() == Some(EXPIRED)
        };
        self.orders.iter().filter(has_expired).count() as u64
    }
}

/// One stock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) value: u64,
    pub(super) reserved: u64,
    pub(super) available: u64,
}

/// A stock by its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Where {
    article: String,
    place: String,
}

/// One way in which the server did not tell the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// More was promised than there ever was (S4).
    Oversold { at: Where, value: u64, promised: u64 },
    /// More is reserved than there is (S1).
    Overdrawn { at: Where, seen: Seen },
    /// Promises are acknowledged that hold nothing (S2).
    Unreserved { at: Where, reserved: u64, promised: u64 },
    /// Something is held for no promise (S7).
    Leaked { at: Where, reserved: u64, at_most: u64 },
    /// The quantity on hand changed, though nothing was shipped or corrected (S3).
    Changed { at: Where, put: u64, value: u64 },
    /// Available is not what is left (S9).
    Miscounted { at: Where, seen: Seen },
    /// The server does not list a stock that was put.
    StockGone { at: Where },
    /// An acknowledged order does not exist (D1).
    Missing { order: Uuid },
    /// An order is not where the last answer about it left it (P1, P2).
    WrongStage { order: Uuid, acknowledged: End, status: String },
    /// "Sold out" was said of what could have been filled (S5).
    FalselySoldOut { line: Line, free: u64, times: u64 },
    /// The server could not be asked any more.
    Unread { why: String },
    /// Answers that cannot be right by themselves.
    Odd { what: String, times: u64 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oversold { at, value, promised } => {
                write!(f, "oversold {at}: {promised} promised of {value}")
            }
            Self::Overdrawn { at, seen } => {
                write!(f, "overdrawn {at}: {} reserved of {}", seen.reserved, seen.value)
            }
            Self::Unreserved { at, reserved, promised } => {
                write!(f, "hold lost {at}: {promised} promised, {reserved} reserved")
            }
            Self::Leaked { at, reserved, at_most } => {
                write!(f, "hold leaked {at}: {reserved} reserved, at most {at_most} promised")
            }
            Self::Changed { at, put, value } => {
                write!(f, "stock changed {at}: {put} was put, {value} is there")
            }
            Self::Miscounted { at, seen } => write!(
                f,
                "miscounted {at}: {} available, {} on hand, {} reserved",
                seen.available, seen.value, seen.reserved
            ),
            Self::StockGone { at } => write!(f, "stock gone {at}"),
            Self::Missing { order } => write!(f, "acknowledged order {order} is missing"),
            Self::WrongStage { order, acknowledged, status } => {
                write!(f, "order {order} is {status}, acknowledged was {acknowledged:?}")
            }
            Self::FalselySoldOut { line, free, times } => write!(
                f,
                "falsely sold out {times} times: article {} asked {}, one place had {free} free",
                line.article, line.quantity
            ),
            Self::Unread { why } => write!(f, "nothing could be read back: {why}"),
            Self::Odd { what, times } => write!(f, "{times} odd answers: {what}"),
        }
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.article, self.place)
    }
}

/// Compares, and returns every fault found.
pub(super) fn audit(catalog: &Catalog, ledger: &Ledger, readback: &Readback) -> Vec<Fault> {
    let put = catalog.shape().value;
    let mut faults = Vec::new();
    for (stock, bounds) in (0..).zip(bounds(catalog, ledger, readback)) {
        let at = || named(catalog, stock);
        match readback.stocks[stock as usize] {
            Some(seen) => faults.extend(check_stock(put, seen, bounds, at)),
            None => faults.push(Fault::StockGone { at: at() }),
        }
    }
    let all_over = ledger.leases.iter().all(|lease| lease.until + DOUBT < readback.from);
    for (known, status) in &readback.orders {
        faults.extend(check_order(*known, status.as_deref(), all_over));
    }
    faults.extend(check_sold_out(catalog, ledger));
    if let Some(what) = ledger.odd.first() {
        faults.push(Fault::Odd { what: what.clone(), times: ledger.odd_count });
    }
    faults
}

/// The least and the most that may be reserved of a stock.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    low: u64,
    high: u64,
}

/// The bounds of every stock.
fn bounds(catalog: &Catalog, ledger: &Ledger, readback: &Readback) -> Vec<Bounds> {
    let mut low = ledger.held.clone();
    let mut unsure = ledger.unsure.clone();
    for lease in &ledger.leases {
        let (stock, units) = (lease.holding.stock as usize, u64::from(lease.holding.units));
        if lease.until > readback.to + DOUBT {
            low[stock] += units;
        } else if lease.until >= readback.from - DOUBT {
            unsure[stock] += units;
        }
    }
    let of_stock = |stock: u32| {
        let low = low[stock as usize];
        let anywhere = ledger.unanswered[catalog.article_of(stock) as usize];
        Bounds { low, high: low + unsure[stock as usize] + anywhere }
    };
    (0..catalog.stocks()).map(of_stock).collect()
}

/// One stock, of which `put` was put there, against its bounds.
fn check_stock(put: u64, seen: Seen, bounds: Bounds, at: impl Fn() -> Where) -> Vec<Fault> {
    let Bounds { low, high } = bounds;
    let mut faults = Vec::new();
    if seen.value != put {
        faults.push(Fault::Changed { at: at(), put, value: seen.value });
    }
    if low > put {
        faults.push(Fault::Oversold { at: at(), value: put, promised: low });
    }
    if seen.reserved > seen.value {
        faults.push(Fault::Overdrawn { at: at(), seen });
    } else if seen.available != seen.value - seen.reserved {
        faults.push(Fault::Miscounted { at: at(), seen });
    }
    if seen.reserved < low {
        faults.push(Fault::Unreserved { at: at(), reserved: seen.reserved, promised: low });
    }
    if seen.reserved > high {
        faults.push(Fault::Leaked { at: at(), reserved: seen.reserved, at_most: high });
    }
    faults
}

/// One order against the last answer about it; `all_over` says that every deadline has passed.
fn check_order(known: Known, status: Option<&str>, all_over: bool) -> Option<Fault> {
    let order = Uuid::from_bytes(known.id);
    let Some(status) = status else {
        return Some(Fault::Missing { order });
    };
    let fits = match known.end {
        End::Promised => status == "PROMISED",
        End::Leased => status == EXPIRED || (status == "PROMISED" && !all_over),
        End::Confirmed => !matches!(status, "PROMISED" | EXPIRED | "CANCELLED"),
        End::Cancelled => status == "CANCELLED",
        End::Unsure => true,
    };
    (!fits).then(|| Fault::WrongStage { order, acknowledged: known.end, status: status.into() })
}

/// Refusals that were wrong whatever the order of events: some place kept enough for every line
/// from the beginning to the end, even if all that was ever promised or unanswered came from it.
fn check_sold_out(catalog: &Catalog, ledger: &Ledger) -> Vec<Fault> {
    let always_free = |article: u32| {
        let unanswered = ledger.unanswered[article as usize];
        let free = |stock: u32| {
            catalog.shape().value.saturating_sub(ledger.ever[stock as usize] + unanswered)
        };
        catalog.stocks_of(article).map(free).max().unwrap_or(0)
    };
    let fillable = |line: Line| always_free(line.article) >= u64::from(line.quantity);
    let wrong = |asked: &Asked| asked.lines().all(fillable);
    let mut faults: Vec<_> = ledger
        .sold_out
        .iter()
        .filter(|(asked, _)| wrong(asked))
        .filter_map(|(asked, &times)| {
            let line = asked.lines().next()?;
            Some(Fault::FalselySoldOut { line, free: always_free(line.article), times })
        })
        .collect();
    // The ledger is a hash map; a report should read the same twice.
    faults.sort_by_key(|fault| match fault {
        Fault::FalselySoldOut { line, .. } => (line.article, line.quantity),
        _ => (u32::MAX, u32::MAX),
    });
    faults
}

/// A stock's names, for a message.
fn named(catalog: &Catalog, stock: u32) -> Where {
    Where {
        article: catalog.article_name(catalog.article_of(stock)),
        place: catalog.place_name(catalog.place_of(stock)),
    }
}

#[cfg(test)]
mod tests;
