//! Postal addresses, as written.

use super::super::words::WordIndex;
use super::found::{Found, Kind, Rule, Strength};
use super::text::{any_at, char_at};
use std::ops::Range;
use std::sync::LazyLock;

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "address.cued",
        reads: "what follows 送到, 寄到, 地址改成 and the like, up to a stop, if something of an address stands in it",
        kind: Kind::Address,
        examples: &[
            ("送到9号楼1103", "9号楼1103", "9号楼1103"),
            ("收货地址改成人民路25号3栋802谢谢", "人民路25号3栋802", "人民路25号3栋802"),
            ("麻烦寄到深圳市南山区科苑路8号", "深圳市南山区科苑路8号", "深圳市南山区科苑路8号"),
            ("改送5栋1202吧", "5栋1202", "5栋1202"),
            ("送东湖花园2期10栋", "东湖花园2期10栋", "东湖花园2期10栋"),
            ("下午四点送到体育馆南门,电话不变", "体育馆南门", "体育馆南门"),
        ],
    },
    Rule {
        name: "address.shape",
        reads: "a house by its number: …路…号, …号楼…, …栋…, …单元…",
        kind: Kind::Address,
        examples: &[
            ("我在中山路66号", "中山路66号", "中山路66号"),
            ("翠湖小区6栋302", "翠湖小区6栋302", "翠湖小区6栋302"),
        ],
    },
];

/// Words before an address, sorted; sure ones take anything that looks like one, 送 alone needs a house number.
const CUES: &[(&str, bool)] = &[
    ("住在", true),
    ("发到", true),
    ("发往", true),
    ("在", false),
    ("地址", true),
    ("地址 ", true),
    ("地址:", true),
    ("地址为", true),
    ("地址写", true),
    ("地址变成", true),
    ("地址填", true),
    ("地址换到", true),
    ("地址换成", true),
    ("地址改为", true),
    ("地址改到", true),
    ("地址改成", true),
    ("地址是", true),
    ("家住", true),
    ("家在", true),
    ("寄", false),
    ("寄到", true),
    ("寄去", true),
    ("寄往", true),
    ("寄至", true),
    ("快递到", true),
    ("我住", true),
    ("换到", false),
    ("换成", false),
    ("搬到", true),
    ("改为", false),
    ("改到", false),
    ("改寄", true),
    ("改成", false),
    ("改送", true),
    ("放到", true),
    ("放在", true),
    ("送", false),
    ("送到", true),
    ("送去", true),
    ("送往", true),
    ("送至", true),
    ("送货上门到", true),
    ("送货到", true),
    ("邮到", true),
    ("配送到", true),
];

/// Words that end an address, sorted; a longer word whose start stands here is not needed.
const STOPS: &[(&str, ())] = &[
    ("上午", ()),
    ("下午", ()),
    ("不变", ()),
    ("不对", ()),
    ("不是", ()),
    ("不行", ()),
    ("不要", ()),
    ("中午", ()),
    ("之后", ()),
    ("了", ()),
    ("什么", ()),
    ("今天", ()),
    ("今晚", ()),
    ("他们", ()),
    ("以后", ()),
    ("但", ()),
    ("你", ()),
    ("再", ()),
    ("几点", ()),
    ("刚才", ()),
    ("到吗", ()),
    ("即可", ()),
    ("去吗", ()),
    ("可以", ()),
    ("名字", ()),
    ("后天", ()),
    ("吗", ()),
    ("吧", ()),
    ("呀", ()),
    ("呢", ()),
    ("哦", ()),
    ("哪儿", ()),
    ("哪里", ()),
    ("啊", ()),
    ("啦", ()),
    ("嘛", ()),
    ("因为", ()),
    ("多久", ()),
    ("多少", ()),
    ("大概", ()),
    ("好不", ()),
    ("好吗", ()),
    ("姓名", ()),
    ("就", ()),
    ("尽快", ()),
    ("帮", ()),
    ("并且", ()),
    ("应该", ()),
    ("快一点", ()),
    ("快点", ()),
    ("怎么", ()),
    ("急", ()),
    ("我", ()),
    ("手机", ()),
    ("把", ()),
    ("收件人", ()),
    ("收货人", ()),
    ("放快递", ()),
    ("放门口", ()),
    ("早上", ()),
    ("时候", ()),
    ("明天", ()),
    ("是不是", ()),
    ("是吗", ()),
    ("晚上", ()),
    ("有人", ()),
    ("有没有", ()),
    ("来吧", ()),
    ("没人", ()),
    ("没有", ()),
    ("没问题", ()),
    ("然后", ()),
    ("现在", ()),
    ("电话", ()),
    ("的时候", ()),
    ("的话", ()),
    ("给我", ()),
    ("联系", ()),
    ("能不能", ()),
    ("能吗", ()),
    ("能送", ()),
    ("行不", ()),
    ("行吗", ()),
    ("被", ()),
    ("要", ()),
    ("请", ()),
    ("谢谢", ()),
    ("运费", ()),
    ("还是", ()),
    ("还有", ()),
    ("还没", ()),
    ("还能", ()),
    ("这个", ()),
    ("这边", ()),
    ("那个", ()),
    ("那边", ()),
    ("都可以", ()),
    ("都行", ()),
    ("需要", ()),
    ("马上", ()),
    ("麻烦", ()),
];

