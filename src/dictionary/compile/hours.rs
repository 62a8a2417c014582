//! Working hours and promised times of `accounts.toml`: `mon-fri 09:00-18:00`, `周一至周五 09:00-18:00`, `daily`, `30s`.

use crate::diagnostic::Text;
use crate::dictionary::content::{Hours, Service};
use crate::dictionary::source::ServiceSource;

const DAYS: [[&str; 3]; 7] = [
    ["mon", "周一", "星期一"],
    ["tue", "周二", "星期二"],
    ["wed", "周三", "星期三"],
    ["thu", "周四", "星期四"],
    ["fri", "周五", "星期五"],
    ["sat", "周六", "星期六"],
    ["sun", "周日", "星期日"],
];
const ALL_DAYS: [&str; 2] = ["daily", "每天"];
const MINUTES_A_DAY: u16 = 24 * 60;

/// Reads the service of an account.
///
/// # Errors
/// The cell that cannot be read, and what it should have been.
pub(super) fn service(source: &ServiceSource) -> Result<Service, (String, Text)> {
    let hours = source.hours.iter().map(|cell| {
        read_hours(cell).ok_or_else(|| (cell.clone(), Text::new("工作时间写错了", "cannot read the working hours")))
    });
    let seconds = |cell: &String| {
        read_seconds(cell).ok_or_else(|| (cell.clone(), Text::new("回复时限写错了", "cannot read the response time")))
    };
    Ok(Service {
        hours: hours.collect::<Result<_, _>>()?,
        response: seconds(&source.response)?,
        response_outside: seconds(&source.response_outside)?,
    })
}

fn read_hours(cell: &str) -> Option<Hours> {
    let (days, times) = cell.trim().split_once(char::is_whitespace)?;
    let (from, to) = times.trim().split_once('-')?;
    let (from, to) = (read_minute(from)?, read_minute(to)?);
    let mut bits = 0u8;
    for part in days.split([',', '，', '、']) {
        if ALL_DAYS.contains(&part) {
            bits = 0x7f;
            continue;
        }
        let (first, last) = part.split_once(['-', '至', '到']).unwrap_or((part, part));
        let (first, last) = (read_day(first)?, read_day(last)?);
        let mut day = first;
        loop {
            bits |= 1 << day;
            if day == last {
                break;
            }
            day = (day + 1) % 7;
        }
    }
    (from < to).then_some(Hours { days: bits, from, to })
}

fn read_day(name: &str) -> Option<u8> {
    let name = name.trim().to_lowercase();
    DAYS.iter().position(|names| names.contains(&name.as_str())).map(|day| day as u8)
}

fn read_minute(cell: &str) -> Option<u16> {
    let (hour, minute) = cell.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let at = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && at <= MINUTES_A_DAY).then_some(at)
}

fn read_seconds(cell: &str) -> Option<u32> {
    let cell = cell.trim();
    let unit = match cell.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return None,
    };
    cell[..cell.len() - 1].parse::<u32>().ok()?.checked_mul(unit).filter(|s| *s > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_in_both_languages() {
        let week = Hours { days: 0b001_1111, from: 9 * 60, to: 18 * 60 };
        assert_eq!(read_hours("mon-fri 09:00-18:00"), Some(week));
        assert_eq!(read_hours("周一至周五 09:00-18:00"), Some(week));
        assert_eq!(read_hours("每天 00:00-24:00"), Some(Hours { days: 0x7f, from: 0, to: 1440 }));
        assert_eq!(read_hours("sat,mon 10:30-11:00"), Some(Hours { days: 0b010_0001, from: 630, to: 660 }));
        assert_eq!(read_hours("sun-tue 1:00-2:00").map(|h| h.days), Some(0b100_0011));
        for bad in ["", "mon", "mon 9-18", "mon 18:00-09:00", "mon 09:00-25:00", "mon 09:60-10:00", "moon 09:00-10:00"]
        {
            assert_eq!(read_hours(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_are_read() {
        assert_eq!(["30s", "5m", "24h"].map(read_seconds), [Some(30), Some(300), Some(86_400)]);
        assert_eq!(["", "s", "0s", "1d", "-1h", "五m", "99999999h"].map(read_seconds), [None; 7]);
    }
}
