//! Order, parcel and service numbers, and airlines' booking references.

use super::code::Codes;
use super::found::{Found, Kind, Reason, Rule, Strength};
use super::lookalike::Cue;

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "order.letters",
        reads: "an order number with letters first: wd20260101, sf1234567890123, spelled letters too",
        kind: Kind::OrderNo,
        examples: &[
            ("ab20260708发货没有", "ab20260708", "AB20260708"),
            ("q w 五五幺二零九到哪了", "q w 五五幺二零九", "QW551209"),
            ("sf 1600044455566", "sf 1600044455566", "SF1600044455566"),
            ("kd20260708a551这个", "kd20260708a551", "KD20260708A551"),
        ],
    },
    Rule {
        name: "order.cued",
        reads: "any row of digits and letters behind a cue (订单号, 快递单号) or before one (…这单), spaces within",
        kind: Kind::OrderNo,
        examples: &[
            ("订单号600123", "600123", "600123"),
            ("快递单号 7312 0045 6677", "7312 0045 6677", "731200456677"),
            ("880455这单取消", "880455", "880455"),
        ],
    },
    Rule {
        name: "order.digits",
        reads: "ten digits and more that nothing else claims",
        kind: Kind::OrderNo,
        examples: &[("4300112233445566", "4300112233445566", "4300112233445566")],
    },
    Rule {
        name: "order.booking",
        reads: "a booking reference: five or six letters and digits behind its cue",
        kind: Kind::BookingReference,
        examples: &[("pnr是kx7q2m", "kx7q2m", "KX7Q2M"), ("预订编号 mt 45k9", "mt 45k9", "MT45K9")],
    },
];

/// Longest order number that is read.
const MOST: usize = 32;

/// Reads an order number or a booking reference from the row at `index` on; `carrier` tells whether letters are a
/// carrier's code. Gives the number of rows it took.
pub fn read_row(
    chars: &[char],
    codes: &mut Codes,
    index: usize,
    cue: Option<Cue>,
    carrier: &dyn Fn(&str) -> bool,
    out: &mut Vec<Found>,
) {
    let (text, next) = joined(chars, codes, index, cue);
    let span = codes.rows[index].span.start..codes.rows[next - 1].span.end;
    let value = text.to_ascii_uppercase();
    let letters = text.bytes().take_while(u8::is_ascii_lowercase).count();
    let run = longest_run(&text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if cue == Some(Cue::Booking) {
        let reason = (!(5..=6).contains(&text.len())).then_some(Reason::Length);
        if (4..=10).contains(&text.len()) {
            out.push(Found::new(Kind::BookingReference, span, value, Strength::Cued, "order.booking").checked(reason));
            codes.take(index..next);
        }
        return;
    }
    if matches!(cue, Some(Cue::Other)) || text.len() > MOST {
        return;
    }
    if cue == Some(Cue::Order) {
        if digits >= 4 || text.len() >= 6 && digits >= 2 {
            out.push(Found::new(Kind::OrderNo, span, value, Strength::Cued, "order.cued"));
            codes.take(index..next);
        }
        return;
    }
    if (1..=5).contains(&letters) && run >= 4 {
        // letters of a carrier and up to four digits are a flight, with one letter behind them too
        let tail = text.len() - letters - run;
        let flight = letters == 2 && run == 4 && tail <= 1;
        if flight && carrier(&text[..letters]) {
            return;
        }
        let strength = match (letters, run) {
            (1, ..8) | (_, ..5) => Strength::Bare,
            _ if cue.is_some() && !matches!(cue, Some(Cue::Flight | Cue::Seat | Cue::Ticket)) => Strength::Bare,
            _ => Strength::Certain,
        };
        out.push(Found::new(Kind::OrderNo, span, value, strength, "order.letters"));
        if strength == Strength::Certain {
            codes.take(index..next);
        }
        return;
    }
    if letters == 0 && digits == text.len() && digits >= 10 && matches!(cue, None | Some(Cue::Flight | Cue::Seat)) {
        out.push(Found::new(Kind::OrderNo, span, value, Strength::Bare, "order.digits"));
    }
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for b in text.bytes() {
        run = if b.is_ascii_digit() { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The text of a row and of those that go on with it: letters before digits (sf 1300…), short groups (7312 0045).
fn joined(chars: &[char], codes: &Codes, index: usize, cue: Option<Cue>) -> (String, usize) {
    let mut text = codes.text(index).to_owned();
    let mut next = index + 1;
    let cued = matches!(cue, Some(Cue::Order | Cue::Booking));
    while next < codes.rows.len() && text.len() <= MOST {
        let (before, after) = (codes.text(next - 1), codes.text(next));
        let gap = codes.gap(chars, next - 1);
        let letters = before.len() <= 4 && before.bytes().all(|b| b.is_ascii_lowercase());
        let goes_on = match gap {
            Some('-') => cued && after.len() <= 12,
            Some(' ' | '\0') if cue == Some(Cue::Booking) => text.len() + after.len() <= 6,
            Some(' ' | '\0') if letters && next == index + 1 => {
                codes.is_number(next) && after.len() >= if cued { 4 } else { 5 }
            }
            Some(' ' | '\0') => cued && codes.is_number(next) && before.len() <= 8 && (3..=8).contains(&after.len()),
            _ => false,
        };
        if !goes_on || codes.taken[next] {
            break;
        }
        if gap == Some('-') {
            text.push('-');
        }
        text.push_str(after);
        next += 1;
    }
    (text, next)
}
