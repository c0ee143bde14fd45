//! TLS of the doors: a certificate and its key from files, renewed without a restart.
//!
//! Whoever renews certificates writes new files in their place. A handshake that comes later looks
//! whether they are others, at most once a second; files that cannot be used are told in the log,
//! and the certificate that is in use stays.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use arc_swap::ArcSwap;
use parking_lot::Mutex;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde::Serialize;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Where the certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Files {
    /// The certificate with those between it and its authority, PEM.
    #[serde(rename = "tls_certificate")]
    pub certificate: PathBuf,
    /// The certificate's private key, PEM.
    #[serde(rename = "tls_key")]
    pub key: PathBuf,
}

/// The certificate in use.
#[derive(Debug)]
struct Renewed {
    files: Files,
    current: ArcSwap<CertifiedKey>,
    looked: Mutex<Looked>,
}

/// When the files were looked at, and of when they were.
#[derive(Debug)]
struct Looked {
    at: Instant,
    written: Option<[SystemTime; 2]>,
}

/// How the doors speak TLS: 1.2 and 1.3, with what `files` hold at any time.
///
/// # Errors
/// Files that cannot be read, that hold no certificate or no key, or that do not fit each other.
pub fn server_config(files: Files) -> anyhow::Result<ServerConfig> {
    let looked = Looked { at: Instant::now(), written: files.written() };
    let current = ArcSwap::from_pointee(files.load()?);
    let renewed = Renewed { files, current, looked: Mutex::new(looked) };
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(renewed));
    Ok(config)
}

impl Files {
    fn load(&self) -> anyhow::Result<CertifiedKey> {
        let read = |what: &PathBuf| format!("cannot use {}", what.display());
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| read(&self.certificate))?;
        anyhow::ensure!(!chain.is_empty(), "{} holds no certificate", self.certificate.display());
        let key = PrivateKeyDer::from_pem_file(&self.key).with_context(|| read(&self.key))?;
        CertifiedKey::from_der(chain, key, &default_provider()).with_context(|| read(&self.key))
    }

    /// When both were written; none if one is not there.
    fn written(&self) -> Option<[SystemTime; 2]> {
        let of = |path: &PathBuf| std::fs::metadata(path).and_then(|it| it.modified()).ok();
        Some([of(&self.certificate)?, of(&self.key)?])
    }
}

impl Renewed {
    fn look(&self) {
        // Who finds somebody looking goes on with what there is.
        let Some(mut looked) = self.looked.try_lock() else { return };
        if looked.at.elapsed() < LOOK_EVERY {
            return;
        }
        looked.at = Instant::now();
        let written = self.files.written();
        if written == looked.written {
            return;
        }
        looked.written = written;
        match self.files.load() {
            Ok(renewed) => {
                self.current.store(Arc::new(renewed));
                tracing::info!("the certificate was renewed");
            }
            Err(error) => tracing::warn!(error = format!("{error:#}"), "the old one stays in use"),
        }
    }
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.look();
        Some(self.current.load_full())
    }
}
