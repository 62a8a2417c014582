use super::Shared;
use super::convert::timestamp;
use super::keeper::{Command, ReloadError, ShadowSource};
use super::proto;
use super::proto::dictionary_server::Dictionary as Service;
use super::status::Fault;
use super::versions::ActivateError;
use crate::diagnostic::{Language, Severity};
use crate::dictionary::DictionaryError;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// `zhiyi.v1.Dictionary`.
#[derive(Clone)]
pub(super) struct DictionaryService {
    pub(super) shared: Arc<Shared>,
}

impl DictionaryService {
    /// Has the keeper do something and waits for what comes of it.
    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, Status> {
        let (reply, answer) = oneshot::channel();
        let gone = || Status::unavailable("the server is stopping");
        self.shared.commands.send(command(reply)).map_err(|_| gone())?;
        let leaving = || self.shared.leaving.load(Ordering::Relaxed);
        let lost = || Status::internal("the server failed while doing it; its log tells more");
        answer.await.map_err(|_| if leaving() { gone() } else { lost() })
    }
}

#[tonic::async_trait]
impl Service for DictionaryService {
    async fn get_status(
        &self,
        _: Request<proto::GetStatusRequest>,
    ) -> Result<Response<proto::GetStatusResponse>, Status> {
        let active = self.shared.versions.active();
        let bundle = active.recognizer.bundle();
        let content = &bundle.content;
        let versions = &self.shared.versions;
        let fault = versions.last_fault();
        Ok(Response::new(proto::GetStatusResponse {
            version: bundle.version.clone(),
            path: active.path.display().to_string(),
            load_time: Some(timestamp(active.since)),
            packs: content.packs.len() as u32,
            accounts: content.accounts.len() as u32,
            intents: content.intents.len() as u32,
            phrases: content.rows.len() as u32,
            terms: bundle.lexicon.terms() as u32,
            spellings: bundle.lexicon.len() as u32,
            features: bundle.model.features() as u32,
            bytes: bundle.sections.file_size() as u64,
            last_fault: fault.as_ref().map(|f| f.text.clone()).unwrap_or_default(),
            last_fault_time: fault.map(|f| timestamp(f.at)),
            reloads: versions.changed.load(Ordering::Relaxed),
            failed_reloads: versions.failed.load(Ordering::Relaxed),
            watching: self.shared.watching.load(Ordering::Relaxed),
        }))
    }

    async fn list_accounts(
        &self,
        _: Request<proto::ListAccountsRequest>,
    ) -> Result<Response<proto::ListAccountsResponse>, Status> {
        let active = self.shared.versions.active();
        let content = &active.recognizer.bundle().content;
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
        let active = self.shared.versions.active();
        let recognizer = &active.recognizer;
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
        let (version, changed) = self.ask(Command::Reload).await??;
        Ok(Response::new(proto::ReloadResponse { version, changed }))
    }

    async fn list_versions(
        &self,
        _: Request<proto::ListVersionsRequest>,
    ) -> Result<Response<proto::ListVersionsResponse>, Status> {
        let active = self.shared.versions.active().version().to_owned();
        let shared = self.shared.clone();
        // It looks into the history folder, which may be slow.
        let known = tokio::task::spawn_blocking(move || shared.versions.known()).await;
        let known = known.map_err(|_| Status::internal("the versions could not be listed"))?;
        let versions = known.into_iter().map(|known| proto::Version {
            active: known.version == active,
            version: known.version,
            path: known.path.map(|p| p.display().to_string()).unwrap_or_default(),
            load_time: Some(timestamp(known.since)),
            bytes: known.bytes,
            in_memory: known.in_memory,
        });
        Ok(Response::new(proto::ListVersionsResponse { versions: versions.collect() }))
    }

