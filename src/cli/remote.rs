//! A running server.

use super::Failure;
use crate::service::proto::{self, recognizer_client::RecognizerClient};

/// A connection to a running server.
pub(super) struct Remote {
    runtime: tokio::runtime::Runtime,
    client: RecognizerClient<tonic::transport::Channel>,
}

impl Remote {
    /// Connects to an address or URL.
    pub(super) fn connect(server: &str) -> Result<Self, Failure> {
        let url = if server.contains("://") { server.to_owned() } else { format!("http://{server}") };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(RecognizerClient::connect(url.clone())).map_err(|e| {
            let cause = std::error::Error::source(&e).map(|s| format!(": {s}")).unwrap_or_default();
            Failure::Message(format!("no server answers at {url} ({e}{cause}); start one with `zhiyi serve`"))
        })?;
        Ok(Self { runtime, client })
    }

    /// The server's answer.
    pub(super) fn ask(&mut self, request: proto::RecognizeRequest) -> Result<proto::RecognizeResponse, Failure> {
        let answer = self.runtime.block_on(self.client.recognize(request));
        answer
            .map(tonic::Response::into_inner)
            .map_err(|s| Failure::Message(format!("the server refused: {}", s.message())))
    }
}
