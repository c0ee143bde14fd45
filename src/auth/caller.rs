//! Whose things a request is about, who asks, and what they may.

use smol_str::{SmolStr, format_smolstr};
use workflow::id::{KeyId, TenantId};
use workflow::permission::{Permission, Permissions};
use workflow::stores::Stores;
use workflow::time::Time;

use crate::failure::Failure;

/// What a credential stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant; it comes from the credential alone.
    pub tenant: TenantId,
    /// The name of the credential, as records and logs say it.
    pub who: SmolStr,
    /// Whom idempotency keys and rates are kept under: `who` for an API key, with who gave the name
    /// before it for any other credential, so that one name is not two callers (K4).
    pub principal: SmolStr,
    /// What it is good for.
    pub permissions: Permissions,
    /// The stores that its holder picks for.
    pub stores: Stores,
    /// The API keys that it rests on, if it does, one for each credential: they may be taken back.
    pub keys: [Option<KeyId>; 2],
    /// When the token ends that it came with, leeway included.
    pub until: Option<Time>,
}

impl Caller {
    /// Whoever has a credential that ends by no clock and rests on no API key.
    pub fn of(tenant: TenantId, who: SmolStr, permissions: Permissions) -> Caller {
        Caller {
            tenant,
            principal: who.clone(),
            who,
            permissions,
            stores: Stores::ALL,
            keys: [None; 2],
            until: None,
        }
    }

    /// The same, whose name was given by somebody else than the one who makes API keys. A line
    /// feed parts the two: no name of a key has one.
    #[must_use]
    pub fn named_by(self, whom: &str) -> Caller {
        Caller { principal: format_smolstr!("{whom}\n{}", self.principal), ..self }
    }

    /// Whoever asks without a credential, where that is allowed.
    pub fn anonymous() -> Caller {
        let tenant = TenantId::parse("default").expect("`default` is short and printable");
        let who = SmolStr::new_static("anonymous");
        Caller::of(tenant, who, Permissions::ALL).named_by("nobody")
    }

    /// Whoever operates without a credential, which is allowed on this machine.
    pub fn operator() -> Caller {
        let Caller { tenant, permissions, .. } = Caller::anonymous();
        Caller::of(tenant, SmolStr::new_static("operator"), permissions).named_by("nobody")
    }

    /// An operator on behalf of a tenant: they may all there, and are nobody else's namesake.
    #[must_use]
    pub(crate) fn acting_for(self, tenant: TenantId) -> Caller {
        let named = format_smolstr!("operator of {}", self.tenant);
        let (permissions, stores) = (Permissions::ALL, Stores::ALL);
        Caller { tenant, permissions, stores, ..self }.named_by(&named)
    }

    /// A customer of this tenant: they know the secret of one order, and have no credential.
    pub fn customer(tenant: TenantId) -> Caller {
        let who = SmolStr::new_static("customer");
        Caller::of(tenant, who, Permissions::NONE).named_by("nobody")
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
        // Each of the two is one credential so far, and has one key at most.
        let keys = [self.keys[0], other.keys[0]];
        let until = self.until.into_iter().chain(other.until).min();
        Ok(Caller { permissions, stores, keys, until, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tenant: &str, permissions: &[Permission]) -> Caller {
        let tenant = TenantId::parse(tenant).unwrap();
        let permissions = Permissions::of(permissions);
        Caller::of(tenant, "till".into(), permissions)
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

    /// K4: of two operators of one name, and a tenant's own caller, none is another.
    #[test]
    fn who_acts_for_a_tenant_is_nobodys_namesake() {
        let mall = TenantId::parse("mall").unwrap();
        let acting = |tenant| of(tenant, &[]).acting_for(mall.clone());
        let (a, b, own) = (acting("a"), acting("b"), of("mall", &[]));
        assert_eq!((&a.tenant, &a.who), (&own.tenant, &own.who));
        let principals = [&a, &b, &own].map(|it| it.principal.as_str());
        assert_eq!(principals, ["operator of a\ntill", "operator of b\ntill", "till"]);
    }

    /// Neither key may be taken back, and the first end is the end.
    #[test]
    fn two_credentials_last_as_long_as_both() {
        let with = |key: u128, until: i64| Caller {
            keys: [Some(KeyId::from_bits(key)), None],
            until: Some(Time(until)),
            ..of("a", &[])
        };
        let both = with(1, 20).with(&with(2, 10)).unwrap();
        assert_eq!(both.keys, [Some(KeyId::from_bits(1)), Some(KeyId::from_bits(2))]);
        assert_eq!(both.until, Some(Time(10)));
        assert_eq!(of("a", &[]).with(&with(2, 10)).unwrap().until, Some(Time(10)));
    }
}
