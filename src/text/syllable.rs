//! The parts of a Mandarin syllable.

/// What a syllable may begin with; the empty one for 安 and 欧.
pub const INITIALS: &[&str] = &[
    "", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "zh", "ch", "sh", "r", "z", "c", "s",
    "y", "w",
];
/// What may follow, as pinyin is spelled: `u` behind j, q, x and y is ü.
pub const FINALS: &[&str] = &[
    "a", "o", "e", "i", "u", "v", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong", "er", "ia", "ie", "iao",
    "iu", "ian", "in", "iang", "ing", "iong", "ua", "uo", "uai", "ui", "uan", "un", "uang", "ve", "ue", "n", "ng", "m",
    "ueng", "io", "van", "ê",
];

/// A syllable of Mandarin: indexes into [`INITIALS`] and [`FINALS`], and the tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Syllable {
    /// Index into [`INITIALS`].
    pub initial: u8,
    /// Index into [`FINALS`].
    pub last: u8,
    /// 1 to 4; 5 for the neutral tone.
    pub tone: u8,
}

impl Syllable {
    /// Reads pinyin with the tone as a digit at the end (zhi2, de); `None` for what is no syllable.
    pub fn parse(pinyin: &str) -> Option<Self> {
        let (plain, tone) = match pinyin.as_bytes().last() {
            Some(digit @ b'1'..=b'5') => (&pinyin[..pinyin.len() - 1], digit - b'0'),
            _ => (pinyin, 5),
        };
        // The longest initial, so that zh is not z and a strange h.
        let initial =
            (0..INITIALS.len()).filter(|i| plain.starts_with(INITIALS[*i])).max_by_key(|i| INITIALS[*i].len())?;
        let rest = plain[INITIALS[initial].len()..].replace('ü', "v");
        let last = FINALS.iter().position(|f| *f == rest)?;
        Some(Self { initial: initial as u8, last: last as u8, tone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_fall_into_parts() {
        for (pinyin, initial, last, tone) in [
            ("zhi2", "zh", "i", 2),
            ("zi1", "z", "i", 1),
            ("an1", "", "an", 1),
            ("lü3", "l", "v", 3),
            ("de", "d", "e", 5),
        ] {
            let s = Syllable::parse(pinyin).unwrap_or_else(|| panic!("{pinyin} is a syllable"));
            assert_eq!((INITIALS[usize::from(s.initial)], FINALS[usize::from(s.last)], s.tone), (initial, last, tone));
        }
        assert_eq!(Syllable::parse("xyz1"), None);
        assert_eq!(Syllable::parse("4"), None);
    }

    #[test]
    fn nearly_every_character_has_a_syllable() {
        let common = '\u{4e00}'..='\u{9fff}';
        let readable =
            common.filter(|c| super::super::Readings::toned(*c).any(|p| Syllable::parse(p).is_some())).count();
        assert!(readable > 20_000, "{readable}");
    }
}
