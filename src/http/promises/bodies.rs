//! What clients of this door send. The only way out of a body is a conversion that names every
//! fault by its path.

mod action;
mod change;
mod configuration;
mod consumer;
mod delivery;
mod facility;
mod facility_name;
mod facility_times;
mod line;
mod listing;
mod listing_change;
mod order;
mod safety_stock;
mod stock;
mod stock_action;
mod subscription;

use std::ops::RangeInclusive;

use smol_str::SmolStr;
use workflow::id::{ArticleId, Version, is_reference};
use workflow::time::Time;

pub(crate) use action::ActionBody;
pub(crate) use change::FacilityChange;
pub(crate) use configuration::{ConfigurationBody, seconds};
pub(crate) use facility::FacilityBody;
pub(crate) use listing::ListingsBody;
pub(crate) use listing_change::ListingChange;
pub(crate) use order::OrderBody;
pub(crate) use safety_stock::SafetyStocksBody;
pub(crate) use stock::{StockBody, StocksBody};
pub(crate) use stock_action::StockActionBody;
pub(crate) use subscription::SubscriptionBody;

use crate::http::document::{Document, Kind};
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::{CUSTOM_ATTRIBUTES_BYTES_MAX, ENTRIES_MAX, FREE_TEXT_CHARS_MAX};

/// An instant with an offset.
fn time(faults: &mut Faults, at: Path<'_>, text: &str) -> Option<Time> {
    faults.good(at, Time::parse(text), "must be an RFC 3339 instant with an offset")
}

/// A version. One that nothing will ever reach is as stale as any other.
fn version(faults: &mut Faults, at: Path<'_>, sent: i64) -> Option<Version> {
    let version = u64::try_from(sent).ok().filter(|sent| *sent > 0).map(Version);
    faults.good(at, version, "must be 1 or more")
}

/// What the shop calls an article; required.
fn article(faults: &mut Faults, at: Path<'_>, text: Option<&Text<'_>>) -> Option<ArticleId> {
    let text = faults.required(at, text)?;
    faults.good(at, ArticleId::parse(text), "must have 1 to 250 printable characters")
}

/// A name from somebody else's system.
fn reference(faults: &mut Faults, at: Path<'_>, text: &str) -> Option<SmolStr> {
    let name = is_reference(text).then(|| SmolStr::new(text));
    faults.good(at, name, "must have 1 to 250 printable characters")
}

/// Text for people.
fn free_text(faults: &mut Faults, at: Path<'_>, text: &str) -> Option<SmolStr> {
    let fits = text.len() <= FREE_TEXT_CHARS_MAX || text.chars().count() <= FREE_TEXT_CHARS_MAX;
    faults.good(at, fits.then(|| SmolStr::new(text)), "must have at most 2000 characters")
}

/// Text for people that is only kept.
fn check_text(faults: &mut Faults, at: Path<'_>, text: Option<&Text<'_>>) {
    if let Some(text) = text {
        free_text(faults, at, text);
    }
}

/// How many entries a list of the body has.
fn check_count(faults: &mut Faults, at: Path<'_>, entries: usize) {
    faults.check(at, entries <= ENTRIES_MAX, "must have at most 500 entries");
}

fn check_object(faults: &mut Faults, at: Path<'_>, document: Option<&Document>) {
    faults.check(at, document.is_none_or(Document::is_object), "must be an object");
}

fn check_attributes(faults: &mut Faults, at: Path<'_>, document: Option<&Document>) {
    check_object(faults, at, document);
    let fits = document.is_none_or(|it| it.as_json().len() <= CUSTOM_ATTRIBUTES_BYTES_MAX);
    faults.check(at, fits, "must have at most 16 KiB");
}

fn check_list(
    faults: &mut Faults,
    at: Path<'_>,
    document: Option<&Document>,
    entries: RangeInclusive<usize>,
) {
    match document.map(|document| document.kind) {
        None => {}
        Some(Kind::Array(count)) if entries.contains(&count) => {}
        Some(Kind::Array(_)) => {
            faults.add(at, format!("must have {} to {} entries", entries.start(), entries.end()));
        }
        Some(Kind::Object(_) | Kind::Plain) => faults.add(at, "must be an array"),
    }
}
