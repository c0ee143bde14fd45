//! What answers until everything is recovered: the server is alive, and it is not ready.
//!
//! It is a server of its own on a thread of its own, since recovery keeps the thread that starts
//! the doors. Both listen at the same sockets, which stay open all the while, so nobody is turned
//! away between them; and it ends each connection with its answer, so nobody stays with it.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::KeepAlive;
use actix_web::rt::System;
use actix_web::{App as Service, HttpServer, web};
use anyhow::Context;

use crate::ask::{App, Behind};
use crate::auth::Credentials;
use crate::config::Config;
use crate::limits::{CONNECTIONS_PER_WORKER_MAX, HEAD_TIME_MAX, READER_TIME_MAX, RECOVERING_END_S};
use crate::shards::Directory;
use crate::{http, listener, tls};

/// The sockets of a server that is not ready yet, and what answers there.
pub struct Recovering {
    doors: TcpListener,
    operators: TcpListener,
    server: ServerHandle,
    thread: JoinHandle<()>,
}

impl Recovering {
    /// Listens at both addresses, and answers there from now on.
    ///
    /// # Errors
    /// An address that cannot be had, or a certificate that cannot be used.
    pub fn listen(config: &Config) -> anyhow::Result<Recovering> {
        let open = |address| {
            let opened = listener::listen(address, READER_TIME_MAX);
            opened.with_context(|| format!("cannot listen on {address}"))
        };
        let (doors, operators) = (open(config.listen)?, open(config.admin_listen)?);
        let sockets = (doors.try_clone()?, operators.try_clone()?);
        let tls = config.tls.clone().map(tls::server_config).transpose()?;
        let (begun, begins) = mpsc::sync_channel(1);
        let body = move || {
            System::new().block_on(async move {
                let server = match serve(sockets, tls) {
                    Ok(server) => server,
                    Err(error) => return drop(begun.send(Err(error))),
                };
                if begun.send(Ok(server.handle())).is_ok() {
                    let _ = server.await; // it has ended, one way or the other
                }
            });
        };
        let thread = thread::Builder::new().name("recovering".to_owned()).spawn(body)?;
        let server = begins.recv().context("the thread that answers has ended")??;
        Ok(Recovering { doors, operators, server, thread })
    }

    /// Where clients connect.
    ///
    /// # Errors
    /// When the system does not know it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.doors.local_addr()
    }

    /// Where operators and metrics connect.
    ///
    /// # Errors
    /// When the system does not know it.
    pub fn admin_address(&self) -> io::Result<SocketAddr> {
        self.operators.local_addr()
    }

    /// The socket for the doors, and the one for operators.
    pub(crate) fn sockets(&self) -> io::Result<(TcpListener, TcpListener)> {
        Ok((self.doors.try_clone()?, self.operators.try_clone()?))
    }

    /// Answers no more, and lets go of the sockets.
    pub(crate) async fn end(self) {
        self.server.stop(true).await;
        // A thread that has panicked has ended too; its message is in the log.
        let _ = self.thread.join();
    }
}

fn serve(
    (doors, operators): (TcpListener, TcpListener),
    tls: Option<rustls::ServerConfig>,
) -> io::Result<Server> {
    let app = App::of(Behind::Live(Directory::default()), Credentials::of([]));
    let app = web::Data::new(app);
    let server = HttpServer::new(move || {
        Service::new().app_data(app.clone()).configure(http::until_recovered)
    });
    let server = server
        .workers(1)
        .max_connections(CONNECTIONS_PER_WORKER_MAX)
        .client_request_timeout(HEAD_TIME_MAX)
        .keep_alive(KeepAlive::Disabled)
        .shutdown_timeout(RECOVERING_END_S)
        .disable_signals();
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(doors, tls)?,
        None => server.listen(doors)?,
    };
    Ok(server.listen(operators)?.run())
}
