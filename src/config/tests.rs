//! What a configuration may say, and where it comes from.

use workflow::settings::Cap;

use super::*;

fn read(text: &str, over: Overrides) -> anyhow::Result<Config> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("certus.toml");
    std::fs::write(&path, text).unwrap();
    Config::read(Some(&path), over)
}

#[test]
fn a_flag_beats_the_file_and_the_file_beats_the_default() {
    let over = Overrides { workers: Some(7), ..Overrides::default() };
    let config = read("workers = 3\nsplit_parts_max = 5\n", over).unwrap();
    assert_eq!((config.workers, config.split_parts_max), (7, 5));
    assert_eq!(config.promise_ttl_ms, 8 * 3_600_000);
}

#[test]
fn an_unknown_key_is_an_error_with_its_line() {
    let error =
        format!("{:#}", read("workers = 3\nworker = 4\n", Overrides::default()).unwrap_err());
    assert!(error.contains("line 2") && error.contains("worker"), "{error}");
}

#[test]
fn without_credentials_nobody_listens_outside() {
    let error = read("listen = \"0.0.0.0:8080\"\n", Overrides::default()).unwrap_err();
    assert!(error.to_string().starts_with("listen: 0.0.0.0:8080"), "{error}");
    let with = "listen = \"0.0.0.0:8080\"\n[[credentials]]\ntenant = \"a\"\nname = \"b\"\ntoken = \"0123456789abcdef\"\n";
    assert_eq!(read(with, Overrides::default()).unwrap().auth, Auth::On);
    let keys_only = "listen = \"0.0.0.0:8080\"\nauth = \"on\"\n";
    assert!(read(keys_only, Overrides::default()).unwrap().credentials.is_empty());
    let contradiction = with.replace("listen =", "auth = \"off\"\n#");
    let error = read(&contradiction, Overrides::default()).unwrap_err();
    assert!(error.to_string().starts_with("auth: it is off"), "{error}");
}

#[test]
fn a_permission_that_is_none_is_named() {
    let token = "[[credentials]]\ntenant = \"a\"\nname = \"b\"\ntoken = \"0123456789abcdef\"\n";
    let text = format!("{token}permissions = [\"orders.read\", \"STOCK_READ\"]\n");
    let config = read(&text, Overrides::default()).unwrap();
    let names = config.credentials[0].caller().unwrap().permissions;
    assert_eq!(names.iter().map(|it| it.name()).collect::<Vec<_>>(), ["orders.read", "stock.read"]);
    let error = read(&text.replace("STOCK_READ", "everything"), Overrides::default());
    assert!(error.unwrap_err().to_string().contains("`everything`"));
    assert!(
        !read(token, Overrides::default()).unwrap().credentials[0]
            .caller()
            .unwrap()
            .permissions
            .has(workflow::permission::Permission::Admin)
    );
}

#[test]
fn an_origin_has_no_path_and_no_star() {
    for (origin, fits) in [
        ("https://shop.example", true),
        ("http://localhost:3000", true),
        ("*", false),
        ("https://*.shop.example", false),
        ("https://shop.example/", false),
        ("shop.example", false),
    ] {
        let over = Overrides { cors_origins: Some(vec![origin.into()]), ..Overrides::default() };
        assert_eq!(read("", over).is_ok(), fits, "{origin}");
    }
}

