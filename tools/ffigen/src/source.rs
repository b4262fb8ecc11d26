//! Bytes to a source file, or the diagnostic that says why they are no spec.

use diag::{Diagnostic, SourceFile, Span};

use crate::code;

/// The most bytes that a spec may have. A real one has less than a hundredth of this.
pub const MAX_SPEC_BYTES: usize = 4 << 20;

/// A file from bytes. On failure the file is what can be shown of it.
pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<SourceFile, Box<(SourceFile, Diagnostic)>> {
    if bytes.len() > MAX_SPEC_BYTES {
        let mistake = Diagnostic::error(
            code::TOO_LARGE,
            format!("the spec is larger than {} MiB", MAX_SPEC_BYTES >> 20),
        )
        .label(Span::new(0, 0), "more bytes than a spec can have")
        .help("check that the path names a spec; split a real one into several modules");
        return Err(Box::new((SourceFile::new(name, ""), mistake)));
    }
    SourceFile::from_bytes(name, bytes).map_err(|bad| {
        let mistake = Diagnostic::error(code::NOT_TEXT, "the spec is not UTF-8 text").label(
            bad.span,
            match bad.byte {
                0 => "a NUL byte".to_owned(),
                byte => format!("byte 0x{byte:02x} is no part of a UTF-8 character"),
            },
        );
        let mistake = mistake.help("save the file as UTF-8, or check that the path names a spec");
        Box::new((*bad.file, mistake))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_up_to_the_limit_is_a_file() {
        assert!(from_bytes("a", vec![b' '; MAX_SPEC_BYTES]).is_ok());
        let (_, mistake) = *from_bytes("a", vec![b' '; MAX_SPEC_BYTES + 1]).unwrap_err();
        assert_eq!(mistake.code, code::TOO_LARGE);
    }

    #[test]
    fn bad_bytes_have_a_place() {
        let (file, mistake) = *from_bytes("a", b"ab = \xc3\x28".to_vec()).unwrap_err();
        assert_eq!(mistake.code, code::NOT_TEXT);
        assert_eq!(file.position(mistake.primary.span.start).column, 6);
    }
}
