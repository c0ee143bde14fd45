//! What a client wants done to many stocks at once.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::command::{Command, Lots};
use workflow::id::{ArticleId, StockId};
use workflow::quantity::Units;

use super::facility_name::FacilityName;
use super::reference;
use super::stock::{StockBody, StocksBody};
use crate::failure::Failure;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::{ENTRIES_MAX, STOCK_ACTIONS_MAX, VERSIONLESS_ROWS_MAX};

/// The names of the actions.
const KNOWN: &str = "must be DELETE_BY_IDS, DELETE_BY_PRODUCTS, DELETE_BY_LOCATIONS, \
                     MOVE_TO_LOCATION or UPDATE_VERSIONLESS";

/// An action on stocks, or several in the deprecated form.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct StockActionBody<'a> {
    #[serde(borrow)]
    action: Option<InnerBody<'a>>,
    actions: Option<Vec<InnerBody<'a>>>,
}

/// One action. Which members belong to it depends on its name, so the schema is open.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct InnerBody<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    ids: Option<Vec<Text<'a>>>,
    facility_ref: Option<Text<'a>>,
    tenant_article_ids: Option<Vec<Text<'a>>>,
    location_refs: Option<Vec<Text<'a>>>,
    stocks: Option<Vec<StockBody<'a>>>,
    from_stock_id: Option<Text<'a>>,
    to_location_ref: Option<Text<'a>>,
    amount: Option<i64>,
    options: Option<OptionsBody>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionsBody {
    delete_from_stock_if_zero: Option<bool>,
}

impl StockActionBody<'_> {
    /// Whether the actions came in an array, and so does the answer.
    pub(crate) fn is_array(&self) -> bool {
        self.action.is_none() && self.actions.is_some()
    }

    /// The command.
    pub(crate) fn into_command(self) -> Result<Command, Failure> {
        let mut faults = Faults::default();
        let (one, list) = (Path::Root.member("action"), Path::Root.member("actions"));
        let command = match (self.action, self.actions) {
            (Some(action), None) => action.into_command(&mut faults, &one),
            (None, Some(actions)) => together(actions, &mut faults, &list),
            (Some(_), Some(_)) => {
                faults.add(list, "goes without action");
                None
            }
            (None, None) => faults.required(one, None),
        };
        faults.end(command)
    }
}

/// Several actions in one step. Each is decided on the stock as it is, so only those may come
/// together of which none can stand in another's way.
fn together(actions: Vec<InnerBody<'_>>, faults: &mut Faults, list: &Path<'_>) -> Option<Command> {
    let fits = (1..=STOCK_ACTIONS_MAX).contains(&actions.len());
    faults.check(*list, fits, &format!("must have 1 to {STOCK_ACTIONS_MAX} entries"));
    let is_alone = actions.len() == 1;
    let mut which = Vec::with_capacity(actions.len());
    for (index, action) in actions.into_iter().enumerate().take(STOCK_ACTIONS_MAX) {
        let at = list.index(index);
        match action.into_command(faults, &at) {
            Some(Command::RemoveStocks { which: more }) => which.extend(more),
            Some(command) if is_alone => return Some(command),
            Some(_) => faults.add(at.member("name"), "must be alone: only deletions come together"),
            None => {}
        }
    }
    Some(Command::RemoveStocks { which })
}

impl InnerBody<'_> {
    fn into_command(self, faults: &mut Faults, at: &Path<'_>) -> Option<Command> {
        let remove = |which| Command::RemoveStocks { which: vec![which] };
        match faults.required(at.member("name"), self.name.as_deref())? {
            "DELETE_BY_IDS" => {
                let ids = parsed(&self.ids, faults, &at.member("ids"), StockId::parse);
                ids.map(Lots::Ids).map(remove)
            }
            "DELETE_BY_PRODUCTS" => {
                let names = (self.facility_ref.as_deref(), None);
                let place = FacilityName::read_pair(names, faults, at);
                let path = at.member("tenantArticleIds");
                let articles = parsed(&self.tenant_article_ids, faults, &path, ArticleId::parse);
                place.zip(articles).map(|(at, articles)| remove(Lots::Articles(at, articles)))
            }
            "DELETE_BY_LOCATIONS" => self.storages(faults, at).map(remove),
            "MOVE_TO_LOCATION" => self.relocation(faults, at),
            "UPDATE_VERSIONLESS" => {
                let path = at.member("stocks");
                let bounds = (VERSIONLESS_ROWS_MAX, true);
                let rows = StocksBody::rows(self.stocks, faults, &path, bounds);
                rows.map(|rows| Command::PutStocks { rows })
            }
            _ => {
                faults.add(at.member("name"), KNOWN);
                None
            }
        }
    }

    fn storages(&self, faults: &mut Faults, at: &Path<'_>) -> Option<Lots> {
        let place = match &self.facility_ref {
            None => None,
            Some(id) => Some(FacilityName::read_pair((Some(id), None), faults, at)?),
        };
        let sent = self.location_refs.as_ref();
        let path = at.member("locationRefs");
        let sent = faults.required(path, sent)?;
        let fits = (1..=ENTRIES_MAX).contains(&sent.len());
        faults.check(path, fits, "must have 1 to 500 entries");
        let names = sent.iter().enumerate().take(ENTRIES_MAX);
        let names: Vec<SmolStr> =
            names.filter_map(|(index, name)| reference(faults, path.index(index), name)).collect();
        Some(Lots::Storages(place, names))
    }

    fn relocation(&self, faults: &mut Faults, at: &Path<'_>) -> Option<Command> {
        let path = at.member("fromStockId");
        let from = faults.required(path, self.from_stock_id.as_deref());
        let from = from.and_then(|id| faults.good(path, StockId::parse(id), "is no stock's id"));
        let path = at.member("toLocationRef");
        let to = faults.required(path, self.to_location_ref.as_deref());
        let to = to.and_then(|name| reference(faults, path, name));
        let path = at.member("amount");
        let amount = faults.required(path, self.amount).and_then(|count| {
            let units = Units::of_stock(count).filter(|units| !units.is_zero());
            faults.good(path, units, "must be 1 to 2147483647")
        });
        let options = self.options.unwrap_or_default();
        let removes_empty = options.delete_from_stock_if_zero.unwrap_or(false);
        Some(Command::MoveStock { from: from?, to: to?, units: amount?, removes_empty })
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