#[test]
fn a_tenant_has_its_own_rules_of_invitations_and_else_those_of_all() {
    let text = "[invitations]\nzone = \"Europe/Amsterdam\"\nquiet = \"21:00-08:00\"\n\
        strict_gtin = true\nmails_per_product_max = 5\nmails_per_product_days = 7\n\
        mails_per_tenant_max = 1000\n\
        [invitations.tenants.acme]\nquiet = \"\"\n\
        count_from = \"confirmed\"\nmails_per_address_max = 2\nmails_per_tenant_days = 2\n";
    let policy = read(text, Overrides::default()).unwrap().policy();
    let night = workflow::time::Time(1_768_255_200_000); // 22:00 UTC in winter
    let of =
        |name: &str| policy.invitations.of(&workflow::id::TenantId::parse(name).unwrap()).clone();
    assert!(of("acme").strict_gtin && of("other").strict_gtin);
    assert_eq!(of("acme").cap_per_address.unwrap().within, Millis::hours(24));
    let week = Some(Cap { mails: 5, within: Millis::hours(24 * 7) });
    assert_eq!([of("acme").cap_per_product, of("other").cap_per_product], [week; 2]);
    assert_eq!(of("acme").calendar.awake(night), night);
    assert!(of("other").calendar.awake(night) > night);
    assert!(of("other").cap_per_address.is_none());
    let thousand = |days: u64| Some(Cap { mails: 1_000, within: Millis::hours(24 * days) });
    assert_eq!((of("acme").cap_per_tenant, of("other").cap_per_tenant), (thousand(2), thousand(1)));
    for bad in [
        "zone = \"Mars\"",
        "quiet = \"x\"",
        "mails_per_address_max = 0",
        "mails_per_product_max = 0",
        "mails_per_tenant_max = 0",
        "mails_per_product_max = 1\nmails_per_product_days = 367",
    ] {
        assert!(read(&format!("[invitations]\n{bad}\n"), Overrides::default()).is_err());
    }
}

#[test]
fn a_password_is_never_printed_nor_sent_in_the_clear() {
    let with = |tls: &str| {
        let text = "[mail]\nhost = \"mx\"\nfrom = \"a@b.nl\"\n\
            public_url = \"https://orders.example.nl\"\nuser = \"me\"\n\
            password = \"hunter2-hunter2\"\n";
        read(&format!("{text}tls = \"{tls}\"\n"), Overrides::default())
    };
    let config = with("starttls").unwrap();
    let printed = format!("{config:?}{}", toml::to_string(&config).unwrap());
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(with("none").unwrap_err().to_string().contains("without TLS"));
    assert!(with("ssl").is_err());
}

#[test]
fn a_token_is_never_printed() {
    let text = "[[credentials]]\ntenant = \"a\"\nname = \"b\"\ntoken = \"0123456789abcdef\"\n";
    let config = read(text, Overrides::default()).unwrap();
    let printed = format!("{config:?}{}", toml::to_string(&config).unwrap());
    assert!(!printed.contains("0123456789abcdef"), "{printed}");
}

#[test]
fn an_error_does_not_quote_a_line_in_which_a_secret_may_be() {
    let block = "[[credentials]]\ntenant = \"a\"\nname = \"b\"\n";
    let broken = "token = \"hunter2-hunter2-hunter2";
    for (wrong, said) in [("tokn = \"hunter2\"", "unknown field `tokn`"), (broken, "string")] {
        let error = read(&format!("{block}{wrong}\n"), Overrides::default()).unwrap_err();
        let error = format!("{error:#} {error:?}");
        assert!(error.contains("line 4") && error.contains(said), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_token_is_for_one_caller_and_can_be_sent() {
    let block = |name: &str, token: &str| {
        format!("[[credentials]]\ntenant = \"a\"\nname = \"{name}\"\ntoken = \"{token}\"\n")
    };
    let token = "0123456789abcdef";
    let twice = block("till", token) + &block("web", token);
    let error = read(&twice, Overrides::default()).unwrap_err().to_string();
    assert_eq!(error, "credentials: till of a and web of a have the same token");
    for bad in ["0123456789 abcdef", "0123456789abcdefé", "0123456789abcdef\\t"] {
        let error = read(&block("till", bad), Overrides::default()).unwrap_err().to_string();
        assert!(error.contains("till of a") && !error.contains("0123"), "{error}");
    }
}

#[test]
fn what_would_fail_later_is_refused_with_its_key() {
    for (line, key) in [
        ("log = \"a=b=c\"", "log: "),
        ("open_promises_max = 0", "open_promises_max: "),
        ("journal_keep_ms = 0", "journal_keep_ms: "),
    ] {
        let error = read(line, Overrides::default()).unwrap_err().to_string();
        assert!(error.starts_with(key), "{line}: {error}");
    }
}
