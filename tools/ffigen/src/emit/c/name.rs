//! Every file name, macro and comment text of the C header; the ABI's own names are in `model::symbol`.

use crate::emit::text;

/// The file name of a module's header.
pub fn header(module: &str) -> String {
    format!("rt_{module}.h")
}

/// The include guard. No constant of an enum can have this name: those do not end with an underscore.
pub fn guard(module: &str) -> String {
    format!("RT_{}_H_", module.to_ascii_uppercase())
}

/// Text that cannot end a comment and holds no trigraph: `??/` is a backslash for C up to C17.
pub fn comment(text: &str) -> String {
    let mut text = text.replace("*/", "* /").replace("/*", "/ *");
    if !text.contains("??") {
        return text;
    }
    for third in "=/'()!<>-".chars() {
        text = text.replace(&format!("??{third}"), &format!("? ?{third}"));
    }
    text
}

/// Documentation as a finished comment: one line where it fits, else a block.
pub fn comment_block(doc: &str) -> Vec<String> {
    let lines = contents(doc);
    match lines.as_slice() {
        [line] => vec![format!("/**{line} */")],
        lines => {
            let inner = lines.iter().map(|line| format!(" *{line}"));
            std::iter::once("/**".to_owned()).chain(inner).chain([" */".to_owned()]).collect()
        }
    }
}

/// The contents of a comment's lines.
pub fn contents(doc: &str) -> Vec<String> {
    text::lines(&comment(doc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_cannot_end_early() {
        assert_eq!(comment("see */ and /*"), "see * / and / *");
        assert_eq!(comment("what??/ ???= ??"), "what? ?/ ?? ?= ??");
    }

    #[test]
    fn comments_take_one_line_where_they_can() {
        assert_eq!(comment_block("A name. "), ["/** A name. */"]);
        assert_eq!(
            comment_block("A name.\n\nMore."),
            ["/**", " * A name.", " *", " * More.", " */"]
        );
    }

    #[test]
    fn guards_and_headers_follow_the_module() {
        assert_eq!(guard("io"), "RT_IO_H_");
        assert_eq!(header("base"), "rt_base.h");
    }
}
