//! The whole server: its shards, the doors before it, and the operators' address.
//!
//! `main`, tests and benches all start it here; nobody else wires actors. It stops from the
//! outside in: first no new requests, then those inside finish, then the journal is synced.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::Condition;
use actix_web::{App as Service, HttpServer, web};
use actors::{Clock, Options, Pace, Random, ShardHandle};
use anyhow::Context;
use smol_str::SmolStr;
use snapshots::commit::OnFailure;
use workflow::id::TenantId;

use crate::admission::Admission;
use crate::ask::{App, Behind};
use crate::auth::{Caller, Credentials};
use crate::config::Config;
use crate::limits::{CONNECTIONS_PER_WORKER_MAX, HEAD_TIME_MAX, KEEP_ALIVE, SHUTDOWN_S};
use crate::shards::{Directory, Shards};
use crate::{http, metrics};

/// A server that runs.
pub struct Server {
    address: SocketAddr,
    admin_address: SocketAddr,
    doors: ServerHandle,
    operators: ServerHandle,
    app: web::Data<App>,
    shards: Shards,
}

/// What a bench or a test wants otherwise.
#[derive(Debug)]
pub struct Extras {
    /// Serve `POST /bench/echo`.
    pub echo: bool,
    /// Where the ids' chance comes from.
    pub random: Random,
}

impl Default for Extras {
    fn default() -> Extras {
        Extras { echo: false, random: Random::drawn() }
    }
}

impl Server {
    /// Recovers what the directory holds and serves it. `on_failure` is called if the journal
    /// fails, and must end the process.
    ///
    /// # Errors
    /// A directory in use, unsafe or damaged; an address that cannot be had; a bad credential.
    pub async fn start(
        config: &Config,
        pace: Pace,
        extras: Extras,
        on_failure: OnFailure,
    ) -> anyhow::Result<Server> {
        let options = Options {
            policy: config.policy(),
            segment_bytes: config.segment_bytes,
            keep_ms: config.journal_keep_ms,
            keep_bytes: config.journal_keep_bytes,
        };
        let clock = pace.clock();
        let random = extras.random;
        let shards =
            Shards::open(&config.data, config.shards, options, pace, random, on_failure).await?;
        let app = web::Data::new(app_of(config, shards.handles(), clock, extras.echo)?);
        if let Some(first) = app.behind.directory().all().first() {
            app.set_ready(first.durable());
        }
        let (doors, address) = serve_doors(config, app.clone())?;
        let (operators, admin_address) = serve_operators(config, app.clone())?;
        Ok(Server { address, admin_address, doors, operators, app, shards })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where operators and metrics connect.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin_address
    }

    /// The shards behind the doors.
    pub fn shards(&self) -> &Directory {
        self.app.behind.directory()
    }

    /// What the handlers share.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Closes the doors, lets everybody inside finish, and syncs the journal.
    ///
    /// # Errors
    /// When the journal could not be closed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.app.stop();
        self.doors.stop(true).await;
        self.operators.stop(true).await;
        web::block(move || self.shards.stop()).await??;
        Ok(())
    }
}

fn app_of(
    config: &Config,
    shards: Vec<ShardHandle>,
    clock: Clock,
    echo: bool,
) -> anyhow::Result<App> {
    let mut tokens = Vec::new();
    for credential in &config.credentials {
        let tenant = TenantId::parse(&credential.tenant)
            .with_context(|| format!("credentials: `{}` is no tenant", credential.tenant))?;
        let caller = Caller { tenant, who: SmolStr::new(&credential.name) };
        tokens.push((credential.token.clone(), caller));
    }
    let mut app = App::of(Behind::Live(Directory::of(shards)), Credentials::of(tokens));
    app.admission =
        Admission::of(config.start_permits, config.finish_permits, config.operate_permits);
    app.answer_time_max = Duration::from_millis(config.answer_timeout_ms);
    app.clock = clock;
    app.echo = echo;
    Ok(app)
}

fn serve_doors(config: &Config, app: web::Data<App>) -> anyhow::Result<(ServerHandle, SocketAddr)> {
    let origins = config.cors_origins.clone();
    let server = HttpServer::new(move || {
        let cors = Condition::new(!origins.is_empty(), http::cors(&origins));
        Service::new().app_data(app.clone()).wrap(cors).configure(http::routes)
    })
    .workers(config.workers)
    .max_connections(CONNECTIONS_PER_WORKER_MAX)
    .client_request_timeout(HEAD_TIME_MAX)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(SHUTDOWN_S)
    .disable_signals()
    .bind(config.listen)
    .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok((handle, address))
}

fn serve_operators(
    config: &Config,
    app: web::Data<App>,
) -> anyhow::Result<(ServerHandle, SocketAddr)> {
    let server =
        HttpServer::new(move || Service::new().app_data(app.clone()).configure(metrics::routes))
            .workers(1)
            .shutdown_timeout(SHUTDOWN_S)
            .disable_signals()
            .bind(config.admin_listen)
            .with_context(|| format!("cannot listen on {}", config.admin_listen))?;
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok((handle, address))
}
