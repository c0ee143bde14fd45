//! The server in this process, with time by hand.

use std::path::PathBuf;
use std::time::Duration;

use actors::{Pace, Random, Render, Verdict, Words, Work};
use certus::config::{Config, Overrides};
use certus::feed;
use certus::recovering::Recovering;
use certus::server::{Extras, Server};
use certus::webhooks::Schedule;
use serde_json::{Value, json};
use tempfile::TempDir;
use workflow::command::{Ask, Command, InvitationAction, OrderName};
use workflow::id::TenantId;
use workflow::invitation::Which;
use workflow::reply::Reply;
use workflow::time::{Millis, Time};

use super::Caller;

/// 2026-01-12T10:00:00Z.
pub(crate) const BEGIN: Time = Time(1_768_212_000_000);

/// After so long a reader of the feed is told how far it is.
const QUIET: Duration = Duration::from_millis(50);

/// After so long a call that failed is made again.
const RETRY: Duration = Duration::from_millis(20);

/// A server on port 0 and in a directory of its own.
pub(crate) struct TestServer {
    dir: TempDir,
    server: Option<Server>,
    starts: u64,
    pub(crate) http: Caller,
}

impl TestServer {
    pub(crate) async fn start() -> TestServer {
        TestServer::configured("").await
    }

    /// A server whose `certus.toml` says this.
    pub(crate) async fn configured(settings: &str) -> TestServer {
        let dir = tempfile::tempdir().expect("there is room");
        std::fs::write(settings_of(&dir), settings).expect("there is room");
        let server = open(&dir, 0).await;
        let http = Caller::of(server.address());
        TestServer { dir, server: Some(server), starts: 1, http }
    }

    /// A server that goes by this clock.
    pub(crate) async fn at_pace(pace: Pace) -> TestServer {
        let dir = tempfile::tempdir().expect("there is room");
        std::fs::write(settings_of(&dir), "").expect("there is room");
        let server = open_at(&dir, 0, pace).await;
        let http = Caller::of(server.address());
        TestServer { dir, server: Some(server), starts: 1, http }
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().expect("it runs")
    }

    /// The directory of its journal and its snapshot.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Stops it cleanly, and starts it again on what it left.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.begin().await;
    }

    /// Starts it again with other settings, on what it left.
    pub(crate) async fn restart_with(&mut self, settings: &str) {
        self.stop().await;
        std::fs::write(settings_of(&self.dir), settings).expect("there is room");
        self.begin().await;
    }

    /// Listens after a stop, and recovers nothing yet.
    pub(crate) fn listens(&mut self) -> Recovering {
        let recovering = Recovering::listen(&config_of(&self.dir)).expect("a port is free");
        self.http = Caller::of(recovering.address().expect("it listens"));
        recovering
    }

    /// Recovers where it listens already.
    pub(crate) async fn recovers(&mut self, listening: Recovering) -> anyhow::Result<()> {
        let pace = Pace::by_hand(BEGIN);
        self.server = Some(recover(listening, &self.dir, self.starts, pace).await?);
        self.starts += 1;
        Ok(())
    }

    /// Starts it after a stop.
    pub(crate) async fn begin(&mut self) {
        let server = open(&self.dir, self.starts).await;
        self.starts += 1;
        self.http = Caller::of(server.address());
        self.server = Some(server);
    }

    /// A caller on the operators' address.
    pub(crate) fn operators(&self) -> Caller {
        Caller::of(self.server().admin_address())
    }

    pub(crate) async fn stop(&mut self) {
        self.server.take().expect("it runs").stop().await.expect("it stops cleanly");
    }

    pub(crate) async fn advance(&self, by: Millis) {
        self.server().shards().advance(by).await.expect("time is by hand");
    }

    /// Claims a mail of the tenant `default` as the mailer does, and then does nothing: as after a
    /// crash.
    pub(crate) async fn claims(&self, number: u64, which: Which) {
        let (order, action) = (OrderName::Number(number), InvitationAction::Claim(which));
        let command = Command::Invitation { order, action };
        let tenant = TenantId::parse("default").expect("a name");
        let ask = Ask::of(tenant, "mailer".into(), command);
        let nothing: Render = |_| Reply { status: 200, headers: Vec::new(), body: String::new() };
        let work = Work::Change(Box::new(ask), Words::Plain(nothing));
        let answer = self.server().shards().all()[0].ask(work, None).await.expect("it runs");
        assert!(matches!(answer.verdict, Verdict::Done(_)), "the mail is due");
    }

    /// A store that ships and serves pickup, with its id.
    pub(crate) async fn facility(&self, name: &str) -> String {
        let body = json!({
            "name": name, "tenantFacilityId": name,
            "address": { "companyName": "Certus", "street": "Hauptstr.", "houseNumber": "8",
                "postalCode": "51063", "city": "Köln", "country": "DE" },
        });
        let made = self.http.post("/api/facilities", &body.to_string()).await.expect(201);
        text(&made, "id")
    }

    /// So many pieces at a store, with the id of the lot.
    pub(crate) async fn stock(&self, facility: &str, article: &str, value: u32) -> String {
        let body = json!({
            "tenantArticleId": article, "value": value, "facility": { "facilityRef": facility },
        });
        let made = self.http.post("/api/stocks", &body.to_string()).await.expect(201);
        text(&made, "id")
    }

    /// What can be promised of an article, over all stores.
    pub(crate) async fn available(&self, article: &str) -> u64 {
        let path = format!("/api/stocks/summaries?tenantArticleIds={article}");
        let summaries = self.http.get(&path).await.expect(200);
        let details = &summaries["stockSummaries"][0]["details"];
        details["availableForPicking"].as_u64().unwrap_or_else(|| panic!("{summaries}"))
    }
}

