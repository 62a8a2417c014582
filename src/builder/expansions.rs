//! Messages that phrase rows describe: what the model is learned from beside examples, in packs that say so. There a row that is
//! added changes what is learned of its intent, as an example does; elsewhere it only ever adds to the intent's score.
//!
//! A row is expanded as it is written: required elements in their order, optional ones every other time, one of the
//! alternatives of each, a word of a word group, a word of a gazetteer or a typical value for a slot. A row has many
//! expansions; each round draws one of every row of an intent, by a generator that the row's own id starts. So the same
//! tables give the same messages, and another row changes none of them.

use crate::dictionary::phrase::{Element, Piece, parse};
use crate::dictionary::{PackSource, SlotSource, Source, TermRow};
use crate::random::Random;
use std::collections::{BTreeMap, BTreeSet};

/// Values of the kinds that readers written in code find, with the word beside them without which they are not read. A position
/// comes beside the text and not in it.
const TYPICAL: &[(&str, &[&str])] = &[
    ("date", &["明天", "12月8号", "下周三"]),
    ("time", &["下午三点", "晚上八点半"]),
    ("datetime", &["明天上午十点", "周五下午三点"]),
    ("duration", &["三天", "两个小时"]),
    ("recurrence", &["每周三", "每个月"]),
    ("number", &["3", "十二"]),
    ("number_range", &["3到5", "二三十"]),
    ("amount", &["200元", "三百块"]),
    ("discount", &["八折", "七五折"]),
    ("full_reduction", &["满200减50", "满三百减一百"]),
    ("quantity", &["两斤", "3台"]),
    ("area", &["80平米", "一百二十平"]),
    ("passenger_count", &["两个大人", "3位乘客"]),
    ("option", &["1", "第二个"]),
    ("floor", &["3楼", "负一层"]),
    ("seat_no", &["32A", "12排C座"]),
    ("size", &["XL码", "42码"]),
    ("flight_no", &["CZ3102", "CZ3456"]),
    ("id_number", &["11010519491231002X"]),
    ("passport", &["护照E12345678"]),
    ("ticket_no", &["784-2151234567"]),
    ("mileage_card_no", &["里程卡280012345678"]),
    ("member_card_no", &["会员卡号50012345"]),
    ("phone", &["13800138000", "13912345678"]),
    ("order_no", &["订单号202611210001234567"]),
    ("plate_no", &["粤A12345", "京B6789Z"]),
    ("booking_reference", &["预订编号JX4K8T"]),
    ("address", &["地址人民路25号3栋802", "地址是深圳市南山区科苑路8号"]),
];

/// The most expansions that are drawn of one row.
const MOST_OF_A_ROW: usize = 40;

/// Draws expansions of the rows of a pack that speak for `intent` until there are `missing` that `keep` keeps, or until
/// every row has had its share; none twice.
pub(super) fn expand(
    words: &Words<'_>,
    pack: &PackSource,
    intent: &str,
    missing: usize,
    keep: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut rows: Vec<(&str, Vec<Element>, Random)> = pack
        .phrases
        .iter()
        .filter(|row| row.intent == intent && row.valid_from.is_none() && row.valid_to.is_none())
        .filter_map(|row| Some((row.id.as_str(), parse(&row.phrase).ok()?, Random::named(&row.id))))
        .collect();
    rows.sort_by(|a, b| a.0.cmp(b.0));
    let (mut drawn, mut kept) = (BTreeSet::new(), Vec::new());
    for _ in 0..MOST_OF_A_ROW {
        for (_, elements, draw) in &mut rows {
            if kept.len() >= missing {
                return kept;
            }
            let drawn_anew = |text: &String| drawn.insert(text.clone());
            kept.extend(words.fill(elements, draw).filter(drawn_anew).filter(|text| keep(text)));
        }
    }
    kept
}

