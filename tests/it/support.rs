//! A server, and requests to it.

mod budget;
pub(crate) mod certificates;
mod described;
mod exim;
mod program;
mod raw;
mod reply;
mod server;
mod sink;
mod wire;

pub(crate) use budget::{between, kills, not_run, seed};
pub(crate) use exim::Exim;
pub(crate) use program::{Program, run, run_with};
pub(crate) use raw::said_to;
pub(crate) use reply::Reply;
pub(crate) use server::{BEGIN, TestServer, promise, text};
pub(crate) use sink::{Behaviour, Guard, Letter, Sink, Visit};

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// As a header's value: the header is not sent at all.
pub(crate) const NOT_SENT: &str = "(not sent)";

/// A client over kept connections, to one address.
#[derive(Clone)]
pub(crate) struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    token: Option<String>,
}

impl Caller {
    pub(crate) fn of(address: SocketAddr) -> Caller {
        Caller { client: Client::builder(TokioExecutor::new()).build_http(), address, token: None }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same, with a credential.
    pub(crate) fn bearing(&self, token: &str) -> Caller {
        Caller { token: Some(token.to_owned()), ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Reply {
        self.send(Method::POST, path, &[], body).await
    }

    pub(crate) async fn put(&self, path: &str, body: &str) -> Reply {
        self.send(Method::PUT, path, &[], body).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        self.try_send(method, path, headers, body).await.expect("the server answers")
    }

    /// A POST under an idempotency key.
    pub(crate) async fn post_as(&self, key: &str, path: &str, body: &str) -> Reply {
        self.send(Method::POST, path, &[("idempotency-key", key)], body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[], "").await
    }

    pub(crate) async fn patch(&self, path: &str, body: &str) -> Reply {
        self.send(Method::PATCH, path, &[], body).await
    }

    /// None when the connection ended without an answer.
    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Option<Reply> {
        self.try_send_bytes(method, path, headers, body.as_bytes()).await
    }

    /// The same, with a body that may be no text.
    pub(crate) async fn try_send_bytes(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Reply> {
        let mut request =
            Request::builder().method(method.clone()).uri(format!("http://{}{path}", self.address));
        let is_typed = headers.iter().any(|(name, _)| *name == "content-type");
        if !body.is_empty() && !is_typed {
            request = request.header("content-type", "application/json");
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers.iter().filter(|(_, value)| *value != NOT_SENT) {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body))).expect("it is valid");
        let answer = self.client.request(request).await.ok()?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("answers are text");
        let reply = Reply { status: head.status.as_u16(), headers: head.headers, body };
        described::check(&method, path, &reply);
        Some(reply)
    }
}
