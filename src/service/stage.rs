//! How far the server is on its way out.

use tokio::sync::watch;

/// One follows the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Serving,
    /// Health says no, calls are still taken.
    Leaving,
    /// No new calls; those in flight finish.
    Draining,
    /// Administration and metrics end as well.
    Over,
}

/// Ends when the server has come to a stage.
pub(super) async fn reached(mut stages: watch::Receiver<Stage>, stage: Stage) {
    let _ = stages.wait_for(|s| *s >= stage).await;
}
