//! The words in which others say what a credential may: scopes of tokens, names of the originals.
//!
//! One place for all of them, because a token does not say at which door it will be used. A word
//! that nobody here knows gives nothing: tokens carry scopes for other servers, too.

use workflow::permission::{Permission, Permissions};

const READ: Permissions = Permissions::of(&[
    Permission::OrdersRead,
    Permission::StockRead,
    Permission::FacilitiesRead,
    Permission::ConfigRead,
    Permission::Events,
    Permission::InvitationsRead,
]);

/// What a customer's shop may: it is the customer orders door that says so.
const CUSTOMER_WRITE: Permissions = Permissions::of(&[
    Permission::OrdersWrite,
    Permission::OrdersCancel,
    Permission::OrdersForce,
    Permission::OrdersUnlock,
]);

/// What a word stands for; nothing if it is not known.
pub fn permissions_of(word: &str) -> Permissions {
    if let Some(one) = Permission::parse(word) {
        return Permissions::of(&[one]);
    }
    match word {
        "certus:read" => READ,
        "certus:write" => Permissions::ORDINARY.without(READ),
        "certus:admin" => Permissions::of(&[Permission::Admin]),
        _ => by_suffix(word).and(by_name(word)),
    }
}

/// The scopes of the customer orders door: what counts is how they end.
fn by_suffix(word: &str) -> Permissions {
    let ends_in = |suffix: &str| {
        let before = word.strip_suffix(suffix);
        before.is_some_and(|rest| rest.is_empty() || rest.ends_with([':', '/', '.', '_', '-']))
    };
    match () {
        () if ends_in("customer:read") => Permissions::of(&[Permission::OrdersRead]),
        () if ends_in("customer:write") => CUSTOMER_WRITE,
        () if ends_in("admin:internal") => Permissions::of(&[Permission::Admin]),
        () => Permissions::NONE,
    }
}

/// The permissions of the promise door's original.
fn by_name(word: &str) -> Permissions {
    use Permission as P;
    let read_or_write = |read, write| match word.rsplit('_').next() {
        Some("READ") => Permissions::of(&[read]),
        Some("WRITE" | "CREATE" | "UPDATE" | "DELETE") => Permissions::of(&[write]),
        _ => Permissions::NONE,
    };
    match word {
        "ORDER_READ" => Permissions::of(&[P::OrdersRead]),
        "ORDER_WRITE" => Permissions::of(&[P::OrdersWrite]),
        "ORDER_CANCEL" => Permissions::of(&[P::OrdersCancel]),
        "ORDER_FORCE_CANCEL" => Permissions::of(&[P::OrdersForce]),
        "ORDER_UNLOCK" => Permissions::of(&[P::OrdersUnlock]),
        "PROCESS_READ" => Permissions::of(&[P::ConfigRead]),
        // The original names these by their calls.
        "deliverypromise" | "checkoutoptions" | "sourcingoptions" => {
            Permissions::of(&[P::PromisesWrite])
        }
        _ if starts(word, &["STOCK_", "SAFETY_STOCK_", "RESERVATION_", "LISTING_"]) => {
            read_or_write(P::StockRead, P::StockWrite)
        }
        _ if starts(word, &["FACILITY_", "CARRIER_"]) => {
            read_or_write(P::FacilitiesRead, P::FacilitiesWrite)
        }
        _ if starts(word, &["CONFIG_", "ROUTING_"]) => read_or_write(P::ConfigRead, P::ConfigWrite),
        _ => Permissions::NONE,
    }
}

fn starts(word: &str, with: &[&str]) -> bool {
    with.iter().any(|prefix| word.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_originals_are_ours() {
        for (word, expected) in [
            ("orders.read", "orders.read"),
            ("https://api.example.com/customer:read", "orders.read"),
            ("customer:write", "orders.write orders.cancel orders.force orders.unlock"),
            ("v1.admin:internal", "admin"),
            ("ORDER_FORCE_CANCEL", "orders.force"),
            ("STOCK_AVAILABILITIES_READ", "stock.read"),
            ("SAFETY_STOCK_WRITE", "stock.write"),
            ("LISTING_DELETE", "stock.write"),
            ("CARRIER_READ", "facilities.read"),
            ("ROUTING_WRITE", "config.write"),
            ("PROCESS_READ", "config.read"),
            ("deliverypromise", "promises.write"),
            ("certus:admin", "admin"),
            // What only looks like one of them gives nothing.
            ("notcustomer:read", ""),
            ("customer:readers", ""),
            ("STOCK_", ""),
            ("order_read", ""),
            ("openid", ""),
            ("", ""),
        ] {
            let names: Vec<&str> = permissions_of(word).iter().map(Permission::name).collect();
            assert_eq!(names.join(" "), expected, "{word}");
        }
    }

    #[test]
    fn read_and_write_together_are_all_but_admin() {
        let (read, write) = (permissions_of("certus:read"), permissions_of("certus:write"));
        assert_eq!(read.and(write), Permissions::ORDINARY);
        assert!(!read.meets(write));
    }
}
