//! Lines of text that people hand in.

use crate::diagnostic::Text;

/// A line without its end; the first one also without the mark that Windows programs put before it. `None` where nothing
/// is left.
pub(super) fn decode(line: &[u8], first: bool) -> Result<Option<&str>, Text> {
    let line = if first { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
    let line = std::str::from_utf8(line).map_err(|_| {
        Text::new(
            "不是 UTF-8 编码（多半是 GBK）；请另存为 UTF-8",
            "not UTF-8 (most likely GBK); save it again as UTF-8",
        )
    })?;
    Ok(Some(line.trim_end_matches(['\r', '\n'])).filter(|line| !line.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_as_they_were_meant() {
        for (line, first, wanted) in [
            (&b"\xef\xbb\xbfabc\r\n"[..], true, Ok(Some("abc"))),
            (b"  abc ", false, Ok(Some("  abc "))),
            ("　\t\r\n".as_bytes(), false, Ok(None)),
            (b"\xef\xbb\xbf", true, Ok(None)),
            (b"\xd6\xb5\xbb\xfa\n", false, Err(())),
        ] {
            assert_eq!(decode(line, first).map_err(drop), wanted, "{line:?}");
        }
    }
}
