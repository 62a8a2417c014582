use super::candidate::{Attributes, Candidate, Provenance, Source, Strength};
use super::{branch, numeric, temporal};
use crate::dictionary::{BUILTIN_KINDS, Content, KindId, Lexicon, builtin_kind};
use crate::matching::{Matches, stands_alone};
use crate::segment::Segments;
use crate::text::{CharLists, NormalizedText};
use regex::{Regex, RegexSet, RegexSetBuilder};
use std::borrow::Cow;
use std::collections::HashSet;

/// Slots that are read by regular expressions of the dictionary.
pub struct RegexSlots {
    set: RegexSet,
    each: Vec<(KindId, Regex)>,
}

/// Memory for the lazy automaton of the set: with the default of 2 MB a set of 50 patterns thrashes.
const SET_CACHE: usize = 10 << 20;

impl RegexSlots {
    /// Compiles the patterns of all slots.
    ///
    /// # Errors
    /// The error of a pattern that does not compile; dictionaries that were checked have none.
    pub fn new(content: &Content) -> Result<Self, regex::Error> {
        let first = BUILTIN_KINDS.len() + content.groups.len();
        let mut each = Vec::new();
        for (index, slot) in content.slots.iter().enumerate() {
            if let Some(pattern) = &slot.regex {
                each.push(((first + index) as KindId, Regex::new(pattern)?));
            }
        }
        let set = RegexSetBuilder::new(each.iter().map(|(_, r)| r.as_str())).dfa_size_limit(SET_CACHE).build()?;
        Ok(Self { set, each })
    }
}

/// Reads all typed values of a message into one list of candidates.
pub struct Reader {
    temporal: temporal::Reader,
    regexes: RegexSlots,
    carriers: Carriers,
    kinds: Kinds,
    /// The kind of shops' names, where the dictionary has them, and for each kind whether its values are places.
    branch: Option<KindId>,
    places: Vec<bool>,
}

/// Names and codes of airlines by their first character, names before codes, with their codes.
struct Carriers(CharLists<(Vec<char>, String)>);

impl Carriers {
    fn new(content: &Content) -> Self {
        let mut carriers = CharLists::new();
        let mut known = HashSet::new();
        // 南航3102 and cz3102: a code is a name too, behind the names
        let names = content.carriers.iter().map(|(name, code)| (name.clone(), code));
        let codes = content.carriers.iter().map(|(_, code)| (code.to_ascii_lowercase(), code));
        for (name, code) in names.chain(codes) {
            let name: Vec<char> = name.chars().collect();
            if known.insert(name.clone()) {
                carriers.add(&name, (name.clone(), code.clone()));
            }
        }
        Self(carriers)
    }

    /// The length of a name at the start of `chars`, and its code.
    fn at(&self, chars: &[char]) -> Option<(usize, &str)> {
        let found = self.0.at(chars).iter().find(|(name, _)| chars.starts_with(name));
        found.map(|(name, code)| (name.len(), code.as_str()))
    }
}

/// What was found in a message before its values are read.
#[derive(Clone, Copy)]
pub struct Found<'a, 'd> {
    /// Words of the dictionary.
    pub matches: &'a Matches,
    /// Words of the language.
    pub segments: &'a Segments,
    /// The lexicon that the words come from.
    pub lexicon: &'d Lexicon,
}

/// The group whose values are names of shops.
const STORE: &str = "store";
/// Groups whose values may stand in a shop's name.
const PLACES: &[&str] = &["city", "district", "airport", STORE];

/// Numbers of the kinds the readers make.
struct Kinds {
    date: KindId,
    time: KindId,
    datetime: KindId,
    duration: KindId,
    recurrence: KindId,
    /// Those of numbers and identifiers, by their order in `numeric`.
    numeric: [KindId; numeric::Kind::ALL.len()],
}

impl Reader {
    /// Prepares the readers for a dictionary.
    ///
    /// # Errors
    /// A sentence about the first holiday or pattern that cannot be used.
    pub fn new(content: &Content) -> Result<Self, String> {
        let mut holidays = Vec::new();
        for row in &content.holidays {
            let (name, synonyms) = row.names.split_first().map_or(("", &[][..]), |(n, s)| (n.as_str(), s));
            let fault = |e: temporal::HolidayRuleError| format!("{name}: {e}");
            holidays.push(temporal::Holiday {
                name: name.to_owned(),
                synonyms: synonyms.to_vec(),
                rule: row.rule.parse().map_err(fault)?,
                public: match row.public_holiday.as_str() {
                    "" => None,
                    text => Some(text.parse().map_err(fault)?),
                },
            });
        }
        numeric::prepare();
        let kind = |name| builtin_kind(name).unwrap_or_default();
        let group = |name: &str| content.groups.iter().position(|g| g.gazetteer && g.name == name);
        Ok(Self {
            branch: group(STORE).map(|g| (BUILTIN_KINDS.len() + g) as KindId),
            places: content.groups.iter().map(|g| PLACES.contains(&g.name.as_str())).collect(),
            temporal: temporal::Reader::new(holidays),
            regexes: RegexSlots::new(content).map_err(|e| e.to_string())?,
            carriers: Carriers::new(content),
            kinds: Kinds {
                date: kind("date"),
                time: kind("time"),
                datetime: kind("datetime"),
                duration: kind("duration"),
                recurrence: kind("recurrence"),
                numeric: numeric::Kind::ALL.map(|k| kind(k.name())),
            },
        })
    }

