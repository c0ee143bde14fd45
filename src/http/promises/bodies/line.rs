//! One line of an order, closed.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use smol_str::SmolStr;
use workflow::id::ArticleId;
use workflow::kept::Kept;
use workflow::order::{Line, Shortage};
use workflow::quantity::Units;

use super::{article, check_attributes, check_count, check_list, check_text, free_text};
use crate::http::document::Document;
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::ENTRIES_MAX;

/// One line of an order, closed.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LineBody<'a> {
    #[serde(borrow)]
    article: Option<ArticleBody<'a>>,
    quantity: Option<i64>,
    allowed_substitutes: Option<Vec<SubstituteBody<'a>>>,
    scannable_codes: Option<Vec<Text<'a>>>,
    measurement_unit_key: Option<Text<'a>>,
    secondary_measurement_unit_key: Option<Text<'a>>,
    secondary_quantity: Option<Number>,
    measurement_validation: Option<Box<Document>>,
    shop_price: Option<Box<Document>>,
    tags: Option<Box<Document>>,
    custom_attributes: Option<Box<Document>>,
}

/// What the line is about.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArticleBody<'a> {
    #[serde(borrow)]
    tenant_article_id: Option<Text<'a>>,
    title: Option<Text<'a>>,
    title_localized: Option<Box<Document>>,
    image_url: Option<Text<'a>>,
    weight: Option<Number>,
    attributes: Option<Box<Document>>,
    custom_attributes: Option<Box<Document>>,
}

/// What may be sent instead; kept, not planned.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct SubstituteBody<'a> {
    #[serde(borrow)]
    tenant_article_id: Option<Text<'a>>,
    title: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_localized: Option<Box<Document>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Box<Document>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_attributes: Option<Box<Document>>,
}

/// The members of a line that no rule reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptLine<'b, 'a> {
    #[serde(skip_serializing_if = "KeptArticle::is_empty")]
    article: KeptArticle<'b, 'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_substitutes: Option<&'b Vec<SubstituteBody<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scannable_codes: Option<&'b Vec<Text<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measurement_unit_key: Option<&'b Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secondary_measurement_unit_key: Option<&'b Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secondary_quantity: Option<&'b Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measurement_validation: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shop_price: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_attributes: Option<&'b Document>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptArticle<'b, 'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    title_localized: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<&'b Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<&'b Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<&'b Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_attributes: Option<&'b Document>,
}

impl KeptLine<'_, '_> {
    fn is_empty(&self) -> bool {
        self.article.is_empty()
            && self.allowed_substitutes.is_none()
            && self.scannable_codes.is_none()
            && self.measurement_unit_key.is_none()
            && self.secondary_measurement_unit_key.is_none()
            && self.secondary_quantity.is_none()
            && self.measurement_validation.is_none()
            && self.shop_price.is_none()
            && self.tags.is_none()
            && self.custom_attributes.is_none()
    }
}

impl KeptArticle<'_, '_> {
    fn is_empty(&self) -> bool {
        self.title_localized.is_none()
            && self.image_url.is_none()
            && self.weight.is_none()
            && self.attributes.is_none()
            && self.custom_attributes.is_none()
    }
}

