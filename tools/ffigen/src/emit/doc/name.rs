//! How names and prose are spelled in Markdown.

/// Text for a table cell: one line, with bars that cannot end the cell.
pub fn cell(text: &str) -> String {
    crate::emit::text::one_line(text).replace('|', "\\|")
}

/// A name as code.
pub fn code(name: &str) -> String {
    format!("`{name}`")
}

/// The code of an error with its number: `` `RT_ERROR_NOT_FOUND` (30) ``.
pub fn error(code: &str, number: i32) -> String {
    format!("`RT_ERROR_{code}` ({number})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stay_on_one_line() {
        assert_eq!(cell("a | b\nc"), "a \\| b c");
    }
}
