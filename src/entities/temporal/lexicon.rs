//! The words of time, as tables, and the index that finds the longest one at a place.

use super::words::{Utf8, WordIndex};

/// How hours are meant within a part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// 凌晨: hours as said, 12 is midnight.
    Dawn,
    /// 早上, 上午: hours as said.
    Morning,
    /// 中午: 10 to 12 as said, 1 to 3 after noon.
    Noon,
    /// 下午: hours after noon.
    Afternoon,
    /// 晚上: 4 to 11 after noon, 12 to 3 after midnight.
    Night,
    /// 半夜: 9 to 11 before midnight, 12 to 8 after it.
    Midnight,
}

/// A part of the day: its bounds in minutes, and how hours are meant in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartOfDay {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) half: Half,
    /// Cantonese, where 三点三 is a quarter past three.
    pub(super) cantonese: bool,
}

const fn part(from: i64, to: i64, half: Half) -> PartOfDay {
    PartOfDay { from: from * 60, to: to * 60, half, cantonese: false }
}

const fn cantonese(from: i64, to: i64, half: Half) -> PartOfDay {
    PartOfDay { cantonese: true, ..part(from, to, half) }
}

pub(super) const DAWN: PartOfDay = part(0, 6, Half::Dawn);
pub(super) const MORNING: PartOfDay = part(6, 12, Half::Morning);
pub(super) const NOON: PartOfDay = part(11, 13, Half::Noon);
pub(super) const AFTERNOON: PartOfDay = part(12, 18, Half::Afternoon);
pub(super) const DUSK: PartOfDay = part(17, 19, Half::Afternoon);
pub(super) const EVENING: PartOfDay = part(18, 24, Half::Night);

/// Parts of the day. The first five rows' bounds are the catalogue's.
const PARTS_OF_DAY: &[(&str, PartOfDay)] = &[
    ("凌晨", DAWN),
    ("早上", MORNING),
    ("上午", MORNING),
    ("中午", NOON),
    ("下午", AFTERNOON),
    ("晚上", EVENING),
    ("早晨", MORNING),
    ("早间", MORNING),
    ("清晨", MORNING),
    ("清早", MORNING),
    ("大清早", MORNING),
    ("大早上", MORNING),
    ("一大早", MORNING),
    ("一早", MORNING),
    ("早班", MORNING),
    ("午前", MORNING),
    ("正午", NOON),
    ("午间", NOON),
    ("晌午", NOON),
    ("大中午", NOON),
    ("午后", AFTERNOON),
    ("后晌", AFTERNOON),
    ("傍晚", DUSK),
    ("黄昏", DUSK),
    ("夜晚", EVENING),
    ("夜里", EVENING),
    ("夜间", EVENING),
    ("晚间", EVENING),
    ("大晚上", EVENING),
    ("晚班", EVENING),
    ("深夜", part(22, 24, Half::Midnight)),
    ("半夜", part(0, 6, Half::Midnight)),
    ("大半夜", part(0, 6, Half::Midnight)),
    ("半夜三更", part(0, 6, Half::Midnight)),
    ("三更半夜", part(0, 6, Half::Midnight)),
    ("午夜", part(0, 6, Half::Midnight)),
    ("后半夜", part(0, 6, Half::Midnight)),
    ("下半夜", part(0, 6, Half::Midnight)),
    ("前半夜", EVENING),
    ("上半夜", EVENING),
    ("拂晓", part(4, 6, Half::Dawn)),
    ("黎明", part(4, 6, Half::Dawn)),
    ("白天", part(6, 18, Half::Noon)),
    ("日间", part(6, 18, Half::Noon)),
    // Hong Kong and Guangdong
    ("朝早", cantonese(6, 12, Half::Morning)),
    ("朝头早", cantonese(6, 12, Half::Morning)),
    ("上昼", cantonese(6, 12, Half::Morning)),
    ("晏昼", cantonese(12, 18, Half::Afternoon)),
    ("下昼", cantonese(12, 18, Half::Afternoon)),
    ("挨晚", cantonese(17, 19, Half::Afternoon)),
    ("夜晚黑", cantonese(18, 24, Half::Night)),
    ("晚黑", cantonese(18, 24, Half::Night)),
];

