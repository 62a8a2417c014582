use super::call::{self, Call};
use super::message_log::{Entry, LogEnd};
use super::metrics::{Shed, ThreadMetrics};
use super::proto::recognizer_server::Recognizer as Service;
use super::proto::{self, batch_result};
use super::rules::share;
use super::secrets::Secrets;
use super::shadow::Job;
use super::status::{self, Fault};
use super::versions::Active;
use super::{Limits, Shared, convert};
use crate::config::Config;
use crate::context;
use crate::moderation::Direction;
use crate::recognizer::{Outcome, ReadingCache, Recognition, Recognizer};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::Sleep;
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

/// How requests are read, whichever dictionary does it.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(super) limits: Limits,
    pub(super) zone: TimeZone,
    /// What contexts are sealed with.
    pub(super) secrets: Arc<Secrets>,
}

impl Reading {
    /// Reads as a server with the default settings does.
    ///
    /// # Errors
    /// China's time zone is not known.
    pub(crate) fn by_default() -> Result<Self, String> {
        let config = Config::default();
        let zone = TimeZone::get(convert::DEFAULT_ZONE).map_err(|e| e.to_string())?;
        let secrets = Arc::new(Secrets::load(&config)?);
        Ok(Self { limits: config.limits, zone, secrets })
    }

    /// Checks a request, reads its message and makes the answer, with the readings that were kept of the same recogniser.
    /// `seen` is told the recognition, and when it began and ended.
    pub(crate) fn answer(
        &self,
        recognizer: &Recognizer,
        request: &proto::RecognizeRequest,
        cache: Option<&mut ReadingCache>,
        seen: impl FnOnce(&Recognition, Instant, Instant),
    ) -> Result<proto::RecognizeResponse, Fault> {
        let hypotheses = convert::hypotheses(request, &self.limits)?;
        let utterance = convert::utterance(request, &hypotheses, &self.limits, &self.zone)?;
        let seal = self.secrets.seal();
        let before = convert::state(request, &seal)?;
        let location = convert::location(request)?;
        let began = Instant::now();
        let turn = context::answer_with(recognizer, &utterance, location, &before, cache)?;
        seen(&turn.recognition, began, Instant::now());
        let text = convert::carrier(request, turn.recognition.hypothesis);
        Ok(convert::turn(recognizer, text, &request.request_id, turn, &seal))
    }
}

/// `zhiyi.v1.Recognizer` on one serving thread.
#[derive(Clone)]
pub(super) struct RecognizerService {
    pub(super) shared: Arc<Shared>,
    /// Which of the serving threads it is.
    pub(super) thread: usize,
    pub(super) metrics: Arc<ThreadMetrics>,
    pub(super) log: Option<Arc<LogEnd>>,
}

impl RecognizerService {
    fn read(&self, active: &Active, request: &proto::RecognizeRequest) -> Result<proto::RecognizeResponse, Fault> {
        let recognizer = &active.recognizer;
        let mut cache = active.cache(self.thread);
        let hits = cache.as_ref().map_or(0, |c| c.hits());
        let kept = cache.as_deref_mut();
        let answer = self.shared.reading.answer(recognizer, request, kept, |recognition, began, ended| {
            self.metrics.recognition.record(ended - began);
            let intents = recognition.intents.iter().map(|i| i.intent);
            let content = &recognizer.bundle().content;
            let human = intents.clone().any(|i| content.intents[usize::from(i)].human);
            active.answers[self.thread].record(recognition.account, outcome(recognition), intents, human);
            call::note(|notes| {
                notes.recognition = Some((began, ended));
                let account = content.accounts[usize::from(recognition.account)].id.clone();
                let outcome = super::metrics::OUTCOMES[outcome(recognition)].to_owned();
                let version = recognizer.bundle().version.clone();
                notes.attributes =
                    vec![("zhiyi.account", account), ("zhiyi.outcome", outcome), ("zhiyi.dictionary_version", version)];
            });
        })?;
        self.metrics.from_cache.add(cache.map_or(0, |c| c.hits()) - hits);
        self.pass_on(request, &answer);
        Ok(answer)
    }

