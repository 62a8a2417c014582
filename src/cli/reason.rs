//! Why an answer is what it is, in one sentence.

use crate::diagnostic::{Language, Text};
use crate::service::proto::{Candidate, Continuation, Explanation, RecognizeResponse};

/// Why the winner won, or why nobody did, in one sentence.
pub(super) fn reason(response: &RecognizeResponse, e: &Explanation, language: Language) -> String {
    if let Some(rule) = rule(response.continuation()) {
        return rule.get(language).to_owned();
    }
    let zh = language == Language::Chinese;
    let Some(best) = e.candidates.first() else {
        return if zh { "这个账号没有意图".into() } else { "the account has no intent".into() };
    };
    if response.intents.is_empty() {
        return none(response, e, best, zh);
    }
    if response.intents.len() > 1 {
        let ids: Vec<&str> = response.intents.iter().map(|i| i.id.as_str()).collect();
        return if zh {
            format!("几个分句各问各的：{}", ids.join("、"))
        } else {
            format!("its parts ask for different things: {}", ids.join(", "))
        };
    }
    if response.intents[0].id != best.id {
        let id = &response.intents[0].id;
        return if zh {
            format!("整句最像 {}，分开看是 {id}", best.id)
        } else {
            format!("the message as a whole is most like {}, but its parts tell {id}", best.id)
        };
    }
    let second = e.candidates.iter().find(|c| c.id != best.id);
    if let Some(second) = second.filter(|_| best.confidence < e.threshold) {
        return torn(best, second, zh);
    }
    let by = match (best.row.as_str(), zh) {
        ("", true) => "例句学到的依据".to_owned(),
        ("", false) => "what was learned from examples".to_owned(),
        (row, true) => format!("句式 {row} 和例句学到的依据"),
        (row, false) => format!("row {row} and what was learned from examples"),
    };
    match (second, zh) {
        (Some(s), true) => format!("{} 靠{by}得 {:+.2}，第二名 {} 得 {:+.2}", best.id, best.score, s.id, s.score),
        (Some(s), false) => {
            format!("{} scores {:+.2} by {by}; the second, {}, {:+.2}", best.id, best.score, s.id, s.score)
        }
        (None, true) => format!("{} 靠{by}得 {:+.2}", best.id, best.score),
        (None, false) => format!("{} scores {:+.2} by {by}", best.id, best.score),
    }
}

/// Why two intents are offered of which neither is sure enough.
fn torn(best: &Candidate, second: &Candidate, zh: bool) -> String {
    let [one, other] = [best, second].map(|c| format!("{} {:.2}", c.id, c.confidence));
    match zh {
        true => format!("单看都不够有把握（{one}，{other}），但肯定是其中之一，所以反问"),
        false => format!("neither is sure enough by itself ({one}, {other}), but it is one of them: that is asked"),
    }
}

/// What a rule of conversation made of the message; `None` where the message speaks for itself.
fn rule(continuation: Continuation) -> Option<Text> {
    let (zh, en) = match continuation {
        Continuation::Unspecified => return None,
        Continuation::Location => ("发来的位置补全了上一个请求", "the position completes the last request"),
        Continuation::Answer => ("消息里的值补全了上一个请求", "its values complete the last request"),
        Continuation::Choice => ("在上次给出的几种理解里选了一种", "it chooses one of the readings that were offered"),
        Continuation::MenuNumber => ("是当前菜单里的编号", "it is the number of an entry of the pending menu"),
        Continuation::OutOfRange => {
            ("当前菜单或选项里没有这个编号", "no entry of the pending menu or choice has this number")
        }
        Continuation::MenuWord => (
            "是菜单项的名称或用词，含义由菜单表决定",
            "it is the label or a word of a menu entry, which says what it means",
        ),
        Continuation::Correction => {
            ("改正了上一个请求里的值", "its values take the place of wrong ones of the last request")
        }
        Continuation::Ellipsis => ("换了值再问一次上一个请求", "it asks the last request again with other values"),
        Continuation::Refusal => ("只是否定，针对上次问的内容", "it is a plain no to what was asked"),
        Continuation::Confirmation => ("只是肯定，针对上次问的内容", "it is a plain yes to what was asked"),
    };
    Some(Text::new(zh, en))
}

