//! What is read, rule by rule, each with an example that a test runs.

/// A rule of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The id that [`super::Temporal::rule`] gives.
    pub id: &'static str,
    /// What it reads.
    pub what: &'static str,
    /// A message at 2026-11-21T10:00 in Shanghai, a Saturday.
    pub example: &'static str,
    /// The value of its first phrase.
    pub value: &'static str,
}

const fn rule(id: &'static str, what: &'static str, example: &'static str, value: &'static str) -> Rule {
    Rule { id, what, example, value }
}

/// All rules.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule("date.relative_day", "A day counted from today; 今晚 and 明早 name one too.", "大后天的票还有吗", "2026-11-24"),
    rule("date.day_list", "Several such days in one word.", "今明两天有雨吗", "2026-11-21/2026-11-23"),
    rule("date.beside", "The day before or after a day that is named, or some of them.", "圣诞节第二天回广州", "2026-12-26"),
    rule("date.digits", "Digits and marks: year first, month and day, day and year last. 12.20 only beside words of travel or time.", "12.20去广州", "2026-12-20"),
    rule("date.day", "A day of the month: the next one. Not 3号楼, 12号登机口, 5号电池.", "28号还有票吗", "2026-11-28"),
    rule("date.month_day", "A month and a day; 号 may be missing behind an Arabic day.", "12月1号广州飞北京", "2026-12-01"),
    rule("date.english", "English months, weekdays and days.", "dec 25 to auckland", "2026-12-25"),
    rule("date.month", "A month; the end is the first of the next.", "下个月去曼谷", "2026-12-01/2027-01-01"),
    rule("date.year", "A year in full or counted from this one.", "去年买的", "2025-01-01/2026-01-01"),
    rule("date.short_year", "A year of two digits, up to ten years ahead; alone only where it cannot be a length of time.", "24年办的会员卡", "2024-01-01/2025-01-01"),
    rule("date.decade", "Ten years.", "80年代的老歌", "1980-01-01/1990-01-01"),
    rule("date.century", "A hundred years, counted as peers do: 十九世纪 opens in 1800.", "十九世纪的建筑", "1800-01-01/1900-01-01"),
    rule("date.era", "An era name and its year; months are read as civil ones.", "康熙三年修的", "1664-01-01/1665-01-01"),
    rule("date.quarter", "A quarter.", "下季度有活动吗", "2027-01-01/2027-04-01"),
    rule("date.half_year", "The half year before or after this one.", "上个半年的账单", "2026-01-01/2026-07-01"),
    rule("date.section", "The beginning, middle, end, third or half of a week, month, quarter, year or decade.", "去年年底的单子", "2025-11-01/2026-01-01"),
    rule("date.season", "Three months from March, June, September or December.", "明年夏天去北海道", "2027-06-01/2027-09-01"),
    rule("date.counted", "Days, weeks, months, quarters, weekdays counted from either end of a period; week 1 opens on its first Monday.", "十二月的第一个周二", "2026-12-01"),
    rule("date.weekday", "A weekday: the next after today; with 这, 上, 下 that of the week from Monday to Sunday.", "下下周五飞", "2026-12-04"),
    rule("date.weekend", "Saturday and Sunday.", "这周末营业吗", "2026-11-21/2026-11-23"),
    rule("date.week", "Monday to Sunday.", "下周有什么活动", "2026-11-23/2026-11-30"),
    rule("date.working_day", "The next or last day from Monday to Friday.", "下个工作日发货吗", "2026-11-23"),
    rule("date.holiday", "A holiday of the table: the day itself; with 期间, 假期 or 长假 the days off.", "国庆期间营业吗", "2027-10-01/2027-10-08"),
    rule("date.lunar", "A day or month of the lunar calendar: 正月, 腊月, 初三, 廿八, 农历.", "腊月二十八还有票吗", "2027-02-04"),
    rule("date.offset", "Days, weeks, months, years from today, to the day.", "三天后出发", "2026-11-24"),
    rule("date.aligned", "Whole units before or after this one: 前两天 ends yesterday, 下三周 opens on Monday.", "前两天买的", "2026-11-19/2026-11-21"),
    rule("date.list", "Three or more days in a row.", "十二月三号、四号、五号都行", "2026-12-03/2026-12-06"),
    rule("range.date", "From a day or period to another, both in.", "25号到28号入住", "2026-11-25/2026-11-29"),
    rule("range.time", "From a time of day to another; the end takes the part of the day of the start.", "上午十点到十二点有空", "10:00/12:00"),
    rule("range.datetime", "From a moment to another.", "明天下午三点到五点在家", "2026-11-22T15:00/2026-11-22T17:00"),
    rule("range.until_now", "From a moment until now.", "去年五月至今的账单", "2025-05-01T00:00/2026-11-21T10:00"),
    rule("open.before", "Until a day or period, which is in, or until a time of day.", "月底前送到", "2026-11-21T10:00/2026-12-01T00:00"),
    rule("open.after", "From a day or time on.", "12月8号以后能改吗", "2026-12-08/.."),
    rule("open.since", "From a day that has been until now.", "去年以来消费了多少", "2025-01-01T00:00/2026-11-21T10:00"),
    rule("window", "From now on, or until now, for a length of time; 内 ends with the last day.", "12个工作日内退款", "2026-11-21T10:00/2026-12-09T00:00"),
    rule("datetime.offset", "Hours, minutes, seconds from now.", "两小时后登机", "2026-11-21T12:00"),
    rule("datetime.aligned", "Whole hours or minutes before or after this one.", "上三小时的订单", "2026-11-21T07:00/2026-11-21T10:00"),
    rule("datetime", "A day with a time.", "明天下午四点半送来", "2026-11-22T16:30/2026-11-22T16:31"),
    rule("time.clock", "A time of day. Without a part of the day, and no day but today, it is the next one to come.", "晚上八点的电影", "20:00"),
    rule("time.part_of_day", "A part of the day without an hour.", "早上的航班", "06:00/12:00"),
    rule("now", "The present moment. Fills no slot.", "现在能值机吗", "2026-11-21T10:00"),
    rule("duration", "A length of time; an estimate has both ends.", "住三到五天", "P3D/P5D"),
    rule("recurrence", "A repetition: the first time and the period.", "每周三会员日", "R/2026-11-25/P1W"),
];

