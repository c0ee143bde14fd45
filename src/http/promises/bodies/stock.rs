//! Stocks as a client makes and changes them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::command::{Command, LocationRef, StockRow};
use workflow::id::{StockId, Version};
use workflow::kept::Kept;
use workflow::limits::ROWS_PER_BATCH_MAX;
use workflow::location::{LotChange, LotRow, LotTarget};
use workflow::quantity::Units;
use workflow::time::Time;

use super::action::agree;
use super::facility_name::FacilityName;
use super::{article, check_attributes, reference, time, version};
use crate::failure::Failure;
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::LOT_ENTRIES_MAX;

/// One stock, new or known. Unknown members are ignored.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockBody<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    tenant_article_id: Option<Text<'a>>,
    value: Option<i64>,
    version: Option<i64>,
    facility: Option<FacilityName<'a>>,
    facility_ref: Option<Text<'a>>,
    tenant_facility_id: Option<Text<'a>>,
    location_ref: Option<Text<'a>>,
    tenant_stock_id: Option<Text<'a>>,
    available_until: Option<Text<'a>>,
    receipt_date: Option<Text<'a>>,
    properties: Option<Document>,
    conditions: Option<Vec<ConditionBody>>,
    trait_config: Option<Vec<TraitBody>>,
    custom_attributes: Option<Document>,
    operation_type: Option<OperationBody>,
}

