//! `certus keys`: makes, lists and revokes the API keys of a server that runs on this machine.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::Sources;

/// How long the server may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(35);

/// What is asked of `certus keys`.
#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a key, and print it this once
    Create(Wanted),
    /// Print all keys, without their secrets
    List {
        #[command(flatten)]
        at: At,
    },
    /// Take a key back
    Revoke {
        /// The key's id, as the list has it
        id: String,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Args)]
struct Wanted {
    /// Whose things it opens
    #[arg(long, value_name = "TENANT")]
    tenant: String,
    /// Who will hold it, as records say
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What it is good for, once for each [default: all but admin]
    #[arg(long = "permission", value_name = "WORD")]
    permissions: Vec<String>,
    /// The store that its holder picks for, as its `tenantFacilityId`, once for each [default: all]
    #[arg(long = "store", value_name = "NAME")]
    stores: Vec<String>,
    /// For how many days it is good [default: until it is revoked]
    #[arg(long, value_name = "DAYS")]
    expires_in: Option<u64>,
    #[command(flatten)]
    at: At,
}

/// Where the server is.
#[derive(Args)]
struct At {
    /// The operators' address of the server [default: that of the configuration]
    #[arg(long, value_name = "ADDR")]
    admin: Option<SocketAddr>,
    /// The configuration file [default: certus.toml, if it is there]
    #[arg(long, env = "CERTUS_CONFIG", value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

pub(super) fn run(options: Options) -> anyhow::Result<ExitCode> {
    actix_web::rt::System::new().block_on(async {
        match options.action {
            Action::Create(wanted) => create(wanted).await?,
            Action::List { at } => list(&at.calls("/admin/v1/keys")?).await?,
            Action::Revoke { id, at } => {
                let server = at.calls(&format!("/admin/v1/keys/{id}"))?;
                let key = server.send(server.client.delete(&server.url)).await?;
                println!("revoked {} ({})", text(&key, "id"), text(&key, "name"));
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn create(wanted: Wanted) -> anyhow::Result<()> {
    let mut body = json!({ "tenant": wanted.tenant, "name": wanted.name });
    if !wanted.permissions.is_empty() {
        body["permissions"] = wanted.permissions.into();
    }
    if !wanted.stores.is_empty() {
        body["stores"] = wanted.stores.into();
    }
    if let Some(days) = wanted.expires_in {
        body["expires_in_days"] = days.into();
    }
    let server = wanted.at.calls("/admin/v1/keys")?;
    let request = server.client.post(&server.url).header("content-type", "application/json");
    let key = server.send(request.body(body.to_string())).await?;
    eprintln!("this is the only time that the key is shown:");
    println!("{}", text(&key, "key"));
    Ok(())
}

async fn list(server: &Call) -> anyhow::Result<()> {
    let answer = server.send(server.client.get(&server.url)).await?;
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_BORDERS_ONLY);
    table.set_header(["id", "tenant", "name", "permissions", "stores", "expires", "revoked"]);
    for key in answer["keys"].as_array().into_iter().flatten() {
        let words = |name: &str| {
            let words = key[name].as_array().into_iter().flatten();
            words.filter_map(Value::as_str).collect::<Vec<&str>>().join(" ")
        };
        let cells = ["id", "tenant", "name"].map(|name| text(key, name));
        let times = ["expires_at", "revoked_at"].map(|name| text(key, name));
        table.add_row(cells.into_iter().chain(["permissions", "stores"].map(words)).chain(times));
    }
    println!("{table}");
    Ok(())
}

/// A member that is text; nothing if it is not there.
fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// One call to the server.
struct Call {
    client: Client,
    url: String,
}

impl At {
    fn calls(self, path: &str) -> anyhow::Result<Call> {
        let address = match self.admin {
            Some(address) => address,
            None => Sources { config: self.config, ..Sources::default() }.read()?.admin_listen,
        };
        // Nothing of the environment may send a secret elsewhere.
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none());
        let client = client.timeout(ANSWER_TIME_MAX).build()?;
        Ok(Call { client, url: format!("http://{address}{path}") })
    }
}

impl Call {
    /// The answer's JSON, or what the problem says.
    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Value> {
        let unreached = || format!("cannot reach the server at {}", self.url);
        let response = request.send().await.with_context(unreached)?;
        let is_good = response.status().is_success();
        let body = response.text().await.with_context(unreached)?;
        let answer: Value = serde_json::from_str(&body).unwrap_or_default();
        if is_good {
            return Ok(answer);
        }
        let errors = answer["errors"].as_array().into_iter().flatten();
        let details: Vec<String> =
            errors.map(|it| format!("{} {}", text(it, "pointer"), text(it, "detail"))).collect();
        bail!("{} {}", text(&answer, "title"), details.join("; "))
    }
}
