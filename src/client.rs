//! How a running server is reached: its address, whom its certificate must come from, and the token to send.

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use tonic::metadata::MetadataValue;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

/// A running server, as its clients name it.
#[derive(Debug, Clone)]
pub struct Peer {
    /// `host:port`.
    authority: String,
    /// Sent as a bearer token.
    token: Option<String>,
    /// Certificates (PEM) of the authorities that its own must come from; `None` for a server without TLS.
    authorities: Option<Vec<u8>>,
}

/// What a TLS connection is made with.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Whom to trust.
    pub config: Arc<ClientConfig>,
    /// The name that the certificate must hold.
    pub name: ServerName<'static>,
}

impl From<SocketAddr> for Peer {
    /// A server that takes everybody, in the clear.
    fn from(address: SocketAddr) -> Self {
        Self { authority: address.to_string(), token: None, authorities: None }
    }
}

impl Peer {
    /// Reads `host:port`, `http://host:port` or `https://host:port`, the authorities for the last (PEM), and a file whose
    /// first line is a token.
    ///
    /// # Errors
    /// What is wrong with the address or a file, and what to do.
    pub fn new(server: &str, authorities: Option<&Path>, token: Option<&Path>) -> Result<Self, String> {
        let (scheme, authority) = server.split_once("://").unwrap_or(("http", server));
        let authority = authority.trim_end_matches('/').to_owned();
        let authorities = match (scheme, authorities) {
            ("http", None) => None,
            ("https", Some(path)) => Some(std::fs::read(path).map_err(|e| format!("--ca {}: {e}", path.display()))?),
            ("https", None) => {
                return Err(format!("{server}: name the authority of its certificate with --ca FILE (PEM)"));
            }
            ("http", Some(_)) => {
                return Err(format!("{server}: --ca is for TLS; write https://{authority}, or leave --ca out"));
            }
            _ => return Err(format!("{server}: no address; write it like http://127.0.0.1:50051")),
        };
        let token = token.map(read_token).transpose()?;
        Ok(Self { authority, token, authorities })
    }

    /// The same server's other listener: same authorities, same token.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn beside(&self, server: &str) -> Result<Self, String> {
        let (scheme, authority) = server.split_once("://").unwrap_or((self.scheme(), server));
        if scheme != self.scheme() {
            return Err(format!("{server}: it must be reached by {} like {}", self.scheme(), self.url()));
        }
        Ok(Self { authority: authority.trim_end_matches('/').to_owned(), ..self.clone() })
    }

    fn scheme(&self) -> &'static str {
        if self.authorities.is_some() { "https" } else { "http" }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme(), self.authority)
    }

    /// The token to send.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The name has no address.
    pub fn address(&self) -> Result<SocketAddr, String> {
        let found = self.authority.to_socket_addrs().ok().and_then(|mut all| all.next());
        found.ok_or_else(|| format!("{}: no address; write it like 127.0.0.1:50051", self.authority))
    }

    /// What a connection is made with; `None` for a server without TLS.
    ///
    /// # Errors
    /// What is wrong with the authorities or the name.
    pub fn tls(&self) -> Result<Option<Tls>, String> {
        let Some(pem) = &self.authorities else { return Ok(None) };
        let fault = |e: &dyn std::fmt::Display| format!("{}: {e}", self.url());
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.map_err(|e| fault(&e))?).map_err(|e| fault(&e))?;
        }
        if roots.is_empty() {
            return Err(fault(&"no certificate in the file of --ca; PEM is expected"));
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(|e| fault(&e))?;
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let host = self.authority.rsplit_once(':').map_or(self.authority.as_str(), |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|e| fault(&e))?;
        Ok(Some(Tls { config: Arc::new(config), name }))
    }

    /// Connects.
    ///
    /// # Errors
    /// Why there is no connection.
    pub async fn channel(&self) -> Result<Channel, String> {
        // Tells what is wrong with the authorities, which the endpoint does not.
        self.tls()?;
        let url = self.url();
        let fault = |e: tonic::transport::Error| {
            let mut text = e.to_string();
            let mut source = std::error::Error::source(&e);
            while let Some(cause) = source {
                let told = cause.to_string();
                if !text.contains(&told) {
                    text.push_str(&format!(": {told}"));
                }
                source = cause.source();
            }
            format!("no server answers at {url} ({text}); start one with `zhiyi serve`")
        };
        let mut endpoint = Endpoint::from_shared(url.clone()).map_err(fault)?;
        if let Some(pem) = &self.authorities {
            let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
            endpoint = endpoint.tls_config(tls).map_err(fault)?;
        }
        endpoint.connect().await.map_err(fault)
    }

    /// A message with the token.
    pub fn request<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        let bearer = self.token.as_ref().and_then(|token| MetadataValue::try_from(format!("Bearer {token}")).ok());
        if let Some(mut bearer) = bearer {
            bearer.set_sensitive(true);
            request.metadata_mut().insert("authorization", bearer);
        }
        request
    }
}

fn read_token(file: &Path) -> Result<String, String> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| format!("--token-file {name}: {e}"))?;
    let token = text.lines().next().unwrap_or_default().trim();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(format!("--token-file {name}: the first line is no token; write it alone, without blanks"));
    }
    Ok(token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_whether_tls_is_wanted() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        for (server, ca, wanted) in [
            ("127.0.0.1:1", false, Ok("http://127.0.0.1:1")),
            ("http://a.example:1/", false, Ok("http://a.example:1")),
            ("https://[::1]:1", true, Ok("https://[::1]:1")),
            ("https://a.example:1", false, Err("--ca FILE")),
            ("http://a.example:1", true, Err("write https://a.example:1, or leave --ca out")),
            ("grpc://a.example:1", false, Err("write it like http://127.0.0.1:50051")),
        ] {
            let peer = Peer::new(server, ca.then_some(file.path()), None).map(|peer| peer.url());
            match (&peer, wanted) {
                (Ok(url), Ok(wanted)) => assert_eq!(url, wanted),
                (Err(fault), Err(told)) => assert!(fault.contains(told), "{fault}"),
                _ => panic!("{server}: {peer:?}"),
            }
        }
    }
}
