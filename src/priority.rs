//! Priorities of threads.

/// Lets other threads go first: the calling thread and those it starts get a niceness of 0 to 19. Where the system
/// knows none, nothing happens.
pub(crate) fn lower(nice: u8) {
    #[cfg(target_os = "linux")]
    {
        // On Linux a niceness belongs to a thread, and its number goes where others expect that of a process.
        let thread = rustix::thread::gettid();
        if let Err(error) = rustix::process::setpriority_process(Some(thread), i32::from(nice)) {
            tracing::debug!(%error, "the priority of a thread could not be lowered");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = nice;
}