    /// Shows a message and its answer to the shadow dictionary and the recognition log, where there are any.
    fn pass_on(&self, request: &proto::RecognizeRequest, answer: &proto::RecognizeResponse) {
        let shadow = self.shared.shadow.load();
        let log = self.log.as_ref().filter(|l| l.takes());
        if shadow.is_none() && log.is_none() {
            return;
        }
        let at = Timestamp::now();
        let mut request = request.clone();
        request.reference_time.get_or_insert_with(|| convert::timestamp(at));
        let answer = answer.clone();
        match (shadow.as_ref(), log) {
            (Some(shadow), None) => shadow.read(Job { at, request, answer }),
            (None, Some(log)) => log.write(Entry { at, request, answer, shadow: None }),
            (Some(shadow), Some(log)) => {
                shadow.read(Job { at, request: request.clone(), answer: answer.clone() });
                log.write(Entry { at, request, answer, shadow: None });
            }
            (None, None) => {}
        }
    }

    /// A place for the messages of a batch among those of the thread that were not read yet.
    fn batched(&self, messages: usize) -> Result<Batched, Status> {
        let (limits, waiting) = (&self.shared.reading.limits, self.metrics.batched.get() as usize);
        let most = share(limits.batched_messages, self.shared.reading_threads);
        if waiting > 0 && waiting + messages > most {
            self.metrics.shed[Shed::Messages as usize].add(1);
            return Err(status::overloaded("too many messages of batches wait to be read", limits.retry_after));
        }
        self.metrics.batched.add(messages as u64);
        Ok(Batched { metrics: self.metrics.clone(), left: messages as u64 })
    }

    /// An item's fault is the item's alone.
    fn read_item(&self, active: &Active, request: &proto::RecognizeRequest) -> proto::BatchResult {
        let result = match self.read(active, request) {
            Ok(response) => batch_result::Result::Response(response),
            Err(fault) => {
                self.metrics.item_faults.add(1);
                batch_result::Result::Error(proto::ItemError {
                    code: fault.code as i32,
                    message: fault.message,
                    field: fault.field,
                    request_id: request.request_id.clone(),
                })
            }
        };
        proto::BatchResult { result: Some(result) }
    }
}

/// The messages of a batch that were not read yet.
struct Batched {
    metrics: Arc<ThreadMetrics>,
    left: u64,
}

impl Batched {
    /// One more was read.
    fn read(&mut self) {
        self.metrics.batched.subtract(1);
        self.left -= 1;
    }
}

impl Drop for Batched {
    fn drop(&mut self) {
        self.metrics.batched.subtract(self.left);
    }
}

/// The place of an outcome in the counters.
fn outcome(recognition: &Recognition) -> usize {
    match recognition.outcome {
        Outcome::Matched => 0,
        Outcome::Incomplete => 1,
        Outcome::Ambiguous => 2,
        Outcome::Unrecognized => 3,
    }
}

/// So many items of a batch or stream are read before other calls of the thread get their turn. With four times as many,
/// a hundred batches that wait keep connections from being read, and refusals late, for seven times as long; with a quarter,
/// a thread that has too much to do answers a seventh less.
const TURN: usize = 16;

#[tonic::async_trait]
impl Service for RecognizerService {
    async fn recognize(
        &self,
        request: Request<proto::RecognizeRequest>,
    ) -> Result<Response<proto::RecognizeResponse>, Status> {
        Ok(Response::new(self.read(&self.shared.versions.active(), request.get_ref())?))
    }

    async fn batch_recognize(
        &self,
        request: Request<proto::BatchRecognizeRequest>,
    ) -> Result<Response<proto::BatchRecognizeResponse>, Status> {
        let requests = &request.get_ref().requests;
        let most = self.shared.reading.limits.batch_messages;
        if requests.is_empty() || requests.len() > most {
            let message = format!("a batch has 1 to {most} messages, this one {}; split it", requests.len());
            return Err(Fault::invalid("requests", message).into());
        }
        let mut batched = self.batched(requests.len())?;
        let call = call::current();
        let active = arc_swap::Guard::into_inner(self.shared.versions.active());
        let mut results = Vec::with_capacity(requests.len());
        for (at, item) in requests.iter().enumerate() {
            results.push(self.read_item(&active, item));
            batched.read();
            if at % TURN == TURN - 1 {
                if call.as_ref().is_some_and(|c| c.late()) {
                    return Err(status::late());
                }
                tokio::task::yield_now().await;
            }
        }
        Ok(Response::new(proto::BatchRecognizeResponse { results }))
    }