    async fn activate(
        &self,
        request: Request<proto::ActivateRequest>,
    ) -> Result<Response<proto::ActivateResponse>, Status> {
        let version = request.into_inner().version;
        let (version, changed) = self.ask(|reply| Command::Activate(version, reply)).await??;
        Ok(Response::new(proto::ActivateResponse { version, changed }))
    }

    async fn rollback(&self, _: Request<proto::RollbackRequest>) -> Result<Response<proto::RollbackResponse>, Status> {
        let (version, previous) = self.ask(Command::RollBack).await??;
        Ok(Response::new(proto::RollbackResponse { version, previous }))
    }

    async fn set_shadow(
        &self,
        request: Request<proto::SetShadowRequest>,
    ) -> Result<Response<proto::SetShadowResponse>, Status> {
        use proto::set_shadow_request::Source;
        let source = match request.into_inner().source {
            None => ShadowSource::None,
            Some(Source::Path(path)) => ShadowSource::Path(path.into()),
            Some(Source::Version(version)) => ShadowSource::Version(version),
        };
        let version = self.ask(|reply| Command::SetShadow(source, reply)).await??;
        Ok(Response::new(proto::SetShadowResponse { version }))
    }

    async fn get_shadow(
        &self,
        _: Request<proto::GetShadowRequest>,
    ) -> Result<Response<proto::GetShadowResponse>, Status> {
        let last_fault = self.shared.shadow_fault.load().as_deref().cloned().unwrap_or_default();
        let Some(shadow) = self.shared.shadow.load_full() else {
            return Ok(Response::new(proto::GetShadowResponse { last_fault, ..Default::default() }));
        };
        let found = &shadow.found;
        let differences = found.changes(MOST_DIFFERENCES).into_iter();
        Ok(Response::new(proto::GetShadowResponse {
            version: shadow.version.clone(),
            source: shadow.source.clone(),
            load_time: Some(timestamp(shadow.since)),
            compared: found.compared.load(Ordering::Relaxed),
            skipped: found.skipped.load(Ordering::Relaxed),
            different: found.different.load(Ordering::Relaxed),
            refused: found.refused.load(Ordering::Relaxed),
            differences: differences
                .map(|((account, active, shadow), count)| proto::ShadowDifference { account, active, shadow, count })
                .collect(),
            last_fault,
        }))
    }
}

/// The most differences that are listed.
const MOST_DIFFERENCES: usize = 100;
/// A status has to fit into HTTP/2 trailers.
const MOST_FAULTS: usize = 20;
/// The most characters of its message.
const LONGEST_MESSAGE: usize = 1_000;

/// A dictionary that is not taken: FAILED_PRECONDITION with every fault of its tables in the details.
fn refused(error: &dyn std::fmt::Display, dictionary: Option<&DictionaryError>) -> Status {
    let mut details = ErrorDetails::new();
    if let Some(DictionaryError::Faults(faults)) = dictionary {
        for d in faults.0.iter().filter(|d| d.severity == Severity::Error).take(MOST_FAULTS) {
            details.add_bad_request_violation(
                d.place.describe(Language::English),
                format!("[{}] {} ({})", d.code, d.message.en, d.help.en),
            );
        }
    }
    let message: String = error.to_string().chars().take(LONGEST_MESSAGE).collect();
    Status::with_error_details(Code::FailedPrecondition, message, details)
}

impl From<ReloadError> for Status {
    fn from(error: ReloadError) -> Self {
        match error {
            ReloadError::Version(error) => error.into(),
            ReloadError::Dictionary(ref dictionary) => refused(&error, Some(dictionary)),
            other => refused(&other, None),
        }
    }
}

impl From<ActivateError> for Status {
    fn from(error: ActivateError) -> Self {
        match error {
            ActivateError::Unknown(_) => {
                Fault { code: Code::NotFound, field: "version".into(), message: error.to_string() }.into()
            }
            ActivateError::NothingBefore => refused(&error, None),
            ActivateError::Dictionary(ref dictionary) => refused(&error, Some(dictionary)),
        }
    }
}
