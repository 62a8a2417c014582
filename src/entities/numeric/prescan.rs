//! One quick look at a message: which readers it needs at all. Most messages hold no digit and cost next to nothing.

/// A digit or a numeral stands in the message.
pub const NUMERAL: u8 = 1;
/// A Latin letter stands in it.
pub const LATIN: u8 = 2;
/// A word that an address may follow.
pub const ADDRESS: u8 = 4;

const NUMERALS: &str =
    "0123456789零〇一二三四五六七八九十百千万亿兆两俩仨半廿卅卌幺壹贰叁肆伍陆柒捌玖拾佰仟参弌弍弎洞萬億兩倆";
const ADDRESSES: &str = "址送寄邮搬住放";
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// Flags by the low twelve bits of a character. Two characters may share a place, which costs a needless look at worst.
static TABLE: [u8; 4096] = {
    let mut table = [0; 4096];
    mark(&mut table, NUMERALS, NUMERAL);
    mark(&mut table, LETTERS, LATIN);
    mark(&mut table, ADDRESSES, ADDRESS);
    table
};

/// Sets a flag for every character of `text`: UTF-8 decoded by hand, since iterators do not run in constants.
const fn mark(table: &mut [u8; 4096], text: &str, flag: u8) {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let b = bytes[i] as usize;
        let code = if b < 0x80 {
            i += 1;
            b
        } else {
            // all of them lie in the three-byte range
            let code = (b & 0x0F) << 12 | (bytes[i + 1] as usize & 0x3F) << 6 | (bytes[i + 2] as usize & 0x3F);
            i += 3;
            code
        };
        table[code & 0xFFF] |= flag;
    }
}

/// Whether a character may be a numeral: false for nearly all that are none, true for all that are.
#[must_use]
#[inline]
pub fn may_be_numeral(c: char) -> bool {
    TABLE[c as usize & 0xFFF] & NUMERAL != 0
}

/// Which readers the message needs: an or of [`NUMERAL`], [`LATIN`], [`ADDRESS`], perhaps one too many, never one too few.
#[must_use]
pub fn look(chars: &[char]) -> u8 {
    chars.iter().fold(0, |flags, &c| flags | TABLE[c as usize & 0xFFF])
}

#[cfg(test)]
mod tests {
    use super::super::numeral;
    use super::*;

    #[test]
    fn every_numeral_is_seen() {
        for c in '\0'..='\u{FFFF}' {
            let numeral = numeral::digit_of(c).is_some()
                || matches!(c, '洞' | '两' | '俩')
                || numeral::small_unit(c).is_some()
                || numeral::big_unit(c).is_some()
                || numeral::contracted_ten(c).is_some();
            if numeral {
                assert_ne!(look(&[c]) & NUMERAL, 0, "{c}: add it to NUMERALS");
            }
        }
        assert_eq!(look(&"请问怎么退票呢".chars().collect::<Vec<_>>()), 0);
    }
}
