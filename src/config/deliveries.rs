//! `[deliveries]`: where orders of the workflow server's door may go, and what customers are told
//! of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use workflow::area::{Areas, Pattern};
use workflow::id::TenantId;
use workflow::settings::{NoticeRules, Notices};

/// Where orders of all tenants may go and what is told of them, and what some have otherwise.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesSection {
    #[serde(default)]
    areas: Vec<String>,
    /// All of them if nobody says, as the contract has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mails: Option<Vec<MailName>>,
    #[serde(default)]
    tenants: BTreeMap<String, TenantSection>,
}

/// What one tenant has otherwise; what is not said is as for all.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TenantSection {
    #[serde(skip_serializing_if = "Option::is_none")]
    areas: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mails: Option<Vec<MailName>>,
}

/// A mail to the customer of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum MailName {
    Picked,
    OutForDelivery,
}

impl DeliveriesSection {
    /// The areas, checked.
    ///
    /// # Errors
    /// A pattern without a character, a tenant that is none.
    pub fn areas(&self) -> anyhow::Result<Arc<Areas>> {
        let mut tenants = BTreeMap::new();
        for (id, section) in self.tenants()? {
            if let Some(areas) = &section.areas {
                let own = patterns(areas);
                let own = own.with_context(|| format!("deliveries.tenants.{}", id.as_str()))?;
                tenants.insert(id, own);
            }
        }
        Ok(Arc::new(Areas { usual: patterns(&self.areas).context("deliveries")?, tenants }))
    }

    /// What customers are told by mail. Without a mail server it is nothing: a mail of today's
    /// picking must not wait until there is one.
    ///
    /// # Errors
    /// Mails that are asked for although there is no mail server; a tenant that is none.
    pub fn notices(&self, has_mail: bool) -> anyhow::Result<Arc<Notices>> {
        let rules = |mails: &[MailName]| {
            ensure!(mails.is_empty() || has_mail, "deliveries.mails: there is no [mail]");
            Ok(NoticeRules {
                picked: mails.contains(&MailName::Picked),
                out_for_delivery: mails.contains(&MailName::OutForDelivery),
            })
        };
        let usual = match &self.mails {
            Some(mails) => rules(mails)?,
            None => NoticeRules { picked: has_mail, out_for_delivery: has_mail },
        };
        let mut tenants = BTreeMap::new();
        for (id, section) in self.tenants()? {
            if let Some(mails) = &section.mails {
                tenants.insert(id, rules(mails)?);
            }
        }
        Ok(Arc::new(Notices { usual, tenants }))
    }

    fn tenants(&self) -> anyhow::Result<Vec<(TenantId, &TenantSection)>> {
        let known = |(name, section): (&String, _)| {
            let id = TenantId::parse(name)
                .with_context(|| format!("deliveries.tenants: `{name}` is no tenant"))?;
            Ok((id, section))
        };
        self.tenants.iter().map(known).collect()
    }
}

fn patterns(texts: &[String]) -> anyhow::Result<Vec<Pattern>> {
    let parse = |text: &String| {
        Pattern::parse(text).with_context(|| format!("areas: `{text}` has no character"))
    };
    texts.iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use workflow::invitation::Which::{OutForDelivery, Picked};

    use super::*;

    fn told(text: &str, has_mail: bool, tenant: &str) -> anyhow::Result<[bool; 2]> {
        let section: DeliveriesSection = toml::from_str(text)?;
        let (notices, tenant) = (section.notices(has_mail)?, TenantId::parse(tenant).unwrap());
        Ok([Picked, OutForDelivery].map(|which| notices.has(&tenant, which)))
    }

    #[test]
    fn customers_are_told_of_deliveries_as_soon_as_there_is_a_mail_server() {
        assert_eq!(told("", false, "acme").unwrap(), [false, false]);
        assert_eq!(told("", true, "acme").unwrap(), [true, true]);
        assert_eq!(told("mails = []", false, "acme").unwrap(), [false, false]);
        let text = "areas = [\"*\"]\nmails = [\"out_for_delivery\"]\n\
            [tenants.acme]\nmails = []\n[tenants.other]\nareas = []\n";
        assert_eq!(told(text, true, "acme").unwrap(), [false, false]);
        assert_eq!(told(text, true, "other").unwrap(), [false, true]);
        for (bad, has_mail) in
            [(text, false), ("mails = [\"arrive_soon\"]", true), ("[tenants.\"\"]\n", true)]
        {
            assert!(told(bad, has_mail, "acme").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tenant_that_says_nothing_of_areas_has_those_of_all() {
        let text =
            "areas = [\"* Porz\"]\n[tenants.acme]\nmails = []\n[tenants.other]\nareas = []\n";
        let areas = toml::from_str::<DeliveriesSection>(text).unwrap().areas().unwrap();
        let reach = |name: &str| areas.reach(&TenantId::parse(name).unwrap(), "1 Main St");
        assert_eq!((reach("acme"), reach("other")), (false, true));
    }
}
