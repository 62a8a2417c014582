use crate::diagnostic::{Diagnostic, Text};
use crate::dictionary::Source;
use crate::entities::temporal::{HolidayRule, PublicHoliday};

/// Finds holidays whose rule or public holiday cannot be read: such a dictionary is refused.
pub fn faults(source: &Source) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for row in source.packs.iter().flat_map(|p| &p.holidays) {
        let rule = row.rule.parse::<HolidayRule>().err().map(|e| ("rule", e.to_string()));
        let public = match row.public_holiday.as_str() {
            "" => None,
            text => text.parse::<PublicHoliday>().err().map(|e| ("public_holiday", e.to_string())),
        };
        for (column, what) in rule.into_iter().chain(public) {
            let mut place = row.place.clone();
            place.column = column.to_owned();
            faults.push(Diagnostic::error(
                "D058",
                place,
                Text::new(format!("看不懂节日规则：{what}"), format!("cannot read the holiday: {what}")),
                Text::new("对照 holidays.csv 里的其他行改正", "compare with the other rows of holidays.csv"),
            ));
        }
    }
    faults
}
