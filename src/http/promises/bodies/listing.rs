//! Listings as a client puts them: which articles a facility sells.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::kept::Kept;
use workflow::limits::ROWS_PER_BATCH_MAX;
use workflow::location::{ListingRow, OutOfStock};
use workflow::time::Time;

use super::{article, check_attributes, check_list, free_text, reference, time, version};
use crate::failure::Failure;
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::{ENTRIES_MAX, LISTING_ATTRIBUTES_MAX, LISTING_CATEGORIES_MAX};

/// Listings to make or replace.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ListingsBody<'a> {
    #[serde(borrow)]
    listings: Option<Vec<ListingBody<'a>>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListingBody<'a> {
    #[serde(borrow)]
    tenant_article_id: Option<Text<'a>>,
    title: Option<Text<'a>>,
    status: Option<StatusBody>,
    version: Option<i64>,
    out_of_stock_behaviour: Option<BehaviourBody>,
    out_of_stock_config: Option<ConfigBody<'a>>,
    title_localized: Option<Document>,
    attributes: Option<Document>,
    scannable_codes: Option<Vec<Text<'a>>>,
    image_url: Option<Text<'a>>,
    category_refs: Option<Document>,
    stock_properties: Option<Document>,
    stock_available_until: Option<Document>,
    tags: Option<Document>,
    custom_attributes: Option<Document>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum StatusBody {
    Active,
    Inactive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum BehaviourBody {
    None,
    Backorder,
    Preorder,
    Restock,
    PreorderAndRestock,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ConfigBody<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    preorder: Option<PreorderBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restock: Option<RestockBody>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PreorderBody<'a> {
    #[serde(borrow)]
    availability_timeframe: Option<TimeframeBody<'a>>,
}

#[derive(Debug, Deserialize, Serialize)]
struct TimeframeBody<'a> {
    #[serde(borrow)]
    start: Option<Text<'a>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RestockBody {
    restockable_in_days: Option<i64>,
}

/// The members that no rule reads, as they are given back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptListing<'b, 'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    out_of_stock_config: Option<&'b ConfigBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_localized: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<&'b Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category_refs: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock_properties: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock_available_until: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_attributes: Option<&'b Document>,
}

impl PreorderBody<'_> {
    /// From when on there is stock.
    fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<Time> {
        let at = at.member("availabilityTimeframe");
        let frame = faults.required(at, self.availability_timeframe.as_ref())?;
        let text = faults.required(at.member("start"), frame.start.as_ref())?;
        time(faults, at.member("start"), text)
    }
}

impl RestockBody {
    /// After how many days there is stock.
    fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<u16> {
        let at = at.member("restockableInDays");
        let days = faults.required(at, self.restockable_in_days)?;
        faults.good(at, u16::try_from(days).ok(), "must be 0 to 65535")
    }
}

impl ListingsBody<'_> {
    /// One row per article.
    pub(crate) fn into_rows(self) -> Result<Vec<ListingRow>, Failure> {
        let mut faults = Faults::default();
        let path = Path::Root.member("listings");
        let sent = faults.required(path, self.listings).unwrap_or_default();
        let fits = (1..=ROWS_PER_BATCH_MAX).contains(&sent.len());
        faults.check(path, fits, "must have 1 to 500 entries");
        let mut rows: Vec<ListingRow> = Vec::with_capacity(sent.len());
        let mut seen = BTreeSet::new();
        for (index, listing) in sent.iter().enumerate().take(ROWS_PER_BATCH_MAX) {
            let at = path.index(index);
            let Some(row) = listing.read(&mut faults, &at) else { continue };
            let new = seen.insert(row.article.clone());
            faults.check(at.member("tenantArticleId"), new, "comes twice");
            rows.push(row);
        }
        faults.end(Some(rows))
    }
}

impl ListingBody<'_> {
    /// The row, if it has no fault.
    pub(super) fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<ListingRow> {
        let article =
            article(faults, at.member("tenantArticleId"), self.tenant_article_id.as_ref());
        let title = self.title.as_ref();
        let title = title.and_then(|text| free_text(faults, at.member("title"), text));
        let version = self.version.and_then(|sent| version(faults, at.member("version"), sent));
        let out_of_stock = self.out_of_stock(faults, at);
        let codes = self.codes(faults, at);
        self.check_kept(faults, at);
        Some(ListingRow {
            article: article?,
            version,
            title,
            active: self.status != Some(StatusBody::Inactive),
            out_of_stock: out_of_stock?,
            codes,
            kept: Kept::of(self.kept()),
        })
    }

    fn out_of_stock(&self, faults: &mut Faults, at: &Path<'_>) -> Option<OutOfStock> {
        let at = at.member("outOfStockConfig");
        let config = self.out_of_stock_config.as_ref();
        let (preorder, restock) = (at.member("preorder"), at.member("restock"));
        // What was sent must be good, also if the behaviour does not need it.
        let sent_from = config.and_then(|it| it.preorder.as_ref());
        let sent_from = sent_from.map(|it| it.read(faults, &preorder));
        let sent_days = config.and_then(|it| it.restock.as_ref());
        let sent_days = sent_days.map(|it| it.read(faults, &restock));
        let from = |faults: &mut Faults| faults.required(preorder, sent_from).flatten();
        let days = |faults: &mut Faults| faults.required(restock, sent_days).flatten();
        Some(match self.out_of_stock_behaviour.unwrap_or(BehaviourBody::None) {
            BehaviourBody::None => OutOfStock::None,
            BehaviourBody::Backorder => OutOfStock::Backorder,
            BehaviourBody::Preorder => OutOfStock::Preorder { from: from(faults)? },
            BehaviourBody::Restock => OutOfStock::Restock { days: days(faults)? },
            BehaviourBody::PreorderAndRestock => {
                let (from, days) = (from(faults), days(faults));
                OutOfStock::PreorderAndRestock { from: from?, days: days? }
            }
        })
    }

    fn codes(&self, faults: &mut Faults, at: &Path<'_>) -> Vec<SmolStr> {
        let list = at.member("scannableCodes");
        let sent = self.scannable_codes.as_deref().unwrap_or_default();
        faults.check(list, sent.len() <= ENTRIES_MAX, "must have 0 to 500 entries");
        let codes = sent.iter().enumerate().take(ENTRIES_MAX);
        codes.filter_map(|(index, code)| reference(faults, list.index(index), code)).collect()
    }

    fn check_kept(&self, faults: &mut Faults, at: &Path<'_>) {
        for (name, list, max) in [
            ("attributes", &self.attributes, LISTING_ATTRIBUTES_MAX),
            ("categoryRefs", &self.category_refs, LISTING_CATEGORIES_MAX),
            ("tags", &self.tags, ENTRIES_MAX),
        ] {
            check_list(faults, at.member(name), list.as_ref(), 0..=max);
        }
        check_attributes(faults, at.member("customAttributes"), self.custom_attributes.as_ref());
    }

    fn kept(&self) -> String {
        let members = KeptListing {
            out_of_stock_config: self.out_of_stock_config.as_ref(),
            title_localized: self.title_localized.as_ref(),
            attributes: self.attributes.as_ref(),
            image_url: self.image_url.as_ref(),
            category_refs: self.category_refs.as_ref(),
            stock_properties: self.stock_properties.as_ref(),
            stock_available_until: self.stock_available_until.as_ref(),
            tags: self.tags.as_ref(),
            custom_attributes: self.custom_attributes.as_ref(),
        };
        serde_json::to_string(&members).expect("a body that was read can be written")
    }
}
