//! Safety stocks as a client sets them.

use serde::{Deserialize, Serialize};
use workflow::command::SafetyAsk;
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

impl SafetyStocksBody<'_> {
    /// The rows, in the order of the request.
    pub(crate) fn into_rows(self) -> Result<Vec<SafetyAsk>, Failure> {
        let mut faults = Faults::default();
        let path = Path::Root.member("operations");
        let sent = faults.required(path, self.operations).unwrap_or_default();
        let fits = (1..=ROWS_PER_BATCH_MAX).contains(&sent.len());
        faults.check(path, fits, "must have 1 to 500 entries");
        let rows = sent.iter().enumerate().take(ROWS_PER_BATCH_MAX);
        let rows = rows.filter_map(|(index, row)| row.read(&mut faults, &path.index(index)));
        let rows = rows.collect();
        faults.end(Some(rows))
    }
}

impl SafetyStockBody<'_> {
    fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<SafetyAsk> {
        let article =
            article(faults, at.member("tenantArticleId"), self.tenant_article_id.as_ref());
        let value = at.member("value");
        let units = faults.required(value, self.value);
        let units = units.and_then(|count| {
            faults.good(value, Units::of_stock(count), "must be 0 to 2147483647")
        });
        let at = match self.facility_ref.as_deref() {
            None => None,
            Some(id) => Some(FacilityName::read_pair((Some(id), None), faults, at)?),
        };
        Some(SafetyAsk { at, article: article?, units: units? })
    }
}
