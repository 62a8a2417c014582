//! Reading by sound: what a speech recogniser misheard, or a keyboard for pinyin offered first.
//!
//! A word of the dictionary is read where the characters explain nothing, and sounds like them:
//!
//! 1. What the account knows stays what it is: no character of a word, a value or a literal of two characters and more is
//!    read otherwise. A word by sound may hold such a word whole (优惠全 is read as 优惠券), never a part of it.
//! 2. It begins and ends where words of the message do. Where the message has one word of the general language for the
//!    whole of it (程度, 隔离), it is read otherwise by voice alone, and as a word of the same sound but for tones. That, and
//!    a word of which less than two characters say something (太原, but not 的, 一, 个), must be a value beside a word
//!    that gives a slot its role (到程度) or beside a value of another kind (隔离空调).
//! 3. A character that stands in every other sentence (我, 的, 不) is only read otherwise in words of four characters and
//!    more. Every character costs: the same one nothing, another one of the same sound 0.05, another tone 0.1, and what the
//!    table `sounds` says for the initial and the final. Common characters and parts of longer words cost more. A
//!    transcript may cost more than a typed message, where one character at least must be right and the others must
//!    sound the same, in words of two characters in tone too.
//! 4. Of readings that overlap the longest counts, then the cheapest, then the one that is a value as it stands, then the
//!    leftmost, then the first of the dictionary.
//!
//! What was read counts like what was written, but a phrase row that needs it is weaker, and the answer tells it. Where
//! characters explain everything nothing is looked up; the cost is linear in the number of the others.

mod confusions;
mod index;
mod reader;
mod sequences;
mod weight;

pub use reader::{Buffers, Scene, SoundReader};
