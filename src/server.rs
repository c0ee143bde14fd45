//! The whole server: its shards, the doors before it, and the operators' address.
//!
//! `main`, tests and benches all start it here; nobody else wires actors. It stops from the
//! outside in: first no new requests, then those inside finish, then the journal is synced.

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::Condition;
use actix_web::rt::task::JoinHandle;
use actix_web::{App as Service, HttpServer, web};
use actors::{Clock, KeyWatch, MailOptions, Options, Pace, Random, ShardHandle};
use anyhow::Context;
use snapshots::commit::OnFailure;

use crate::admission::Admission;
use crate::ask::{App, Behind};
use crate::auth::{Caller, Credentials, Ring};
use crate::config::{Auth, Config};
use crate::connections::Connections;
use crate::http::Stationery;
use crate::limits::{CONNECTIONS_PER_WORKER_MAX, HEAD_TIME_MAX, KEEP_ALIVE, SHUTDOWN_S};
use crate::outside::Outside;
use crate::recovering::Recovering;
use crate::shards::{self, Directory, Shards};
use crate::unsubscribe::Unsubscribe;
use crate::{admin, feed, http, tls, webhooks};

/// A server that runs.
pub struct Server {
    address: SocketAddr,
    admin_address: SocketAddr,
    doors: ServerHandle,
    operators: ServerHandle,
    app: web::Data<App>,
    shards: Shards,
    /// Loads again and again what issuers publish.
    issuers: JoinHandle<()>,
}

/// What a bench or a test wants otherwise.
#[derive(Debug)]
pub struct Extras {
    /// Serve `POST /bench/echo`.
    pub echo: bool,
    /// Where the ids' chance comes from.
    pub random: Random,
    /// How the feed waits.
    pub feed: feed::Options,
    /// When calls that failed are made again.
    pub webhooks: webhooks::Schedule,
}

impl Default for Extras {
    fn default() -> Extras {
        Extras {
            echo: false,
            random: Random::drawn(),
            feed: feed::Options::default(),
            webhooks: webhooks::Schedule::default(),
        }
    }
}

impl Server {
    /// Listens, recovers what the directory holds, and serves it. `on_failure` is called if the
    /// journal fails, and must end the process.
    ///
    /// # Errors
    /// A directory in use, unsafe or damaged; an address that cannot be had; a bad credential.
    pub async fn start(
        config: &Config,
        pace: Pace,
        extras: Extras,
        on_failure: OnFailure,
    ) -> anyhow::Result<Server> {
        Server::recover(Recovering::listen(config)?, config, pace, extras, on_failure).await
    }

    /// The same, where somebody listens and answers already: they do so until it is ready, or
    /// until it failed.
    ///
    /// # Errors
    /// As above.
    pub async fn recover(
        recovering: Recovering,
        config: &Config,
        pace: Pace,
        extras: Extras,
        on_failure: OnFailure,
    ) -> anyhow::Result<Server> {
        let sockets = recovering.sockets();
        let served = match sockets {
            Ok(sockets) => Server::serve(sockets, config, pace, extras, on_failure).await,
            Err(error) => Err(error.into()),
        };
        recovering.end().await;
        served
    }

    async fn serve(
        (doors, operators): (TcpListener, TcpListener),
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
        let open =
            Shards::open(&config.data, config.shards, options, pace, random, on_failure).await?;
        let mut app = app_of(config, open.handles(), clock.clone(), extras.echo).await?;
        let links = Arc::new(Unsubscribe::of_dir(&config.data)?);
        app.unsubscribe = Some(links.clone());
        if config.mail.is_none() {
            tracing::info!("no mail server is configured; mails stay due");
        }
        for (shard, folder) in open.handles().iter().zip(shards::existing(&config.data)?) {
            let calls = (config.targets(), extras.webhooks.clone(), clock.clone());
            let (dir, mail) = (folder.join("webhooks"), mail_options(config, &links));
            app.outside.push(Outside::start(shard, &dir, extras.feed, calls, mail)?);
        }
        let app = web::Data::new(app);
        let issuers = actix_web::rt::spawn(app.credentials.follow_issuers());
        if let Some(first) = app.behind.directory().all().first() {
            app.set_ready(first.durable());
        }
        let (doors, address) = serve_doors(doors, config, app.clone())?;
        let (operators, admin_address) = serve_operators(operators, app.clone())?;
        Ok(Server { address, admin_address, doors, operators, app, shards: open, issuers })
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

    /// Closes the doors, lets everybody inside and every mail on its way finish, and syncs the
    /// journal.
    ///
    /// # Errors
    /// When the journal could not be closed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.app.stop();
        self.issuers.abort();
        self.doors.stop(true).await;
        self.operators.stop(true).await;
        let (app, shards) = (self.app, self.shards);
        let stop = move || {
            app.outside.iter().for_each(Outside::stop);
            shards.stop()
        };
        web::block(stop).await??;
        Ok(())
    }
}

