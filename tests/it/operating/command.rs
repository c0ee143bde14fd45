//! The command line and the configuration file.

use super::*;

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Everybody may do everything without credentials, so nobody outside may reach it then.
#[test]
fn without_credentials_nobody_listens_outside() {
    let dir = tempfile::tempdir().expect("there is room");
    let data = dir.path().join("data");
    let data = data.to_str().expect("it is text");
    for (flag, setting) in
        [("--listen", "listen: 0.0.0.0:0"), ("--admin-listen", "admin_listen: 0.0.0.0:0")]
    {
        let ended = run(&["serve", "--data", data, flag, "0.0.0.0:0"]);
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(stderr(&ended).contains(setting), "{}", stderr(&ended));
        assert!(!std::path::Path::new(data).exists(), "it touched the directory");
    }
}

#[test]
fn an_unknown_key_of_the_file_is_named_with_its_line() {
    let dir = tempfile::tempdir().expect("there is room");
    let file = dir.path().join("certus.toml");
    std::fs::write(&file, "workers = 3\npromise_tll_ms = 900000\n").expect("there is room");
    let file = file.to_str().expect("it is text");
    for command in ["config", "serve"] {
        let ended = run(&[command, "--config", file]);
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        for part in ["certus.toml", "line 2", "promise_tll_ms"] {
            assert!(stderr(&ended).contains(part), "{command}: {}", stderr(&ended));
        }
    }
}

/// A flag beats a variable, a variable the file, the file the default; and what is printed is a
/// file that gives the same.
#[test]
fn the_configuration_that_is_in_force_is_printed() {
    let dir = tempfile::tempdir().expect("there is room");
    let file = dir.path().join("certus.toml");
    let settings = "workers = 3\nsplit_parts_max = 5\nstart_permits = 7\n";
    std::fs::write(&file, settings).expect("there is room");
    let path = file.to_str().expect("it is text");
    let variables = [("CERTUS_WORKERS", "4"), ("CERTUS_SPLIT_PARTS_MAX", "6")];
    let printed = run_with(&variables, &["config", "--config", path, "--workers", "5"]);
    assert!(printed.status.success(), "{}", stderr(&printed));
    let printed = String::from_utf8(printed.stdout).expect("it is text");
    let table: toml::Table = printed.parse().expect("it is a file of settings");
    for (key, value) in [
        ("workers", 5),
        ("split_parts_max", 6),
        ("start_permits", 7),
        ("finish_permits", 2_048),
        ("promise_ttl_ms", 28_800_000),
    ] {
        assert_eq!(table[key].as_integer(), Some(value), "{key} in {printed}");
    }
    std::fs::write(&file, &printed).expect("there is room");
    let again = run(&["config", "--config", path]);
    assert_eq!(String::from_utf8_lossy(&again.stdout), printed);
}

#[test]
fn a_value_out_of_range_is_named() {
    for (flag, value, setting) in [
        ("--split-parts-max", "11", "split_parts_max"),
        ("--start-permits", "0", "start_permits"),
        ("--workers", "0", "workers"),
        ("--segment-bytes", "1000", "segment_bytes"),
        ("--segment-bytes", "16777216", "segment_bytes"), // too small for the largest record
        ("--promise-floor-ms", "99999999", "promise_floor_ms"),
        ("--promise-ttl-ms", "59999", "promise_ttl_ms"),
        ("--promise-ttl-ms", "28800001", "promise_ttl_ms"),
        ("--answer-timeout-ms", "0", "answer_timeout_ms"),
        ("--promise-on-shortage", "perhaps", "accept or reject"),
        ("--listen", "here", "--listen"),
    ] {
        let ended = run(&["config", flag, value]);
        assert!(!ended.status.success(), "{flag} {value} was taken");
        assert!(stderr(&ended).contains(setting), "{flag} {value}: {}", stderr(&ended));
    }
}

/// No secret is ever printed.
#[test]
fn a_token_is_never_printed() {
    let dir = tempfile::tempdir().expect("there is room");
    let file = dir.path().join("certus.toml");
    let credential = |token: &str| {
        format!("[[credentials]]\ntenant = \"shop\"\nname = \"till\"\ntoken = \"{token}\"\n")
    };
    let path = file.to_str().expect("it is text");
    for (token, good) in [("0123456789abcdef", true), ("too-short", false)] {
        std::fs::write(&file, credential(token)).expect("there is room");
        let ended = run(&["config", "--config", path]);
        assert_eq!(ended.status.success(), good);
        let printed = String::from_utf8_lossy(&ended.stdout).into_owned() + &stderr(&ended);
        assert!(printed.contains("till") && !printed.contains(token), "{printed}");
    }
}

/// D1: a signal lets everybody finish, leaves everything on disk, and is no failure.
#[actix_web::test]
async fn a_signal_ends_it_well_and_everything_is_there() {
    let dir = tempfile::tempdir().expect("there is room");
    let data = dir.path().join("data");
    let program = Program::serve(&data, &["--demo"]).await;
    let made = program.http.post(PROMISE, &promise("4711", 1).to_string()).await;
    let (lsn, order) = (made.lsn(), text(&made.expect(201), "orderRef"));
    let path = format!("/api/orders/{order}");
    let before = program.http.get(&path).await.body;
    assert_eq!(program.terminate().code(), Some(0));

    let verified = run(&["verify", data.to_str().expect("it is text")]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success() && said.contains("all hold"), "{said}");
    assert!(said.contains("agrees with the journal"), "{said}");
    assert!(!said.contains("torn"), "a clean stop leaves no torn tail: {said}");

    let program = Program::serve(&data, &["--demo"]).await;
    assert!(program.http.get("/readyz").await.lsn() >= lsn);
    assert_eq!(program.http.get(&path).await.body, before);
    let stores = program.http.get("/api/facilities").await.expect(200);
    assert_eq!(stores["total"], 3, "the demo is furnished once");
    assert_eq!(program.terminate().code(), Some(0));
}
