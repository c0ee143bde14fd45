//! A connection to a mail server of ours, which may become TLS in the middle.

use std::io::{Error, Read, Result, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// One connection, line by line.
pub(super) enum Wire {
    Plain(TcpStream),
    Private(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    /// The same connection, under TLS from here on.
    pub(super) fn private(self, [certificate, key]: [&str; 2]) -> Result<Wire> {
        let Wire::Plain(stream) = self else { return Err(Error::other("it is private already")) };
        let certificates = CertificateDer::pem_slice_iter(certificate.as_bytes());
        let certificates = certificates.collect::<core::result::Result<_, _>>().expect("it is PEM");
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("it is PEM");
        let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .expect("the provider has them")
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .expect("they fit each other");
        let tls = ServerConnection::new(Arc::new(config)).expect("it is complete");
        Ok(Wire::Private(Box::new(StreamOwned::new(tls, stream))))
    }

    pub(super) fn is_private(&self) -> bool {
        matches!(self, Wire::Private(_))
    }

    /// The next line without its end; none when the client has gone. Byte by byte, so that nothing
    /// that was said before TLS counts after it.
    pub(super) fn line(&mut self) -> Result<Option<String>> {
        let mut line = Vec::new();
        let mut byte = [0];
        while !line.ends_with(b"\n") {
            let read = match self {
                Wire::Plain(stream) => stream.read(&mut byte)?,
                Wire::Private(stream) => stream.read(&mut byte)?,
            };
            if read == 0 {
                return Ok(None);
            }
            line.push(byte[0]);
        }
        let line = String::from_utf8(line).map_err(Error::other)?;
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    pub(super) fn say(&mut self, text: &str) -> Result<()> {
        let text = format!("{text}\r\n");
        match self {
            Wire::Plain(stream) => stream.write_all(text.as_bytes()),
            Wire::Private(stream) => {
                stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
            }
        }
    }
}