/// How mails go out, if a mail server is configured. Without one, mails stay due.
fn mail_options(config: &Config, links: &Arc<Unsubscribe>) -> Option<MailOptions> {
    let section = config.mail.as_ref()?;
    let public_url = section.public_url.trim_end_matches('/').to_owned();
    let (links, clocks) = (links.clone(), config.policy().invitations);
    Some(section.options(Arc::new(Stationery { links, public_url, clocks })))
}

async fn app_of(
    config: &Config,
    shards: Vec<ShardHandle>,
    clock: Clock,
    echo: bool,
) -> anyhow::Result<App> {
    let tokens = config.credentials.iter().map(|it| Ok((it.token.clone(), it.caller()?)));
    let tokens: Vec<(String, Caller)> = tokens.collect::<anyhow::Result<_>>()?;
    let credentials = Credentials::of(tokens).by(clock.clone()).anonymous(config.auth == Auth::Off);
    let mut credentials = credentials.believing(&config.jwt, &config.data).await?;
    if let Some(rate) = config.rate_per_second.and_then(NonZeroU32::new) {
        let burst = config.rate_burst.and_then(NonZeroU32::new).unwrap_or(rate);
        credentials = credentials.limited(rate, burst);
    }
    for shard in &shards {
        watch_keys(shard, credentials.ring()).await?;
    }
    let mut app = App::of(Behind::Live(Directory::of(shards)), credentials);
    app.admission =
        Admission::of(config.start_permits, config.finish_permits, config.operate_permits);
    app.answer_time_max = Duration::from_millis(config.answer_timeout_ms);
    app.calendars = config.policy().invitations.as_ref().clone();
    app.connections = Arc::new(Connections::bounded(config.connections_per_address));
    app.clock = clock;
    app.echo = echo;
    app.targets = config.targets();
    Ok(app)
}

/// Fills the ring with the keys that were recovered, before anybody is let in; from now on it
/// follows the journal.
async fn watch_keys(shard: &ShardHandle, ring: &Arc<Ring>) -> anyhow::Result<()> {
    let follows = ring.clone();
    let watch: KeyWatch = Arc::new(move |tenant, event, at| follows.note(tenant, event, at));
    let keys = shard.watch_keys(watch).await;
    ring.fill(keys.context("the shard has stopped")?);
    Ok(())
}

fn serve_doors(
    listener: TcpListener,
    config: &Config,
    app: web::Data<App>,
) -> anyhow::Result<(ServerHandle, SocketAddr)> {
    let origins = config.cors_origins.clone();
    let connections = app.connections.clone();
    let server = HttpServer::new(move || {
        let cors = Condition::new(!origins.is_empty(), http::cors(&origins));
        Service::new().app_data(app.clone()).wrap(cors).configure(http::routes)
    })
    .workers(config.workers)
    .max_connections(CONNECTIONS_PER_WORKER_MAX)
    .on_connect(move |io, told| connections.meet(io, told))
    .client_request_timeout(HEAD_TIME_MAX)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(SHUTDOWN_S)
    .disable_signals();
    let server = match &config.tls {
        Some(files) => server.listen_rustls_0_23(listener, tls::server_config(files.clone())?),
        None => server.listen(listener),
    };
    let server = server.with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok((handle, address))
}

fn serve_operators(
    listener: TcpListener,
    app: web::Data<App>,
) -> anyhow::Result<(ServerHandle, SocketAddr)> {
    let server =
        HttpServer::new(move || Service::new().app_data(app.clone()).configure(admin::routes))
            .workers(1)
            .client_request_timeout(HEAD_TIME_MAX)
            .keep_alive(KEEP_ALIVE)
            .shutdown_timeout(SHUTDOWN_S)
            .disable_signals()
            .listen(listener)
            .context("cannot listen for operators")?;
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok((handle, address))
}
