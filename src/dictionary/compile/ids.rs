//! Ids of rows: each at most once in its table, over all packs.

use super::Compiler;
use crate::diagnostic::{Language, Place, Text};
use std::collections::HashMap;

impl Compiler<'_> {
    pub(super) fn check_ids(&mut self) {
        let source = self.source;
        macro_rules! ids {
            ($($table:ident)*) => {
                [$(source.packs.iter().flat_map(|p| p.$table.iter().map(|r| (r.id.as_str(), &r.place))).collect()),*]
            };
        }
        let tables: [Vec<(&str, &Place)>; 10] =
            ids!(examples holidays intents lookalikes menus phrases sensitive sounds terms tests);
        for rows in &tables {
            let mut seen: HashMap<&str, &Place> = HashMap::new();
            for (id, place) in rows.iter().filter(|(id, _)| !id.is_empty()) {
                if let Some(first) = seen.insert(id, place) {
                    let at = first.describe(Language::English);
                    let zh = first.describe(Language::Chinese);
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
}