/// What stands for word groups and slots.
pub(super) struct Words<'s> {
    groups: BTreeMap<&'s str, Vec<&'s TermRow>>,
    slots: BTreeMap<&'s str, &'s SlotSource>,
}

impl<'s> Words<'s> {
    /// The words of some packs, by id.
    pub(super) fn of(source: &'s Source, packs: &[String]) -> Self {
        let mut words = Self { groups: BTreeMap::new(), slots: BTreeMap::new() };
        for pack in source.packs.iter().filter(|p| packs.contains(&p.id)) {
            for term in &pack.terms {
                words.groups.entry(&term.group).or_default().push(term);
            }
            words.slots.extend(pack.slots.iter().map(|slot| (slot.name.as_str(), &slot.source)));
        }
        words
    }

    /// One message; `None` where a slot has a pattern for its source or a group has no word.
    fn fill(&self, elements: &[Element], draw: &mut Random) -> Option<String> {
        let mut text = String::new();
        for element in elements {
            if element.optional && draw.below(2) == 0 {
                continue;
            }
            for piece in draw.one(&element.variants)? {
                match piece {
                    Piece::Literal(characters) => text.push_str(characters),
                    Piece::Group(group) => text.push_str(self.word(group, draw)?),
                    Piece::Slot(slot) => text.push_str(self.value(slot, draw)?),
                }
            }
        }
        Some(text)
    }

