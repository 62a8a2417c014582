//! What another process uses, as Linux tells in `/proc`.

use std::time::Duration;

/// What a process has used up to now.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// CPU time of all its threads, also of those that ended; the kernel counts in hundredths of a second.
    pub cpu: Duration,
    /// Resident memory, in bytes.
    pub resident: u64,
}

/// Ticks a second in `/proc/*/stat`: fixed by the kernel's interface.
const TICKS: u64 = 100;

/// Reads what a process uses; `None` where there is no such process or no `/proc`.
pub fn usage(pid: u32) -> Option<Usage> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything; field 3 comes behind it.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Usage { cpu: Duration::from_millis(ticks * 1000 / TICKS), resident: kib << 10 })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_uses_more_and_more() {
        let pid = std::process::id();
        let before = usage(pid).expect("this process is there");
        assert!(before.resident > 1 << 20);
        let mut x = 1u64;
        while usage(pid).expect("this process is there").cpu < before.cpu + Duration::from_millis(30) {
            (0..100_000).for_each(|_| x = std::hint::black_box(x.wrapping_mul(3)));
        }
        assert_eq!(usage(u32::MAX), None);
    }
}