/// Days counted from today.
const DAYS: &[(&str, i64)] = &[
    ("今天", 0),
    ("今日", 0),
    ("今儿", 0),
    ("今儿个", 0),
    ("本日", 0),
    ("即日", 0),
    ("明天", 1),
    ("明日", 1),
    ("明儿", 1),
    ("明儿个", 1),
    ("听日", 1),
    ("听天", 1),
    ("后天", 2),
    ("后日", 2),
    ("后儿", 2),
    ("后儿个", 2),
    ("大后天", 3),
    ("大后日", 3),
    ("大后儿", 3),
    ("大大后天", 4),
    ("大大后日", 4),
    ("昨天", -1),
    ("昨日", -1),
    ("昨儿", -1),
    ("昨儿个", -1),
    ("寻日", -1),
    ("琴日", -1),
    ("噚日", -1),
    ("前天", -2),
    ("前日", -2),
    ("前儿个", -2),
    ("大前天", -3),
    ("大前日", -3),
    ("大大前天", -4),
    ("大大前日", -4),
    ("today", 0),
    ("tomorrow", 1),
    ("tmr", 1),
    ("tmrw", 1),
    ("yesterday", -1),
];

/// Days that hang on another day; without a time or another day beside them they are none of ours.
const HANGING_DAYS: &[(&str, i64)] = &[
    ("当天", 0),
    ("当日", 0),
    ("同日", 0),
    ("同一天", 0),
    ("次日", 1),
    ("翌日", 1),
    ("隔日", 1),
    ("隔天", 1),
    ("第二天", 1),
];

/// Several days in one word: first and last, counted from today.
const DAY_LISTS: &[(&str, i64, i64)] = &[
    ("今明", 0, 1),
    ("今明天", 0, 1),
    ("今明两天", 0, 1),
    ("今明两日", 0, 1),
    ("今明后三天", 0, 2),
    ("今天明天后天", 0, 2),
    ("明后", 1, 2),
    ("明后天", 1, 2),
    ("明后两天", 1, 2),
    ("明后两日", 1, 2),
    ("听后日", 1, 2),
    ("昨今两天", -1, 0),
    ("昨前天", -2, -1),
    ("昨前两天", -2, -1),
    ("前昨两天", -2, -1),
    ("大前天前天昨天", -3, -1),
];

/// A day and a part of it in one word: days from today, characters that name the day, the part.
const DAY_PARTS: &[(&str, i64, usize, PartOfDay)] = &[
    ("今早", 0, 1, MORNING),
    ("今早上", 0, 1, MORNING),
    ("今晨", 0, 1, part(0, 12, Half::Morning)),
    ("今朝", 0, 1, cantonese(6, 12, Half::Morning)),
    ("今午", 0, 1, NOON),
    ("今晚", 0, 1, EVENING),
    ("今晚上", 0, 1, EVENING),
    ("今夜", 0, 1, EVENING),
    ("今夜里", 0, 1, EVENING),
    ("今晚黑", 0, 1, EVENING),
    ("当晚", 0, 1, EVENING),
    ("当夜", 0, 1, EVENING),
    ("明早", 1, 1, MORNING),
    ("明早上", 1, 1, MORNING),
    ("明晨", 1, 1, MORNING),
    ("明晚", 1, 1, EVENING),
    ("明晚上", 1, 1, EVENING),
    ("明夜", 1, 1, EVENING),
    ("听朝", 1, 1, cantonese(6, 12, Half::Morning)),
    ("听早", 1, 1, cantonese(6, 12, Half::Morning)),
    ("听晚", 1, 1, cantonese(18, 24, Half::Night)),
    ("次晨", 1, 1, MORNING),
    ("翌晨", 1, 1, MORNING),
    ("后早", 2, 1, MORNING),
    ("后晚", 2, 1, EVENING),
    ("昨早", -1, 1, MORNING),
    ("昨晨", -1, 1, MORNING),
    ("昨晚", -1, 1, EVENING),
    ("昨晚上", -1, 1, EVENING),
    ("昨夜", -1, 1, EVENING),
    ("昨夜里", -1, 1, EVENING),
    ("寻晚", -1, 1, EVENING),
    ("琴晚", -1, 1, EVENING),
    ("噚晚", -1, 1, EVENING),
    ("前晚", -2, 1, EVENING),
    ("前晚上", -2, 1, EVENING),
    ("tonight", 0, 2, EVENING),
    ("last night", -1, 4, EVENING),
];

