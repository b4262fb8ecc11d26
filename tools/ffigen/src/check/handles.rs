//! Each handle kind has a tag of its own: the tag in a handle's bits is how a handle of another kind is recognised.

use std::collections::HashMap;

use diag::Diagnostic;

use super::Review;
use crate::code;

pub(super) fn check(review: &mut Review) {
    let mut first = HashMap::new();
    // A tag of 0 stands for one out of range, which was reported already.
    for item in review.draft.handles.iter().filter(|item| item.tag != 0) {
        let Some((name, place)) = first.insert(item.tag, (&item.name, item.tag_span)) else {
            continue;
        };
        first.insert(item.tag, (name, place));
        let mistake = Diagnostic::error(
            code::BAD_TAG,
            format!("handles `{name}` and `{}` have one tag", item.name),
        )
        .label(item.tag_span, format!("{} again", item.tag))
        .also(place, "first used here")
        .help("take a free number of this module's range; specs/README.md lists the ranges");
        review.report(mistake);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;

    #[test]
    fn tags_are_unique_and_in_range() {
        let handle = |name: &str, tag: &str| {
            format!(
                "[[handle]]\nname = \"{name}\"\ntag = {tag}\ndoc = \"D.\"\nrust = \"u8\"\nsample = \"1\"\n"
            )
        };
        assert_eq!(report(&(handle("A", "1") + &handle("B", "4095"))), []);
        assert_eq!(report(&(handle("A", "1") + &handle("B", "1"))), [("F0310", "1".to_owned())]);
        for tag in ["0", "4096", "-1", "99999999999"] {
            assert_eq!(report(&handle("A", tag)), [("F0310", tag.to_owned())]);
        }
    }
}
