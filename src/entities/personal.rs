//! Values that name a person or what is theirs.

/// Kinds of such values.
const PERSONAL: &[&str] = &[
    "phone",
    "id_number",
    "passport",
    "order_no",
    "ticket_no",
    "booking_reference",
    "mileage_card_no",
    "member_card_no",
    "plate_no",
    "address",
];
/// So many digits in a row may be a person's, whatever reads them: numbers that nothing read as anything are among them.
const LONG_NUMBER: usize = 7;

/// Whether values of a kind, or of a slot with its name, are personal.
pub(crate) fn is_personal(kind: &str) -> bool {
    PERSONAL.contains(&kind)
}

/// Ranges of at least 7 digits, with single separators among them.
pub(crate) fn long_numbers(characters: &[char]) -> Vec<(usize, usize)> {
    let digit = |c: char| c.is_numeric() || "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖".contains(c);
    let (mut out, mut at) = (Vec::new(), 0);
    while at < characters.len() {
        if !digit(characters[at]) {
            at += 1;
            continue;
        }
        let (start, mut end, mut digits) = (at, at, 0);
        while let Some(c) = characters.get(at) {
            if digit(*c) {
                digits += 1;
                end = at + 1;
            } else if !(matches!(c, ' ' | '-' | '－' | '—') && characters.get(at + 1).is_some_and(|c| digit(*c))) {
                break;
            }
            at += 1;
        }
        if digits >= LONG_NUMBER {
            out.push((start, end));
        }
    }
    out
}