async fn open(dir: &TempDir, starts: u64) -> Server {
    open_at(dir, starts, Pace::by_hand(BEGIN)).await
}

async fn open_at(dir: &TempDir, starts: u64, pace: Pace) -> Server {
    let recovering = Recovering::listen(&config_of(dir)).expect("a port is free");
    recover(recovering, dir, starts, pace).await.expect("it starts")
}

async fn recover(
    recovering: Recovering,
    dir: &TempDir,
    starts: u64,
    pace: Pace,
) -> anyhow::Result<Server> {
    let failed = Box::new(|error| panic!("the journal failed: {error}"));
    // Time stands still over a restart, so the ids' chance must not begin anew.
    let feed = feed::Options { quiet: QUIET, ..feed::Options::default() };
    let random = Random::seeded(7 + 1_000 * starts);
    let webhooks = Schedule { delays: vec![RETRY], ..Schedule::default() };
    let extras = Extras { random, feed, webhooks, ..Extras::default() };
    Server::recover(recovering, &config_of(dir), pace, extras, failed).await
}

fn config_of(dir: &TempDir) -> Config {
    let port_0 = "127.0.0.1:0".parse().ok();
    let over = Overrides {
        data: Some(dir.path().join("data")),
        listen: port_0,
        admin_listen: port_0,
        workers: Some(1),
        segment_bytes: Some(17 << 20),
        ..Overrides::default()
    };
    Config::read(Some(&settings_of(dir)), over).expect("the configuration is valid")
}

fn settings_of(dir: &TempDir) -> PathBuf {
    dir.path().join("certus.toml")
}

/// A promise of so many pieces, as a client sends it.
pub(crate) fn promise(article: &str, quantity: i64) -> Value {
    json!({
        "orderDate": "2026-01-12T09:00:00.000Z", "tenantOrderId": "R1",
        "orderLineItems": [
            { "article": { "tenantArticleId": article, "title": article }, "quantity": quantity },
        ],
        "consumer": { "addresses": [ { "street": "Hauptstr.", "postalCode": "51063",
            "city": "Köln", "country": "DE" } ] },
    })
}

/// A member that is text, by its name or its place.
#[track_caller]
pub(crate) fn text<I: serde_json::value::Index>(value: &Value, at: I) -> String {
    value[at].as_str().unwrap_or_else(|| panic!("it is no text: {value}")).to_owned()
}
