//! A static token of the configuration, and whom it stands for.

use std::collections::HashMap;

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use workflow::id::TenantId;
use workflow::permission::Permissions;
use workflow::stores::Stores;

use crate::auth::{Caller, permissions_of};
use crate::limits;

/// A token and whom it stands for.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The tenant whose things it opens.
    pub tenant: String,
    /// Who calls with it, as records and logs say.
    pub name: String,
    /// The token, at least 16 characters of visible ASCII. Never printed.
    #[serde(skip_serializing)]
    pub token: String,
    /// What it is good for; none means all but `admin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// The stores that its holder picks for, by their `tenantFacilityId`; all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stores: Option<Vec<String>>,
}

impl Credential {
    /// Whom it stands for.
    ///
    /// # Errors
    /// A tenant, a permission or stores that are none, or a token that can be guessed or not be
    /// sent.
    pub fn caller(&self) -> anyhow::Result<Caller> {
        ensure!(
            self.token.len() >= limits::TOKEN_CHARS_MIN,
            "credentials: the token of {self:?} has fewer than {} characters",
            limits::TOKEN_CHARS_MIN
        );
        ensure!(
            self.token.bytes().all(|byte| byte.is_ascii_graphic()),
            "credentials: the token of {self:?} has a character that is not visible ASCII"
        );
        let tenant = TenantId::parse(&self.tenant)
            .with_context(|| format!("credentials: `{}` is no tenant", self.tenant))?;
        let words = self.permissions.as_deref();
        let permissions = words.map_or(Ok(Permissions::ORDINARY), permissions)?;
        let stores = Stores::listed(self.stores.as_deref()).with_context(|| {
            format!("credentials: `stores` of {self:?} has a name that is none")
        })?;
        let caller = Caller::of(tenant, SmolStr::new(&self.name), permissions);
        Ok(Caller { stores, ..caller.named_by("configuration") })
    }
}

/// Whether every token stands for one caller.
///
/// # Errors
/// Two blocks with one token.
pub(super) fn distinct(credentials: &[Credential]) -> anyhow::Result<()> {
    let mut known: HashMap<&str, &Credential> = HashMap::new();
    for credential in credentials {
        if let Some(first) = known.insert(&credential.token, credential) {
            bail!("credentials: {first:?} and {credential:?} have the same token");
        }
    }
    Ok(())
}

/// What these words stand for together. Here an unknown one is a mistake.
fn permissions(words: &[String]) -> anyhow::Result<Permissions> {
    let mut all = Permissions::NONE;
    for word in words {
        let some = permissions_of(word);
        ensure!(!some.is_empty(), "credentials: `{word}` is no permission");
        all = all.and(some);
    }
    Ok(all)
}

/// Without the token.
impl std::fmt::Debug for Credential {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} of {}", self.name, self.tenant)
    }
}
