//! The lines of an order, with it or after it.

use serde::{Deserialize, Serialize};
use workflow::id::ArticleId;
use workflow::kept::Kept;
use workflow::limits::LINES_PER_ORDER_MAX;
use workflow::order::Line;
use workflow::quantity::Units;

use super::field::{integer, read, text};
use crate::failure::Failure;
use crate::http::document::Document;
use crate::http::path::{Faults, Path};

/// Lines that follow an order; unknown members are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinesBody {
    line_items: Option<Document>,
}

/// A line as it was sent, of whatever types.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineBody {
    part_number: Option<Document>,
    price_option_id: Option<Document>,
    quantity: Option<Document>,
}

/// A line that is good: what of it counts for a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GoodLine {
    part_number: Option<String>,
    price_option_id: Option<PriceOption>,
    quantity: u32,
}

/// What a catalogue's quote is called; given back as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum PriceOption {
    Number(i64),
    Text(String),
}

/// What this door keeps of a line that names a price option.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    part_number: Option<String>,
    price_option_id: PriceOption,
}

/// The kept members of such a line.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptLine {
    #[serde(rename = "certus:orders")]
    named: Option<Named>,
}

impl LinesBody {
    /// The lines, at least one.
    pub(crate) fn into_lines(self) -> Result<Vec<GoodLine>, Failure> {
        let mut faults = Faults::default();
        let at = Path::Root.member("lineItems");
        faults.required(at, self.line_items.as_ref());
        let lines = lines(&mut faults, at, self.line_items.as_ref());
        if self.line_items.is_some() && lines.as_ref().is_some_and(Vec::is_empty) {
            faults.add(at, "must have 1 to 500 entries");
        }
        faults.end(lines)
    }
}

impl KeptLine {
    /// The part's number and the price option, if the line named a price option.
    pub(crate) fn parts(self) -> Option<(Option<String>, serde_json::Value)> {
        let named = self.named?;
        let option = match named.price_option_id {
            PriceOption::Number(number) => number.into(),
            PriceOption::Text(text) => text.into(),
        };
        Some((named.part_number, option))
    }
}

impl GoodLine {
    /// The core's line. A price option alone is looked up as the article of that name.
    pub(crate) fn into_line(self) -> Line {
        let option = self.price_option_id.as_ref().map(|option| match option {
            PriceOption::Number(number) => number.to_string(),
            PriceOption::Text(text) => text.clone(),
        });
        let name = self.part_number.clone().or(option).unwrap_or_default();
        let article = ArticleId::parse(&name).expect("a good line names an article");
        let kept = self.price_option_id.map(|price_option_id| {
            let named = Some(Named { part_number: self.part_number, price_option_id });
            serde_json::to_string(&KeptLine { named }).expect("a line that was read can be written")
        });
        Line {
            article,
            title: name.into(),
            quantity: Units::of_line(self.quantity.into()).expect("a good line has pieces"),
            kept: kept.map(Kept::of).unwrap_or_default(),
        }
    }
}

/// All lines, if they are good; none if none were sent.
pub(super) fn lines(
    faults: &mut Faults,
    at: Path<'_>,
    sent: Option<&Document>,
) -> Option<Vec<GoodLine>> {
    let Some(sent) = sent else { return Some(Vec::new()) };
    let rows: Vec<Document> = faults.good(at, read(sent), "must be an array")?;
    if rows.len() > LINES_PER_ORDER_MAX {
        faults.add(at, "must have at most 500 entries");
        return None;
    }
    let mut lines = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        lines.extend(line(faults, &at.index(index), row));
    }
    (lines.len() == rows.len()).then_some(lines)
}

fn line(faults: &mut Faults, at: &Path<'_>, sent: &Document) -> Option<GoodLine> {
    let body: LineBody =
        faults.good(*at, read(sent).filter(|_| sent.is_object()), "must be an object")?;
    let member = |name| at.member(name);
    const NAME: &str = "must have 1 to 250 printable characters";
    let part = body.part_number.as_ref().map(|sent| {
        let name = text(faults, member("partNumber"), Some(sent))?;
        faults.good(member("partNumber"), ArticleId::parse(&name).map(|_| name), NAME)
    });
    let option = body.price_option_id.as_ref().map(|sent| {
        let at = member("priceOptionId");
        match faults.good(at, read(sent), "must be a string or an integer")? {
            PriceOption::Text(text) if ArticleId::parse(&text).is_none() => {
                faults.add(at, NAME);
                None
            }
            option => Some(option),
        }
    });
    if part.is_none() && option.is_none() {
        faults.add(member("partNumber"), "is required, or priceOptionId");
        return quantity(faults, at, &body).and(None);
    }
    let quantity = quantity(faults, at, &body);
    // What was sent must be good; what was not is nothing.
    let part_number = part.map_or(Some(None), |it| it.map(Some));
    let price_option_id = option.map_or(Some(None), |it| it.map(Some));
    Some(GoodLine {
        part_number: part_number?,
        price_option_id: price_option_id?,
        quantity: quantity?,
    })
}

fn quantity(faults: &mut Faults, at: &Path<'_>, body: &LineBody) -> Option<u32> {
    let at = at.member("quantity");
    if body.quantity.is_none() {
        return Some(1);
    }
    let sent = integer(faults, at, body.quantity.as_ref())?;
    let units = Units::of_line(sent).map(Units::get);
    faults.good(at, units, "must be between 1 and 1000000")
}