/// Years counted from this one.
const YEARS: &[(&str, i64)] = &[
    ("今年", 0),
    ("本年", 0),
    ("本年度", 0),
    ("今年度", 0),
    ("明年", 1),
    ("明年度", 1),
    ("来年", 1),
    ("次年", 1),
    ("翌年", 1),
    ("下年", 1),
    ("下年度", 1),
    ("出年", 1),
    ("后年", 2),
    ("大后年", 3),
    ("去年", -1),
    ("去年度", -1),
    ("上年", -1),
    ("上年度", -1),
    ("旧年", -1),
    ("前年", -2),
    ("大前年", -3),
];

/// Several years in one word.
const YEAR_LISTS: &[(&str, i64, i64)] =
    &[("今明两年", 0, 1), ("明后两年", 1, 2), ("明后年", 1, 2), ("去今两年", -1, 0), ("前年去年", -2, -1)];

/// Months that only the lunar calendar has.
const LUNAR_MONTHS: &[(&str, i64)] = &[("正月", 1), ("冬月", 11), ("冬子月", 11), ("腊月", 12), ("腊月份", 12)];

/// Words that say which calendar follows.
const CALENDARS: &[(&str, bool)] = &[
    ("农历", true),
    ("阴历", true),
    ("旧历", true),
    ("夏历", true),
    ("古历", true),
    ("公历", false),
    ("阳历", false),
    ("新历", false),
    ("西历", false),
    ("国历", false),
    ("公元", false),
    ("西元", false),
];

/// Seasons by their first month.
const SEASONS: &[(&str, i64)] =
    &[("春天", 3), ("春季", 3), ("夏天", 6), ("夏季", 6), ("秋天", 9), ("秋季", 9), ("冬天", 12), ("冬季", 12)];

/// The present moment.
const NOW: &[&str] = &["现在", "此刻", "此时", "此时此刻", "当前", "目前", "而家", "依家", "right now"];

/// Which unit a bare part belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    Month,
    Year,
    Week,
}

/// Which stretch of its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Begin,
    Middle,
    End,
    FirstTen,
    MiddleTen,
    LastTen,
    FirstTwenty,
    LastTwenty,
    FirstHalf,
    SecondHalf,
}

