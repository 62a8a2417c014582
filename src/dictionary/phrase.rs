//! The small language of phrase rows.
//!
//! A phrase is one or more *elements* separated by white space; each stands anywhere in the message (`match` says in
//! which order). Inside an element everything is contiguous:
//!
//! | written | means |
//! |---|---|
//! | `值机` | these characters |
//! | `(办\|办理)` | one of the alternatives |
//! | `办[一下]值机` | 一下 may be missing |
//! | `{origin}` | a value of the slot |
//! | `<cancel>` | a word of the word group |
//!
//! An element wholly in square brackets may be missing. A backslash takes the meaning from the next character.

use crate::diagnostic::Text;

/// One piece of an expanded variant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// Characters as written.
    Literal(String),
    /// A word group by name.
    Group(String),
    /// A slot by name.
    Slot(String),
}

/// An element of a phrase: its alternatives, each a row of contiguous pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// May be missing.
    pub optional: bool,
    /// The alternatives, without duplicates, none of them empty.
    pub variants: Vec<Vec<Piece>>,
}

/// The most variants that one element may expand to.
pub const MOST_VARIANTS: usize = 512;
/// The most pieces of one way to write an element.
pub const MOST_PIECES: usize = 64;
/// The deepest nesting of brackets.
const DEEPEST: usize = 8;

/// Parses a phrase.
///
/// # Errors
/// A sentence in both languages that says what is wrong.
pub fn parse(phrase: &str) -> Result<Vec<Element>, Text> {
    let mut parser = Parser { chars: phrase.chars().collect(), at: 0 };
    let mut elements = Vec::new();
    loop {
        parser.skip_spaces();
        if parser.at >= parser.chars.len() {
            break;
        }
        elements.push(parser.element()?);
    }
    if elements.is_empty() {
        return Err(Text::new("句式是空的", "the phrase is empty"));
    }
    if elements.iter().all(|e| e.optional) {
        return Err(Text::new(
            "所有部分都可省略，会匹配任何消息",
            "every element is optional, so it would match any message",
        ));
    }
    Ok(elements)
}

struct Parser {
    chars: Vec<char>,
    at: usize,
}

type Variants = Vec<Vec<Piece>>;

