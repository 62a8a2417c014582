//! How kinds of the same shape are told apart: shape, checksum, and the words around them.
//!
//! The rule, in this order:
//!
//! 1. **A checksum or a shape that only one kind has decides.** 18 characters whose check digit and birth date hold are an
//!    identity number; 13 digits that open with an airline's accounting code are a ticket; 11 digits 13… to 19… are a
//!    mobile number; letters of a carrier and up to four digits are a flight; a province, a letter and five or six
//!    characters are a plate. `Strength::Certain`.
//! 2. **A cue word decides among the rest.** The nearest cue before the row of digits (订单号, 卡号, 票号, 电话 …), with
//!    nothing between but 是, 号, 码, a colon and the like, names the kind; so may a cue right behind (…这张卡,
//!    …航班, …的里程). `Strength::Cued`. A row whose cue names a kind that the shape does not fit comes back of that
//!    kind, not valid, with the reason.
//! 3. **A cue for another kind outweighs a mere shape**: 订单号13800138000 is an order, and the mobile number in it is
//!    handed back as `Strength::Bare` at most. A checksum outweighs the cue.
//! 4. **What is left is `Strength::Bare`**, once for every kind that the shape fits: 3 or 4 digits a flight, 6 to 10
//!    digits a member card, 12 digits a mileage card, 10 digits and more an order. The caller takes the one its intent
//!    asks for.
//!
//! To add a cue, put a word into [`CUES`]: longer words win, the test keeps the table sorted.

use super::text::{char_before, word_before};

/// What a cue word announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    /// An identity card.
    Identity,
    /// A passport.
    Passport,
    /// An air ticket.
    Ticket,
    /// A mileage card.
    Mileage,
    /// A member card of a shop.
    Member,
    /// 卡号 alone: of whatever card fits.
    Card,
    /// A mobile number or a fixed line.
    Phone,
    /// An order, a parcel, a service form.
    Order,
    /// A flight.
    Flight,
    /// A booking reference.
    Booking,
    /// A number plate.
    Plate,
    /// A seat.
    Seat,
    /// Something else that is numbered, which is none of these: 验证码, 邮编, 密码.
    Other,
}