static CUE_INDEX: LazyLock<WordIndex<&(&str, bool)>> = LazyLock::new(|| WordIndex::of(CUES));
static STOP_INDEX: LazyLock<WordIndex<&(&str, ())>> = LazyLock::new(|| WordIndex::of(STOPS));

pub(super) fn prepare() {
    LazyLock::force(&CUE_INDEX);
    LazyLock::force(&STOP_INDEX);
}

/// Characters that show an address.
const fn is_mark(c: char) -> bool {
    matches!(
        c,
        '路' | '街'
            | '道'
            | '巷'
            | '弄'
            | '栋'
            | '幢'
            | '楼'
            | '室'
            | '区'
            | '县'
            | '市'
            | '省'
            | '镇'
            | '乡'
            | '村'
            | '苑'
            | '园'
            | '院'
            | '馆'
            | '门'
            | '厦'
            | '场'
            | '里'
            | '座'
            | '厅'
            | '校'
            | '店'
            | '站'
            | '宅'
            | '府'
            | '城'
            | '庭'
            | '湾'
            | '层'
            | '台'
            | '所'
            | '社'
            | '亭'
            | '柜'
    )
}

/// Reads addresses.
pub fn read(chars: &[char], out: &mut Vec<Found>) {
    let mut at = 0;
    let mut seen = false;
    while at < chars.len() {
        if let Some((length, sure)) = cue_at(chars, at)
            && let Some(span) = after_cue(chars, at + length, sure)
        {
            at = span.end;
            seen = true;
            let value: String = chars[span.clone()].iter().collect();
            let rule =
                if sure || !matches!(char_at(chars, span.start - 1), '在') { "address.cued" } else { "address.shape" };
            out.push(Found::new(Kind::Address, span, value, Strength::Cued, rule));
            continue;
        }
        at += 1;
    }
    if !seen && let Some(span) = by_shape(chars) {
        let value: String = chars[span.clone()].iter().collect();
        out.push(Found::new(Kind::Address, span, value, Strength::Bare, "address.shape"));
    }
}

/// The cue that starts at `at`: its length, and whether it is sure.
fn cue_at(chars: &[char], at: usize) -> Option<(usize, bool)> {
    CUE_INDEX.find(chars, at, |_| true).map(|((_, sure), end)| (end - at, *sure))
}

/// Longest address that is read.
const MOST: usize = 60;

/// Words behind a cue that are or ask for a place and are no address: 送到家里, 寄到哪里.
const NO_ADDRESS: [&str; 6] = ["家里", "这里", "那里", "哪", "什么", "何处"];

