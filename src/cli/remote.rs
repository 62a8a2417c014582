//! A running server, asked instead of the dictionary.

use super::Failure;
use super::oracle::{TEXT, of_item};
use crate::client::Peer;
use crate::service::proto::{self, recognizer_client::RecognizerClient};
use std::path::PathBuf;
use tonic::transport::Channel;
use tonic_types::StatusExt;

/// What a server may want to see, and what it has to show.
#[derive(clap::Args)]
pub(super) struct PeerArgs {
    /// File whose first line is the bearer token to send
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
    /// Certificates (PEM) of the authorities that a server at https:// must have its certificate from
    #[arg(long, value_name = "FILE", requires = "server")]
    ca: Option<PathBuf>,
}

impl PeerArgs {
    /// The server at an address or URL.
    pub(super) fn peer(&self, server: &str) -> Result<Peer, Failure> {
        Peer::new(server, self.ca.as_deref(), self.token_file.as_deref()).map_err(Failure::Message)
    }
}

/// A connection to a running server.
pub(super) struct Remote {
    runtime: tokio::runtime::Runtime,
    peer: Peer,
    client: RecognizerClient<Channel>,
}

impl Remote {
    /// Connects.
    pub(super) fn connect(peer: Peer) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let channel = runtime.block_on(peer.channel()).map_err(Failure::Message)?;
        Ok(Self { runtime, peer, client: RecognizerClient::new(channel) })
    }

    /// The server's answer.
    pub(super) fn ask(&mut self, request: proto::RecognizeRequest) -> Result<proto::RecognizeResponse, Failure> {
        let answer = self.runtime.block_on(self.client.recognize(self.peer.request(request)));
        answer.map(tonic::Response::into_inner).map_err(|status| {
            let details = status.get_error_details();
            let mut violations = details.bad_request().into_iter().flat_map(|b| &b.field_violations);
            let alone = violations.any(|violation| violation.field == TEXT);
            of_item(alone, format!("the server refused: {}", status.message()))
        })
    }
}