impl LineBody<'_> {
    /// The line, if all of it is good.
    pub(super) fn read(&self, faults: &mut Faults, at: &Path<'_>) -> Option<Line> {
        let quantity = faults.required(at.member("quantity"), self.quantity).and_then(|count| {
            faults.good(at.member("quantity"), Units::of_line(count), "must be 1 to 1000000")
        });
        let named = self.article(faults, at);
        self.check_kept(faults, at);
        let (article, title) = named?;
        let (quantity, kept) = (quantity?, self.kept());
        Some(Line { article, title, quantity, kept, shortage: Shortage::Unsaid })
    }

    fn article(&self, faults: &mut Faults, at: &Path<'_>) -> Option<(ArticleId, SmolStr)> {
        let path = at.member("article");
        let sent = faults.required(path, self.article.as_ref())?;
        let id = path.member("tenantArticleId");
        let article = article(faults, id, sent.tenant_article_id.as_ref());
        let title = path.member("title");
        let title = faults
            .required(title, sent.title.as_ref())
            .and_then(|text| free_text(faults, title, text));
        check_text(faults, path.member("imageUrl"), sent.image_url.as_ref());
        let weight = sent.weight.as_ref().is_none_or(is_not_negative);
        faults.check(path.member("weight"), weight, "must be 0 or more");
        let attributes = sent.attributes.as_deref();
        check_list(faults, path.member("attributes"), attributes, 0..=ENTRIES_MAX);
        check_attributes(
            faults,
            path.member("customAttributes"),
            sent.custom_attributes.as_deref(),
        );
        Some((article?, title?))
    }

    fn check_kept(&self, faults: &mut Faults, at: &Path<'_>) {
        let substitutes = at.member("allowedSubstitutes");
        for (index, substitute) in self.allowed_substitutes.iter().flatten().enumerate() {
            substitute.check(faults, &substitutes.index(index));
        }
        check_count(faults, substitutes, self.allowed_substitutes.as_ref().map_or(0, Vec::len));
        let codes = self.scannable_codes.as_ref().map_or(0, Vec::len);
        check_count(faults, at.member("scannableCodes"), codes);
        let secondary = self.secondary_quantity.as_ref().is_none_or(is_not_negative);
        faults.check(at.member("secondaryQuantity"), secondary, "must be 0 or more");
        check_list(faults, at.member("tags"), self.tags.as_deref(), 0..=ENTRIES_MAX);
        check_attributes(faults, at.member("customAttributes"), self.custom_attributes.as_deref());
    }

    fn kept(&self) -> Kept {
        let article = self.article.as_ref();
        let members = KeptLine {
            article: KeptArticle {
                title_localized: article.and_then(|it| it.title_localized.as_deref()),
                image_url: article.and_then(|it| it.image_url.as_ref()),
                weight: article.and_then(|it| it.weight.as_ref()),
                attributes: article.and_then(|it| it.attributes.as_deref()),
                custom_attributes: article.and_then(|it| it.custom_attributes.as_deref()),
            },
            allowed_substitutes: self.allowed_substitutes.as_ref(),
            scannable_codes: self.scannable_codes.as_ref(),
            measurement_unit_key: self.measurement_unit_key.as_ref(),
            secondary_measurement_unit_key: self.secondary_measurement_unit_key.as_ref(),
            secondary_quantity: self.secondary_quantity.as_ref(),
            measurement_validation: self.measurement_validation.as_deref(),
            shop_price: self.shop_price.as_deref(),
            tags: self.tags.as_deref(),
            custom_attributes: self.custom_attributes.as_deref(),
        };
        if members.is_empty() {
            return Kept::default(); // the usual line, which then costs nothing
        }
        Kept::of(serde_json::to_string(&members).expect("a body that was read can be written"))
    }
}

impl SubstituteBody<'_> {
    fn check(&self, faults: &mut Faults, at: &Path<'_>) {
        article(faults, at.member("tenantArticleId"), self.tenant_article_id.as_ref());
        faults.required(at.member("title"), self.title.as_ref());
        check_text(faults, at.member("title"), self.title.as_ref());
        check_text(faults, at.member("imageUrl"), self.image_url.as_ref());
        let priority = self.priority.is_none_or(|priority| priority >= 0);
        faults.check(at.member("priority"), priority, "must be 0 or more");
        let weight = self.weight.as_ref().is_none_or(is_not_negative);
        faults.check(at.member("weight"), weight, "must be 0 or more");
        check_list(faults, at.member("attributes"), self.attributes.as_deref(), 0..=ENTRIES_MAX);
        let own = self.custom_attributes.as_deref();
        check_attributes(faults, at.member("customAttributes"), own);
    }
}

fn is_not_negative(number: &Number) -> bool {
    number.as_f64().is_some_and(|number| number >= 0.0)
}
