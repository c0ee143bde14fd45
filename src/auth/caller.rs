//! Whose things a request is about, who asks, and what they may.

use smol_str::SmolStr;
use workflow::id::{KeyId, TenantId};
use workflow::permission::{Permission, Permissions};

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
}

impl Caller {
    /// Whoever asks without a credential, where that is allowed.
    pub fn anonymous() -> Caller {
        let tenant = TenantId::parse("default").expect("`default` is short and printable");
        let who = SmolStr::new_static("anonymous");
        Caller { tenant, who, permissions: Permissions::ALL, key: None }
    }

    /// Refuses unless the credential is good for this.
    ///
    /// # Errors
    /// [`Failure::Forbidden`].
    pub fn may(&self, one: Permission) -> Result<(), Failure> {
        if self.permissions.has(one) { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// The caller that two credentials in one request stand for together: they must be of one
    /// tenant, and it may what both may.
    pub(crate) fn with(self, other: &Caller) -> Result<Caller, Failure> {
        if self.tenant != other.tenant {
            return Err(Failure::Forbidden);
        }
        let permissions = self.permissions.within(other.permissions);
        Ok(Caller { permissions, key: self.key.or(other.key), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tenant: &str, permissions: &[Permission]) -> Caller {
        let tenant = TenantId::parse(tenant).unwrap();
        let permissions = Permissions::of(permissions);
        Caller { tenant, who: "till".into(), permissions, key: None }
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