/// Cue words that stand before what they announce, sorted by their last character, then by word.
pub const CUES: &[(&str, Cue)] = &[
    ("id", Cue::Other),
    ("id card", Cue::Identity),
    ("booking reference", Cue::Booking),
    ("mobile", Cue::Phone),
    ("phone", Cue::Phone),
    ("tel", Cue::Phone),
    ("order no", Cue::Order),
    ("vip", Cue::Member),
    ("qq", Cue::Other),
    ("order", Cue::Order),
    ("pnr", Cue::Booking),
    ("flight", Cue::Flight),
    ("passport", Cue::Passport),
    ("乘", Cue::Flight),
    ("搭乘", Cue::Flight),
    ("口令", Cue::Other),
    ("证件", Cue::Identity),
    ("身份证件", Cue::Identity),
    ("座位", Cue::Seat),
    ("微信", Cue::Other),
    ("换到", Cue::Seat),
    ("受后单", Cue::Order),
    ("售后单", Cue::Order),
    ("块递单", Cue::Order),
    ("定单", Cue::Order),
    ("工单", Cue::Order),
    ("快递单", Cue::Order),
    ("投诉单", Cue::Order),
    ("换货单", Cue::Order),
    ("服务单", Cue::Order),
    ("物流单", Cue::Order),
    ("维休单", Cue::Order),
    ("维修单", Cue::Order),
    ("订单", Cue::Order),
    ("运单", Cue::Order),
    ("退款单", Cue::Order),
    ("退货单", Cue::Order),
    ("预约单", Cue::Order),
    ("vip卡", Cue::Member),
    ("会元卡", Cue::Member),
    ("会员卡", Cue::Member),
    ("储值卡", Cue::Member),
    ("卡", Cue::Card),
    ("名珠卡", Cue::Mileage),
    ("实体卡", Cue::Member),
    ("常旅客卡", Cue::Mileage),
    ("明珠卡", Cue::Mileage),
    ("磁条卡", Cue::Member),
    ("礼品卡", Cue::Member),
    ("积分卡", Cue::Member),
    ("购物卡", Cue::Member),
    ("贵宾卡", Cue::Member),
    ("里程卡", Cue::Mileage),
    ("金卡", Cue::Member),
    ("银卡", Cue::Member),
    ("黑卡", Cue::Member),
    ("qq号", Cue::Other),
    ("单号", Cue::Order),
    ("卡号", Cue::Card),
    ("商品编号", Cue::Other),
    ("型号", Cue::Other),
    ("定单号", Cue::Order),
    ("客票号", Cue::Ticket),
    ("工号", Cue::Other),
    ("座位号", Cue::Seat),
    ("座号", Cue::Seat),
    ("微信号", Cue::Other),
    ("手机号", Cue::Phone),
    ("机票号", Cue::Ticket),
    ("款号", Cue::Other),
    ("电话号", Cue::Phone),
    ("票号", Cue::Ticket),
    ("税号", Cue::Other),
    ("航班号", Cue::Flight),
    ("订位代号", Cue::Booking),
    ("订位编号", Cue::Booking),
    ("订单号", Cue::Order),
    ("订座编号", Cue::Booking),
    ("记录编号", Cue::Booking),
    ("账号", Cue::Other),
    ("货号", Cue::Other),
    ("货品编号", Cue::Other),
    ("身份号", Cue::Identity),
    ("预定号", Cue::Booking),
    ("预定编号", Cue::Booking),
    ("预订号", Cue::Booking),
    ("预订编号", Cue::Booking),
    ("会员", Cue::Member),
    ("明珠会员", Cue::Mileage),
    ("乘坐", Cue::Flight),
    ("坐", Cue::Flight),
    ("机型", Cue::Other),
    ("位子", Cue::Seat),
    ("单子", Cue::Order),
    ("常旅客", Cue::Mileage),
    ("空客", Cue::Other),
    ("换座", Cue::Seat),
    ("选座", Cue::Seat),
    ("联系方式", Cue::Phone),
    ("订座记录", Cue::Booking),
    ("拨打", Cue::Phone),
    ("搭", Cue::Flight),
    ("交易", Cue::Order),
    ("座机", Cue::Phone),
    ("手机", Cue::Phone),
    ("班机", Cue::Flight),
    ("飞机", Cue::Flight),
    ("身份正", Cue::Identity),
    ("流水", Cue::Order),
    ("物流", Cue::Order),
    ("护照", Cue::Passport),
    ("卡片", Cue::Card),
    ("车牌", Cue::Plate),
    ("明珠", Cue::Mileage),
    ("航班", Cue::Flight),
    ("代码", Cue::Other),
    ("密码", Cue::Other),
    ("条码", Cue::Other),
    ("股票代码", Cue::Other),
    ("订座编码", Cue::Booking),
    ("预定编码", Cue::Booking),
    ("预订编码", Cue::Booking),
    ("验证码", Cue::Other),
    ("客票", Cue::Ticket),
    ("机票", Cue::Ticket),
    ("电子客票", Cue::Ticket),
    ("电子票", Cue::Ticket),
    ("里程", Cue::Mileage),
    ("热线", Cue::Phone),
    ("打给", Cue::Phone),
    ("邮编", Cue::Other),
    ("位置", Cue::Seat),
    ("包裹", Cue::Order),
    ("身份证", Cue::Identity),
    ("验证", Cue::Other),
    ("固话", Cue::Phone),
    ("电话", Cue::Phone),
    ("联系电话", Cue::Phone),
    ("快递", Cue::Order),
    ("波音", Cue::Other),
    ("调频", Cue::Other),
];

/// Characters that may stand between a cue and what it announces.
const fn is_filler(c: char) -> bool {
    matches!(
        c,
        ' ' | ':'
            | '#'
            | '是'
            | '为'
            | '号'
            | '码'
            | '的'
            | '、'
            | '('
            | '"'
            | '“'
            | '='
            | ','
            | '叫'
            | '就'
            | '我'
            | '那'
            | '这'
            | '个'
            | '嗯'
            | '呃'
            | '尾'
            | '填'
            | '错'
            | '新'
            | '改'
            | '成'
    )
}

