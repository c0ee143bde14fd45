//! A server, and requests to it.

mod program;
mod reply;
mod server;

pub(crate) use program::Program;
pub(crate) use reply::Reply;
pub(crate) use server::TestServer;

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A client over kept connections, to one address.
#[derive(Clone)]
pub(crate) struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
}

impl Caller {
    pub(crate) fn of(address: SocketAddr) -> Caller {
        Caller { client: Client::builder(TokioExecutor::new()).build_http(), address }
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

    /// None when the connection ended without an answer.
    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Option<Reply> {
        let mut request =
            Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).expect("it is valid");
        let answer = self.client.request(request).await.ok()?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("answers are text");
        Some(Reply { status: head.status.as_u16(), headers: head.headers, body })
    }
}
