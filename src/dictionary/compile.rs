//! From tables to the bytes of a bundle: names become indexes, words become an fst map.

use super::content::*;
use super::cue::{Cue, CueWord};
use super::kinds::{BUILTIN_KINDS, builtin_kind};
use super::lexicon::{MOST_INDEXES, Posting, Term, fst_value};
use super::phrase::{self, Piece};
use super::sections::{Parts, Sections};
use super::source::{NONE, PackSource, PhraseRow as PhraseSource, SlotRow, SlotSource, Source, TermRow};
use crate::diagnostic::{Diagnostic, Faults, Place, Severity, Text};
use crate::learn::Weights;
use crate::text::{FINALS, INITIALS, Normalizer, is_filler_char};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use strsim::levenshtein;

/// A compiled dictionary that still lacks its learned model.
pub struct Compiled {
    sections: Sections<Vec<u8>>,
}

impl Compiled {
    /// Returns the bytes of a bundle with `weights` in it.
    pub fn to_bytes(&self, weights: &Weights) -> Vec<u8> {
        Sections { model: weights.to_bytes(), ..self.sections.clone() }.to_bytes()
    }
}

/// Least confidence of an answer where an account sets none.
const DEFAULT_THRESHOLD: f32 = 0.5;
/// After so many messages that were not understood a person is suggested, where an account says nothing.
const DEFAULT_MISSES: u8 = 3;
/// Elements of a phrase row have one bit each, all its exclusions together one more.
const MOST_ELEMENTS: usize = 32;

/// Compiles tables.
///
/// # Errors
/// [`Faults`] with every finding when at least one is an error; warnings alone are dropped here, `dict check` shows them.
pub fn compile(source: &Source, normalizer: &Normalizer) -> Result<Compiled, Faults> {
    let mut compiler = Compiler::new(source, normalizer);
    compiler.check_ids();
    compiler.accounts();
    compiler.groups_and_slots();
    compiler.intents();
    compiler.phrases();
    compiler.terms();
    compiler.sensitive();
    compiler.lookalikes();
    compiler.menus();
    compiler.sounds();
    compiler.rest();
    compiler.finish()
}

pub(super) struct Compiler<'a> {
    pub(super) source: &'a Source,
    pub(super) normalizer: &'a Normalizer,
    faults: Vec<Diagnostic>,
    pub(super) content: Content,
    words: BTreeMap<String, Vec<Posting>>,
    terms: Vec<u8>,
    term_count: usize,
    strings: Strings,
    scopes: HashMap<Scope, u16>,
    pub(super) intents: HashMap<String, u16>,
    pub(super) slots: HashMap<String, u16>,
    groups: HashMap<String, u16>,
    literals: HashMap<String, u32>,
}

#[derive(Default)]
struct Strings {
    known: HashMap<String, u32>,
    ends: Vec<u8>,
    text: Vec<u8>,
}

impl Strings {
    fn add(&mut self, s: &str) -> u32 {
        if let Some(index) = self.known.get(s) {
            return *index;
        }
        let index = self.known.len() as u32;
        self.known.insert(s.to_owned(), index);
        self.text.extend(s.as_bytes());
        self.ends.extend((self.text.len() as u32).to_le_bytes());
        index
    }
}

impl<'a> Compiler<'a> {
    fn new(source: &'a Source, normalizer: &'a Normalizer) -> Self {
        let packs = source.packs.iter().map(|p| Pack { id: p.id.clone(), title: p.title.clone() }).collect();
        let mut strings = Strings::default();
        strings.add("");
        Self {
            source,
            normalizer,
            faults: Vec::new(),
            content: Content { packs, ..Content::default() },
            words: BTreeMap::new(),
            terms: Vec::new(),
            term_count: 0,
            strings,
            scopes: HashMap::new(),
            intents: HashMap::new(),
            slots: HashMap::new(),
            groups: HashMap::new(),
            literals: HashMap::new(),
        }
    }

    pub(super) fn fault(&mut self, code: &'static str, place: &Place, column: &str, message: Text, help: Text) {
        let place = Place { column: column.to_owned(), ..place.clone() };
        self.faults.push(Diagnostic::error(code, place, message, help));
    }

