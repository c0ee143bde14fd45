//! What a client wants done to many stocks at once, and to safety stocks.

use serde::{Deserialize, Serialize};
use workflow::command::{Command, LocationRef, Lots};
use workflow::id::{ArticleId, StockId};
use workflow::limits::ROWS_PER_BATCH_MAX;
use workflow::quantity::Units;

use super::article;
use super::facility_name::FacilityName;
use super::stock::{StockBody, StocksBody};
use crate::failure::Failure;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::{ENTRIES_MAX, VERSIONLESS_ROWS_MAX};

/// An action on stocks. Which members belong to it depends on its name, so the schema is open.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct StockActionBody<'a> {
    #[serde(borrow)]
    action: Option<InnerBody<'a>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct InnerBody<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    ids: Option<Vec<Text<'a>>>,
    facility_ref: Option<Text<'a>>,
    tenant_article_ids: Option<Vec<Text<'a>>>,
    stocks: Option<Vec<StockBody<'a>>>,
}

/// Which action it is: its answer is put into words by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StockAction {
    /// Take away stocks by their ids.
    DeleteByIds,
    /// Take away all stocks of articles at one facility.
    DeleteByProducts,
    /// Make or change stocks whatever their version.
    UpdateVersionless,
}

/// Safety stocks to set.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct SafetyStocksBody<'a> {
    #[serde(borrow)]
    operations: Option<Vec<SafetyStockBody<'a>>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct SafetyStockBody<'a> {
    #[serde(borrow)]
    tenant_article_id: Option<Text<'a>>,
    value: Option<i64>,
    facility_ref: Option<Text<'a>>,
}

impl StockActionBody<'_> {
    /// The command, and which action it is.
    pub(crate) fn into_command(self) -> Result<(StockAction, Command), Failure> {
        let mut faults = Faults::default();
        let at = Path::Root.member("action");
        let Some(action) = faults.required(at, self.action) else { return faults.end(None) };
        let name = faults.required(at.member("name"), action.name.as_deref());
        let command = match name {
            None => None,
            Some("DELETE_BY_IDS") => {
                let ids = parsed(&action.ids, &mut faults, &at.member("ids"), StockId::parse);
                let which = ids.map(Lots::Ids);
                which.map(|which| (StockAction::DeleteByIds, Command::RemoveStocks { which }))
            }
            Some("DELETE_BY_PRODUCTS") => {
                let names = (action.facility_ref.as_deref(), None);
                let place = FacilityName::read_pair(names, &mut faults, &at);
                let path = at.member("tenantArticleIds");
                let sent = &action.tenant_article_ids;
                let articles = parsed(sent, &mut faults, &path, ArticleId::parse);
                let which = place.zip(articles).map(|(at, articles)| Lots::Articles(at, articles));
                which.map(|which| (StockAction::DeleteByProducts, Command::RemoveStocks { which }))
            }
            Some("UPDATE_VERSIONLESS") => {
                let path = at.member("stocks");
                let bounds = (VERSIONLESS_ROWS_MAX, true);
                let rows = StocksBody::rows(action.stocks, &mut faults, &path, bounds);
                rows.map(|rows| (StockAction::UpdateVersionless, Command::PutStocks { rows }))
            }
            Some(_) => {
                let known = "must be DELETE_BY_IDS, DELETE_BY_PRODUCTS or UPDATE_VERSIONLESS";
                faults.add(at.member("name"), known);
                None
            }
        };
        faults.end(command)
    }
}

/// One row of safety stock, as the command and the answer need it.
pub(crate) type SafetyRow = (LocationRef, ArticleId, Units);

impl SafetyStocksBody<'_> {
    /// The rows, in the order of the request.
    pub(crate) fn into_rows(self) -> Result<Vec<SafetyRow>, Failure> {
        let mut faults = Faults::default();
        let path = Path::Root.member("operations");
        let sent = faults.required(path, self.operations).unwrap_or_default();
        let fits = (1..=ROWS_PER_BATCH_MAX).contains(&sent.len());
        faults.check(path, fits, "must have 1 to 500 entries");
        let mut rows = Vec::with_capacity(sent.len());
        for (index, operation) in sent.iter().enumerate().take(ROWS_PER_BATCH_MAX) {
            let at = path.index(index);
            let id = operation.tenant_article_id.as_ref();
            let article = article(&mut faults, at.member("tenantArticleId"), id);
            let value = faults.required(at.member("value"), operation.value);
            let units = value.and_then(|count| {
                faults.good(at.member("value"), Units::of_stock(count), "must be 0 to 2147483647")
            });
            let names = (operation.facility_ref.as_deref(), None);
            let place = FacilityName::read_pair(names, &mut faults, &at);
            if let (Some(place), Some(article), Some(units)) = (place, article, units) {
                rows.push((place, article, units));
            }
        }
        faults.end(Some(rows))
    }
}

/// A list of ids, each of them good.
fn parsed<T>(
    sent: &Option<Vec<Text<'_>>>,
    faults: &mut Faults,
    path: &Path<'_>,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<Vec<T>> {
    let sent = faults.required(*path, sent.as_ref())?;
    let fits = (1..=ENTRIES_MAX).contains(&sent.len());
    faults.check(*path, fits, "must have 1 to 500 entries");
    let mut values = Vec::with_capacity(sent.len());
    for (index, text) in sent.iter().enumerate().take(ENTRIES_MAX) {
        values.extend(faults.good(path.index(index), parse(text), "is no id"));
    }
    Some(values)
}
