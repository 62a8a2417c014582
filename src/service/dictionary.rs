use super::proto;
use super::proto::dictionary_server::Dictionary as Service;
use super::state::State;
use super::status::Fault;
use crate::diagnostic::{Language, Severity};
use crate::dictionary::DictionaryError;
use std::sync::Arc;
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// `zhiyi.v1.Dictionary`.
pub(super) struct DictionaryService {
    pub(super) state: Arc<State>,
}

fn timestamp(t: jiff::Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: t.as_second(), nanos: t.subsec_nanosecond() }
}

#[tonic::async_trait]
impl Service for DictionaryService {
    async fn get_status(
        &self,
        _: Request<proto::GetStatusRequest>,
    ) -> Result<Response<proto::GetStatusResponse>, Status> {
        let active = self.state.active();
        let bundle = active.loaded.recognizer.bundle();
        let content = &bundle.content;
        let fault = self.state.last_fault();
        Ok(Response::new(proto::GetStatusResponse {
            version: bundle.version.clone(),
            path: active.loaded.path.display().to_string(),
            load_time: Some(timestamp(active.since)),
            packs: content.packs.len() as u32,
            accounts: content.accounts.len() as u32,
            intents: content.intents.len() as u32,
            phrases: content.rows.len() as u32,
            terms: bundle.lexicon.terms() as u32,
            spellings: bundle.lexicon.len() as u32,
            features: bundle.model.features() as u32,
            bytes: bundle.bytes as u64,
            last_fault: fault.as_ref().map(|f| f.text.clone()).unwrap_or_default(),
            last_fault_time: fault.map(|f| timestamp(f.at)),
            reloads: self.state.reloads(),
        }))
    }

    async fn list_accounts(
        &self,
        _: Request<proto::ListAccountsRequest>,
    ) -> Result<Response<proto::ListAccountsResponse>, Status> {
        let active = self.state.active();
        let content = &active.loaded.recognizer.bundle().content;
        let accounts = content
            .accounts
            .iter()
            .enumerate()
            .map(|(index, a)| proto::Account {
                id: a.id.clone(),
                title: a.title.clone(),
                packs: a.packs.iter().map(|p| content.packs[usize::from(*p)].id.clone()).collect(),
                default_account: index == usize::from(content.default_account),
                threshold: a.threshold,
            })
            .collect();
        Ok(Response::new(proto::ListAccountsResponse { accounts }))
    }

    async fn list_intents(
        &self,
        request: Request<proto::ListIntentsRequest>,
    ) -> Result<Response<proto::ListIntentsResponse>, Status> {
        let active = self.state.active();
        let recognizer = &active.loaded.recognizer;
        let content = &recognizer.bundle().content;
        let packs = match request.get_ref().account.as_str() {
            "" => None,
            id => Some(&content.accounts[usize::from(recognizer.account(id).map_err(Fault::from)?)].packs),
        };
        let names = |slots: &[u16]| slots.iter().map(|s| content.slots[usize::from(*s)].name.clone()).collect();
        let intents = content
            .intents
            .iter()
            .filter(|i| packs.is_none_or(|p| p.contains(&i.pack)))
            .map(|i| {
                let (required, optional) = i.slots.split_at(usize::from(i.required));
                proto::IntentDefinition {
                    id: i.id.clone(),
                    title: i.title.clone(),
                    pack: content.packs[usize::from(i.pack)].id.clone(),
                    required_slots: names(required),
                    optional_slots: names(optional),
                    human: i.human,
                    metadata: i.public_metadata().cloned().collect(),
                }
            })
            .collect();
        Ok(Response::new(proto::ListIntentsResponse { intents }))
    }

    async fn reload(&self, _: Request<proto::ReloadRequest>) -> Result<Response<proto::ReloadResponse>, Status> {
        match self.state.reload().await {
            Ok((version, changed)) => Ok(Response::new(proto::ReloadResponse { version, changed })),
            Err(error) => {
                let mut details = ErrorDetails::new();
                if let DictionaryError::Faults(faults) = &error {
                    for d in faults.0.iter().filter(|d| d.severity == Severity::Error).take(MOST_FAULTS) {
                        details.add_bad_request_violation(
                            d.place.describe(Language::English),
                            format!("[{}] {} ({})", d.code, d.message.en, d.help.en),
                        );
                    }
                }
                let mut message = error.to_string();
                message.truncate(message.char_indices().take(2_000).last().map_or(0, |(at, c)| at + c.len_utf8()));
                Err(Status::with_error_details(Code::FailedPrecondition, message, details))
            }
        }
    }
}

/// A status has to fit into HTTP/2 trailers.
const MOST_FAULTS: usize = 20;