/// Why there is no intent.
fn none(response: &RecognizeResponse, e: &Explanation, best: &Candidate, zh: bool) -> String {
    let Candidate { id, confidence, score, .. } = best;
    let Explanation { threshold, none_score, foreign_score, .. } = e;
    if !response.set_aside.is_empty() {
        let ids: Vec<&str> = response.set_aside.iter().map(|s| s.id.as_str()).collect();
        return if zh {
            format!("提到 {}，但只是说不要或已经办完", ids.join("、"))
        } else {
            format!("it names {} only to refuse it or to tell it as done", ids.join(", "))
        };
    }
    if confidence >= threshold {
        return if zh {
            format!("整句最像 {id}（置信度 {confidence:.2}），但还说了别的，其余部分没有意图达到阈值 {threshold:.2}")
        } else {
            format!(
                "as a whole it is most like {id} ({confidence:.2}), but it says something else besides, in which no \
                 intent reaches the threshold {threshold:.2}"
            )
        };
    }
    let outside = none_score.max(*foreign_score);
    match (zh, outside > *score) {
        (true, true) => format!("更像是与本账号无关的消息（{outside:+.2} 高于 {id} 的 {score:+.2}）"),
        (false, true) => {
            format!(
                "more like a message that does not concern this account ({outside:+.2} against {score:+.2} of {id})"
            )
        }
        (true, false) => format!("最好的 {id} 置信度 {confidence:.2} 低于阈值 {threshold:.2}"),
        (false, false) => {
            format!("the best, {id}, has confidence {confidence:.2}, below the threshold {threshold:.2}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::proto::{Intent, SetAside};

    fn candidate(id: &str, score: f32, confidence: f32) -> Candidate {
        Candidate { id: id.into(), score, confidence, ..Candidate::default() }
    }

    #[test]
    fn the_reason_is_the_rule_that_decided() {
        let response = |intents: &[&str], set_aside: &[&str], continuation: Continuation| RecognizeResponse {
            intents: intents.iter().map(|id| Intent { id: (*id).into(), ..Intent::default() }).collect(),
            set_aside: set_aside.iter().map(|id| SetAside { id: (*id).into(), ..SetAside::default() }).collect(),
            continuation: continuation.into(),
            ..RecognizeResponse::default()
        };
        let own = Continuation::Unspecified;
        for (response, best, none_score, told) in [
            (response(&["a"], &[], own), candidate("a", 1.0, 0.9), -1.0, "a scores +1.00 by what was learned"),
            (response(&["a"], &[], own), candidate("a", 0.3, 0.5), -1.0, "by itself (a 0.50, z 0.30), but it is one"),
            (response(&["b"], &[], own), candidate("a", 1.0, 0.9), -1.0, "most like a, but its parts tell b"),
            (response(&["a", "b"], &[], own), candidate("a", 1.0, 0.9), -1.0, "ask for different things: a, b"),
            (response(&["b"], &[], Continuation::MenuWord), candidate("a", 1.0, 0.9), -1.0, "word of a menu entry"),
            (response(&[], &[], Continuation::OutOfRange), candidate("a", 1.0, 0.9), -1.0, "has this number"),
            (response(&[], &["a"], own), candidate("a", 1.0, 0.9), -1.0, "names a only to refuse it"),
            (
                response(&[], &[], own),
                candidate("a", 0.1, 0.4),
                -1.0,
                "a, has confidence 0.40, below the threshold 0.60",
            ),
            (response(&[], &[], own), candidate("a", 0.1, 0.4), 0.5, "does not concern this account (+0.50 against"),
            (
                response(&[], &[], own),
                candidate("a", 1.0, 0.97),
                -1.0,
                "most like a (0.97), but it says something else",
            ),
        ] {
            let candidates = vec![best, candidate("z", 0.2, 0.3)];
            let explanation =
                Explanation { candidates, none_score, foreign_score: -1.0, threshold: 0.6, ..Explanation::default() };
            let en = reason(&response, &explanation, Language::English);
            assert!(en.contains(told), "{told} in: {en}");
            assert_ne!(reason(&response, &explanation, Language::Chinese), en);
        }
        let nobody = reason(&response(&[], &[], own), &Explanation::default(), Language::English);
        assert_eq!(nobody, "the account has no intent");
    }
}
