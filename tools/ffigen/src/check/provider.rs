//! Who provides the functions decides which keys make sense: bodies and what they need belong to
//! generated modules only.

use diag::Diagnostic;

use super::Review;
use crate::code;
use crate::model::{Provider, Role};

pub(super) fn check(review: &mut Review) {
    match review.draft.module.provider {
        Provider::Generated => check_generated(review),
        Provider::HandWritten => check_hand_written(review),
    }
}

fn check_generated(review: &mut Review) {
    let draft = review.draft;
    if draft.module.name == crate::BASE {
        let mistake = Diagnostic::error(
            code::WRONG_PROVIDER,
            format!("module `{}` cannot be generated", crate::BASE),
        )
        .label(draft.module.name_span, "the name of the runtime under all modules")
        .help("take another name; only the spec of `ffi/rt` is called so");
        review.report(mistake);
    }
    for item in draft.handles.iter().filter(|item| item.rust.text.is_empty()) {
        let mistake = Diagnostic::error(
            code::MISSING_KEY,
            format!("missing key `rust` in handle `{}`", item.name),
        )
        .label(item.name_span, "nothing says which Rust type is behind this handle")
        .help("add `rust = \"..\"`, a type that is `Send + Sync + 'static`");
        review.report(mistake);
    }
    for function in draft.functions.iter().filter(|function| function.role == Role::Declared) {
        if function.body.is_none() {
            let mistake = Diagnostic::error(
                code::MISSING_KEY,
                format!("missing key `body` in function `{}`", function.name),
            )
            .label(function.item_span, "this function has no `body`")
            .help("add `body = '''..'''`, or set `provider = \"hand_written\"` in `[module]`");
            review.report(mistake);
        }
        if function.keeps_error {
            let title = format!("`{}` cannot keep the error of the thread", function.name);
            let mistake = Diagnostic::error(code::WRONG_PROVIDER, title)
                .label(function.item_span, "every generated function sets the error")
                .help("leave `keeps_error` out; only hand-written functions can have it");
            review.report(mistake);
        }
    }
}

fn check_hand_written(review: &mut Review) {
    let draft = review.draft;
    let bounds = draft.handles.iter().filter_map(|handle| handle.bound.as_ref());
    let bounds = bounds.map(|bound| ("bound", bound.span));
    let items = draft.module.items.iter().map(|items| ("items", items.span));
    let bodies = draft.functions.iter().filter_map(|function| function.body.as_ref());
    let bodies = bodies.map(|body| ("body", body.span));
    let crates =
        draft.module.dependencies.iter().map(|dependency| ("dependencies", dependency.span));
    for (key, span) in items.chain(bodies).chain(crates).chain(bounds) {
        let mistake =
            Diagnostic::error(code::WRONG_PROVIDER, format!("`{key}` in a hand-written module"))
                .label(
                    span,
                    "nobody would compile this: the code of this module is written elsewhere",
                )
                .help(format!("remove `{key}`, or remove `provider = \"hand_written\"`"));
        review.report(mistake);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report, report_spec};

    const HAND_WRITTEN: &str =
        "[module]\nname = \"m\"\ndoc = \"D.\"\nprovider = \"hand_written\"\n";

    #[test]
    fn generated_functions_have_bodies() {
        let bare = function("rt_f", "").replace("body = \"todo!()\"\n", "");
        assert_eq!(report(&bare), [("F0103", "\"rt_f\"".to_owned())]);
        let family = bare.replace("function", "family").replace("rt_f", "rt_${n}");
        let family = family + "members = [{ n = \"a\" }, { n = \"b\" }]\n";
        assert_eq!(report(&family), [("F0103", "\"rt_${n}\"".to_owned())]);
        assert_eq!(
            report(&function("rt_f", "keeps_error = true")),
            [("F0501", "\"rt_f\"".to_owned())]
        );
    }

    #[test]
    fn generated_handles_have_a_rust_type() {
        let handle = "[[handle]]\nname = \"A\"\ntag = 1\ndoc = \"D.\"\nsample = \"1\"\n";
        assert_eq!(report(handle), [("F0103", "\"A\"".to_owned())]);
        assert_eq!(report_spec(&(HAND_WRITTEN.to_owned() + handle)), []);
    }

    #[test]
    fn hand_written_modules_have_no_code() {
        let spec =
            HAND_WRITTEN.to_owned() + "[dependencies]\nglob = \"1\"\n" + &function("rt_f", "");
        assert_eq!(
            report_spec(&spec),
            [("F0501", "\"1\"".to_owned()), ("F0501", "\"todo!()\"".to_owned())]
        );
        let spec = HAND_WRITTEN.to_owned()
            + &function("rt_f", "keeps_error = true").replace("body = \"todo!()\"\n", "");
        assert_eq!(report_spec(&spec), []);
    }
}
