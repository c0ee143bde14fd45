//! One product of a report.

use serde::{Deserialize, Serialize};
use workflow::id::ArticleId;
use workflow::kept::Kept;
use workflow::order::{Line, Shortage};
use workflow::quantity::Units;

use super::{gtin, name};
use crate::http::path::{Faults, Path};
use crate::http::text::Text;
use crate::limits::URL_CHARS_MAX;

/// One product.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct ProductBody<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    external_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gtin: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<Text<'a>>,
}

/// What a line of ours keeps of a product; the other doors show it as attributes of the line.
#[derive(Serialize)]
struct KeptLine<'a> {
    #[serde(rename = "customAttributes")]
    attributes: Attributes<'a>,
}

#[derive(Serialize)]
struct Attributes<'a> {
    product: KeptProduct<'a>,
}

#[derive(Serialize)]
struct KeptProduct<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<&'a Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gtin: Option<&'a Text<'a>>,
    url: Option<&'a Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<&'a Text<'a>>,
}

impl ProductBody<'_> {
    /// The product as a line without pieces: what was reported holds no stock.
    pub(super) fn read(&self, faults: &mut Faults, at: Path<'_>) -> Option<Line> {
        let named = |faults: &mut Faults, member, text: Option<&Text<'_>>| {
            let at = at.member(member);
            let text = faults.required(at, text)?;
            name(faults, at, text)
        };
        let id = named(faults, "external_id", self.external_id.as_ref());
        let title = named(faults, "name", self.name.as_ref());
        if let Some(sku) = &self.sku {
            name(faults, at.member("sku"), sku);
        }
        if let Some(gtin) = &self.gtin {
            faults.check(at.member("gtin"), gtin::is_gtin(gtin), "must be 13 digits");
        }
        let url_at = at.member("url");
        if let Some(url) = faults.required(url_at, self.url.as_ref()) {
            faults.check(url_at, is_url(url), URL_RULE);
        }
        if let Some(url) = &self.image_url {
            faults.check(at.member("image_url"), is_url(url), URL_RULE);
        }
        Some(Line {
            article: ArticleId::parse(&id?)?,
            title: title?,
            quantity: Units::ZERO,
            kept: self.kept(),
            shortage: Shortage::Unsaid,
        })
    }

    fn kept(&self) -> Kept {
        let product = KeptProduct {
            sku: self.sku.as_ref(),
            gtin: self.gtin.as_ref(),
            url: self.url.as_ref(),
            image_url: self.image_url.as_ref(),
        };
        let kept = KeptLine { attributes: Attributes { product } };
        Kept::of(serde_json::to_string(&kept).expect("a body that was read can be written"))
    }
}

const URL_RULE: &str = "must be an absolute http or https URL of at most 2000 characters";

/// Whether it is an absolute address of the web, that stays one in the attribute of a page.
fn is_url(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let scheme = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme));
    let rest = scheme.map_or("", |scheme| &text[scheme.len()..]);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain =
        |it: char| !it.is_whitespace() && !it.is_control() && !"\"<>\\^`{|}".contains(it);
    !host.is_empty() && text.chars().count() <= URL_CHARS_MAX && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_absolute_and_of_the_web() {
        let long = format!("https://example.com/{}", "x".repeat(URL_CHARS_MAX));
        for good in ["https://www.example.com/a?b=c#d", "HTTP://example.com", "http://[::1]:80/"] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "/a",
            "www.example.com",
            "ftp://example.com",
            "javascript:alert(1)",
            "https://",
            "https:///a",
            "https://example.com/\r\nX: y",
            "https://example.com/\"><script>",
            "http:/",
            "é",
            &long,
        ] {
            assert!(!is_url(bad), "{bad:?}");
        }
    }
}
