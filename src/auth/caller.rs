//! Whose things a request is about, who asks, and what they may.

use smol_str::SmolStr;
use workflow::id::{KeyId, TenantId};
use workflow::permission::{Permission, Permissions};
use workflow::stores::Stores;

use crate::failure::Failure;

/// What a credential stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant; it comes from the credential alone.
    pub tenant: TenantId,
    /// The name of the credential, which records and keys are kept under.
    pub who: SmolStr,
    /// What it is good for.
    pub permissions: Permissions,
    /// The API key that it rests on, if it does: that one may be taken back.
    pub key: Option<KeyId>,
    /// The stores that its holder picks for.
    pub stores: Stores,
}

impl Caller {
    /// Whoever asks without a credential, where that is allowed.
    pub fn anonymous() -> Caller {
        let tenant = TenantId::parse("default").expect("`default` is short and printable");
        let who = SmolStr::new_static("anonymous");
        Caller { tenant, who, permissions: Permissions::ALL, key: None, stores: Stores::ALL }
    }

    /// A customer of this tenant: they know the secret of one order, and have no credential.
    pub fn customer(tenant: TenantId) -> Caller {
        let who = SmolStr::new_static("customer");
        Caller { tenant, who, permissions: Permissions::NONE, key: None, stores: Stores::ALL }
    }

    /// Refuses unless the credential is good for this.
    ///
    /// # Errors
    /// [`Failure::Forbidden`].
    pub fn may(&self, one: Permission) -> Result<(), Failure> {
        if self.permissions.has(one) { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// The caller that two credentials in one request stand for together: they must be of one
    /// tenant, and it may what both may, at the stores of both.
    pub(crate) fn with(self, other: &Caller) -> Result<Caller, Failure> {
        if self.tenant != other.tenant {
            return Err(Failure::Forbidden);
        }
        let permissions = self.permissions.within(other.permissions);
        let stores = self.stores.within(&other.stores);
        Ok(Caller { permissions, key: self.key.or(other.key), stores, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tenant: &str, permissions: &[Permission]) -> Caller {
        let tenant = TenantId::parse(tenant).unwrap();
        let permissions = Permissions::of(permissions);
        Caller { tenant, who: "till".into(), permissions, ..Caller::anonymous() }
    }

    #[test]
    fn two_credentials_may_what_both_may() {
        let read = of("a", &[Permission::OrdersRead, Permission::StockRead]);
        let write = of("a", &[Permission::OrdersRead, Permission::OrdersWrite]);
        let both = read.clone().with(&write).unwrap();
        assert_eq!(both.permissions, Permissions::of(&[Permission::OrdersRead]));
        assert_eq!(both.may(Permission::OrdersWrite), Err(Failure::Forbidden));
        assert_eq!(read.with(&of("b", &[])), Err(Failure::Forbidden));
    }
}
