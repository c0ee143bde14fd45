//! One keep-alive connection to the server, as thin as hyper allows.
//!
//! The generator shares its two cores with the server it measures, so nothing here pools,
//! redirects, retries or decodes: a request is sent, the answer's bytes come back.

use std::net::{SocketAddr, ToSocketAddrs};

use anyhow::{Context as _, bail};
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Which server, and as whom.
#[derive(Debug, Clone)]
pub(super) struct Target {
    address: SocketAddr,
    host: HeaderValue,
    authorization: Option<HeaderValue>,
}

impl Target {
    /// Reads `http://host:port`, the only form that load is sent to.
    pub(super) fn parse(url: &str, token: Option<&str>) -> anyhow::Result<Self> {
        let Some(host) = url.strip_prefix("http://") else {
            bail!("{url} is not a http:// address");
        };
        let host = host.trim_end_matches('/');
        let named = if host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
        let address = named
            .to_socket_addrs()
            .with_context(|| format!("{named} has no address"))?
            .next()
            .with_context(|| format!("{named} has no address"))?;
        let authorization = token
            .map(|token| HeaderValue::try_from(format!("Bearer {token}")))
            .transpose()
            .context("the token has characters that no header may have")?;
        Ok(Self { address, host: HeaderValue::try_from(host)?, authorization })
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    date: Option<HeaderValue>,
}

impl Answer {
    /// The server's clock, to the second below.
    pub(super) fn date(&self) -> Option<DateTime<Utc>> {
        let text = self.date.as_ref()?.to_str().ok()?;
        DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
    }

    /// The beginning of the body, for a message.
    pub(super) fn excerpt(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        format!("{} {}", self.status.as_u16(), text.chars().take(300).collect::<String>())
    }
}

/// An open connection; one request at a time.
#[derive(Debug)]
pub(super) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    target: Target,
}

impl Connection {
    /// Connects.
    pub(super) async fn open(target: &Target) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(target.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Its end is seen by the sender, as a failed request; there is nothing to add to that.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self { sender, target: target.clone() })
    }

    /// Whether the server has closed it.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn send(
        &mut self,
        method: Method,
        path: Uri,
        body: Bytes,
    ) -> Result<Answer, hyper::Error> {
        self.sender.ready().await?;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = path;
        let headers = request.headers_mut();
        headers.insert(header::HOST, self.target.host.clone());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(authorization) = &self.target.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        let (head, mut rest) = self.sender.send_request(request).await?.into_parts();
        let date = head.headers.get(header::DATE).cloned();
        Ok(Answer { status: head.status, body: whole(&mut rest).await?, date })
    }
}

/// The body's bytes. One that arrives in one piece, as nearly all do, is not copied.
async fn whole(body: &mut hyper::body::Incoming) -> Result<Bytes, hyper::Error> {
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if first.is_empty() {
            first = data;
        } else {
            if joined.is_empty() {
                joined.extend_from_slice(&first);
            }
            joined.extend_from_slice(&data);
        }
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_target_is_plain_http_with_or_without_a_port() {
        let target = Target::parse("http://127.0.0.1:4012/", Some("secret")).unwrap();
        assert_eq!(target.address.port(), 4012);
        assert_eq!(target.authorization.unwrap(), "Bearer secret");
        assert_eq!(Target::parse("http://127.0.0.1", None).unwrap().address.port(), 80);
        assert!(Target::parse("https://127.0.0.1:1", None).is_err());
        assert!(Target::parse("http://127.0.0.1:1", Some("a\nb")).is_err());
    }
}
