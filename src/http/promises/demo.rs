//! The network that `certus serve --demo` begins with: three stores, as a client would send them.

use std::sync::Arc;

use actors::{Answer, Render, ShardHandle, Verdict, Words, Work};
use anyhow::{Context, bail};
use smol_str::SmolStr;
use workflow::command::{Ask, Command, LocationFilter, Page, Query};
use workflow::id::TenantId;
use workflow::outcome::Outcome;

use super::answers::{facility, stock};
use super::bodies::{FacilityBody, StocksBody};
use crate::http::json::decode;
use crate::shards::Directory;

const FACILITIES: [&str; 3] = [
    include_str!("demo/cologne.json"),
    include_str!("demo/hamburg.json"),
    include_str!("demo/berlin.json"),
];
const STOCKS: &str = include_str!("demo/stocks.json");

/// Makes the demo's stores and stock for the tenant `default`, unless it has a location already.
///
/// # Errors
/// When the shard does not take them.
pub async fn furnish(shards: &Directory) -> anyhow::Result<()> {
    let tenant = TenantId::parse("default").context("`default` is a tenant")?;
    let shard = shards.of_tenant(&tenant).context("there is a shard")?;
    let any = Query::Locations(LocationFilter::default(), Page { after: None, size: 1 });
    if let Answer { verdict: Verdict::Done(shown), .. } =
        ask(shard, Work::Look(tenant.clone(), Box::new(any))).await?
        && let Outcome::Locations { total: 1.., .. } = shown.outcome
    {
        tracing::info!("there are locations already; the demo adds none");
        return Ok(());
    }
    let change = |command, render: Render| {
        let who = SmolStr::new_static("demo");
        let ask = Ask::of(tenant.clone(), who, command);
        Work::Change(Box::new(ask), Words::Plain(render))
    };
    for text in FACILITIES {
        let body: FacilityBody<'_> = decode(text.as_bytes()).map_err(unfit)?;
        let card = Arc::new(body.into_card().map_err(unfit)?);
        carry_out(shard, change(Command::OpenLocation { card }, facility::made)).await?;
    }
    let body: StocksBody<'_> = decode(STOCKS.as_bytes()).map_err(unfit)?;
    let stocks = body.into_command().map_err(unfit)?;
    carry_out(shard, change(stocks, stock::put)).await
}

async fn carry_out(shard: &ShardHandle, work: Work) -> anyhow::Result<()> {
    match ask(shard, work).await?.verdict {
        Verdict::Done(_) => Ok(()),
        Verdict::Refused(refusal) => bail!("the demo was refused: {}", refusal.name()),
        _ => bail!("the disk has no room for the demo"),
    }
}

async fn ask(shard: &ShardHandle, work: Work) -> anyhow::Result<Answer> {
    shard.ask(work, None).await.ok().context("the shard has stopped")
}

fn unfit(failure: crate::failure::Failure) -> anyhow::Error {
    anyhow::anyhow!("the demo's own bodies are not valid: {failure:?}")
}