/// Parts of this month, year or week, without saying this one: 月底.
const SECTIONS: &[(&str, Whole, Section)] = &[
    ("月初", Whole::Month, Section::Begin),
    ("月头", Whole::Month, Section::Begin),
    ("月中", Whole::Month, Section::Middle),
    ("月底", Whole::Month, Section::End),
    ("月末", Whole::Month, Section::End),
    ("月尾", Whole::Month, Section::End),
    ("上中旬", Whole::Month, Section::FirstTwenty),
    ("中下旬", Whole::Month, Section::LastTwenty),
    ("上旬", Whole::Month, Section::FirstTen),
    ("中旬", Whole::Month, Section::MiddleTen),
    ("下旬", Whole::Month, Section::LastTen),
    ("上半月", Whole::Month, Section::FirstHalf),
    ("下半月", Whole::Month, Section::SecondHalf),
    ("上半个月", Whole::Month, Section::FirstHalf),
    ("下半个月", Whole::Month, Section::SecondHalf),
    ("年初", Whole::Year, Section::Begin),
    ("年头", Whole::Year, Section::Begin),
    ("年中", Whole::Year, Section::Middle),
    ("年底", Whole::Year, Section::End),
    ("年末", Whole::Year, Section::End),
    ("年尾", Whole::Year, Section::End),
    ("岁末", Whole::Year, Section::End),
    ("上半年", Whole::Year, Section::FirstHalf),
    ("下半年", Whole::Year, Section::SecondHalf),
    ("前半年", Whole::Year, Section::FirstHalf),
    ("后半年", Whole::Year, Section::SecondHalf),
    ("上半周", Whole::Week, Section::FirstHalf),
    ("下半周", Whole::Week, Section::SecondHalf),
    ("周初", Whole::Week, Section::Begin),
];

/// The same behind a month, year, quarter or week: 三月底, 去年三季度初.
const SECTIONS_OF: &[(&str, Section)] = &[
    ("上中旬", Section::FirstTwenty),
    ("中下旬", Section::LastTwenty),
    ("上旬", Section::FirstTen),
    ("中旬", Section::MiddleTen),
    ("下旬", Section::LastTen),
    ("上半", Section::FirstHalf),
    ("下半", Section::SecondHalf),
    ("前半", Section::FirstHalf),
    ("后半", Section::SecondHalf),
    ("初期", Section::Begin),
    ("初", Section::Begin),
    ("伊始", Section::Begin),
    ("中期", Section::Middle),
    ("中", Section::Middle),
    ("末期", Section::End),
    ("底", Section::End),
    ("末", Section::End),
    ("尾", Section::End),
];

/// A stretch that starts or ends now: +1 ahead, -1 behind.
const WINDOWS: &[(&str, i64)] = &[
    ("未来", 1),
    ("未来的", 1),
    ("接下来", 1),
    ("接下来的", 1),
    ("今后", 1),
    ("往后", 1),
    ("过去", -1),
    ("过去的", -1),
    ("刚过去的", -1),
    ("最近", -1),
    ("最近的", -1),
    ("近", -1),
];