    type StreamRecognizeStream = Pin<Box<dyn Stream<Item = Result<proto::StreamRecognizeResponse, Status>> + Send>>;

    async fn stream_recognize(
        &self,
        request: Request<Streaming<proto::StreamRecognizeRequest>>,
    ) -> Result<Response<Self::StreamRecognizeStream>, Status> {
        let answers = Answers {
            messages: request.into_inner(),
            call: call::current(),
            idle: self.shared.reading.limits.stream_idle,
            last: Instant::now(),
            timer: None,
            turn: 0,
            ended: false,
            service: self.clone(),
        };
        Ok(Response::new(Box::pin(answers)))
    }

    async fn moderate(
        &self,
        request: Request<proto::ModerateRequest>,
    ) -> Result<Response<proto::ModerateResponse>, Status> {
        let request = request.get_ref();
        convert::check_text(&request.text, &self.shared.reading.limits)?;
        convert::check_id(&request.request_id)?;
        let active = self.shared.versions.active();
        let recognizer = &active.recognizer;
        let result = recognizer.moderate(&request.text, &request.account, Direction::Out).map_err(Fault::from)?;
        Ok(Response::new(convert::moderated(recognizer, &request.text, &request.request_id, result)))
    }
}

/// The answers of a stream. The next message is taken only when the last answer was: a slow reader holds one answer,
/// not many. An item is read by the dictionary that serves when its turn comes.
struct Answers {
    messages: Streaming<proto::StreamRecognizeRequest>,
    call: Option<Arc<Call>>,
    idle: Option<Duration>,
    /// When the last message came.
    last: Instant,
    timer: Option<Pin<Box<Sleep>>>,
    turn: usize,
    ended: bool,
    service: RecognizerService,
}

impl Answers {
    fn end(&mut self, status: Status) -> Poll<Option<Result<proto::StreamRecognizeResponse, Status>>> {
        self.ended = true;
        Poll::Ready(Some(Err(status)))
    }

    /// When the stream ends by itself if nothing comes.
    fn patience(&self) -> Option<Instant> {
        self.idle.and_then(|i| self.last.checked_add(i))
    }
}

impl Stream for Answers {
    type Item = Result<proto::StreamRecognizeResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        this.turn += 1;
        if this.turn.is_multiple_of(TURN) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match Pin::new(&mut this.messages).poll_next(cx) {
            Poll::Ready(Some(Ok(item))) => {
                if this.call.as_ref().is_some_and(|c| c.late()) {
                    return this.end(status::late());
                }
                this.last = Instant::now();
                let active = this.service.shared.versions.active();
                let result = this
                    .service
                    .read_item(&active, item.request.as_ref().unwrap_or(&proto::RecognizeRequest::default()));
                drop(active);
                Poll::Ready(Some(Ok(proto::StreamRecognizeResponse { result: Some(result) })))
            }
            Poll::Ready(Some(Err(status))) => this.end(status),
            Poll::Ready(None) => {
                this.ended = true;
                Poll::Ready(None)
            }
            Poll::Pending => loop {
                let Some(until) = this.patience() else { return Poll::Pending };
                let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until.into())));
                if timer.deadline().into_std() > until {
                    timer.as_mut().reset(until.into());
                }
                if std::future::Future::poll(timer.as_mut(), cx).is_pending() {
                    return Poll::Pending;
                }
                // The timer was set for an earlier message: set it anew rather than for each one.
                if Instant::now() < until {
                    timer.as_mut().reset(until.into());
                    continue;
                }
                let silent = "the stream was silent for longer than limits.stream_idle";
                return this.end(Status::deadline_exceeded(silent));
            },
        }
    }
}
