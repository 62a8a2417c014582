use super::Input;
use crate::diagnostic::{Diagnostic, Place, Text};

/// Rows that begin or end so soon are announced, in seconds.
const SOON: i64 = 7 * 24 * 3600;
/// Maintainers write China's time.
const ZONE: jiff::tz::Offset = jiff::tz::offset(8);

/// # What it does
/// Warns of phrase rows whose validity has ended, ends or begins within seven days, and refuses rows that end before
/// they begin. `now` is the moment that `--at` names.
///
/// # Why is this bad
/// An expired row does nothing, and who looks for the reason finds a row that looks right. A campaign that begins or ends
/// unnoticed is answered wrongly.
///
/// # Example
/// On 2026-11-21 a row valid to 2026-11-25 is announced, one valid to 2026-12-01 is not.
pub(super) fn rule(input: &Input<'_>, findings: &mut Vec<Diagnostic>) {
    for row in input.source.packs.iter().flat_map(|p| &p.phrases) {
        let place = |column: &str| Place { column: column.to_owned(), ..row.place.clone() };
        let id = &row.id;
        if let (Some(from), Some(to)) = (row.valid_from, row.valid_to)
            && to <= from
        {
            findings.push(Diagnostic::error(
                "D102",
                place("valid_to"),
                Text::new(
                    format!("句式 {id} 失效（{}）不晚于生效（{}），永远不起作用", date(to), date(from)),
                    format!("row {id} ends ({}) before it begins ({}), so it never counts", date(to), date(from)),
                ),
                Text::new("改正 valid_from 或 valid_to", "correct valid_from or valid_to"),
            ));
            continue;
        }
        if let Some(to) = row.valid_to.filter(|to| *to <= input.now) {
            findings.push(Diagnostic::warning(
                "D100",
                place("valid_to"),
                Text::new(format!("句式 {id} 已于 {} 失效", date(to)), format!("row {id} expired on {}", date(to))),
                Text::new("活动延期就改 valid_to，结束了就删掉这一行", "extend valid_to, or remove the row"),
            ));
            continue;
        }
        let soon = |at: &i64| *at > input.now && *at <= input.now + SOON;
        if let Some(from) = row.valid_from.filter(soon) {
            findings.push(Diagnostic::warning(
                "D101",
                place("valid_from"),
                Text::new(
                    format!("句式 {id} 将于 {} 生效", date(from)),
                    format!("row {id} begins to count on {}", date(from)),
                ),
                Text::new("确认日期无误；用 --at 试生效后的效果", "make sure the date is right; try it with --at"),
            ));
        }
        if let Some(to) = row.valid_to.filter(soon) {
            findings.push(Diagnostic::warning(
                "D103",
                place("valid_to"),
                Text::new(format!("句式 {id} 将于 {} 失效", date(to)), format!("row {id} expires on {}", date(to))),
                Text::new(
                    "活动延期就改 valid_to；用 --at 试失效后的效果",
                    "extend valid_to if the campaign goes on; try what follows with --at",
                ),
            ));
        }
    }
}

/// A moment as maintainers write it: the day, and the time where it is not midnight.
fn date(seconds: i64) -> String {
    let Ok(moment) = jiff::Timestamp::from_second(seconds) else { return seconds.to_string() };
    let local = ZONE.to_datetime(moment);
    let format = if local.time() == jiff::civil::Time::midnight() { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" };
    local.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use crate::diagnostic::Language;
    use crate::dictionary::Source;
    use crate::text::Normalizer;

    /// 2026-11-21 10:00 in China.
    const NOW: i64 = 1_795_226_400;

    fn findings(rows: &str, now: i64) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let pack = folder.path().join("p");
        std::fs::create_dir(&pack).expect("a folder can be made");
        let write = |path: std::path::PathBuf, text: &str| std::fs::write(path, text).expect("a file can be written");
        write(folder.path().join("accounts.toml"), "[[account]]\nid = \"a\"\ntitle = \"a\"\npacks = [\"p\"]\n");
        write(pack.join("pack.toml"), "title = \"p\"\n");
        write(pack.join("intents.csv"), "id,title\np.i,i\n");
        write(pack.join("phrases.csv"), &format!("id,intent,phrase,valid_from,valid_to\n{rows}"));
        let source = Source::read(folder.path()).unwrap_or_else(|e| panic!("{e}"));
        let found = check(&source, &Normalizer::new(), now);
        found
            .iter()
            .map(|d| {
                assert!(d.place.line > 1 && !d.place.column.is_empty() && !d.help.zh.is_empty());
                (
                    d.code.to_owned(),
                    d.message.get(Language::English).to_owned() + " / " + d.message.get(Language::Chinese),
                )
            })
            .collect()
    }

    #[test]
    fn rows_are_announced_within_seven_days_and_not_before() {
        for (from, to, wanted) in [
            ("", "2026-11-21T09:59", &["D100"][..]),
            ("", "2026-11-21T10:00", &["D100"]),
            ("", "2026-11-21T10:01", &["D103"]),
            ("", "2026-11-28T10:00", &["D103"]),
            ("", "2026-11-28T10:01", &[]),
            ("2026-11-21T10:00", "", &[]),
            ("2026-11-22", "", &["D101"]),
            ("2026-11-28T10:00", "", &["D101"]),
            ("2026-11-28T10:01", "", &[]),
            ("2026-11-22", "2026-11-23", &["D101", "D103"]),
            ("2026-11-01", "2026-12-01", &[]),
            ("2026-12-01", "2026-11-01", &["D102"]),
            ("", "", &[]),
        ] {
            let found = findings(&format!("r-1,p.i,一猜到底,{from},{to}\n"), NOW);
            let codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
            assert_eq!(codes, wanted, "{from} to {to}");
        }
    }

    #[test]
    fn the_message_names_row_and_date() {
        let rows = "rice-9,p.i,米粉节,2027-04-09T14:00,2027-04-09T16:00\n";
        let day_before = NOW + 138 * 24 * 3600;
        let found = findings(rows, day_before);
        assert_eq!(
            found[0].1,
            "row rice-9 begins to count on 2027-04-09 14:00 / 句式 rice-9 将于 2027-04-09 14:00 生效"
        );
        assert_eq!(found[1].1, "row rice-9 expires on 2027-04-09 16:00 / 句式 rice-9 将于 2027-04-09 16:00 失效");
        let after = findings(rows, day_before + 30 * 24 * 3600);
        assert_eq!(after[0].1, "row rice-9 expired on 2027-04-09 16:00 / 句式 rice-9 已于 2027-04-09 16:00 失效");
        assert!(findings(rows, NOW).is_empty());
    }
}