    /// Adds every value that has a shape of its own to `out`, in no particular order. Tells for which other reference
    /// moments they are the same.
    pub fn read(
        &self,
        text: &NormalizedText,
        own_airline: Option<&str>,
        reference: &jiff::ZonedDateTime,
        out: &mut Vec<Candidate<'_>>,
    ) -> temporal::Holds {
        let holds = self.temporals(text.chars(), reference, out);
        self.numerics(text.chars(), own_airline, out);
        self.patterns(text, out);
        holds
    }

    /// Adds the names that a message holds to `out`: values of gazetteers, and of shops that no gazetteer has.
    pub fn names<'d>(&self, text: &NormalizedText, found: Found<'_, 'd>, out: &mut Vec<Candidate<'d>>) {
        let Found { matches, segments, lexicon } = found;
        for m in &matches.values {
            let (strength, source) = match m.by_sound {
                true => (Strength::Cued, Source::Phonetic),
                false => (Strength::Certain, Source::Exact),
            };
            out.push(Candidate {
                kind: (BUILTIN_KINDS.len() + usize::from(m.entry.group)) as KindId,
                start: m.start,
                end: m.end,
                value: Cow::Borrowed(lexicon.string(m.entry.value)),
                alternatives: Vec::new(),
                attributes: Attributes::Stored(lexicon.string(m.entry.attributes)),
                valid: true,
                reason: None,
                strength,
                source,
                provenance: Provenance::Row(lexicon.string(m.entry.row)),
                whole: true,
                fills: true,
            });
        }
        self.branches(text, matches, segments, out);
    }

    fn branches(&self, text: &NormalizedText, matches: &Matches, segments: &Segments, out: &mut Vec<Candidate<'_>>) {
        let Some(kind) = self.branch else { return };
        branch::read(text.chars(), segments, |span| {
            // 手机店, 小米店: what it sells, no name; 朝阳大悦城: a shop the dictionary knows
            let near = matches.values.partition_point(|m| m.end as usize <= span.start);
            let taken = matches.values[near..].iter().take_while(|m| (m.start as usize) < span.end).any(|m| {
                let place = self.places.get(usize::from(m.entry.group)) == Some(&true);
                !place || m.end as usize >= span.end
            });
            if !taken {
                let name: String = text.chars()[span.clone()].iter().collect();
                out.push(made(kind, span, name, branch::RULE.name));
            }
        });
    }

    fn temporals(
        &self,
        chars: &[char],
        reference: &jiff::ZonedDateTime,
        out: &mut Vec<Candidate<'_>>,
    ) -> temporal::Holds {
        let mut found = Vec::new();
        let holds = self.temporal.read(chars, reference, &mut found);
        for t in found {
            let kind = match t.kind {
                temporal::Kind::Date => self.kinds.date,
                temporal::Kind::Time => self.kinds.time,
                temporal::Kind::DateTime => self.kinds.datetime,
                temporal::Kind::Duration => self.kinds.duration,
                temporal::Kind::Recurrence => self.kinds.recurrence,
            };
            let split = !t.parts.is_empty();
            for part in t.parts {
                let kind = if part.kind == temporal::Kind::Time { self.kinds.time } else { self.kinds.date };
                let mut c = made(kind, part.span, part.value, t.rule);
                c.valid = t.valid;
                c.whole = false;
                out.push(c);
            }
            let mut c = made(kind, t.span, t.value, t.rule);
            c.alternatives = t.alternatives;
            c.valid = t.valid;
            c.reason = t.reason.map(|r| r.name());
            c.fills = !split;
            out.push(c);
        }
        holds
    }

    fn numerics(&self, chars: &[char], own_airline: Option<&str>, out: &mut Vec<Candidate<'_>>) {
        let carriers = |chars: &[char]| self.carriers.at(chars);
        let mut found = Vec::new();
        numeric::read(chars, &numeric::Options { carriers: &carriers, own_airline }, &mut found);
        out.reserve(found.len());
        for f in found {
            let mut c = made(self.kinds.numeric[f.kind as usize], f.span, f.value, f.rule);
            c.valid = f.valid;
            c.reason = f.reason.map(|r| r.name());
            c.strength = match f.strength {
                numeric::Strength::Bare => Strength::Bare,
                numeric::Strength::Cued => Strength::Cued,
                numeric::Strength::Certain => Strength::Certain,
            };
            c.attributes = Attributes::Made(f.attributes);
            out.push(c);
        }
    }

    fn patterns(&self, text: &NormalizedText, out: &mut Vec<Candidate<'_>>) {
        if self.regexes.each.is_empty() {
            return;
        }
        for hit in self.regexes.set.matches(text.as_str()) {
            let (kind, regex) = &self.regexes.each[hit];
            for captures in regex.captures_iter(text.as_str()) {
                let Some(value) = captures.get(1).or_else(|| captures.get(0)).filter(|v| !v.is_empty()) else {
                    continue;
                };
                let start = text.as_str()[..value.start()].chars().count();
                let end = start + value.as_str().chars().count();
                if stands_alone(text.chars(), start, end) {
                    out.push(made(*kind, start..end, value.as_str().to_owned(), "regex"));
                }
            }
        }
    }
}

fn made<'d>(kind: KindId, span: std::ops::Range<usize>, value: String, rule: &'static str) -> Candidate<'d> {
    Candidate {
        kind,
        start: span.start as u32,
        end: span.end as u32,
        value: Cow::Owned(value),
        alternatives: Vec::new(),
        attributes: Attributes::Made(Vec::new()),
        valid: true,
        reason: None,
        strength: Strength::Certain,
        source: Source::Exact,
        provenance: Provenance::Rule(rule),
        whole: true,
        fills: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_number_is_builtin() {
        for (index, kind) in numeric::Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index, "{kind:?}: `ALL` is not in order");
            assert!(builtin_kind(kind.name()).is_some(), "{kind:?} is no builtin kind");
        }
    }
}
