//! Safety stocks as a client sets them.

use serde::{Deserialize, Serialize};
use workflow::command::LocationRef;
use workflow::id::ArticleId;
use workflow::limits::ROWS_PER_BATCH_MAX;
use workflow::quantity::Units;

use super::article;
use super::facility_name::FacilityName;
use crate::failure::Failure;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;

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
