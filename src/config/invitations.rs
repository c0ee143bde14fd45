//! `[invitations]`: how invitations are handled, for all tenants and for single ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use workflow::calendar::Calendar;
use workflow::id::TenantId;
use workflow::settings::{Cap, CountFrom, InvitationRules, Invitations};
use workflow::time::Millis;

use crate::limits::CAP_DAYS_MAX;

/// The rules of all tenants, and what some have otherwise.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InvitationsSection {
    zone: Option<String>,
    holidays: Option<Vec<String>>,
    quiet: Option<String>,
    strict_gtin: Option<bool>,
    count_from: Option<CountFrom>,
    mails_per_address_max: Option<u32>,
    mails_per_address_days: Option<u32>,
    mails_per_product_max: Option<u32>,
    mails_per_product_days: Option<u32>,
    mails_per_tenant_max: Option<u32>,
    mails_per_tenant_days: Option<u32>,
    #[serde(default)]
    tenants: BTreeMap<String, TenantSection>,
}

/// What one tenant has otherwise; what is not said is as for all.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantSection {
    zone: Option<String>,
    holidays: Option<Vec<String>>,
    quiet: Option<String>,
    strict_gtin: Option<bool>,
    count_from: Option<CountFrom>,
    mails_per_address_max: Option<u32>,
    mails_per_address_days: Option<u32>,
    mails_per_product_max: Option<u32>,
    mails_per_product_days: Option<u32>,
    mails_per_tenant_max: Option<u32>,
    mails_per_tenant_days: Option<u32>,
}

impl InvitationsSection {
    /// The rules, checked.
    ///
    /// # Errors
    /// A zone that is not in the database, a holiday that is no day, hours that are none.
    pub fn rules(&self) -> anyhow::Result<Arc<Invitations>> {
        let usual = self.usual();
        let mut tenants = BTreeMap::new();
        for (name, section) in &self.tenants {
            let id = TenantId::parse(name)
                .with_context(|| format!("invitations.tenants: `{name}` is no tenant"))?;
            let rules = section.over(&usual).rules();
            tenants.insert(id, rules.with_context(|| format!("invitations.tenants.{name}"))?);
        }
        Ok(Arc::new(Invitations { usual: usual.rules().context("invitations")?, tenants }))
    }

    fn usual(&self) -> TenantSection {
        TenantSection {
            zone: self.zone.clone(),
            holidays: self.holidays.clone(),
            quiet: self.quiet.clone(),
            strict_gtin: self.strict_gtin,
            count_from: self.count_from,
            mails_per_address_max: self.mails_per_address_max,
            mails_per_address_days: self.mails_per_address_days,
            mails_per_product_max: self.mails_per_product_max,
            mails_per_product_days: self.mails_per_product_days,
            mails_per_tenant_max: self.mails_per_tenant_max,
            mails_per_tenant_days: self.mails_per_tenant_days,
        }
    }
}

impl TenantSection {
    fn over(&self, usual: &TenantSection) -> TenantSection {
        let usual = usual.clone();
        TenantSection {
            zone: self.zone.clone().or(usual.zone),
            holidays: self.holidays.clone().or(usual.holidays),
            quiet: self.quiet.clone().or(usual.quiet),
            strict_gtin: self.strict_gtin.or(usual.strict_gtin),
            count_from: self.count_from.or(usual.count_from),
            mails_per_address_max: self.mails_per_address_max.or(usual.mails_per_address_max),
            mails_per_address_days: self.mails_per_address_days.or(usual.mails_per_address_days),
            mails_per_product_max: self.mails_per_product_max.or(usual.mails_per_product_max),
            mails_per_product_days: self.mails_per_product_days.or(usual.mails_per_product_days),
            mails_per_tenant_max: self.mails_per_tenant_max.or(usual.mails_per_tenant_max),
            mails_per_tenant_days: self.mails_per_tenant_days.or(usual.mails_per_tenant_days),
        }
    }

    fn rules(&self) -> anyhow::Result<InvitationRules> {
        let zone = self.zone.as_deref().unwrap_or("UTC");
        // An empty text takes the quiet hours of all away from one tenant.
        let quiet = self.quiet.as_deref().filter(|hours| !hours.is_empty());
        let holidays = self.holidays.as_deref().unwrap_or_default();
        let (mails, days) = (self.mails_per_address_max, self.mails_per_address_days);
        let cap_per_address = cap(mails, days).context("mails_per_address")?;
        let (mails, days) = (self.mails_per_product_max, self.mails_per_product_days);
        let cap_per_product = cap(mails, days).context("mails_per_product")?;
        let (mails, days) = (self.mails_per_tenant_max, self.mails_per_tenant_days);
        let cap_per_tenant = cap(mails, days).context("mails_per_tenant")?;
        Ok(InvitationRules {
            calendar: Calendar::parse(zone, holidays, quiet)?,
            strict_gtin: self.strict_gtin.unwrap_or_default(),
            count_from: self.count_from.unwrap_or_default(),
            cap_per_address,
            cap_per_product,
            cap_per_tenant,
        })
    }
}

/// So many mails in so many days, if there is a cap.
fn cap(mails: Option<u32>, days: Option<u32>) -> anyhow::Result<Option<Cap>> {
    let days = days.unwrap_or(1);
    ensure!((1..=CAP_DAYS_MAX).contains(&days), "_days: 1 to {CAP_DAYS_MAX}");
    ensure!(mails != Some(0), "_max: at least 1");
    let within = Millis::hours(24 * u64::from(days));
    Ok(mails.map(|mails| Cap { mails, within }))
}
