//! Whether a clause tells that what was wanted has come about: 退款收到了, 手机修好了, 票已经退了.
//!
//! Either a verb with its good result and 了 end the clause, or a word like 已经 stands before the verb of an errand and 了.
//! What went wrong (坏了, 丢了), what lasts (已经三天了) and what somebody else reports (系统显示已经退了) is no such thing.

use super::mood::Said;
use crate::dictionary::Cue;
use crate::text::{strip_prefix, strip_suffix};

/// What ends a clause that tells what is done.
pub const PERFECT: [char; 3] = ['了', '啦', '咯'];

/// The longest clause that is looked at, in characters.
const LONGEST: u32 = 20;

/// Verbs with a result that ends what was wanted.
const RESULTS: &[&str] = &[
    "收到",
    "找到",
    "拿到",
    "取到",
    "领到",
    "买到",
    "送到",
    "寄到",
    "到账",
    "到帐",
    "到手",
    "快递到",
    "包裹到",
    "东西到",
    "货到",
    "款到",
    "钱到",
    "外卖到",
    "办好",
    "办完",
    "办妥",
    "办理好",
    "办理完",
    "修好",
    "装好",
    "安装好",
    "弄好",
    "弄完",
    "搞定",
    "搞好",
    "解决",
    "处理好",
    "处理完",
    "退好",
    "退完",
    "退回来",
    "退给我",
    "改好",
    "改完",
    "订好",
    "定好",
    "买好",
    "选好",
    "开好",
    "绑好",
    "绑上",
    "付好",
    "付完",
    "换好",
    "换完",
    "取好",
    "领好",
    "值完机",
];

/// Errands: with 已经 before them and 了 behind they are done.
const ERRANDS: &[&str] = &[
    "退票", "退货", "退款", "退", "改签", "改", "换", "买票", "买", "订票", "订", "办理", "办", "值机", "选座", "绑定",
    "注册", "签到", "付款", "付钱", "付", "下单", "预约", "报名", "领取", "领", "取", "装", "收货", "激活", "处理",
];

/// What may stand between an errand and its 了.
const DONE_WITH: &str = "好完过掉妥成";

/// Words by which a clause denies, doubts, wishes or reports.
const DOUBTS: &[&str] = &[
    "没", "不", "未", "别", "还", "才", "难", "要", "等", "想", "能", "会", "再", "哪", "谁", "几", "如果", "假如",
    "显示", "提示", "说", "写", "但", "却", "请",
];

impl Said<'_> {
    /// Where a clause that tells what has come about ends, behind its 了.
    pub(super) fn fulfilled(&self, clause: (u32, u32)) -> Option<u32> {
        let mut end = clause.1;
        while end > clause.0 && !self.le(end - 1) && self.says_nothing((end - 1, end)) {
            end -= 1;
        }
        if end - clause.0 > LONGEST || end < clause.0 + 2 || !self.le(end - 1) {
            return None;
        }
        let told = &self.chars[clause.0 as usize..end as usize - 1];
        let errand = || {
            let mut done = self.cues.iter().filter(|c| c.cue == Cue::Done && clause.0 <= c.start && c.end < end);
            done.any(|c| is_errand(&self.chars[c.end as usize..end as usize - 1]))
        };
        if !RESULTS.iter().any(|result| strip_suffix(told, result).is_some()) && !errand() {
            return None;
        }
        let doubtful = DOUBTS.iter().any(|doubt| contains(told, doubt)) || self.asks(clause) || self.opens(clause);
        (!doubtful).then_some(end)
    }

    fn le(&self, at: u32) -> bool {
        PERFECT.contains(&self.chars[at as usize])
    }
}

/// Whether characters are one errand, or one and what it is about: 办好值机.
fn is_errand(chars: &[char]) -> bool {
    let chars = match chars {
        ['都' | '全' | '就', rest @ ..] => rest,
        all => all,
    };
    ERRANDS.iter().any(|errand| {
        strip_prefix(chars, errand).is_some_and(|rest| {
            let rest = match rest {
                [c, rest @ ..] if DONE_WITH.contains(*c) => rest,
                all => all,
            };
            rest.is_empty() || ERRANDS.iter().any(|object| strip_prefix(rest, object).is_some_and(<[char]>::is_empty))
        })
    })
}

fn contains(chars: &[char], word: &str) -> bool {
    (0..chars.len()).any(|at| strip_prefix(&chars[at..], word).is_some())
}