#[cfg(test)]
mod tests {
    use super::super::{Holiday, Reader};
    use super::*;

    fn reader() -> Reader {
        let holiday = |name: &str, rule: &str, public: Option<&str>| Holiday {
            name: name.to_owned(),
            synonyms: Vec::new(),
            rule: rule.parse().unwrap(),
            public: public.map(|p| p.parse().unwrap()),
        };
        Reader::new([holiday("国庆", "fixed 10-01", Some("+0..+6")), holiday("圣诞节", "fixed 12-25", None)])
    }

    #[test]
    fn every_rule_reads_its_example() {
        let reader = reader();
        let reference = "2026-11-21T10:00+08:00[Asia/Shanghai]".parse().unwrap();
        let mut wrong = Vec::new();
        for rule in RULES {
            let chars: Vec<char> = rule.example.chars().collect();
            let mut found = Vec::new();
            reader.read(&chars, &reference, &mut found);
            let first = found.first().map(|t| (t.rule, t.value.as_str()));
            if first != Some((rule.id, rule.value)) {
                wrong.push(format!("{}: {} should give {}, gives {first:?}", rule.id, rule.example, rule.value));
            }
        }
        assert!(wrong.is_empty(), "rules and their examples disagree:\n{}", wrong.join("\n"));
    }

    #[test]
    fn rule_names_stand_once() {
        let mut names: Vec<_> = RULES.iter().map(|r| r.id).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }
}