/// English months.
const ENGLISH_MONTHS: &[(&str, i64)] = &[
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("sept", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
];

/// English weekdays, with the week they say: `None` for the next one.
const ENGLISH_WEEKDAYS: &[(&str, i64)] =
    &[("monday", 1), ("tuesday", 2), ("wednesday", 3), ("thursday", 4), ("friday", 5), ("saturday", 6), ("sunday", 7)];

/// Era names, with their first year: 康熙三年 is 1664.
const ERAS: &[(&str, i64)] = &[
    ("民国", 1912),
    ("中华民国", 1912),
    ("建元", -140),
    ("建安", 196),
    ("黄初", 220),
    ("开皇", 581),
    ("大业", 605),
    ("武德", 618),
    ("贞观", 627),
    ("永徽", 650),
    ("显庆", 656),
    ("神龙", 705),
    ("景龙", 707),
    ("先天", 712),
    ("开元", 713),
    ("天宝", 742),
    ("至德", 756),
    ("贞元", 785),
    ("元和", 806),
    ("长庆", 821),
    ("会昌", 841),
    ("大中", 847),
    ("建隆", 960),
    ("太平兴国", 976),
    ("景德", 1004),
    ("庆历", 1041),
    ("嘉祐", 1056),
    ("熙宁", 1068),
    ("元丰", 1078),
    ("元祐", 1086),
    ("崇宁", 1102),
    ("政和", 1111),
    ("宣和", 1119),
    ("靖康", 1126),
    ("建炎", 1127),
    ("绍兴", 1131),
    ("至元", 1264),
    ("至正", 1341),
    ("洪武", 1368),
    ("建文", 1399),
    ("永乐", 1403),
    ("洪熙", 1425),
    ("宣德", 1426),
    ("正统", 1436),
    ("景泰", 1450),
    ("天顺", 1457),
    ("成化", 1465),
    ("弘治", 1488),
    ("正德", 1506),
    ("嘉靖", 1522),
    ("隆庆", 1567),
    ("万历", 1573),
    ("泰昌", 1620),
    ("天启", 1621),
    ("崇祯", 1628),
    ("顺治", 1644),
    ("康熙", 1662),
    ("雍正", 1723),
    ("乾隆", 1736),
    ("嘉庆", 1796),
    ("道光", 1821),
    ("咸丰", 1851),
    ("同治", 1862),
    ("光绪", 1875),
    ("宣统", 1909),
    ("明治", 1868),
    ("大正", 1912),
    ("昭和", 1926),
    ("平成", 1989),
    ("令和", 2019),
];

/// Names that hold a word of time and are none: authors, bands, brands, titles.
const SHIELDS: &[&str] = &[
    "二月河",
    "五月天",
    "六月雪",
    "七月流火",
    "九月九的酒",
    "今日头条",
    "明日之后",
    "明日方舟",
    "昨日重现",
    "今日说法",
    "明天会更好",
    "后天失明",
    "周六福",
    "星期天酒店",
    "七天酒店",
    "7天酒店",
    "七天连锁",
    "7天连锁",
    "一日三餐",
    "三点水",
    "一点点",
    "1点点",
    "一点儿",
    "三八线",
    "午后红茶",
    "现在进行时",
    "三月女神",
    "昨日世界",
    "大前门",
    "年中无休",
    "春天百货",
    "秋天的童话",
    "夏天的风",
    "冬天里的一把火",
    "年轻",
    "年龄",
    "月嫂",
    "月饼",
    "月经",
    "周到",
    "周围",
    "周边",
    "周转",
    "星期五餐厅",
];

/// What a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Part(PartOfDay),
    Day(i64),
    HangingDay(i64),
    DayList(i64, i64),
    DayPart(i64, usize, PartOfDay),
    Year(i64),
    YearList(i64, i64),
    LunarMonth(i64),
    Calendar(bool),
    Season(i64),
    Now,
    Section(Whole, Section),
    Window(i64),
    EnglishMonth(i64),
    EnglishWeekday(i64),
    Era(i64),
    Shield,
}

/// All words.
#[derive(Debug)]
pub(super) struct Lexicon(WordIndex<Word>);

impl Lexicon {
    pub(super) fn new() -> Self {
        let mut words: Vec<(Box<[char]>, Word)> = Vec::new();
        let mut add = |text: &str, word| words.push((text.chars().collect(), word));
        PARTS_OF_DAY.iter().for_each(|&(t, p)| add(t, Word::Part(p)));
        DAYS.iter().for_each(|&(t, n)| add(t, Word::Day(n)));
        HANGING_DAYS.iter().for_each(|&(t, n)| add(t, Word::HangingDay(n)));
        DAY_LISTS.iter().for_each(|&(t, a, b)| add(t, Word::DayList(a, b)));
        DAY_PARTS.iter().for_each(|&(t, n, split, p)| add(t, Word::DayPart(n, split, p)));
        YEARS.iter().for_each(|&(t, n)| add(t, Word::Year(n)));
        YEAR_LISTS.iter().for_each(|&(t, a, b)| add(t, Word::YearList(a, b)));
        LUNAR_MONTHS.iter().for_each(|&(t, n)| add(t, Word::LunarMonth(n)));
        CALENDARS.iter().for_each(|&(t, l)| add(t, Word::Calendar(l)));
        SEASONS.iter().for_each(|&(t, m)| add(t, Word::Season(m)));
        NOW.iter().for_each(|&t| add(t, Word::Now));
        SECTIONS.iter().for_each(|&(t, w, s)| add(t, Word::Section(w, s)));
        WINDOWS.iter().for_each(|&(t, d)| add(t, Word::Window(d)));
        ENGLISH_MONTHS.iter().for_each(|&(t, m)| add(t, Word::EnglishMonth(m)));
        ENGLISH_WEEKDAYS.iter().for_each(|&(t, d)| add(t, Word::EnglishWeekday(d)));
        ERAS.iter().for_each(|&(t, y)| add(t, Word::Era(y)));
        SHIELDS.iter().for_each(|&t| add(t, Word::Shield));
        Self(WordIndex::new(words))
    }