    fn word(&self, group: &str, draw: &mut Random) -> Option<&'s str> {
        let term = *draw.one(self.groups.get(group)?)?;
        let spellings = usize::from(term.bare) + term.synonyms.len();
        let at = draw.below(spellings);
        if term.bare && at == 0 {
            return Some(&term.value);
        }
        term.synonyms.get(at - usize::from(term.bare)).map(String::as_str)
    }

    fn value(&self, slot: &str, draw: &mut Random) -> Option<&'s str> {
        match self.slots.get(slot)? {
            SlotSource::Builtin(kind) => {
                let (_, values) = TYPICAL.iter().find(|(name, _)| name == kind)?;
                draw.one(values).copied()
            }
            SlotSource::Gazetteer(groups) => {
                let group = draw.one(groups)?;
                self.word(group, draw)
            }
            SlotSource::Regex(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::{BUILTIN_KINDS, Bundle, MatchMode, PhraseSource, SlotRow};
    use crate::recognizer::{Recognizer, Utterance};
    use crate::text::{Modality, Normalizer};
    use std::sync::Arc;

    fn row(id: &str, phrase: &str) -> PhraseSource {
        PhraseSource {
            id: id.into(),
            intent: "p.ask".into(),
            phrase: phrase.into(),
            mode: MatchMode::Any,
            gap: 8,
            exclude: Vec::new(),
            valid_from: None,
            valid_to: None,
            place: Default::default(),
        }
    }

    fn term(group: &str, value: &str, synonym: &str, bare: bool) -> TermRow {
        TermRow {
            id: value.into(),
            group: group.into(),
            value: value.into(),
            synonyms: vec![synonym.into()],
            exceptions: Vec::new(),
            bare,
            sound: true,
            accounts: Vec::new(),
            attributes: Vec::new(),
            place: Default::default(),
        }
    }

    fn slot(name: &str, source: SlotSource) -> SlotRow {
        SlotRow {
            name: name.into(),
            title: String::new(),
            source,
            before: Vec::new(),
            after: Vec::new(),
            default_role: false,
            also: Vec::new(),
            prompt: String::new(),
            place: Default::default(),
        }
    }

    fn expanded(rows: &[PhraseSource], missing: usize, keep: impl Fn(&str) -> bool) -> Vec<String> {
        let pack = PackSource {
            id: "p".into(),
            phrases: rows.to_vec(),
            terms: vec![term("brand", "格力", "gree", true), term("more", "便宜点", "便宜些", false)],
            slots: vec![
                slot("brand", SlotSource::Gazetteer(vec!["brand".into()])),
                slot("code", SlotSource::Regex("[a-z]+".into())),
                slot("floor", SlotSource::Builtin("floor".into())),
            ],
            ..PackSource::default()
        };
        let source = Source { packs: vec![pack], ..Source::default() };
        expand(&Words::of(&source, &["p".to_owned()]), &source.packs[0], "p.ask", missing, keep)
    }

    #[test]
    fn a_row_expands_as_it_is_written() {
        let mut all = expanded(&[row("a", "{brand} [能](降|再)<more>")], 100, |_| true);
        all.sort();
        let ways =
            ["gree", "格力"].map(|brand| ["再", "能再", "能降", "降"].map(|verb| format!("{brand}{verb}便宜些")));
        assert_eq!(all, ways.concat(), "the value of a word that is not looked for bare is no spelling");
        let floors = expanded(&[row("a", "{floor}(怎么走|有什么)")], 100, |_| true);
        assert!(floors.len() == 4 && floors.iter().any(|text| text == "3楼怎么走"), "{floors:?}");
        assert_eq!(expanded(&[row("a", "查{code}"), row("b", "<nothing>")], 100, |_| true), [""; 0]);
    }

    #[test]
    fn a_row_is_expanded_by_itself_and_not_for_ever() {
        let many = row("a", "(一|二|三|四|五|六|七|八|九|十)(甲|乙|丙|丁|戊|己|庚|辛|壬|癸)");
        let other = row("b", "(东|南|西|北)");
        let counts = |missing| expanded(std::slice::from_ref(&many), missing, |_| true).len();
        assert_eq!((counts(0), counts(20)), (0, 20));
        assert!((21..=MOST_OF_A_ROW).contains(&counts(1000)));
        let alone = expanded(std::slice::from_ref(&many), 1000, |_| true);
        assert_eq!(alone, expanded(std::slice::from_ref(&many), 1000, |_| true));
        let mut beside = expanded(&[other, many.clone()], 1000, |_| true);
        beside.retain(|text| text.chars().count() == 2);
        assert_eq!(beside, alone, "another row changes nothing");
        let kept = expanded(&[many], 1000, |text| text.starts_with('一'));
        assert!(!kept.is_empty() && kept.iter().all(|text| text.starts_with('一')));
    }

    #[test]
    fn a_row_that_ends_is_not_learned_from() {
        assert_eq!(expanded(&[PhraseSource { valid_to: Some(0), ..row("a", "双十一") }], 100, |_| true), [""; 0]);
    }

    #[test]
    fn typical_values_are_values() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tiny");
        let source = Source::read(folder.as_ref()).expect("the small dictionary has no faults");
        let normalizer = Arc::new(Normalizer::new());
        let bytes = super::super::build(&source, &normalizer).expect("it compiles");
        let bundle = Arc::new(Bundle::from_bytes(Arc::new(bytes)).expect("what was built can be opened"));
        let recognizer = Recognizer::new(bundle, normalizer).expect("the bundle is complete");
        let reference = jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(jiff::tz::TimeZone::UTC);
        let mut wrong = Vec::new();
        for (kind, values) in TYPICAL {
            for text in *values {
                let (modality, reference) = (Modality::Text, reference.clone());
                let utterance =
                    Utterance { text, hypotheses: &[], account: "air", modality, reference, explain: false };
                let read = recognizer.recognize(&utterance).expect("the account is known");
                let shown = read.entities.iter().any(|e| e.name == *kind && text.ends_with(&e.raw));
                // An address fills a slot, and is not shown beside the numbers in it.
                let rules = recognizer.rules_used(&utterance).expect("the account is known");
                if !shown && !rules.iter().any(|rule| rule.split('.').next() == Some(*kind)) {
                    wrong.push(format!("{kind} {text}: {:?}", read.entities));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        for kind in BUILTIN_KINDS.iter().filter(|kind| **kind != "location") {
            assert!(TYPICAL.iter().any(|(name, _)| name == kind), "{kind}");
        }
    }
}
