//! The memory that the process holds beyond what it uses.

/// Lets the system use no further huge pages for this process: they make reading a little faster, but hold whole pieces of
/// 2 MiB for whatever is left in them. Where the system knows none, nothing happens.
pub(crate) fn without_huge_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages could not be switched off");
    }
}

/// Gives memory that was freed back to the system. To be called when much was: it takes milliseconds.
#[allow(unsafe_code)]
pub(crate) fn give_back() {
    // SAFETY: the function takes no pointer and returns nothing. It may be called at any time by any thread, since it only
    // touches the free pages of the calling thread and those that belong to none; what is allocated stays where it is.
    unsafe { libmimalloc_sys::mi_collect(true) }
}