    /// First characters of all words.
    pub(super) fn openings(&self) -> impl Iterator<Item = char> + '_ {
        self.0.openings()
    }

    /// The longest word at `at`, and where it ends. English words stand free of letters and digits.
    pub(super) fn find(&self, chars: &[char], at: usize) -> Option<(Word, usize)> {
        let english = chars.get(at)?.is_ascii_alphabetic();
        if english && at > 0 && chars[at - 1].is_ascii_alphanumeric() {
            return None;
        }
        self.0.find(chars, at, |end| !english || !chars.get(end).is_some_and(char::is_ascii_alphabetic))
    }
}

/// What a stretch of its unit is called behind the unit, and where the word ends.
pub(super) fn section_of(chars: &[char], at: usize) -> Option<(Section, usize)> {
    let opening = Utf8::of(*chars.get(at)?);
    SECTIONS_OF.iter().filter(|(text, _)| opening.opens(text)).find_map(|&(text, section)| {
        let end = starts(chars, at, text)?;
        Some((section, end))
    })
}

/// Where `text` ends if it stands at `at`.
pub(super) fn starts(chars: &[char], at: usize, text: &str) -> Option<usize> {
    #[cfg(test)]
    super::super::work::look(1);
    let mut i = at;
    for c in text.chars() {
        if chars.get(i) != Some(&c) {
            return None;
        }
        i += 1;
    }
    Some(i)
}

/// Characters with which a phrase of time may open beside those of the words: numerals and prefixes.
pub(super) const OPENINGS: &str = "0123456789零〇一二两三四五六七八九十百千廿卅半幺壹贰叁肆伍陆柒捌玖拾上下这本今当同前后头首第周星礼拜每逢年初q差再过大早晚闰截";

/// Words behind a day that say it has been: then the last such day is meant and not the next.
pub(super) const PAST_WORDS: &[&str] = &[
    "以来",
    "至今",
    "坐的",
    "坐了",
    "坐过",
    "乘坐的",
    "买的",
    "买了",
    "下的单",
    "丢了",
    "丢的",
    "落在",
    "没到账",
    "未到账",
    "没入账",
    "没收到",
    "没给",
    "消费了",
    "花了",
    "扣了",
    "办过",
    "去过",
    "来过",
    "补登",
    "已经",
    "刚走",
    "回来的",
    "完成的",
    "发生",
    "账单",
    "详单",
    "话费",
    "扣费",
    "扣款",
    "流水",
    "消费记录",
    "消费明细",
    "消费了",
    "消费多少",
    "消费情况",
    "的消费",
];

/// Characters that may stand behind the number with which a phrase opens: units, marks, joints.
pub(super) const BEHIND_NUMBER: &str =
    "年月日号天周星礼点时分秒刻个世季小钟半多来余几工交昼到至起-~～—–―－─→/.:·・•、和 qapstrndfmjoe\\_早大更";

/// Characters that may stand behind 上, 下, 前, 后, 这, 本 and their kin where they open a phrase.
pub(super) const BEHIND_PREFIX: &str = "上下一二两三四五六七八九十百半零〇幺廿卅0123456789个周星礼月季年工世 ";