/// The address behind a cue.
fn after_cue(chars: &[char], from: usize, sure: bool) -> Option<Range<usize>> {
    let mut start = from;
    while matches!(char_at(chars, start), ' ' | ':' | '我' | '们' | '的' | '"' | '“' | '到') && start < from + 4 {
        start += 1;
    }
    let end = run(chars, start);
    let piece = &chars[start..end];
    // 送货地址…: the cue that counts comes later
    if piece.contains(&'址') || any_at(piece, 0, &NO_ADDRESS).is_some() {
        return None;
    }
    let house = is_house(piece);
    let marked = piece.iter().skip(1).any(|&c| is_mark(c));
    (piece.len() >= 2 && (house || sure && marked)).then_some(start..end)
}

/// Where a run of address characters that starts at `start` ends.
fn run(chars: &[char], start: usize) -> usize {
    let mut end = start;
    while end < chars.len() && end - start < MOST {
        let c = chars[end];
        if c == ' ' {
            // 18号 2栋503: a space before more of the house
            let next = char_at(chars, end + 1);
            if !next.is_ascii_digit() || !is_house(&chars[end + 1..chars.len().min(end + 8)]) {
                break;
            }
        } else if !(c.is_alphanumeric() || matches!(c, '-' | '#' | '(' | ')' | '·')) {
            break;
        }
        // stops cut before them, but not inside a name: 要 in 西要村 is rare enough
        if end > start && STOP_INDEX.find(chars, end, |_| true).is_some() {
            break;
        }
        end += 1;
    }
    end
}

/// Whether a house number stands in the piece: digits before 栋, 号楼, 单元, 室, or 路…号.
fn is_house(piece: &[char]) -> bool {
    let numeral = |c: char| super::numeral::digit(c).is_some() || super::numeral::small_unit(c).is_some();
    let mut street = false;
    piece.iter().enumerate().any(|(i, &c)| {
        street |= matches!(c, '路' | '街' | '道' | '巷' | '弄' | '村');
        i > 0
            && (numeral(piece[i - 1]) || piece[i - 1].is_ascii_alphabetic())
            && (matches!(c, '栋' | '幢' | '室' | '弄')
                || c == '号' && (street || piece.get(i + 1) == Some(&'楼'))
                || c == '单' && piece.get(i + 1) == Some(&'元')
                || c == '区' && piece[i + 1..].iter().any(char::is_ascii_digit)
                || c == '座' && piece.get(i + 1).is_some_and(char::is_ascii_digit))
    })
}

/// An address without a cue: the run of characters around a house number.
fn by_shape(chars: &[char]) -> Option<Range<usize>> {
    let mark = (1..chars.len()).find(|&i| {
        matches!(chars[i], '栋' | '幢' | '号' | '室' | '单')
            && is_house(&chars[i.saturating_sub(12)..chars.len().min(i + 3)])
    })?;
    let mut start = mark;
    while start > 0 && mark - start < 24 {
        let c = chars[start - 1];
        if !c.is_alphanumeric()
            || matches!(c, '在' | '到' | '送' | '寄' | '址' | '住' | '是' | '我' | '的' | '了' | '把' | '给' | '去')
        {
            break;
        }
        start -= 1;
    }
    let end = run(chars, start);
    (end > mark && is_house(&chars[start..end])).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_no_address() {
        for (text, count) in [
            ("发票寄到哪里", 0),
            ("送到哪个小区", 0),
            ("送到这里", 0),
            ("送到什么场所", 0),
            ("送到那家小区", 1),
            ("送到何家村", 1),
        ] {
            let mut found = Vec::new();
            read(&text.chars().collect::<Vec<_>>(), &mut found);
            assert_eq!(found.len(), count, "{text}");
        }
    }

    #[test]
    fn words_are_sorted_and_looked_for() {
        for pair in CUES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "move {} behind {}", pair[0].0, pair[1].0);
        }
        for pair in STOPS.windows(2) {
            assert!(pair[0].0 < pair[1].0, "move {} behind {}", pair[0].0, pair[1].0);
        }
        for (word, _) in CUES {
            let chars: Vec<char> = word.chars().collect();
            assert!(cue_at(&chars, 0).is_some(), "{word}: name its first character in `cue_at`");
        }
    }
}
