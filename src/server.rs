//! The whole server: a shard, the doors before it, and the operators' address.
//!
//! `main`, tests and benches all start it here; nobody else wires actors. It stops from the
//! outside in: first no new requests, then those inside finish, then the journal is synced.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App as Service, HttpServer, web};
use actors::{Mailer, Options, Pace, Random, Shard, ShardHandle};
use anyhow::Context;
use smol_str::SmolStr;
use snapshots::commit::OnFailure;
use workflow::id::TenantId;

use crate::admission::Admission;
use crate::ask::{App, Shards};
use crate::auth::{Caller, Credentials};
use crate::config::Config;
use crate::http::Stationery;
use crate::limits::{CONNECTIONS_PER_WORKER_MAX, HEAD_TIME_MAX, KEEP_ALIVE, SHUTDOWN_S};
use crate::unsubscribe::Unsubscribe;
use crate::{http, metrics};

/// A server that runs.
pub struct Server {
    address: SocketAddr,
    admin_address: SocketAddr,
    doors: ServerHandle,
    operators: ServerHandle,
    app: web::Data<App>,
    mailer: Option<Mailer>,
    shard: Shard,
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
        let shard = Shard::open(&config.data, options, pace, extras.random, on_failure)
            .await
            .with_context(|| format!("cannot serve {}", config.data.display()))?;
        let links = Arc::new(Unsubscribe::of_dir(&config.data)?);
        let app = web::Data::new(app_of(config, &shard, extras.echo, links.clone())?);
        app.set_ready(shard.handle().durable());
        let (doors, address) = serve_doors(config, app.clone())?;
        let (operators, admin_address) = serve_operators(config, app.clone(), shard.handle())?;
        let mailer = mailer(config, &shard, &app, links)?;
        Ok(Server { address, admin_address, doors, operators, app, mailer, shard })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where operators and metrics connect.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin_address
    }

    /// The shard behind the doors.
    pub fn shard(&self) -> ShardHandle {
        self.shard.handle()
    }

    /// What the handlers share.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Closes the doors, lets everybody inside and every mail on its way finish, and syncs the
    /// journal.
    ///
    /// # Errors
    /// When the journal could not be closed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.app.stop();
        self.doors.stop(true).await;
        self.operators.stop(true).await;
        let (mailer, shard) = (self.mailer, self.shard);
        web::block(move || {
            mailer.into_iter().for_each(Mailer::stop);
            shard.stop()
        })
        .await??;
        Ok(())
    }
}

/// The mailer, if a mail server is configured. Without one, mails stay due.
fn mailer(
    config: &Config,
    shard: &Shard,
    app: &App,
    links: Arc<Unsubscribe>,
) -> anyhow::Result<Option<Mailer>> {
    let Some(section) = &config.mail else {
        tracing::info!("no mail server is configured; mails stay due");
        return Ok(None);
    };
    let public_url = section.public_url.trim_end_matches('/').to_owned();
    let options = section.options(Arc::new(Stationery { links, public_url }));
    let mailer = Mailer::start(shard.handle(), options).context("mail")?;
    let _ = app.mail.set(Box::new(mailer.counts())); // a server has one mailer, set once
    Ok(Some(mailer))
}

fn app_of(
    config: &Config,
    shard: &Shard,
    echo: bool,
    links: Arc<Unsubscribe>,
) -> anyhow::Result<App> {
    let mut tokens = Vec::new();
    for credential in &config.credentials {
        let tenant = TenantId::parse(&credential.tenant)
            .with_context(|| format!("credentials: `{}` is no tenant", credential.tenant))?;
        let caller = Caller { tenant, who: SmolStr::new(&credential.name) };
        tokens.push((credential.token.clone(), caller));
    }
    let mut app = App::of(Shards::one(shard.handle()), Credentials::of(tokens));
    app.admission =
        Admission::of(config.start_permits, config.finish_permits, config.operate_permits);
    app.answer_time_max = Duration::from_millis(config.answer_timeout_ms);
    app.echo = echo;
    app.unsubscribe = Some(links);
    Ok(app)
}

fn serve_doors(config: &Config, app: web::Data<App>) -> anyhow::Result<(ServerHandle, SocketAddr)> {
    let server =
        HttpServer::new(move || Service::new().app_data(app.clone()).configure(http::routes))
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
    shard: ShardHandle,
) -> anyhow::Result<(ServerHandle, SocketAddr)> {
    let figures = web::Data::new(metrics::Sources { app, shard });
    let server = HttpServer::new(move || {
        Service::new().app_data(figures.clone()).configure(metrics::routes)
    })
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
