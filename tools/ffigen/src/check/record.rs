//! What is recorded must be there, and be something that a C program can say.

use diag::Diagnostic;

use super::Review;
use crate::code;
use crate::model::{Draft, Function, Provider, Record, Role, Text, Ty, record};
use crate::similar::similar;

pub(super) fn check(review: &mut Review) {
    let draft = review.draft;
    let Some(table) = &draft.module.record else { return };
    if draft.module.provider == Provider::HandWritten {
        let mistake = Diagnostic::error(code::WRONG_PROVIDER, "`record` in a hand-written module")
            .label(table.origin.span, "nothing is generated that could record")
            .help("leave `[record]` out");
        review.report(mistake);
    }
    check_origin(review, table);
    check_names(review, table);
    for id in table.ids.iter().filter(|id| !is_kind(&id.kind.text)) {
        let title = format!("`{}` is no kind of numbers", id.kind.text);
        let mistake = Diagnostic::error(code::BAD_NAME, title)
            .label(id.kind.span, "an array of the recording is called so")
            .help("write a word in lower case, as `block`");
        review.report(mistake);
    }
    for function in &draft.functions {
        if record::is_recorded(draft, function) {
            check_function(review, function);
        }
    }
}

fn is_kind(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// What a recording asks about each handle is a function of the items.
fn check_origin(review: &mut Review, table: &Record) {
    let items = review.draft.module.items.as_ref().map_or("", |items| items.text.as_str());
    let name = table.origin.text.as_str();
    let mut words = items.split(|ch: char| !ch.is_alphanumeric() && ch != '_');
    // A macro or a `use` may make it, too.
    if words.any(|word| word == name) {
        return;
    }
    let title = format!("there is no function `{name}` among the items");
    let help = "add `pub fn {}(handle: i64) -> ffi_rt::record::Origin` to `items`";
    let mistake = Diagnostic::error(code::UNKNOWN_PLACE, title)
        .label(table.origin.span, "stands nowhere in `items`")
        .help(help.replace("{}", name));
    review.report(mistake);
}

fn check_names(review: &mut Review, table: &Record) {
    let draft = review.draft;
    let params = table.handles.iter().chain(table.ids.iter().flat_map(|id| &id.params));
    for name in params {
        if !is_param(draft, &name.text) {
            report(review, name, "parameter");
        }
    }
    for name in &table.files {
        if !is_param(draft, &name.text) && !is_function(draft, &name.text) {
            report(review, name, "parameter or function");
        }
    }
    for name in table.ids.iter().flat_map(|id| &id.results) {
        if name.text != "*" && !is_function(draft, &name.text) {
            report(review, name, "function");
        }
    }
}

fn is_param(draft: &Draft, name: &str) -> bool {
    let mut functions = draft.functions.iter();
    functions
        .any(|function| function.params.iter().any(|param| record::names(name, function, param)))
}

fn is_function(draft: &Draft, name: &str) -> bool {
    draft.functions.iter().any(|function| function.name == name)
}

fn report(review: &mut Review, name: &Text, what: &str) {
    let text = &name.text;
    let mut known: Vec<String> = Vec::new();
    for function in &review.draft.functions {
        known.push(function.name.clone());
        let params = function.params.iter();
        known.extend(params.map(|param| format!("{}.{}", function.name, param.name)));
    }
    let meant = similar(text, known.iter().map(String::as_str));
    let title = format!("there is no {what} `{text}` to record");
    let mistake = Diagnostic::error(code::UNKNOWN_PLACE, title)
        .label(name.span, format!("no {what} of this module has this name"));
    let mistake = match meant {
        Some(meant) => mistake.help(format!("write `{meant}`")),
        None => mistake.help("name a parameter as `block`, or as `rt_f.block` for one function"),
    };
    review.report(mistake);
}

fn check_function(review: &mut Review, function: &Function) {
    if matches!(function.role, Role::FreeHandle(_)) {
        return;
    }
    for param in function.params.iter().filter(|param| !record::is_spelled(&param.ty)) {
        let title = format!("`{}` cannot be recorded", function.name);
        let mistake = Diagnostic::error(code::CANNOT_RECORD, title)
            .label(param.ty_span, "a recording cannot spell an argument of this type")
            .help("see `ffigen explain F0502` for the types that it can");
        review.report(mistake);
    }
    if matches!(function.result, Ty::Struct(_)) {
        let title = format!("`{}` cannot be recorded", function.name);
        let mistake = Diagnostic::error(code::CANNOT_RECORD, title)
            .label(function.result_span, "a recording has no place for this result")
            .help("give it through a function that takes no handle");
        review.report(mistake);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report_spec};

    const MODULE: &str = "[module]\nname = \"demo\"\ndoc = \"D.\"\nitems = \"pub fn o() {}\"\n";

    const HANDLE: &str =
        "[[handle]]\nname = \"A\"\ntag = 1\ndoc = \"D.\"\nrust = \"u8\"\nsample = \"1\"\n";

    fn found(record: &str, params: &str) -> Vec<(&'static str, String)> {
        let params =
            format!("params = [{{ name = \"a\", type = \"&A\", doc = \"D.\" }}{params}]\n");
        report_spec(&format!("{MODULE}{record}{HANDLE}{}", function("rt_f", &params)))
    }

    #[test]
    fn what_is_named_must_be_there() {
        let good = "[record]\norigin = \"o\"\nhandles = [\"rt_f.a\"]\nfiles = [\"rt_f\"]\n\
                    id = [{ kind = \"k\", params = [\"a\"], results = [\"*\", \"rt_f\"] }]\n";
        assert_eq!(found(good, ""), []);
        let other = good.replace("\"o\"", "\"other\"");
        assert_eq!(found(&other, ""), [("F0210", "\"other\"".to_owned())]);
        let wrong = "[record]\norigin = \"o\"\nhandles = [\"b\"]\nfiles = [\"rt_g\"]\n\
                     id = [{ kind = \"K\", params = [\"rt_f.c\"], results = [\"a\"] }]\n";
        let codes: Vec<_> = found(wrong, "").into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, ["F0210", "F0210", "F0202", "F0210", "F0210"]);
    }

    #[test]
    fn what_has_no_spelling_is_refused() {
        let record = "[record]\norigin = \"o\"\n";
        let list = ", { name = \"l\", type = \"[u16]\", doc = \"D.\" }";
        assert_eq!(found(record, list), [("F0502", "[u16]".to_owned())]);
        assert_eq!(found("", list), []);
        let texts = ", { name = \"l\", type = \"[text]\", doc = \"D.\" }";
        assert_eq!(found(record, texts), []);
    }
}
