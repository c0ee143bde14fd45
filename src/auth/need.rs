//! What a route needs of who asks. It stands beside the route in the table.

use actix_web::HttpRequest;
use actix_web::http::Method;
use workflow::permission::{Permission, Permissions};

use super::Caller;
use crate::failure::Failure;

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: it is open to everybody.
    Open,
    /// Any credential that is good.
    Credential,
    /// A credential that is good for one of these.
    AnyOf(Permissions),
}

/// What each method of a path needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs(Vec<(Method, Need)>);

impl Need {
    /// Refuses whoever may not.
    pub(crate) fn allow(self, caller: &Caller) -> Result<(), Failure> {
        match self {
            Need::Open | Need::Credential => Ok(()),
            Need::AnyOf(some) if some.meets(caller.permissions) => Ok(()),
            Need::AnyOf(_) => Err(Failure::Forbidden),
        }
    }
}

impl From<Permission> for Need {
    fn from(one: Permission) -> Need {
        Need::AnyOf(Permissions::of(&[one]))
    }
}

impl<const N: usize> From<[Permission; N]> for Need {
    fn from(some: [Permission; N]) -> Need {
        Need::AnyOf(Permissions::of(&some))
    }
}

impl Needs {
    /// Notes what a method needs.
    pub(crate) fn add(&mut self, method: Method, need: Need) {
        self.0.push((method, need));
    }

    /// The methods, in the order of the table.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.0.iter().map(|(method, _)| method)
    }

    /// What the route of this request needs. A request that came past the table may nothing.
    pub(crate) fn of(head: &HttpRequest) -> Need {
        let needs = head.app_data::<Needs>();
        let need = needs.and_then(|it| it.0.iter().find(|(method, _)| method == head.method()));
        need.map_or(Need::AnyOf(Permissions::NONE), |(_, need)| *need)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_is_enough_and_none_is_for_nobody() {
        let mut caller = Caller::anonymous();
        assert_eq!(Need::AnyOf(Permissions::NONE).allow(&caller), Err(Failure::Forbidden));
        caller.permissions = Permissions::of(&[Permission::OrdersCancel]);
        let either = Need::from([Permission::OrdersWrite, Permission::OrdersCancel]);
        assert_eq!(either.allow(&caller), Ok(()));
        assert_eq!(Need::from(Permission::OrdersRead).allow(&caller), Err(Failure::Forbidden));
        assert_eq!(Need::Credential.allow(&caller), Ok(()));
    }
}
