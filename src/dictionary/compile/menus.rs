//! Menus: from rows to entries that name each other by index.

use super::Compiler;
use super::faults::Named;
use crate::diagnostic::Text;
use crate::dictionary::content::MenuEntry;
use crate::dictionary::source::{MenuRow, SlotSource};
use crate::text::is_filler_char;
use std::collections::{BTreeSet, HashMap};

impl Compiler<'_> {
    pub(super) fn menus(&mut self) {
        let source = self.source;
        let mut rows: Vec<(usize, &MenuRow)> =
            source.packs.iter().enumerate().flat_map(|(at, p)| p.menus.iter().map(move |r| (at, r))).collect();
        rows.sort_by(|a, b| a.1.id.cmp(&b.1.id));
        let names: BTreeSet<&str> = rows.iter().map(|(_, r)| r.menu.as_str()).filter(|m| !m.is_empty()).collect();
        self.content.menus = names.iter().map(|m| (*m).to_owned()).collect();
        let mut numbers: HashMap<(u16, u16, u8), &MenuRow> = HashMap::new();
        for (pack, row) in rows {
            let Some(entry) = self.menu_entry(pack, row) else { continue };
            if let Some(menu) = entry.menu.filter(|_| entry.option > 0)
                && let Some(first) = numbers.insert((menu, entry.scope, entry.option), row)
            {
                self.fault(
                    "D073",
                    &row.place,
                    "option",
                    Text::new(
                        format!("菜单“{}”里编号 {} 用了两次，另一行是 {}", row.menu, row.option, first.id),
                        format!("menu `{}` has number {} twice, also in row {}", row.menu, row.option, first.id),
                    ),
                    Text::new("换一个编号", "choose another number"),
                );
            }
            self.content.menu_entries.push(entry);
        }
    }

    fn menu_entry(&mut self, pack: usize, row: &MenuRow) -> Option<MenuEntry> {
        let scope = self.scope(pack, &row.accounts, &row.place);
        let Some(intent) = self.intents.get(&row.intent).copied() else {
            if !row.intent.is_empty() {
                let known: Vec<String> = self.intents.keys().cloned().collect();
                self.unknown(Named::Intent, &row.intent, &known, &row.place, "intent");
            }
            return None;
        };
        let menus = self.content.menus.clone();
        let index = |name: &str| menus.iter().position(|m| m == name).map(|i| i as u16);
        let menu = index(&row.menu);
        let opens = index(&row.opens);
        if opens.is_none() && !row.opens.is_empty() {
            self.unknown(Named::Menu, &row.opens, &menus, &row.place, "opens");
        }
        if menu.is_none() && opens.is_none() {
            self.fault(
                "D071",
                &row.place,
                "menu",
                Text::new("既不在菜单里，也不打开菜单", "the row stands in no menu and opens none"),
                Text::new("填 menu 或 opens", "fill in `menu` or `opens`"),
            );
        }
        if menu.is_some() && row.label.is_empty() {
            self.fault(
                "D072",
                &row.place,
                "label",
                Text::new("菜单项没有名称", "the entry has no label"),
                Text::new("填上显示给顾客的文字", "write what customers see"),
            );
        }
        let fold =
            |word: &String| -> String { self.normalizer.fold(word).chars().filter(|c| !is_filler_char(*c)).collect() };
        let (name, words) = (fold(&row.label), row.words.iter().map(fold).filter(|w| !w.is_empty()).collect());
        let slots = row.slots.iter().filter_map(|(slot, value)| self.menu_slot(row, intent, slot, value)).collect();
        Some(MenuEntry {
            id: row.id.clone(),
            menu,
            option: row.option,
            label: row.label.clone(),
            name,
            words,
            intent,
            slots,
            opens,
            minutes: row.minutes,
            scope,
        })
    }

    /// A slot of an entry: one that its intent has, with a value that its gazetteer has.
    fn menu_slot(&mut self, row: &MenuRow, intent: u16, slot: &str, value: &str) -> Option<(u16, String)> {
        let own = &self.content.intents[usize::from(intent)].slots;
        let Some(index) = self.slots.get(slot).copied().filter(|s| own.contains(s)) else {
            let known: Vec<String> = own.iter().map(|s| self.content.slots[usize::from(*s)].name.clone()).collect();
            self.unknown(Named::Slot, slot, &known, &row.place, "slots");
            return None;
        };
        let source = self.source;
        let definition = source.packs.iter().flat_map(|p| &p.slots).find(|s| s.name == slot);
        if let Some(SlotSource::Gazetteer(groups)) = definition.map(|s| &s.source) {
            let mut terms = source.packs.iter().flat_map(|p| &p.terms);
            let read = !source.unread.contains("terms");
            if read && !terms.any(|t| groups.contains(&t.group) && t.value == value) {
                self.fault(
                    "D074",
                    &row.place,
                    "slots",
                    Text::new(
                        format!("槽位“{slot}”的词表里没有“{value}”"),
                        format!("no term of slot `{slot}` has the value `{value}`"),
                    ),
                    Text::new("写词表 value 一列里的词", "write a word of the column `value` of its terms"),
                );
                return None;
            }
        }
        Some((index, value.to_owned()))
    }
}
