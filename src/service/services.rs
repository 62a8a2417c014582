//! The services that a listener offers.
//!
//! The router looks every path up, boxes each answer and copies itself for each call: 4 µs of 67 that a call cost, and
//! nearly all calls go to one service, which is asked for first.

use super::proto::recognizer_server::RecognizerServer;
use super::recognizer::RecognizerService;
use super::upload::Upload;
use http::{Request, Response};
use pin_project_lite::pin_project;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tonic::service::Routes;

/// Where the Recognizer's methods are.
const PATHS: &str = "/zhiyi.v1.Recognizer/";

/// The Recognizer of a serving thread, or none where a listener does not offer it, before the router of the others.
#[derive(Clone)]
pub(super) struct Services {
    pub(super) recognizer: Option<RecognizerServer<RecognizerService>>,
    pub(super) others: Routes,
}

impl Services {
    /// Begins a call. All services are always ready.
    pub(super) fn call(&self, request: Request<Upload>) -> Way {
        match self.recognizer.as_ref().filter(|_| request.uri().path().starts_with(PATHS)) {
            Some(recognizer) => Way::Recognizer { answer: recognizer.clone().call(request) },
            None => Way::Other { answer: self.others.clone().call(request) },
        }
    }
}

pin_project! {
    /// The answer of a service.
    #[project = WayProjection]
    pub(super) enum Way {
        Recognizer { answer: BoxFuture<Response<Body>, Infallible> },
        Other { #[pin] answer: <Routes as Service<Request<Upload>>>::Future },
    }
}

impl Future for Way {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            WayProjection::Recognizer { answer } => answer.as_mut().poll(cx),
            WayProjection::Other { answer } => answer.poll(cx),
        }
    }
}