/// The nearest cue before `at`, if only fillers, eight at most, stand between; 卡号 behind the name of a card is that card.
#[must_use]
pub fn cue_before(chars: &[char], at: usize) -> Option<Cue> {
    let mut end = at;
    let mut card = None;
    for _ in 0..8 {
        let last = char_before(chars, end);
        if let Some((length, cue)) = cue_ending(chars, end, last) {
            match (card, cue) {
                (None, Cue::Card) => {
                    card = Some(Cue::Card);
                    end -= length;
                    continue;
                }
                (None, _) | (Some(_), Cue::Mileage | Cue::Member) => return Some(cue),
                _ => return card,
            }
        }
        if !is_filler(last) {
            break;
        }
        end -= 1;
    }
    card
}

/// The longest cue that ends right before `end`.
fn cue_ending(chars: &[char], end: usize, last: char) -> Option<(usize, Cue)> {
    let ending = |word: &str| word.chars().next_back().unwrap_or('\0');
    let from = CUES.partition_point(|(word, _)| ending(word) < last);
    CUES[from..]
        .iter()
        .take_while(|(word, _)| ending(word) == last)
        .filter_map(|(word, cue)| Some((word_before(chars, end, word)?, *cue)))
        .max_by_key(|(length, _)| *length)
}

/// What the words right behind `at` announce: 这张卡, 航班, 的里程, 这单.
#[must_use]
pub fn cue_after(chars: &[char], at: usize) -> Option<Cue> {
    const AFTER: &[(&str, Cue)] = &[
        ("号航班", Cue::Flight),
        ("次航班", Cue::Flight),
        ("这班", Cue::Flight),
        ("这趟", Cue::Flight),
        ("航班", Cue::Flight),
        ("的航班", Cue::Flight),
        ("的飞机", Cue::Flight),
        ("班机", Cue::Flight),
        ("次班机", Cue::Flight),
        ("这张卡", Cue::Card),
        ("这个卡", Cue::Card),
        ("的卡", Cue::Card),
        ("卡里", Cue::Card),
        ("的积分", Cue::Card),
        ("这单", Cue::Order),
        ("这个单", Cue::Order),
        ("这个订单", Cue::Order),
        ("这订单", Cue::Order),
        ("的订单", Cue::Order),
        ("那单", Cue::Order),
        ("这个快递", Cue::Order),
        ("的快递", Cue::Order),
        ("的包裹", Cue::Order),
        ("还有多少里程", Cue::Mileage),
        ("还剩多少里程", Cue::Mileage),
        ("的里程", Cue::Mileage),
        ("这张票", Cue::Ticket),
        ("的票", Cue::Ticket),
        ("的机票", Cue::Ticket),
        ("这个座", Cue::Seat),
        ("座位", Cue::Seat),
        ("这个号码", Cue::Phone),
        ("这个手机", Cue::Phone),
        ("这个电话", Cue::Phone),
    ];
    let at = super::text::skip_space(chars, at);
    AFTER.iter().find_map(|(word, cue)| super::text::word_at(chars, at, word).map(|_| *cue))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_sorted_by_their_last_character() {
        let key = |word: &'static str| (word.chars().next_back(), word);
        for pair in CUES.windows(2) {
            assert!(key(pair[0].0) < key(pair[1].0), "move {} behind {}", pair[0].0, pair[1].0);
        }
    }

    #[test]
    fn the_nearest_and_longest_cue_wins() {
        for (text, expected) in [
            ("手机号是", Some(Cue::Phone)),
            ("我的订单号: ", Some(Cue::Order)),
            ("会员卡卡号", Some(Cue::Member)),
            ("卡号是", Some(Cue::Card)),
            ("今天天气", None),
            ("", None),
        ] {
            let chars: Vec<char> = text.chars().collect();
            assert_eq!(cue_before(&chars, chars.len()), expected, "{text}");
        }
    }
}