/// Stocks to make or change in one step.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct StocksBody<'a> {
    #[serde(borrow)]
    stocks: Option<Vec<StockBody<'a>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum ConditionBody {
    Defective,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct TraitBody {
    #[serde(rename = "trait")]
    name: Option<TraitName>,
    enabled: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum TraitName {
    Pickable,
    Accessible,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum OperationBody {
    Create,
    Update,
}

impl StocksBody<'_> {
    /// The command for a batch.
    pub(crate) fn into_command(self) -> Result<Command, Failure> {
        let mut faults = Faults::default();
        let rows = StocksBody::rows(
            self.stocks,
            &mut faults,
            &Path::Root.member("stocks"),
            (ROWS_PER_BATCH_MAX, false),
        );
        faults.end(rows.map(|rows| Command::PutStocks { rows }))
    }

    /// The rows of a batch: not too many, and none about the same stock as another.
    pub(super) fn rows(
        stocks: Option<Vec<StockBody<'_>>>,
        faults: &mut Faults,
        path: &Path<'_>,
        (rows_max, named_operation): (usize, bool),
    ) -> Option<Vec<StockRow>> {
        let sent = faults.required(*path, stocks)?;
        let fits = (1..=rows_max).contains(&sent.len());
        faults.check(*path, fits, &format!("must have 1 to {rows_max} entries"));
        let mut rows: Vec<StockRow> = Vec::with_capacity(sent.len());
        let mut ids = BTreeSet::new();
        for (index, stock) in sent.iter().enumerate().take(rows_max) {
            let at = path.index(index);
            if named_operation {
                stock.check_operation(faults, &at);
            }
            let Some(row) = stock.read(faults, &at) else { continue };
            if let LotTarget::Existing(id) = row.row.target {
                faults.check(at.member("id"), ids.insert(id), "comes twice");
            }
            let own = row.row.change.reference.as_ref();
            let same = |known: &StockRow| {
                known.at.names() == row.at.names() && known.row.change.reference.as_ref() == own
            };
            let new = own.is_none() || !rows.iter().any(same);
            faults.check(at.member("tenantStockId"), new, "comes twice");
            rows.push(row);
        }
        Some(rows)
    }
}

impl StockBody<'_> {
    /// The command for one new stock.
    pub(crate) fn into_creation(self) -> Result<Command, Failure> {
        let mut faults = Faults::default();
        faults.check(Path::Root.member("id"), self.id.is_none(), "is given by the server");
        let row = self.read(&mut faults, &Path::Root);
        faults.end(row.map(|row| Command::PutStocks { rows: vec![row] }))
    }

    /// The command for a change of the stock that the path names.
    pub(crate) fn into_change(
        self,
        stock: StockId,
        if_match: Option<Version>,
    ) -> Result<Command, Failure> {
        let mut faults = Faults::default();
        let row = self.lot(&mut faults, &Path::Root, LotTarget::Existing(stock));
        agree(&mut faults, if_match, row.as_ref().and_then(|row| row.version));
        let row = row.map(|mut row| {
            row.version = row.version.or(if_match);
            StockRow { at: LocationRef::default(), row }
        });
        faults.end(row.map(|row| Command::PutStocks { rows: vec![row] }))
    }

    /// The command for one stock, new or known, by itself.
    pub(crate) fn into_row(self) -> Result<Command, Failure> {
        let mut faults = Faults::default();
        let row = self.read(&mut faults, &Path::Root);
        faults.end(row.map(|row| Command::PutStocks { rows: vec![row] }))
    }

    fn check_operation(&self, faults: &mut Faults, at: &Path<'_>) {
        let operation = faults.required(at.member("operationType"), self.operation_type);
        let fits = match operation {
            Some(OperationBody::Create) => self.id.is_none(),
            Some(OperationBody::Update) => self.id.is_some(),
            None => true,
        };
        faults.check(at.member("id"), fits, "goes with UPDATE, and only with it");
        faults.check(at.member("version"), self.version.is_none(), "is not for this action");
    }

    fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<StockRow> {
        let target = match &self.id {
            Some(text) => faults
                .good(at.member("id"), StockId::parse(text), "is no stock's id")
                .map(LotTarget::Existing),
            None => article(faults, at.member("tenantArticleId"), self.tenant_article_id.as_ref())
                .map(LotTarget::New),
        };
        let place = self.facility(faults, at);
        // Whatever else is wrong is named too, so the rest is read under a target of no matter.
        let row = self.lot(
            faults,
            at,
            target.clone().unwrap_or(LotTarget::Existing(StockId::from_bits(0))),
        );
        target?;
        Some(StockRow { at: place?, row: row? })
    }

    /// The facility, in one of the three places where clients put it.
    fn facility(&self, faults: &mut Faults, at: &Path<'_>) -> Option<LocationRef> {
        let names = (self.facility_ref.as_deref(), self.tenant_facility_id.as_deref());
        let Some(facility) = &self.facility else {
            if names == (None, None) && self.id.is_some() {
                return Some(LocationRef::default());
            }
            return FacilityName::read_pair(names, faults, at);
        };
        let inner = facility.read(faults, &at.member("facility"));
        if names == (None, None) {
            return inner;
        }
        let (inner, outer) = (inner?, FacilityName::read_pair(names, faults, at)?);
        // Whether an id and a name are of one facility is for the core to say.
        let differs = "names another facility than `facility` does";
        let same = inner.id.is_none() || outer.id.is_none() || inner.id == outer.id;
        faults.check(at.member("facilityRef"), same, differs);
        let (one, other) = (&inner.reference, &outer.reference);
        let same = one.is_none() || other.is_none() || one == other;
        faults.check(at.member("tenantFacilityId"), same, differs);
        let id = inner.id.or(outer.id);
        let named = if inner.reference.is_some() { inner } else { outer };
        Some(LocationRef { id, ..named })
    }

    fn lot(&self, faults: &mut Faults, at: &Path<'_>, target: LotTarget) -> Option<LotRow> {
        let value = at.member("value");
        let units = faults.required(value, self.value);
        let units = units.and_then(|count| {
            faults.good(value, Units::of_stock(count), "must be 0 to 2147483647")
        });
        let version = self.version.and_then(|sent| version(faults, at.member("version"), sent));
        let mut instant = |name, text: &Option<Text<'_>>| -> Option<Time> {
            text.as_ref().and_then(|text| time(faults, at.member(name), text))
        };
        let available_until = instant("availableUntil", &self.available_until);
        let received = instant("receiptDate", &self.receipt_date);
        let mut name = |name, text: &Option<Text<'_>>| {
            text.as_ref().and_then(|text| reference(faults, at.member(name), text))
        };
        let own = name("tenantStockId", &self.tenant_stock_id);
        let storage = name("locationRef", &self.location_ref);
        check_attributes(faults, at.member("properties"), self.properties.as_ref());
        let few = |count: Option<usize>| count.is_none_or(|count| count <= LOT_ENTRIES_MAX);
        let conditions = self.conditions.as_ref().map(Vec::len);
        faults.check(at.member("conditions"), few(conditions), "must have at most 10 entries");
        let config = self.trait_config.as_ref().map(Vec::len);
        faults.check(at.member("traitConfig"), few(config), "must have at most 10 entries");
        check_attributes(faults, at.member("customAttributes"), self.custom_attributes.as_ref());
        let traits = self.traits(faults, at);
        let change = LotChange {
            value: units?,
            received,
            available_until,
            traits,
            defective: self.conditions.as_ref().map(|all| !all.is_empty()),
            reference: own,
            storage,
            kept: self.kept(),
        };
        Some(LotRow { target, version, change })
    }

    fn traits(&self, faults: &mut Faults, at: &Path<'_>) -> Option<(bool, bool)> {
        let list = at.member("traitConfig");
        let config = self.trait_config.as_ref()?;
        let (mut pickable, mut accessible) = (true, true);
        for (index, entry) in config.iter().enumerate() {
            let at = list.index(index);
            let name = faults.required(at.member("trait"), entry.name);
            let enabled = faults.required(at.member("enabled"), entry.enabled);
            match (name, enabled) {
                (Some(TraitName::Pickable), Some(enabled)) => pickable = enabled,
                (Some(TraitName::Accessible), Some(enabled)) => accessible = enabled,
                (_, None) | (None, _) => {}
            }
        }
        Some((pickable, accessible))
    }

    /// The members that no rule reads, as they are given back; those that were sent.
    fn kept(&self) -> BTreeMap<SmolStr, Kept> {
        fn text(value: &impl Serialize) -> Kept {
            Kept::of(serde_json::to_string(value).expect("a body that was read can be written"))
        }
        let members = [
            ("properties", self.properties.as_ref().map(text)),
            ("conditions", self.conditions.as_ref().map(text)),
            ("traitConfig", self.trait_config.as_ref().map(text)),
            ("customAttributes", self.custom_attributes.as_ref().map(text)),
        ];
        let sent = members.into_iter().filter_map(|(name, kept)| Some((name.into(), kept?)));
        sent.collect()
    }
}
