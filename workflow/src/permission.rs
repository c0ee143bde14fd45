//! What a credential may do: a few words, kept as bits.
//!
//! Here and not at the doors because a key remembers its permissions: they are in its record and
//! in the snapshot, so a bit, once given, keeps its meaning.

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($variant:ident $name:literal $what:literal)+) => {
        /// One thing that a credential may be good for. Its number is its bit: new ones are
        /// appended.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Permission {
            $(#[doc = $what] $variant,)+
        }

        impl Permission {
            /// Every one, in the order of their bits.
            pub const EVERY: &[Permission] = &[$(Permission::$variant,)+];

            /// Its word.
            pub fn name(self) -> &'static str {
                match self {
                    $(Permission::$variant => $name,)+
                }
            }

            /// The one with this word.
            pub fn parse(word: &str) -> Option<Permission> {
                match word {
                    $($name => Some(Permission::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

permissions! {
    OrdersRead "orders.read" "Look at orders."
    OrdersWrite "orders.write" "Place orders, confirm and extend promises."
    OrdersCancel "orders.cancel" "Cancel orders."
    OrdersForce "orders.force" "Cancel orders whatever their stage."
    OrdersUnlock "orders.unlock" "Release orders that are on hold."
    PromisesWrite "promises.write" "Ask for promises, options at checkout and sourcing options."
    StockRead "stock.read" "Look at stock, listings and reservations."
    StockWrite "stock.write" "Change stock, safety stock and listings."
    FacilitiesRead "facilities.read" "Look at locations and carriers."
    FacilitiesWrite "facilities.write" "Change locations and carriers."
    ConfigRead "config.read" "Look at settings and routing strategies."
    ConfigWrite "config.write" "Change settings and routing strategies."
    Picking "picking" "Work the pick list."
    Routing "routing" "Work a driver's route."
    Events "events" "Follow the feed, and have subscriptions."
    InvitationsRead "invitations.read" "Look at invitations."
    InvitationsWrite "invitations.write" "Make and change invitations."
    Admin "admin" "Use the operators' API."
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Permissions(u32);

impl Permissions {
    /// Nothing.
    pub const NONE: Permissions = Permissions(0);
    /// Everything.
    pub const ALL: Permissions = Permissions::of(Permission::EVERY);
    /// Everything but the operators' API: what a credential has if nobody says.
    pub const ORDINARY: Permissions =
        Permissions(Permissions::ALL.0 & !Permissions::of(&[Permission::Admin]).0);

    /// These.
    pub const fn of(some: &[Permission]) -> Permissions {
        let (mut bits, mut at) = (0, 0);
        while at < some.len() {
            bits |= 1 << some[at] as u8;
            at += 1;
        }
        Permissions(bits)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, those: Permissions) -> Permissions {
        Permissions(self.0 | those.0)
    }

    /// Those of these that are also there.
    #[must_use]
    pub const fn within(self, those: Permissions) -> Permissions {
        Permissions(self.0 & those.0)
    }

    /// Those of these that are not there.
    #[must_use]
    pub const fn without(self, those: Permissions) -> Permissions {
        Permissions(self.0 & !those.0)
    }

    /// Whether this one is among them.
    pub const fn has(self, one: Permission) -> bool {
        self.0 & (1 << one as u8) != 0
    }

    /// Whether at least one is in both.
    pub const fn meets(self, those: Permissions) -> bool {
        self.0 & those.0 != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// One after the other, in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::EVERY.iter().copied().filter(move |one| self.has(*one))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(some: I) -> Permissions {
        some.into_iter().fold(Permissions::NONE, |all, one| all.and(Permissions::of(&[one])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_its_permission_and_back() {
        assert_eq!(Permission::EVERY.len(), 18);
        for one in Permission::EVERY {
            assert_eq!(Permission::parse(one.name()), Some(*one));
        }
        assert_eq!(Permission::parse("orders"), None);
    }

    /// The bits are in journals: a word that moves would give old keys other rights.
    #[test]
    fn a_bit_keeps_its_meaning() {
        let bit = |one: Permission| Permissions::of(&[one]).0.trailing_zeros();
        assert_eq!((bit(Permission::OrdersRead), bit(Permission::PromisesWrite)), (0, 5));
        assert_eq!((bit(Permission::Picking), bit(Permission::Admin)), (12, 17));
        assert_eq!(Permissions::ALL.0, (1 << 18) - 1);
    }

    #[test]
    fn the_ordinary_ones_are_all_but_admin() {
        assert!(!Permissions::ORDINARY.has(Permission::Admin));
        assert_eq!(Permissions::ORDINARY.iter().count(), 17);
        let stock: Permissions =
            [Permission::StockRead, Permission::StockWrite].into_iter().collect();
        assert!(stock.meets(Permissions::ORDINARY) && !stock.has(Permission::OrdersRead));
        assert!(stock.without(Permissions::ORDINARY).is_empty());
        assert_eq!(stock.within(Permissions::of(&[Permission::StockRead])).iter().count(), 1);
    }
}