    pub(super) fn unknown(&mut self, what: (&str, &str), name: &str, known: &[String], place: &Place, column: &str) {
        let near = nearest(name, known);
        let (zh, en) = match near {
            Some(near) => (format!("是不是想写“{near}”？"), format!("did you mean `{near}`?")),
            None => (
                format!("先定义这个{}，或改用已有的", what.0),
                format!("define the {} first, or use an existing one", what.1),
            ),
        };
        self.fault(
            "D040",
            place,
            column,
            Text::new(format!("不认识的{}“{name}”", what.0), format!("unknown {} `{name}`", what.1)),
            Text::new(zh, en),
        );
    }

    fn check_ids(&mut self) {
        let source = self.source;
        type Rows<'s> = Vec<(&'s str, &'s Place)>;
        let tables: [(&str, Rows<'_>); 9] = [
            ("sounds", source.packs.iter().flat_map(|p| p.sounds.iter().map(|r| (r.id.as_str(), &r.place))).collect()),
            (
                "intents",
                source.packs.iter().flat_map(|p| p.intents.iter().map(|r| (r.id.as_str(), &r.place))).collect(),
            ),
            (
                "phrases",
                source.packs.iter().flat_map(|p| p.phrases.iter().map(|r| (r.id.as_str(), &r.place))).collect(),
            ),
            ("terms", source.packs.iter().flat_map(|p| p.terms.iter().map(|r| (r.id.as_str(), &r.place))).collect()),
            (
                "examples",
                source.packs.iter().flat_map(|p| p.examples.iter().map(|r| (r.id.as_str(), &r.place))).collect(),
            ),
            (
                "sensitive",
                source.packs.iter().flat_map(|p| p.sensitive.iter().map(|r| (r.id.as_str(), &r.place))).collect(),
            ),
            (
                "lookalikes",
                source.packs.iter().flat_map(|p| p.lookalikes.iter().map(|r| (r.id.as_str(), &r.place))).collect(),
            ),
            ("menus", source.packs.iter().flat_map(|p| p.menus.iter().map(|r| (r.id.as_str(), &r.place))).collect()),
            ("tests", source.packs.iter().flat_map(|p| p.tests.iter().map(|r| (r.id.as_str(), &r.place))).collect()),
        ];
        for (_, rows) in &tables {
            let mut seen: HashMap<&str, &Place> = HashMap::new();
            for (id, place) in rows.iter().filter(|(id, _)| !id.is_empty()) {
                if let Some(first) = seen.insert(id, place) {
                    let at = first.describe(crate::diagnostic::Language::English);
                    let zh = first.describe(crate::diagnostic::Language::Chinese);
                    self.fault(
                        "D041",
                        place,
                        "id",
                        Text::new(
                            format!("编号“{id}”重复，第一次在 {zh}"),
                            format!("id `{id}` is used twice, first at {at}"),
                        ),
                        Text::new("换一个没用过的编号", "choose an id that is not used yet"),
                    );
                }
            }
        }
    }

    fn pack_index(&self, id: &str) -> Option<u16> {
        self.source.packs.iter().position(|p| p.id == id).map(|i| i as u16)
    }

    fn accounts(&mut self) {
        for account in &self.source.accounts {
            let packs = account.packs.iter().filter_map(|p| self.pack_index(p)).collect();
            let threshold = account.threshold.unwrap_or(DEFAULT_THRESHOLD);
            let place = Place { file: "accounts.toml".into(), ..Place::default() };
            if !(0.0..=1.0).contains(&threshold) {
                self.fault(
                    "D042",
                    &place,
                    "threshold",
                    Text::new(
                        format!("账号 {} 的阈值 {threshold} 不在 0 到 1 之间", account.id),
                        format!("the threshold {threshold} of account {} is not between 0 and 1", account.id),
                    ),
                    Text::new("改成 0 到 1 之间的数", "write a number from 0 to 1"),
                );
            }
            let service = account.service.as_ref().and_then(|s| match super::hours::service(s) {
                Ok(service) => Some(service),
                Err((cell, text)) => {
                    let message = Text::new(
                        format!("账号 {} 的{}：“{cell}”", account.id, text.zh),
                        format!("account {}: {} `{cell}`", account.id, text.en),
                    );
                    let help = Text::new(
                        "hours 写 [\"周一至周五 09:00-18:00\"] 或 [\"每天 00:00-24:00\"]，response 写 30s、5m、1h",
                        "write hours like [\"mon-fri 09:00-18:00\"] or [\"daily 00:00-24:00\"], response like 30s, 5m, 1h",
                    );
                    self.fault("D070", &place, "service", message, help);
                    None
                }
            });
            self.content.accounts.push(Account {
                id: account.id.clone(),
                title: account.title.clone(),
                packs,
                airline: account.airline.as_ref().map(|a| a.to_ascii_uppercase()),
                threshold,
                misses: account.misses.unwrap_or(DEFAULT_MISSES).max(1),
                service,
            });
        }
        let defaults: Vec<usize> =
            (0..self.source.accounts.len()).filter(|i| self.source.accounts[*i].default).collect();
        self.content.default_account = defaults.first().copied().unwrap_or(0) as u16;
        let place = Place { file: "accounts.toml".into(), ..Place::default() };
        if defaults.len() > 1 {
            self.fault(
                "D043",
                &place,
                "default",
                Text::new("有几个默认账号", "several accounts are the default"),
                Text::new("只留一个 default = true", "keep one `default = true`"),
            );
        }
        if self.content.accounts.is_empty() {
            self.fault(
                "D044",
                &place,
                "",
                Text::new("一个账号也没有", "there is no account"),
                Text::new("写至少一个 [[account]]", "write at least one [[account]]"),
            );
        }
    }

    pub(super) fn scope(&mut self, pack: usize, accounts: &[String], place: &Place) -> u16 {
        let mut indexes = Vec::new();
        for name in accounts {
            match self.content.accounts.iter().position(|a| a.id == *name) {
                Some(index) => indexes.push(index as u16),
                None => {
                    let known: Vec<String> = self.content.accounts.iter().map(|a| a.id.clone()).collect();
                    self.unknown(("账号", "account"), name, &known, place, "accounts");
                }
            }
        }
        indexes.sort_unstable();
        let scope = Scope { pack: pack as u16, accounts: indexes };
        let next = self.scopes.len() as u16;
        let index = *self.scopes.entry(scope.clone()).or_insert(next);
        if index == next {
            self.content.scopes.push(scope);
        }
        index
    }

    fn groups_and_slots(&mut self) {
        let source = self.source;
        let names: BTreeSet<&str> =
            source.packs.iter().flat_map(|p| p.terms.iter().map(|t| t.group.as_str())).collect();
        for name in names.into_iter().filter(|n| !n.is_empty() && Cue::of(n).is_none()) {
            self.groups.insert(name.to_owned(), self.content.groups.len() as u16);
            self.content.groups.push(Group { name: name.to_owned(), gazetteer: false });
        }
        let mut rows: Vec<&SlotRow> = source.packs.iter().flat_map(|p| &p.slots).collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.place.cmp(&b.place)));
        for pair in rows.windows(2).filter(|pair| pair[0].name == pair[1].name && !pair[0].name.is_empty()) {
            let at = pair[0].place.describe(crate::diagnostic::Language::English);
            self.fault(
                "D041",
                &pair[1].place,
                "name",
                Text::new(
                    format!("槽位“{}”定义了两次，另一处在 {at}", pair[1].name),
                    format!("slot `{}` is defined twice, also at {at}", pair[1].name),
                ),
                Text::new("删掉其中一个", "remove one of them"),
            );
        }
        rows.dedup_by(|a, b| a.name == b.name);
        for (index, row) in rows.iter().enumerate() {
            self.slots.insert(row.name.clone(), index as u16);
        }
        for (index, row) in rows.iter().enumerate() {
            let (kinds, regex) = match &row.source {
                SlotSource::Builtin(name) => match builtin_kind(name) {
                    Some(kind) => (vec![kind], None),
                    None => {
                        let known: Vec<String> = BUILTIN_KINDS.iter().map(|k| (*k).to_owned()).collect();
                        self.unknown(("内置类型", "builtin kind"), name, &known, &row.place, "source");
                        (Vec::new(), None)
                    }
                },
                SlotSource::Gazetteer(groups) => (self.gazetteers(groups, row, "source"), None),
                SlotSource::Regex(pattern) => {
                    self.check_regex(pattern, row);
                    (vec![self.regex_kind(index)], Some(pattern.clone()))
                }
            };
            let also = self.gazetteers(&row.also, row, "also");
            let fold = |words: &[String]| {
                words.iter().map(|w| self.normalizer.fold(w)).filter(|w| !w.is_empty()).collect::<Vec<_>>()
            };
            let (before, after) = (fold(&row.before), fold(&row.after));
            self.content.slots.push(Slot {
                name: row.name.clone(),
                title: row.title.clone(),
                kinds,
                also,
                regex,
                before,
                after,
                default_role: row.default_role,
                prompt: row.prompt.clone(),
            });
        }
    }

    /// Kinds are numbered: builtins, then groups, then one for each slot that may have a regular expression.
    fn regex_kind(&self, slot: usize) -> KindId {
        (BUILTIN_KINDS.len() + self.content.groups.len() + slot) as KindId
    }

    fn gazetteers(&mut self, groups: &[String], row: &SlotRow, column: &str) -> Vec<KindId> {
        let mut kinds = Vec::new();
        for group in groups {
            match self.groups.get(group).copied() {
                Some(index) => {
                    self.content.groups[index as usize].gazetteer = true;
                    kinds.push((BUILTIN_KINDS.len() + index as usize) as KindId);
                }
                None => {
                    let known: Vec<String> = self.groups.keys().cloned().collect();
                    self.unknown(("词组", "group"), group, &known, &row.place, column);
                }
            }
        }
        kinds
    }

    fn check_regex(&mut self, pattern: &str, row: &SlotRow) {
        if pattern.contains("\\b") || pattern.contains("\\B") {
            self.fault(
                "D046",
                &row.place,
                "source",
                Text::new(
                    "正则里不能用 \\b：中文没有词边界，还会让匹配慢几十倍",
                    "the pattern uses \\b, which never fits Chinese and makes matching many times slower",
                ),
                Text::new(
                    "删掉 \\b；字母数字两侧的边界由程序检查",
                    "remove \\b; the program checks the borders of letters and digits itself",
                ),
            );
        } else if let Err(error) = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build() {
            let detail = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
            self.fault(
                "D045",
                &row.place,
                "source",
                Text::new(format!("正则“{pattern}”写错了：{detail}"), format!("bad pattern `{pattern}`: {detail}")),
                Text::new("改正表达式（Rust regex 语法）", "correct the pattern (syntax of the Rust crate regex)"),
            );
        }
    }

    fn intents(&mut self) {
        let source = self.source;
        let mut rows: Vec<(usize, &super::source::IntentRow)> =
            source.packs.iter().enumerate().flat_map(|(at, p)| p.intents.iter().map(move |i| (at, i))).collect();
        rows.sort_by(|a, b| a.1.id.cmp(&b.1.id));
        rows.dedup_by(|a, b| a.1.id == b.1.id);
        for (pack, row) in rows {
            let mut slots = Vec::new();
            for (column, names) in [("required", &row.required), ("any_of", &row.any_of), ("optional", &row.optional)] {
                for name in names {
                    match self.slots.get(name) {
                        Some(index) if slots.contains(index) => {}
                        Some(index) => slots.push(*index),
                        None => {
                            let known: Vec<String> = self.slots.keys().cloned().collect();
                            self.unknown(("槽位", "slot"), name, &known, &row.place, column);
                        }
                    }
                }
            }
            let required = row.required.len().min(slots.len()) as u16;
            let any_of = row.any_of.iter().filter_map(|name| self.slots.get(name).copied()).collect();
            self.intents.insert(row.id.clone(), self.content.intents.len() as u16);
            self.content.intents.push(Intent {
                id: row.id.clone(),
                title: row.title.clone(),
                alias: if row.alias.is_empty() { row.title.clone() } else { row.alias.clone() },
                pack: pack as u16,
                slots,
                required,
                any_of,
                prompt: row.prompt.clone(),
                human: row.human,
                reason: row.reason.clone(),
                metadata: row.metadata.clone(),
            });
        }
        let known: Vec<String> = self.intents.keys().cloned().collect();
        for pack in &source.packs {
            for row in &pack.examples {
                if row.intent != NONE && !row.intent.is_empty() && !self.intents.contains_key(&row.intent) {
                    self.unknown(("意图", "intent"), &row.intent, &known, &row.place, "intent");
                }
            }
            for row in &pack.tests {
                for intent in row.intents.iter().filter(|i| !known.contains(i)) {
                    self.unknown(("意图", "intent"), intent, &known, &row.place, "intents");
                }
                if !self.content.accounts.iter().any(|a| a.id == row.account) {
                    let accounts: Vec<String> = self.content.accounts.iter().map(|a| a.id.clone()).collect();
                    self.unknown(("账号", "account"), &row.account, &accounts, &row.place, "account");
                }
            }
        }
    }

    fn phrases(&mut self) {
        let source = self.source;
        for (pack_index, pack) in source.packs.iter().enumerate() {
            let mut rows: Vec<&PhraseSource> = pack.phrases.iter().collect();
            rows.sort_by(|a, b| a.id.cmp(&b.id));
            for row in rows {
                self.phrase(pack_index, pack, row);
            }
        }
    }

    fn phrase(&mut self, pack_index: usize, _pack: &PackSource, row: &PhraseSource) {
        let Some(intent) = self.intents.get(&row.intent).copied() else {
            let known: Vec<String> = self.intents.keys().cloned().collect();
            return self.unknown(("意图", "intent"), &row.intent, &known, &row.place, "intent");
        };
        if row.phrase.is_empty() {
            return;
        }
        let mut elements = match phrase::parse(&row.phrase) {
            Ok(elements) => elements,
            Err(text) => {
                let message = Text::new(
                    format!("句式“{}”写错了：{}", row.phrase, text.zh),
                    format!("bad phrase `{}`: {}", row.phrase, text.en),
                );
                return self.fault(
                    "D050",
                    &row.place,
                    "phrase",
                    message,
                    Text::new("对照 README 的句式表改正", "compare with the phrase table in the README"),
                );
            }
        };
        let wanted = elements.len();
        for excluded in &row.exclude {
            match phrase::parse(excluded) {
                Ok(mut parsed) if parsed.len() == 1 => elements.append(&mut parsed),
                Ok(_) => self.fault(
                    "D051",
                    &row.place,
                    "exclude",
                    Text::new(
                        format!("排除词“{excluded}”里不能有空格"),
                        format!("the exclusion `{excluded}` must not hold a space"),
                    ),
                    Text::new("用 | 隔开几个排除词", "separate exclusions by |"),
                ),
                Err(text) => self.fault(
                    "D051",
                    &row.place,
                    "exclude",
                    Text::new(
                        format!("排除词“{excluded}”写错了：{}", text.zh),
                        format!("bad exclusion `{excluded}`: {}", text.en),
                    ),
                    Text::new("改正它", "correct it"),
                ),
            }
        }
        if wanted >= MOST_ELEMENTS {
            return self.fault(
                "D052",
                &row.place,
                "phrase",
                Text::new(
                    format!("句式超过 {} 个部分", MOST_ELEMENTS - 1),
                    format!("the row has more than {} elements", MOST_ELEMENTS - 1),
                ),
                Text::new("拆成几行", "split the row"),
            );
        }
        let (mut required, mut excluded) = (0u32, 0u32);
        let mut variants = Vec::new();
        for (at, element) in elements.iter().enumerate() {
            // All exclusions share one bit: any of them speaks against the row.
            let position = at.min(wanted);
            match (position < wanted, element.optional) {
                (true, false) => required |= 1 << position,
                (true, true) => {}
                (false, _) => excluded |= 1 << position,
            }
            for pieces in &element.variants {
                let atoms: Option<Vec<Atom>> = pieces.iter().map(|p| self.atom(p, row)).collect();
                let Some(atoms) = atoms.filter(|a| !a.is_empty() && a.len() <= usize::from(u8::MAX)) else { continue };
                variants.push(Variant { element: position as u8, atoms });
            }
        }
        let scope = self.scope(pack_index, &[], &row.place);
        self.content.rows.push(PhraseRow {
            id: row.id.clone(),
            phrase: row.phrase.clone(),
            intent,
            scope,
            mode: row.mode,
            gap: row.gap,
            required,
            excluded,
            variants,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        });
    }

    fn atom(&mut self, piece: &Piece, row: &PhraseSource) -> Option<Atom> {
        match piece {
            Piece::Literal(text) => {
                let folded = self.normalizer.fold(text);
                if folded.is_empty() {
                    self.fault(
                        "D053",
                        &row.place,
                        "phrase",
                        Text::new(format!("“{text}”里没有看得见的字"), format!("`{text}` holds no visible character")),
                        Text::new("删掉它", "remove it"),
                    );
                    return None;
                }
                let next = self.content.literals;
                let index = *self.literals.entry(folded.clone()).or_insert(next);
                if index == next {
                    self.content.literals += 1;
                    self.words.entry(folded).or_default().push(Posting::Literal(index));
                }
                Some(Atom::Literal(index))
            }
            Piece::Group(name) => match self.groups.get(name) {
                Some(index) => Some(Atom::Group(*index)),
                None => {
                    let known: Vec<String> = self.groups.keys().cloned().collect();
                    self.unknown(("词组", "group"), name, &known, &row.place, "phrase");
                    None
                }
            },
            Piece::Slot(name) => match self.slots.get(name) {
                Some(index) => Some(Atom::Slot(*index)),
                None => {
                    let known: Vec<String> = self.slots.keys().cloned().collect();
                    self.unknown(("槽位", "slot"), name, &known, &row.place, "phrase");
                    None
                }
            },
        }
    }

    fn terms(&mut self) {
        let source = self.source;
        for (pack_index, pack) in source.packs.iter().enumerate() {
            for row in &pack.terms {
                if let Some(cue) = Cue::of(&row.group) {
                    self.cue_words(pack_index, cue, row);
                    continue;
                }
                let Some(group) = self.groups.get(&row.group).copied() else { continue };
                let scope = self.scope(pack_index, &row.accounts, &row.place);
                let attributes = row.attributes.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("|");
                let term = Term {
                    scope,
                    group,
                    value: self.strings.add(&row.value),
                    row: self.strings.add(&row.id),
                    attributes: self.strings.add(&attributes),
                    sound: row.sound,
                };
                let index = self.term_count as u32;
                self.term_count += 1;
                term.encode(&mut self.terms);
                let folded = self.spellings(row);
                for spelling in &folded {
                    self.words.entry(spelling.clone()).or_default().push(Posting::Term(index));
                }
                for exception in self.exceptions(row, &folded) {
                    self.words.entry(exception).or_default().push(Posting::Shield(index));
                }
            }
        }
    }

    /// The folded spellings of a term.
    fn spellings(&mut self, row: &TermRow) -> BTreeSet<String> {
        let mut folded = BTreeSet::new();
        for spelling in row.bare.then_some(&row.value).into_iter().chain(&row.synonyms) {
            let spelling_folded = self.normalizer.fold(spelling);
            if spelling_folded.is_empty() && !spelling.is_empty() {
                self.invisible(spelling, &row.place, "synonyms");
            } else if !spelling_folded.is_empty() {
                folded.insert(spelling_folded);
            }
        }
        folded
    }

    /// The folded exceptions of a term with these spellings.
    fn exceptions(&mut self, row: &TermRow, folded: &BTreeSet<String>) -> Vec<String> {
        let mut out = Vec::new();
        for exception in &row.exceptions {
            let exception_folded = self.normalizer.fold(exception);
            if folded.iter().any(|s| exception_folded.contains(s.as_str()) && exception_folded != *s) {
                out.push(exception_folded);
                continue;
            }
            self.useless_exception(exception, &row.place);
        }
        out
    }

    fn cue_words(&mut self, pack: usize, cue: Cue, row: &TermRow) {
        let scope = self.scope(pack, &row.accounts, &row.place);
        let folded = self.spellings(row);
        let shields = self.exceptions(row, &folded);
        let word = |word, shield| CueWord { cue, scope, word, shield };
        self.content.cues.extend(shields.into_iter().map(|w| word(w, true)));
        self.content.cues.extend(folded.into_iter().map(|w| word(w, false)));
    }

    fn sensitive(&mut self) {
        let source = self.source;
        for (pack_index, pack) in source.packs.iter().enumerate() {
            for row in &pack.sensitive {
                let scope = self.scope(pack_index, &row.accounts, &row.place);
                let spelling = self.normalizer.fold(&row.word);
                if spelling.is_empty() {
                    if !row.word.is_empty() {
                        self.invisible(&row.word, &row.place, "word");
                    }
                    continue;
                }
                let mut exceptions = Vec::new();
                for exception in &row.exceptions {
                    let folded = self.normalizer.fold(exception);
                    let before = exceptions.len();
                    exceptions.extend(folded.match_indices(&spelling).filter(|_| folded != spelling).map(|(at, _)| {
                        let plain = |s: &str| s.chars().filter(|c| !is_filler_char(*c)).collect::<String>();
                        (plain(&folded[..at]), plain(&folded[at + spelling.len()..]))
                    }));
                    if exceptions.len() == before {
                        self.useless_exception(exception, &row.place);
                    }
                }
                self.content.sensitive.push(Sensitive {
                    id: row.id.clone(),
                    category: row.category.clone(),
                    word: row.word.clone(),
                    spelling,
                    exceptions,
                    sound: row.sound,
                    scope,
                    inbound: row.inbound,
                    outbound: row.outbound,
                    action: row.action,
                });
            }
        }
    }

    fn sounds(&mut self) {
        let source = self.source;
        for row in source.packs.iter().flat_map(|p| &p.sounds) {
            let names = if row.initial { INITIALS } else { FINALS };
            let index = |name: &str| names.iter().position(|n| *n == name);
            let (one, other) = (index(&row.one), index(&row.other));
            for (found, name, column) in [(one, &row.one, "one"), (other, &row.other, "other")] {
                if found.is_none() {
                    let what = if row.initial { ("声母", "initial") } else { ("韵母", "final") };
                    let known: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
                    self.unknown(what, name, &known, &row.place, column);
                }
            }
            if let (Some(one), Some(other)) = (one, other) {
                let (one, other) = (one as u8, other as u8);
                self.content.sounds.push(SoundPair { initial: row.initial, one, other, cost: row.cost });
            }
        }
    }

    fn lookalikes(&mut self) {
        let source = self.source;
        for (pack_index, pack) in source.packs.iter().enumerate() {
            for row in &pack.lookalikes {
                let scope = self.scope(pack_index, &[], &row.place);
                let means = self.normalizer.fold(&row.means);
                // A face keeps its own look here: a horse means something else than a pig.
                let written: String = match self.normalizer.fold(&row.written) {
                    folded if folded.chars().all(is_filler_char) => {
                        row.written.chars().filter(|c| !self.normalizer.fold(&c.to_string()).is_empty()).collect()
                    }
                    folded => folded,
                };
                for (text, original, column) in [(&written, &row.written, "written"), (&means, &row.means, "means")] {
                    if text.is_empty() && !original.is_empty() {
                        self.invisible(original, &row.place, column);
                    }
                }
                if !written.is_empty() && !means.is_empty() {
                    self.content.lookalikes.push(Lookalike { written, means, least: row.least, scope });
                }
            }
        }
    }

    fn invisible(&mut self, text: &str, place: &Place, column: &str) {
        self.fault(
            "D054",
            place,
            column,
            Text::new(format!("“{text}”里没有看得见的字"), format!("`{text}` holds no visible character")),
            Text::new("删掉它", "remove it"),
        );
    }

    fn useless_exception(&mut self, exception: &str, place: &Place) {
        self.fault(
            "D055",
            place,
            "exceptions",
            Text::new(
                format!("除外词“{exception}”里没有这个词，起不了作用"),
                format!("the exception `{exception}` does not contain the word, so it shields nothing"),
            ),
            Text::new("写包含这个词的更长的词，或删掉", "write a longer word that contains it, or remove it"),
        );
    }

    fn rest(&mut self) {
        let source = self.source;
        for pack in &source.packs {
            for row in &pack.holidays {
                let names = std::iter::once(&row.name).chain(&row.synonyms).map(|n| self.normalizer.fold(n)).collect();
                self.content.holidays.push(Holiday {
                    names,
                    rule: row.rule.clone(),
                    public_holiday: row.public_holiday.clone(),
                });
            }
            for row in pack.terms.iter().filter(|t| t.group == "carrier") {
                match row.attributes.iter().find(|(name, _)| name == "code") {
                    Some((_, code)) => {
                        for name in std::iter::once(&row.value).chain(&row.synonyms) {
                            self.content.carriers.push((self.normalizer.fold(name), code.to_ascii_uppercase()));
                        }
                    }
                    None => self.fault(
                        "D056",
                        &row.place,
                        "attributes",
                        Text::new("航空公司缺少二字码", "an airline needs its two-character code"),
                        Text::new("写 code=CZ", "write code=CZ"),
                    ),
                }
            }
        }
        self.content.carriers.sort_by(|a, b| b.0.chars().count().cmp(&a.0.chars().count()).then_with(|| a.cmp(b)));
        self.content.carriers.dedup_by(|a, b| a.0 == b.0);
    }

    fn finish(mut self) -> Result<Compiled, Faults> {
        if self.term_count >= MOST_INDEXES || self.content.literals as usize >= MOST_INDEXES {
            let place = Place::default();
            self.fault(
                "D057",
                &place,
                "",
                Text::new("词太多了", "there are too many words"),
                Text::new("拆成几个词典", "split the dictionary"),
            );
        }
        self.words.remove("");
        if self.faults.iter().any(|d| d.severity == Severity::Error) {
            return Err(Faults(self.faults));
        }
        let mut postings = Vec::new();
        let mut builder = fst::raw::Builder::memory();
        for (word, list) in &mut self.words {
            list.dedup();
            let value = fst_value(list, &mut postings);
            // Words come sorted by bytes out of the map, which is the one thing the builder asks for.
            if let Err(error) = builder.insert(word.as_bytes(), value) {
                return Err(Faults(vec![internal(&error.to_string())]));
            }
        }
        let map = builder.into_inner().map_err(|e| Faults(vec![internal(&e.to_string())]))?;
        let content = postcard::to_stdvec(&self.content).map_err(|e| Faults(vec![internal(&e.to_string())]))?;
        Ok(Compiled {
            sections: Sections {
                content,
                lexicon: Parts {
                    map,
                    postings,
                    terms: self.terms,
                    string_ends: self.strings.ends,
                    strings: self.strings.text,
                },
                model: Vec::new(),
            },
        })
    }
}

fn internal(what: &str) -> Diagnostic {
    Diagnostic::error(
        "D099",
        Place::default(),
        Text::new(format!("编译失败：{what}"), format!("compiling failed: {what}")),
        Text::new("请报告这个问题", "please report this"),
    )
}

/// The known name that is at most two edits away, the nearest first.
fn nearest<'k>(name: &str, known: &'k [String]) -> Option<&'k String> {
    known
        .iter()
        .map(|k| (levenshtein(name, k), k))
        .filter(|(d, k)| *d <= 2 && *d < k.chars().count())
        .min()
        .map(|(_, k)| k)
}
