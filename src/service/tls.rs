//! Certificates: the server's own, and the authorities of clients.

use crate::config::TlsConfig;
use arc_swap::ArcSwap;
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use std::path::Path;
use std::sync::Arc;

/// The certificates that new connections are taken with.
pub(super) struct Certificates {
    files: TlsConfig,
    current: ArcSwap<ServerConfig>,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// Which file is wrong and how.
    pub(super) fn load(files: &TlsConfig) -> Result<Self, String> {
        Ok(Self { files: files.clone(), current: ArcSwap::from_pointee(read(files)?) })
    }

    /// Reads the files again; on any fault the old certificates stay. Open connections are not touched.
    pub(super) fn reload(&self) -> Result<(), String> {
        self.current.store(read(&self.files)?.into());
        Ok(())
    }

    pub(super) fn paths(&self) -> Vec<&Path> {
        let files = &self.files;
        [Some(&files.certificate), Some(&files.key), files.client_ca.as_ref()]
            .into_iter()
            .flatten()
            .map(|p| p.as_path())
            .collect()
    }

    pub(super) fn current(&self) -> Arc<ServerConfig> {
        self.current.load_full()
    }
}

fn read(files: &TlsConfig) -> Result<ServerConfig, String> {
    let certificates = |path: &Path| -> Result<Vec<CertificateDer<'static>>, String> {
        let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        let found = found.map_err(|e| format!("{}: {e}", path.display()))?;
        if found.is_empty() {
            return Err(format!("{}: no certificate in it; PEM is expected", path.display()));
        }
        Ok(found)
    };
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| format!("{}: {e}", files.key.display()))?;
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("TLS: {e}"))?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|e| format!("{}: {e}", path.display()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .map_err(|e| format!("{}: {e}", path.display()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|e| format!("{} and {}: {e}", files.certificate.display(), files.key.display()))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}