impl Parser {
    fn skip_spaces(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn element(&mut self) -> Result<Element, Text> {
        let start = self.at;
        let mut variants = self.sequence(0)?;
        let whole_in_brackets = self.chars[start] == '[' && self.closes_at(start) == Some(self.at - 1);
        match self.chars.get(self.at) {
            None => {}
            Some(c) if c.is_whitespace() => {}
            Some(c) => return Err(unexpected(*c)),
        }
        variants.retain(|v| !v.is_empty());
        variants.sort();
        variants.dedup();
        if variants.is_empty() {
            return Err(Text::new("括号里是空的", "a bracket is empty"));
        }
        Ok(Element { optional: whole_in_brackets, variants })
    }

    fn closes_at(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for at in open..self.at {
            match self.chars[at] {
                '[' | '(' => depth += 1,
                ']' | ')' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn sequence(&mut self, depth: usize) -> Result<Variants, Text> {
        if depth > DEEPEST {
            return Err(Text::new("括号套得太深", "brackets are nested too deeply"));
        }
        let mut out: Variants = vec![Vec::new()];
        while let Some(c) = self.chars.get(self.at).copied() {
            let next: Variants = match c {
                '|' | ')' | ']' => break,
                _ if c.is_whitespace() => break,
                '(' | '[' => {
                    self.at += 1;
                    let close = if c == '(' { ')' } else { ']' };
                    let mut inner = self.alternatives(depth + 1, close)?;
                    if c == '[' {
                        inner.push(Vec::new());
                    }
                    inner
                }
                '{' => vec![vec![Piece::Slot(self.name('}')?)]],
                '<' => vec![vec![Piece::Group(self.name('>')?)]],
                '}' | '>' => return Err(unexpected(c)),
                '\\' => {
                    self.at += 2;
                    let Some(escaped) = self.chars.get(self.at - 1) else {
                        return Err(Text::new("反斜杠后面没有字", "a backslash ends the phrase"));
                    };
                    vec![vec![Piece::Literal(escaped.to_string())]]
                }
                _ => {
                    self.at += 1;
                    vec![vec![Piece::Literal(c.to_string())]]
                }
            };
            out = product(&out, &next)?;
        }
        Ok(out)
    }

    fn alternatives(&mut self, depth: usize, close: char) -> Result<Variants, Text> {
        let mut out = Variants::new();
        loop {
            out.extend(self.sequence(depth)?);
            match self.chars.get(self.at) {
                Some('|') => self.at += 1,
                Some(c) if *c == close => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(c) if c.is_whitespace() => {
                    return Err(Text::new("括号里不能有空格", "there must be no space inside brackets"));
                }
                Some(c) => return Err(unexpected(*c)),
                None => {
                    return Err(Text::new(format!("缺少“{close}”"), format!("`{close}` is missing")));
                }
            }
        }
    }

    fn name(&mut self, close: char) -> Result<String, Text> {
        let start = self.at + 1;
        let Some(length) = self.chars[start..].iter().position(|c| *c == close) else {
            return Err(Text::new(format!("缺少“{close}”"), format!("`{close}` is missing")));
        };
        let name: String = self.chars[start..start + length].iter().collect();
        self.at = start + length + 1;
        if name.trim().is_empty() {
            return Err(Text::new("括号里没有名字", "there is no name between the brackets"));
        }
        Ok(name.trim().to_owned())
    }
}

fn unexpected(c: char) -> Text {
    Text::new(format!("多了一个“{c}”"), format!("unexpected `{c}`"))
}

fn product(left: &Variants, right: &Variants) -> Result<Variants, Text> {
    if left.len() * right.len() > MOST_VARIANTS {
        return Err(Text::new(
            format!("一个部分展开后超过 {MOST_VARIANTS} 种写法，请拆成几行"),
            format!("one element expands to more than {MOST_VARIANTS} variants; split the row"),
        ));
    }
    let mut out = Variants::with_capacity(left.len() * right.len());
    for l in left {
        for r in right {
            let mut joined = l.clone();
            for piece in r {
                match (joined.last_mut(), piece) {
                    (Some(Piece::Literal(text)), Piece::Literal(more)) => text.push_str(more),
                    _ => joined.push(piece.clone()),
                }
            }
            if joined.len() > MOST_PIECES {
                return Err(Text::new(
                    format!("一个部分里超过 {MOST_PIECES} 个字段、词组和文字，请用空格分开"),
                    format!("one element has more than {MOST_PIECES} pieces; separate them by blanks"),
                ));
            }
            out.push(joined);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(phrase: &str) -> String {
        match parse(phrase) {
            Ok(elements) => elements
                .iter()
                .map(|e| {
                    let variants: Vec<String> = e
                        .variants
                        .iter()
                        .map(|v| {
                            v.iter()
                                .map(|p| match p {
                                    Piece::Literal(t) => t.clone(),
                                    Piece::Group(g) => format!("<{g}>"),
                                    Piece::Slot(s) => format!("{{{s}}}"),
                                })
                                .collect()
                        })
                        .collect();
                    format!("{}{}", if e.optional { "?" } else { "" }, variants.join("/"))
                })
                .collect::<Vec<_>>()
                .join(" "),
            Err(text) => format!("! {}", text.en),
        }
    }

    #[test]
    fn phrases_expand() {
        for (phrase, expanded) in [
            ("值机", "值机"),
            ("(办|办理)[一下]值机", "办一下值机/办值机/办理一下值机/办理值机"),
            ("<cancel> 值机", "<cancel> 值机"),
            ("从{origin}飞", "从{origin}飞"),
            ("[请] 退票", "?请 退票"),
            ("a\\|b", "a|b"),
            ("(a", "! `)` is missing"),
            ("a)", "! unexpected `)`"),
            ("[a] [b]", "! every element is optional, so it would match any message"),
            ("{}", "! there is no name between the brackets"),
            ("", "! the phrase is empty"),
            ("(a b)", "! there must be no space inside brackets"),
            ("()", "! a bracket is empty"),
        ] {
            assert_eq!(show(phrase), expanded, "{phrase}");
        }
        assert_eq!(show(&"<g>".repeat(64)), "<g>".repeat(64));
        assert!(show(&"<g>".repeat(65)).contains("separate them by blanks"));
    }
}
