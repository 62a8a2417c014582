//! Waking up at a moment to within some ten microseconds; the runtime's own timer has a grain of a millisecond.

#[cfg(target_os = "linux")]
mod imp {
    use rustix::fd::OwnedFd;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
    };
    use std::time::{Duration, Instant};
    use tokio::io::unix::AsyncFd;

    /// A timer of the kernel, waited for by the runtime's poller.
    pub(in crate::load) struct Alarm {
        timer: AsyncFd<OwnedFd>,
    }

    impl Alarm {
        /// A timer that a runtime waits for.
        pub(in crate::load) fn new_in(runtime: &tokio::runtime::Runtime) -> std::io::Result<Self> {
            let _inside = runtime.enter();
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            #[allow(deprecated, reason = "what replaces it is unsafe, and asks for what an owned descriptor is anyway")]
            let timer = AsyncFd::new(timer)?;
            Ok(Self { timer })
        }

        /// Returns at `moment`, at once where it has passed.
        pub(in crate::load) async fn until(&self, moment: Instant) -> std::io::Result<()> {
            let wait = moment.saturating_duration_since(Instant::now());
            // A timer set to zero would be disarmed.
            if wait < Duration::from_micros(1) {
                return Ok(());
            }
            let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
            let value = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
            timerfd_settime(
                self.timer.get_ref(),
                TimerfdTimerFlags::empty(),
                &Itimerspec { it_interval: zero, it_value: value },
            )?;
            loop {
                let mut ready = self.timer.readable().await?;
                let mut count = [0u8; 8];
                match ready.try_io(|fd| Ok(rustix::io::read(fd.get_ref(), &mut count)?)) {
                    Ok(read) => return read.map(|_| ()),
                    Err(_not_yet) => continue,
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::time::Instant;

    pub(in crate::load) struct Alarm;

    impl Alarm {
        pub(in crate::load) fn new_in(_: &tokio::runtime::Runtime) -> std::io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::load) async fn until(&self, moment: Instant) -> std::io::Result<()> {
            tokio::time::sleep_until(moment.into()).await;
            Ok(())
        }
    }
}

pub(super) use imp::Alarm;
