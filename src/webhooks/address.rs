//! Where calls may go: checked when a subscription is made, and again when a call connects.
//!
//! Whoever may subscribe must not reach what only this machine can reach. Names are not looked up
//! here: what a name stands for is checked address by address each time a call connects.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::limits::URL_CHARS_MAX;

/// Ports below this belong to services that are no web servers; https has its own.
const PORT_MIN: u16 = 1_024;
/// What no name on the internet ends in.
const INSIDE: [&str; 6] = ["local", "localhost", "internal", "intranet", "lan", "home.arpa"];

/// Where calls may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// https, to addresses that everybody can reach.
    Public,
    /// Also http, any port, and private and loopback addresses: for tests and closed networks.
    Any,
}

impl Targets {
    /// The address, if calls may go there; else what is wrong with it.
    ///
    /// # Errors
    /// What must be different.
    pub fn check(self, text: &str) -> Result<Url, &'static str> {
        if text.len() > URL_CHARS_MAX {
            return Err("must have at most 2000 characters");
        }
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        let url = Url::parse(text).ok().filter(|url| is_plain && !url.cannot_be_a_base());
        let url = url.ok_or("must be an address like https://shop.example.com/hooks")?;
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err("must not name a user");
        }
        if url.fragment().is_some() {
            return Err("must not have a fragment");
        }
        let host = url.host().ok_or("must name a host")?.to_owned();
        match self {
            Targets::Any if matches!(url.scheme(), "http" | "https") => return Ok(url),
            Targets::Any => return Err("must be http or https"),
            Targets::Public if url.scheme() != "https" => return Err("must be https"),
            Targets::Public => {}
        }
        if url.port().is_some_and(|port| port < PORT_MIN) {
            return Err("must have the port of https, or one from 1024 on");
        }
        let is_reachable = match &host {
            Host::Ipv4(address) => is_public(IpAddr::V4(*address)),
            Host::Ipv6(address) => is_public(IpAddr::V6(*address)),
            Host::Domain(name) => is_outside(name),
        };
        if is_reachable { Ok(url) } else { Err("must be an address that everybody can reach") }
    }

    /// Whether a call may connect to this address.
    pub fn allow(self, address: IpAddr) -> bool {
        self == Targets::Any || is_public(address)
    }
}

/// Whether a name may stand for something on the internet.
fn is_outside(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let is_inside = |end: &str| name == end || name.ends_with(&format!(".{end}"));
    name.contains('.') && !INSIDE.into_iter().any(is_inside)
}

/// Whether everybody can reach an address: it is in none of the special ranges of IANA.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = matches!(
        (a, b, c),
        (0 | 10 | 127, ..)              // this network, private, loopback
            | (100, 64..=127, _)        // shared by carriers
            | (169, 254, _)             // link-local, where clouds keep their secrets
            | (172, 16..=31, _)         // private
            | (192, 0, 0 | 2)           // protocols, documentation
            | (192, 88, 99)             // relays to IPv6
            | (192, 168, _)             // private
            | (198, 18..=19, _)         // benchmarks
            | (198, 51, 100)            // documentation
            | (203, 0, 113)             // documentation
            | (224..=255, ..) // multicast, reserved, broadcast
    );
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inside) = address.to_ipv4_mapped() {
        return is_public_v4(inside);
    }
    let [a, b, ..] = address.segments();
    // Only 2000::/3 is given out. In it, these lead to IPv4 or nowhere.
    let is_special = matches!(
        (a, b),
        (0x2001, 0..=0x01ff)            // protocols, Teredo
            | (0x2001, 0x0db8)          // documentation
            | (0x2002, _)               // 6to4
            | (0x3fff, 0..=0x0fff) // documentation
    );
    a & 0xe000 == 0x2000 && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of what must be refused when it is registered.
    #[test]
    fn what_is_not_for_everybody_is_refused() {
        for text in [
            "http://shop.example.com/",
            "file:///etc/passwd",
            "gopher://shop.example.com/",
            "ftp://shop.example.com/",
            "javascript:alert(1)",
            "https://user@shop.example.com/",
            "https://user:word@shop.example.com/",
            "https://@shop.example.com/",
            "https://shop.example.com:22/",
            "https://shop.example.com:25/",
            "https://shop.example.com:0/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::]/",
            "https://0/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://100.64.0.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b:1::7f00:1]/",
            "https://[fc00::1]/",
            "https://[fd12:3456::1]/",
            "https://[fe80::1]/",
            "https://[ff02::1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:0:7f00:1::]/",
            "https://localhost/",
            "https://localhost./",
            "https://printer.local/",
            "https://printer.local./",
            "https://metadata.google.internal/",
            "https://intranet/",
            "https://shop.example.com/#part",
            "https://shop.example.com/a b",
            "https://shop.example.com/\r\nHost: x",
            "https:///hooks",
            "shop.example.com/hooks",
            "",
        ] {
            let checked = Targets::Public.check(text);
            assert!(checked.is_err(), "{text} became {checked:?}");
        }
        let long = format!("https://shop.example.com/{}", "x".repeat(2_000));
        assert!(Targets::Public.check(&long).is_err());
    }

    #[test]
    fn what_everybody_can_reach_is_taken() {
        for text in [
            "https://shop.example.com/hooks?a=1",
            "https://shop.example.com:8443/hooks",
            "https://93.184.216.34/",
            "https://[2606:4700::1111]/",
            "https://K%C3%B6ln.example.com/",
        ] {
            assert!(Targets::Public.check(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_closed_network_may_be_allowed() {
        assert!(Targets::Any.check("http://127.0.0.1:4711/hooks").is_ok());
        assert!(Targets::Any.check("http://receiver/hooks").is_ok());
        for text in ["file:///etc/passwd", "http://user@receiver/", "gopher://receiver/"] {
            assert!(Targets::Any.check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_are_checked_again_when_connecting() {
        let allows = |targets: Targets, text: &str| targets.allow(text.parse().unwrap());
        for text in ["127.0.0.1", "10.1.2.3", "::1", "::ffff:192.168.0.1", "fe80::1"] {
            assert!(!allows(Targets::Public, text) && allows(Targets::Any, text), "{text}");
        }
        for text in ["93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111"] {
            assert!(allows(Targets::Public, text), "{text}");
        }
    }
}
