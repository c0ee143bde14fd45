//! What all facilities together have of articles, in this door's words.

use serde::Serialize;
use workflow::id::{ArticleId, LocationId};
use workflow::outcome::{Outcome, SummaryView};
use workflow::quantity::Units;
use workflow::reply::Reply;

use crate::http::reply::json;
use crate::http::reply::plain;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummariesAnswer<'a> {
    stock_summaries: Vec<SummaryAnswer<'a>>,
    total: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryAnswer<'a> {
    article: ArticleAnswer<'a>,
    details: Details,
    included_facility_refs: &'a [LocationId],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArticleAnswer<'a> {
    tenant_article_id: &'a ArticleId,
    title: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    total_amount: Units,
    stock_on_hand: Units,
    reserved: Units,
    safety_stock: Units,
    available_on_stock: Units,
    available_for_picking: Units,
    by_trait: ByTrait,
    available: Units,
    available_to_promise: Units,
    ready_to_pick: Units,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct ByTrait {
    pickable: Units,
    accessible: Units,
}

/// A page of summaries: 200.
pub(crate) fn list(outcome: &Outcome) -> Reply {
    let Outcome::Summaries { rows, total } = outcome else {
        unreachable!("summaries are answered with summaries")
    };
    let stock_summaries = rows.iter().map(summary).collect();
    plain(200, json(&SummariesAnswer { stock_summaries, total: *total }))
}

fn summary(view: &SummaryView) -> SummaryAnswer<'_> {
    let sum = &view.sum;
    SummaryAnswer {
        // Titles are those of listings: an article that none calls anything is called by its id.
        article: ArticleAnswer {
            tenant_article_id: &view.article,
            title: view.title.as_deref().unwrap_or(view.article.as_str()),
        },
        details: Details {
            total_amount: sum.total,
            stock_on_hand: sum.on_hand,
            reserved: sum.reserved,
            safety_stock: sum.safety,
            available_on_stock: sum.available_on_stock,
            available_for_picking: sum.available,
            by_trait: ByTrait { pickable: sum.pickable, accessible: sum.accessible },
            available: sum.available,
            available_to_promise: sum.available,
            ready_to_pick: sum.available,
        },
        included_facility_refs: &view.locations,
    }
}
