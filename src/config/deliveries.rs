//! `[deliveries]`: where orders of the workflow server's door may go.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use workflow::area::{Areas, Pattern};
use workflow::id::TenantId;

/// Where orders of all tenants may go, and what some have otherwise.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesSection {
    #[serde(default)]
    areas: Vec<String>,
    #[serde(default)]
    tenants: BTreeMap<String, AreaSection>,
}

/// Where one tenant's orders may go.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AreaSection {
    areas: Vec<String>,
}

impl DeliveriesSection {
    /// The areas, checked.
    ///
    /// # Errors
    /// A pattern without a character, a tenant that is none.
    pub fn areas(&self) -> anyhow::Result<Arc<Areas>> {
        let mut tenants = BTreeMap::new();
        for (name, section) in &self.tenants {
            let id = TenantId::parse(name)
                .with_context(|| format!("deliveries.tenants: `{name}` is no tenant"))?;
            let own = patterns(&section.areas);
            tenants.insert(id, own.with_context(|| format!("deliveries.tenants.{name}"))?);
        }
        Ok(Arc::new(Areas { usual: patterns(&self.areas).context("deliveries")?, tenants }))
    }
}

fn patterns(texts: &[String]) -> anyhow::Result<Vec<Pattern>> {
    let parse = |text: &String| {
        Pattern::parse(text).with_context(|| format!("areas: `{text}` has no character"))
    };
    texts.iter().map(parse).collect()
}
