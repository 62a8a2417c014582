//! Folding of single characters: width, case, accents, compatibility forms, punctuation.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// What folding makes of one character.
pub(super) enum Folded {
    /// Nothing: the character is invisible, a control or a combining mark.
    Dropped,
    /// One character.
    One(char),
    /// Two or more characters (a ligature, a Roman numeral, a number in brackets).
    Many(Vec<char>),
}

/// Folds one character. Folding what folding returned changes nothing.
#[inline]
pub(super) fn fold(c: char) -> Folded {
    match c {
        '0'..='9' | 'a'..='z' | '\u{4e00}'..='\u{9fff}' => Folded::One(c),
        'A'..='Z' => Folded::One(c.to_ascii_lowercase()),
        ' '..='~' => Folded::One(c),
        '\t' | '\n' | '\r' => Folded::One(' '),
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some(half) => Folded::One(half.to_ascii_lowercase()),
            None => Folded::Dropped,
        },
        _ => fold_rare(c),
    }
}

fn fold_rare(c: char) -> Folded {
    if let Some(p) = punctuation(c) {
        return Folded::One(p);
    }
    if is_invisible(c) {
        return Folded::Dropped;
    }
    if c.is_whitespace() {
        return Folded::One(' ');
    }
    if is_decomposed(c) {
        let folded: Vec<char> = std::iter::once(c)
            .nfkd()
            .filter(|d| !is_combining_mark(*d))
            .flat_map(char::to_lowercase)
            .filter(|d| !is_combining_mark(*d) && !is_invisible(*d))
            .map(|d| punctuation(d).unwrap_or(d))
            .collect();
        return from_chars(folded);
    }
    from_chars(c.to_lowercase().filter(|d| !is_combining_mark(*d)).collect())
}

fn from_chars(chars: Vec<char>) -> Folded {
    match chars.as_slice() {
        [] => Folded::Dropped,
        [one] => Folded::One(*one),
        _ => Folded::Many(chars),
    }
}

/// Punctuation of Chinese typing, in the half-width form that stands for it.
fn punctuation(c: char) -> Option<char> {
    let folded = match c {
        '。' | '｡' | '．' | '…' | '⋯' | '‥' => '.',
        '，' => ',',
        '？' => '?',
        '！' => '!',
        '；' => ';',
        '：' | '︰' | '∶' => ':',
        '“' | '”' | '„' | '‟' | '「' | '」' | '『' | '』' | '〝' | '〞' | '｢' | '｣' | '«' | '»' => {
            '"'
        }
        '‘' | '’' | '‚' | '‛' | '′' | '´' => '\'',
        '（' | '﹙' => '(',
        '）' | '﹚' => ')',
        '【' | '〔' | '〖' => '[',
        '】' | '〕' | '〗' => ']',
        '～' | '〜' | '∼' | '˜' => '~',
        '—' | '–' | '―' | '‐' | '‑' | '‒' | '−' | '－' | '﹣' | '─' | '━' => '-',
        '→' | '⇒' | '➔' | '➜' | '➡' | '►' => '→',
        '·' | '•' | '・' | '‧' | '∙' | '･' => '·',
        '￥' => '¥',
        '､' => '、',
        '／' => '/',
        _ => return None,
    };
    Some(folded)
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || is_combining_mark(c)
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{20e3}' | '\u{e000}'..='\u{f8ff}'
            | '\u{e0000}'..='\u{10ffff}')
}

/// Characters that stand for others: accented Latin, circled and superscript digits, Roman numerals, half-width kana,
/// radicals and compatibility ideographs. Square units such as ㎡ stay: the slot readers know them.
fn is_decomposed(c: char) -> bool {
    matches!(c,
        '\u{00aa}' | '\u{00b2}' | '\u{00b3}' | '\u{00b9}' | '\u{00ba}' | '\u{00bc}'..='\u{00be}' | '\u{00c0}'..='\u{024f}' | '\u{1e00}'..='\u{1eff}'
        | '\u{2070}'..='\u{209c}' | '\u{2116}' | '\u{2120}'..='\u{2122}' | '\u{212b}' | '\u{2150}'..='\u{2188}' | '\u{2460}'..='\u{24ff}' | '\u{2e80}'..='\u{2fdf}'
        | '\u{3038}'..='\u{303a}' | '\u{3200}'..='\u{32ff}' | '\u{f900}'..='\u{faff}' | '\u{fb00}'..='\u{fb06}' | '\u{ff5f}'..='\u{ffdc}'
        | '\u{1d400}'..='\u{1d7ff}' | '\u{1f100}'..='\u{1f1ff}' | '\u{2f800}'..='\u{2fa1f}')
}
