//! Where a tenant delivers: patterns over the text of an address.
//!
//! Orders whose address is one line of free text have nothing else that says where they go.

use std::collections::BTreeMap;

use crate::id::TenantId;

/// Where orders may go, tenant by tenant; without a pattern, anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// The patterns of tenants without their own.
    pub usual: Vec<Pattern>,
    /// Those of the others.
    pub tenants: BTreeMap<TenantId, Vec<Pattern>>,
}

/// A text in which `*` stands for anything. The whole address must fit; case does not count, and
/// white space is white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

impl Areas {
    /// Whether an order of the tenant may go to an address.
    pub fn reach(&self, tenant: &TenantId, address: &str) -> bool {
        let patterns = self.tenants.get(tenant).unwrap_or(&self.usual);
        patterns.is_empty() || {
            let address = plain(address);
            patterns.iter().any(|pattern| pattern.fits(&address))
        }
    }
}

impl Pattern {
    /// The pattern; none if there is nothing in it.
    pub fn parse(text: &str) -> Option<Pattern> {
        let text = plain(text);
        (!text.is_empty()).then(|| Pattern(text.split('*').map(str::to_owned).collect()))
    }

    fn fits(&self, address: &str) -> bool {
        let [first, between @ .., last] = &self.0[..] else { return *address == *self.0[0] };
        let Some(mut rest) = address.strip_prefix(first.as_str()) else { return false };
        for part in between {
            let Some(at) = rest.find(part.as_str()) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, address: &str) -> bool {
        let usual = Pattern::parse(pattern).into_iter().collect();
        let areas = Areas { usual, tenants: BTreeMap::new() };
        areas.reach(&TenantId::parse("default").unwrap(), address)
    }

    #[test]
    fn a_star_stands_for_anything_and_the_rest_for_itself() {
        let address = "Hauptstr. 8,  51063 KÖLN";
        for good in ["*51063*", "*köln", "hauptstr. 8, 51063 köln", "Haupt*51*63*", "*", "**"] {
            assert!(fits(good, address), "{good}");
        }
        for bad in ["51063", "*51063", "Köln*", "*51063*51063*", "hauptstr.*8, *8, 51063 köln"] {
            assert!(!fits(bad, address), "{bad}");
        }
        assert!(!fits("ab*bc", "abc"), "no letter counts twice");
    }

    #[test]
    fn without_a_pattern_orders_go_anywhere_and_a_tenant_may_have_its_own() {
        assert!(fits(" ", "anywhere"));
        let [shop, mall] = ["shop", "mall"].map(|name| TenantId::parse(name).unwrap());
        let own = BTreeMap::from([(mall.clone(), Vec::new())]);
        let areas = Areas { usual: vec![Pattern::parse("*51063*").unwrap()], tenants: own };
        assert!(!areas.reach(&shop, "50667 Köln"));
        assert!(areas.reach(&mall, "50667 Köln"));
    }
}
