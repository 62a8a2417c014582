//! Air tickets, mileage cards and member cards: rows of digits that differ by length and by the words around them.

use super::code::{Codes, Joined};
use super::found::{Found, Kind, Reason, Rule, Strength};
use super::lookalike::Cue;

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "card.ticket",
        reads: "an air ticket: 13 digits, the airline's accounting code first, a dash or space behind it or none",
        kind: Kind::TicketNo,
        examples: &[
            ("票号784-2300456712", "784-2300456712", "7842300456712"),
            ("7812300456712退掉", "7812300456712", "7812300456712"),
            ("我的票号是七八四二三零零四五六七幺二", "七八四二三零零四五六七幺二", "7842300456712"),
            ("票号123456789", "123456789", "123456789"),
        ],
    },
    Rule {
        name: "card.mileage",
        reads: "a mileage card: 12 digits",
        kind: Kind::MileageCardNo,
        examples: &[
            ("明珠卡号 880012345678", "880012345678", "880012345678"),
            ("880012345678还有多少里程", "880012345678", "880012345678"),
        ],
    },
    Rule {
        name: "card.member",
        reads: "a shop's member card: 6 to 19 digits behind a cue, 8 to 10 digits without",
        kind: Kind::MemberCardNo,
        examples: &[
            ("会员卡号50012345", "50012345", "50012345"),
            ("50012345这张卡", "50012345", "50012345"),
            ("实体卡五零零幺二三四五", "五零零幺二三四五", "50012345"),
        ],
    },
];

/// Accounting codes of airlines that Chinese passengers hold tickets of (the first three digits of a ticket).
pub const ACCOUNTING_CODES: &[&str] = &[
    "001", "005", "006", "014", "016", "018", "020", "043", "045", "055", "057", "065", "071", "072", "074", "079",
    "081", "086", "098", "105", "112", "117", "125", "131", "157", "160", "172", "176", "180", "189", "205", "214",
    "217", "220", "229", "232", "235", "257", "288", "297", "324", "333", "344", "350", "371", "403", "425", "471",
    "479", "512", "529", "555", "572", "589", "603", "607", "618", "629", "675", "695", "731", "738", "760", "771",
    "774", "781", "784", "785", "786", "790", "800", "803", "805", "807", "811", "822", "826", "829", "831", "836",
    "843", "847", "850", "851", "859", "866", "871", "872", "876", "880", "886", "891", "893", "895", "898", "906",
    "910", "917", "923", "956", "960", "987", "988", "990", "999",
];

/// Reads a ticket or a card from the row at `index` on, and marks the rows it takes.
pub fn read_row(codes: &mut Codes, joined: &Joined, index: usize, cue: Option<Cue>, out: &mut Vec<Found>) {
    if !codes.is_number(index) {
        let text = codes.text(index);
        if cue == Some(Cue::Member) && codes.rows[index].digits >= 5 && text.len() <= 19 {
            let found = Found::new(
                Kind::MemberCardNo,
                codes.rows[index].span.clone(),
                text.to_ascii_uppercase(),
                Strength::Cued,
                "card.member",
            );
            out.push(found);
            codes.take(index..index + 1);
        }
        return;
    }
    let cards = matches!(cue, Some(Cue::Member | Cue::Card | Cue::Mileage));
    let other = !matches!(cue, None | Some(Cue::Flight | Cue::Seat));
    for (digits, next) in joined.longest_first(19) {
        let rows = index..next;
        let span = codes.rows[index].span.start..codes.rows[next - 1].span.end;
        // rows of two digits and fewer are dates and lists
        let shapely = rows.len() == 1 || codes.rows[rows.clone()].iter().all(|r| r.digits >= 3);
        if !shapely {
            continue;
        }
        if digits.len() == 13 {
            let known = ACCOUNTING_CODES.contains(&&digits[..3]) && (rows.len() == 1 || codes.rows[index].digits == 3);
            let strength = match cue {
                Some(Cue::Ticket) => Strength::Cued,
                None | Some(Cue::Flight) if known => Strength::Certain,
                None => Strength::Bare,
                _ => continue,
            };
            out.push(Found::new(Kind::TicketNo, span, digits.to_owned(), strength, "card.ticket"));
            if strength > Strength::Bare {
                codes.take(rows);
            }
            return;
        }
        if digits.len() == 12 && (cards || !other) {
            let strength = if cards { Strength::Cued } else { Strength::Bare };
            out.push(Found::new(Kind::MileageCardNo, span.clone(), digits.to_owned(), strength, "card.mileage"));
            if cue == Some(Cue::Mileage) {
                codes.take(rows);
                return;
            }
        }
        if (6..=19).contains(&digits.len()) && matches!(cue, Some(Cue::Member | Cue::Card)) {
            out.push(Found::new(Kind::MemberCardNo, span, digits.to_owned(), Strength::Cued, "card.member"));
            codes.take(rows);
            return;
        }
        if (8..=10).contains(&digits.len()) && rows.len() == 1 && !other {
            out.push(Found::new(Kind::MemberCardNo, span, digits.to_owned(), Strength::Bare, "card.member"));
            return;
        }
        let wrong = match cue {
            Some(Cue::Ticket) if (9..=16).contains(&digits.len()) && rows.len() <= 2 => {
                Some((Kind::TicketNo, "card.ticket"))
            }
            Some(Cue::Mileage) if (7..=15).contains(&digits.len()) && rows.len() == 1 => {
                Some((Kind::MileageCardNo, "card.mileage"))
            }
            _ => None,
        };
        if let Some((kind, rule)) = wrong {
            out.push(Found::new(kind, span, digits.to_owned(), Strength::Cued, rule).checked(Some(Reason::Length)));
            codes.take(rows);
            return;
        }
    }
}
