//! Plain HTTP for machines that watch: metrics, liveness, readiness.

use super::Shared;
use super::exposition;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(shared)
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, exposition::render(&shared)).into_response()
}

/// 200 while messages are taken, 503 from the moment the server was told to stop; the body tells more.
async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let leaving = shared.leaving.load(Ordering::Relaxed);
    let active = shared.versions.active();
    let fault = shared.versions.last_fault();
    let body = json!({
        "status": if leaving { "stopping" } else { "serving" },
        "dictionary_version": active.version(),
        "load_time": active.since.to_string(),
        "last_fault": fault.as_ref().map(|f| f.text.as_str()),
        "last_fault_time": fault.as_ref().map(|f| f.at.to_string()),
    });
    let status = if leaving { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{body}\n")).into_response()
}
