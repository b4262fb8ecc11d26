//! Every file name, macro and comment text of the C header; the ABI's own names are in `model::symbol`.

/// The file name of a module's header.
pub fn header(module: &str) -> String {
    format!("rt_{module}.h")
}

/// The include guard.
pub fn guard(module: &str) -> String {
    format!("RT_{}_H", module.to_ascii_uppercase())
}

/// Text that cannot end a comment.
pub fn comment(text: &str) -> String {
    text.replace("*/", "* /").replace("/*", "/ *")
}

/// The contents of a comment: one text per line, blank first lines dropped.
pub fn comment_lines(doc: &str) -> Vec<String> {
    crate::emit::text::lines(doc).iter().map(|line| comment(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_cannot_end_early() {
        assert_eq!(comment("see */ and /*"), "see * / and / *");
    }

    #[test]
    fn guards_and_headers_follow_the_module() {
        assert_eq!(guard("io"), "RT_IO_H");
        assert_eq!(header("base"), "rt_base.h");
    }
}
