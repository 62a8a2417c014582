//! WeChat faces (`[微笑]`) and emoji, folded to one placeholder for each thing a face says.
//!
//! A face inside a message is decoration; a face alone is an answer: a smile greets, a thumb agrees. Dictionary rows
//! name the placeholder by writing any face of the class.

/// What a face says when it stands alone.
pub(super) const GREETING: char = '☺';
const AGREEMENT: char = '☑';
const FAREWELL: char = '⚑';
const THANKS: char = '♡';
const ANGER: char = '☹';
const OTHER: char = '◦';

pub(super) const PLACEHOLDERS: [char; 6] = [GREETING, AGREEMENT, FAREWELL, THANKS, ANGER, OTHER];

pub(super) fn is_placeholder(c: char) -> bool {
    PLACEHOLDERS.contains(&c)
}

/// The names WeChat writes between brackets, sorted, with what they say.
const WECHAT: &[(&str, char)] = &[
    ("666", OTHER),
    ("ok", AGREEMENT),
    ("亲亲", GREETING),
    ("优秀", OTHER),
    ("便便", ANGER),
    ("偷笑", GREETING),
    ("傲慢", OTHER),
    ("再见", FAREWELL),
    ("加油", OTHER),
    ("勾引", OTHER),
    ("发呆", OTHER),
    ("发怒", ANGER),
    ("发抖", OTHER),
    ("发财", OTHER),
    ("可怜", OTHER),
    ("右哼哼", ANGER),
    ("叹气", OTHER),
    ("吃瓜", OTHER),
    ("吐", ANGER),
    ("吓", OTHER),
    ("呲牙", GREETING),
    ("咒骂", ANGER),
    ("咖啡", GREETING),
    ("哇", OTHER),
    ("嘘", OTHER),
    ("嘴唇", GREETING),
    ("嘿哈", OTHER),
    ("囧", OTHER),
    ("困", OTHER),
    ("坏笑", OTHER),
    ("大哭", OTHER),
    ("天啊", OTHER),
    ("太阳", GREETING),
    ("失望", OTHER),
    ("奋斗", OTHER),
    ("好的", AGREEMENT),
    ("害羞", GREETING),
    ("尴尬", OTHER),
    ("左哼哼", ANGER),
    ("弱", ANGER),
    ("强", AGREEMENT),
    ("得意", GREETING),
    ("微笑", GREETING),
    ("心碎", OTHER),
    ("快哭了", OTHER),
    ("怄火", ANGER),
    ("恐惧", OTHER),
    ("悠闲", GREETING),
    ("惊恐", OTHER),
    ("惊讶", OTHER),
    ("愉快", GREETING),
    ("憨笑", GREETING),
    ("抓狂", ANGER),
    ("抠鼻", OTHER),
    ("抱拳", THANKS),
    ("拥抱", GREETING),
    ("拳头", OTHER),
    ("捂脸", OTHER),
    ("握手", GREETING),
    ("撇嘴", OTHER),
    ("擦汗", OTHER),
    ("敲打", ANGER),
    ("旺柴", OTHER),
    ("晕", OTHER),
    ("月亮", GREETING),
    ("机智", OTHER),
    ("汗", OTHER),
    ("流汗", OTHER),
    ("流泪", OTHER),
    ("炸弹", ANGER),
    ("爱心", THANKS),
    ("玫瑰", GREETING),
    ("生病", OTHER),
    ("疑问", OTHER),
    ("疯了", ANGER),
    ("白眼", ANGER),
    ("皱眉", OTHER),
    ("睡", OTHER),
    ("破涕为笑", OTHER),
    ("礼物", OTHER),
    ("福", GREETING),
    ("笑脸", GREETING),
    ("红包", OTHER),
    ("胜利", GREETING),
    ("脸红", OTHER),
    ("色", GREETING),
    ("苦涩", OTHER),
    ("菜刀", ANGER),
    ("蛋糕", GREETING),
    ("衰", OTHER),
    ("裂开", ANGER),
    ("调皮", GREETING),
    ("跳跳", GREETING),
    ("转圈", OTHER),
    ("鄙视", ANGER),
    ("闭嘴", ANGER),
    ("阴险", OTHER),
    ("难过", OTHER),
    ("骷髅", OTHER),
    ("鼓掌", AGREEMENT),
];

/// The longest name between brackets, in characters.
pub(super) const LONGEST_NAME: usize = 4;

/// Looks up what stands between the brackets of a WeChat face, already folded to lower case.
pub(super) fn wechat(name: &str) -> Option<char> {
    WECHAT.binary_search_by(|(known, _)| known.cmp(&name)).ok().map(|at| WECHAT[at].1)
}

/// Says what an emoji stands for, or `None` where the character is no emoji.
pub(super) fn emoji(c: char) -> Option<char> {
    let says = match c {
        '👍' | '👌' | '✅' | '✔' | '☑' | '🆗' | '💯' | '👏' | '🫡' => AGREEMENT,
        '🙏' | '❤' | '💕' | '💖' | '💗' | '💓' | '🥰' | '🫶' | '💐' | '♥' | '♡' => THANKS,
        '😠' | '😡' | '🤬' | '👎' | '😤' | '💢' | '🤮' | '💩' | '☹' => ANGER,
        '👋' | '😀'..='😋' | '😍' | '😘' | '😚' | '🙂' | '🤗' | '🌹' | '☺' | '☀' | '🌞' | '😸' | '🎉' | '🥳' => {
            GREETING
        }
        '⚑' => FAREWELL,
        '\u{1f000}'..='\u{1faff}'
        | '\u{2600}'..='\u{27bf}'
        | '\u{2b00}'..='\u{2bff}'
        | '\u{23e9}'..='\u{23fa}'
        | '◦' => OTHER,
        _ => return None,
    };
    Some(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_short_enough() {
        assert!(WECHAT.windows(2).all(|pair| pair[0].0 < pair[1].0), "keep the table sorted, binary search needs it");
        assert!(WECHAT.iter().all(|(name, _)| name.chars().count() <= LONGEST_NAME));
    }

    #[test]
    fn a_placeholder_stays_what_it_is() {
        for c in PLACEHOLDERS {
            assert_eq!(emoji(c), Some(c));
        }
    }
}
