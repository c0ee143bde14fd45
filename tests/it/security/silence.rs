//! Secrets are in no log, whatever is logged.

use hyper::Method;

use crate::support::Program;

/// Canaries: each stands where a secret may be sent, good or not, and none is ever told.
#[actix_web::test]
async fn no_secret_is_ever_logged() {
    let dir = tempfile::tempdir().expect("there is room");
    let (data, config, log) =
        (dir.path().join("data"), dir.path().join("certus.toml"), dir.path().join("log"));
    let block =
        "[[credentials]]\ntenant = \"shop\"\nname = \"till\"\ntoken = \"canary-of-the-file\"\n";
    std::fs::write(&config, block).expect("there is room");
    let file = std::fs::File::create(&log).expect("there is room");
    let more = ["--log", "trace,sled=info", "--config", config.to_str().expect("it is text")];
    let program = Program::telling(&data, &more, file).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for (method, path, headers, body, expected) in [
        (Method::GET, "/api/orders", [("authorization", "Bearer canary-of-the-file")], "", 200),
        (Method::GET, "/api/orders", [("authorization", "Bearer canary-unknown")], "", 401),
        (Method::GET, "/api/orders", [("authorization", "Basic canary-basic")], "", 401),
        (Method::GET, "/api/orders", [("x-api-key", "ck_canary-key")], "", 401),
        (Method::GET, "/api/orders", [("authorization", "Bearer a.canary-token.b")], "", 401),
        (Method::GET, "/api/orders?access_token=canary-query", [("accept", "*/*")], "", 401),
        (
            Method::GET,
            "/api/v2/oauth2/token?client_id=x&client_secret=canary-secret&grant_type=authorization_code",
            [("accept", "*/*")],
            "",
            401,
        ),
        (
            Method::POST,
            "/oauth2/token",
            form,
            "grant_type=client_credentials&client_id=x&client_secret=canary-form",
            401,
        ),
    ] {
        let reply = program.http.send(method, path, &headers, body).await;
        assert_eq!(reply.status, expected, "{path}: {}", reply.body);
        assert!(!reply.body.contains("canary"), "{}", reply.body);
    }
    assert_eq!(program.terminate().code(), Some(0));
    let said = std::fs::read_to_string(&log).expect("it is readable");
    assert!(said.contains("recovered"), "it logs: {said}");
    let told: Vec<&str> = said.lines().filter(|line| line.contains("canary")).collect();
    assert!(told.is_empty(), "{told:#?}");
}
