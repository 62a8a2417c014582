use super::proto::recognizer_server::Recognizer as Service;
use super::proto::{self, batch_result};
use super::state::{Active, State};
use super::status::Fault;
use super::{Limits, convert};
use crate::moderation::Direction;
use jiff::tz::TimeZone;
use std::sync::Arc;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

/// `zhiyi.v1.Recognizer`.
#[derive(Clone)]
pub(super) struct RecognizerService {
    pub(super) state: Arc<State>,
    pub(super) limits: Limits,
    pub(super) zone: TimeZone,
}

impl RecognizerService {
    fn read(&self, active: &Active, request: &proto::RecognizeRequest) -> Result<proto::RecognizeResponse, Fault> {
        let hypotheses = convert::hypotheses(request, &self.limits)?;
        let utterance = convert::utterance(request, &hypotheses, &self.limits, &self.zone)?;
        let recognizer = &active.loaded.recognizer;
        let recognition = recognizer.recognize(&utterance)?;
        let carrier = (recognition.hypothesis as usize).checked_sub(1).and_then(|h| hypotheses.get(h));
        let text = carrier.map_or(request.text.as_str(), |h| h.text);
        Ok(convert::response(recognizer, text, &request.request_id, recognition))
    }

    /// An item's fault is the item's alone.
    fn read_item(&self, active: &Active, request: &proto::RecognizeRequest) -> proto::BatchResult {
        let result = match self.read(active, request) {
            Ok(response) => batch_result::Result::Response(response),
            Err(fault) => batch_result::Result::Error(proto::ItemError {
                code: fault.code as i32,
                message: fault.message,
                field: fault.field,
                request_id: request.request_id.clone(),
            }),
        };
        proto::BatchResult { result: Some(result) }
    }
}

/// So many items of a batch are read before other calls of the thread get their turn.
const TURN: usize = 64;

#[tonic::async_trait]
impl Service for RecognizerService {
    async fn recognize(
        &self,
        request: Request<proto::RecognizeRequest>,
    ) -> Result<Response<proto::RecognizeResponse>, Status> {
        Ok(Response::new(self.read(&self.state.active(), request.get_ref())?))
    }

    async fn batch_recognize(
        &self,
        request: Request<proto::BatchRecognizeRequest>,
    ) -> Result<Response<proto::BatchRecognizeResponse>, Status> {
        let requests = &request.get_ref().requests;
        let most = self.limits.batch_messages;
        if requests.is_empty() || requests.len() > most {
            let message = format!("a batch has 1 to {most} messages, this one {}; split it", requests.len());
            return Err(Fault::invalid("requests", message).into());
        }
        let active = arc_swap::Guard::into_inner(self.state.active());
        let mut results = Vec::with_capacity(requests.len());
        for (at, item) in requests.iter().enumerate() {
            results.push(self.read_item(&active, item));
            if at % TURN == TURN - 1 {
                tokio::task::yield_now().await;
            }
        }
        Ok(Response::new(proto::BatchRecognizeResponse { results }))
    }

    type StreamRecognizeStream =
        std::pin::Pin<Box<dyn Stream<Item = Result<proto::StreamRecognizeResponse, Status>> + Send>>;

    async fn stream_recognize(
        &self,
        request: Request<Streaming<proto::StreamRecognizeRequest>>,
    ) -> Result<Response<Self::StreamRecognizeStream>, Status> {
        let service = self.clone();
        // The next message is taken only when the last answer was: a slow reader holds one answer, not many.
        let answers = request.into_inner().map(move |item| {
            let item = item?;
            let result = match &item.request {
                Some(request) => service.read_item(&service.state.active(), request),
                None => service.read_item(&service.state.active(), &proto::RecognizeRequest::default()),
            };
            Ok(proto::StreamRecognizeResponse { result: Some(result) })
        });
        Ok(Response::new(Box::pin(answers)))
    }

    async fn moderate(
        &self,
        request: Request<proto::ModerateRequest>,
    ) -> Result<Response<proto::ModerateResponse>, Status> {
        let request = request.get_ref();
        convert::check_text(&request.text, &self.limits)?;
        convert::check_id(&request.request_id)?;
        let active = self.state.active();
        let recognizer = &active.loaded.recognizer;
        let result = recognizer.moderate(&request.text, &request.account, Direction::Out).map_err(Fault::from)?;
        Ok(Response::new(convert::moderated(recognizer, &request.text, &request.request_id, result)))
    }
}
