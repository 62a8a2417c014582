//! Word groups and slots, and the kinds of values that slots take.

use super::Compiler;
use super::faults::Named;
use crate::diagnostic::{Language, Text};
use crate::dictionary::content::{Group, KindId, Slot};
use crate::dictionary::cue::Cue;
use crate::dictionary::kinds::{BUILTIN_KINDS, builtin_kind};
use crate::dictionary::source::{SlotRow, SlotSource};
use std::collections::BTreeSet;

impl Compiler<'_> {
    pub(super) fn groups_and_slots(&mut self) {
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
            let at = pair[0].place.describe(Language::English);
            let zh = pair[0].place.describe(Language::Chinese);
            self.fault(
                "D041",
                &pair[1].place,
                "name",
                Text::new(
                    format!("槽位“{}”定义了两次，另一处在 {zh}", pair[1].name),
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
                        self.unknown(Named::Builtin, name, &known, &row.place, "source");
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
                    self.unknown(Named::Group, group, &known, &row.place, column);
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
}
