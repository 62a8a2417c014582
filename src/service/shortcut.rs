//! The way to the Recognizer service past the router.
//!
//! The router of all services looks every path up, boxes each answer and copies itself for each call: 4 µs of 67 that a call
//! costs, and nearly all calls go to one service, which is asked for first.

use super::gate::Upload;
use super::proto::recognizer_server::RecognizerServer;
use super::recognizer::RecognizerService;
use http::{Request, Response};
use pin_project_lite::pin_project;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tower_layer::Layer;
use tower_service::Service;

/// Where the Recognizer's methods are.
const PATHS: &str = "/zhiyi.v1.Recognizer/";

/// The Recognizer service of one thread, or none where a listener does not offer it.
#[derive(Clone)]
pub(super) struct Shortcut(pub(super) Option<RecognizerServer<RecognizerService>>);

impl<S> Layer<S> for Shortcut {
    type Service = Junction<S>;

    fn layer(&self, others: S) -> Self::Service {
        Junction { recognizer: self.0.clone(), others }
    }
}

/// The Recognizer service before the router of the others.
#[derive(Clone)]
pub(super) struct Junction<S> {
    recognizer: Option<RecognizerServer<RecognizerService>>,
    others: S,
}

impl<S> Service<Request<Upload>> for Junction<S>
where
    S: Service<Request<Upload>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Way<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // The Recognizer is always ready.
        self.others.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Upload>) -> Self::Future {
        match self.recognizer.as_mut().filter(|_| request.uri().path().starts_with(PATHS)) {
            Some(recognizer) => Way::Recognizer { answer: recognizer.call(request) },
            None => Way::Other { answer: self.others.call(request) },
        }
    }
}

pin_project! {
    /// The answer of a service.
    #[project = WayProjection]
    pub(super) enum Way<F> {
        Recognizer { answer: BoxFuture<Response<Body>, Infallible> },
        Other { #[pin] answer: F },
    }
}

impl<F: Future<Output = Result<Response<Body>, Infallible>>> Future for Way<F> {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            WayProjection::Recognizer { answer } => answer.as_mut().poll(cx),
            WayProjection::Other { answer } => answer.poll(cx),
        }
    }
}
