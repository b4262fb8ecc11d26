//! One C identifier, one meaning: types, constants, functions (generated ones too) and the base
//! share one name space in C, and so do the parameters that one spec parameter is spread over.
//!
//! Two items of one kind with one name are the business of `duplicates`.

use std::collections::HashMap;

use diag::{Diagnostic, Span};

use super::Review;
use crate::code;
use crate::model::ty::Scalar;
use crate::model::{
    Draft, EnumId, Function, HandleId, Role, StructId, StructOrigin, c_type, symbol,
};

pub(super) fn check(review: &mut Review) {
    let draft = review.draft;
    let mut table = Table { review, names: HashMap::new() };
    table.base();
    table.types();
    // Generated functions first, so that a declared one of the same name is the one to blame.
    for function in draft.functions.iter().filter(|function| function.role != Role::Declared) {
        table.add(function.name.clone(), Kind::Free, function.name_span);
    }
    for function in draft.functions.iter().filter(|function| function.role == Role::Declared) {
        table.add(function.name.clone(), Kind::Function, function.name_span);
    }
    for function in draft.functions.iter().filter(|function| function.role == Role::Declared) {
        check_params(review, function);
    }
    check_variants(review);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Base,
    Type,
    ListType,
    Constant,
    Free,
    Function,
}

impl Kind {
    fn describe(self) -> &'static str {
        match self {
            Kind::Base => "the base of all modules",
            Kind::Type => "a type",
            Kind::ListType => "the list of a struct",
            Kind::Constant => "a constant",
            Kind::Free => "a generated free function",
            Kind::Function => "a function",
        }
    }
}

struct Table<'r, 'd> {
    review: &'r mut Review<'d>,
    names: HashMap<String, (Kind, Option<Span>)>,
}

impl Table<'_, '_> {
    fn base(&mut self) {
        let items = Scalar::ALL.into_iter().map(|(_, spelling)| spelling);
        for item in items.clone().chain(["text", "bytes"]) {
            self.names.insert(format!("rt_list_{item}"), (Kind::Base, None));
        }
        for item in items {
            self.names.insert(format!("rt_opt_{item}"), (Kind::Base, None));
        }
        for name in ["rt_text", "rt_bytes", "rt_cstr_len"] {
            self.names.insert(name.to_owned(), (Kind::Base, None));
        }
        if let Some(base) = self.review.base {
            for name in &base.symbols {
                self.names.insert(name.clone(), (Kind::Base, None));
            }
            for (name, _) in &base.codes {
                self.names.insert(format!("RT_ERROR_{name}"), (Kind::Base, None));
            }
        }
    }

    fn types(&mut self) {
        let draft = self.review.draft;
        for (index, item) in draft.handles.iter().enumerate() {
            self.add(
                symbol::kind_macro(draft, HandleId(index as u32)),
                Kind::Constant,
                item.name_span,
            );
        }
        for (index, item) in draft.structs.iter().enumerate() {
            let id = StructId(index as u32);
            self.add(symbol::struct_type(draft, id), Kind::Type, item.name_span);
            if item.used_in_list {
                self.add(symbol::struct_list_type(draft, id), Kind::ListType, item.name_span);
            }
        }
        for (index, item) in draft.enums.iter().enumerate() {
            let id = EnumId(index as u32);
            self.add(symbol::enum_type(draft, id), Kind::Type, item.name_span);
            for (value, at) in item.values.iter().enumerate() {
                self.add(symbol::enum_value(draft, id, value), Kind::Constant, at.name_span);
            }
        }
    }

    fn add(&mut self, name: String, kind: Kind, span: Span) {
        let Some(&(other, place)) = self.names.get(&name) else {
            self.names.insert(name, (kind, Some(span)));
            return;
        };
        if kind == other && self.is_same_name(kind, span, place) {
            return;
        }
        let mut mistake =
            Diagnostic::error(code::SYMBOL_CLASH, format!("`{name}` is the C name of two things"))
                .label(span, format!("{} of this C name", kind.describe()))
                .help("rename one of the two");
        mistake = match place {
            Some(place) if place != span => {
                mistake.also(place, format!("{} has it already", other.describe()))
            }
            _ => mistake.help(format!("{} has it already", other.describe())),
        };
        self.review.report(mistake);
    }

    /// Whether both are written alike, so that `duplicates` speaks about them.
    fn is_same_name(&self, kind: Kind, span: Span, place: Option<Span>) -> bool {
        let draft = self.review.draft;
        let same = |names: Vec<(&str, Span)>| {
            let name = |at| names.iter().find(|(_, span)| *span == at).map(|(name, _)| *name);
            name(span) == place.and_then(name)
        };
        match kind {
            Kind::Function | Kind::Free | Kind::ListType => true,
            Kind::Type | Kind::Constant => same(spans(draft)),
            Kind::Base => false,
        }
    }
}

/// Every type and value name with its place.
fn spans(draft: &Draft) -> Vec<(&str, Span)> {
    let handles = draft.handles.iter().map(|item| (item.name.as_str(), item.name_span));
    let structs = draft.structs.iter().filter(|item| item.origin == StructOrigin::Declared);
    let structs = structs.map(|item| (item.name.as_str(), item.name_span));
    let enums = draft.enums.iter().map(|item| (item.name.as_str(), item.name_span));
    let values = draft.enums.iter().flat_map(|item| &item.values);
    let values = values.map(|value| (value.name.as_str(), value.name_span));
    handles.chain(structs).chain(enums).chain(values).collect()
}

/// The C parameters of one function: `path` and `path_len`, `limit_present`, `out`.
fn check_params(review: &mut Review, function: &Function) {
    let draft = review.draft;
    let mut taken: HashMap<String, &str> = HashMap::new();
    if matches!(function.result, crate::model::Ty::Struct(_)) {
        taken.insert("out".to_owned(), "the result");
    }
    // First the plain names, so that the parameter which is only spread into a taken name is not the one to blame.
    for param in &function.params {
        for slot in c_type::param_slots(draft, function.role, &param.name, &param.ty) {
            if slot.name != param.name {
                taken.insert(slot.name, &param.name);
            }
        }
    }
    for param in &function.params {
        if let Some(owner) = taken.get(&param.name) {
            let mistake = Diagnostic::error(
                code::SYMBOL_CLASH,
                format!("parameter `{}` clashes in C", param.name),
            )
            .label(param.name_span, format!("`{owner}` already makes a C parameter of this name"))
            .help("rename the parameter");
            review.report(mistake);
        }
    }
}

/// Values that only their underscores tell apart are one variant in Rust: `A_1` and `A1`.
fn check_variants(review: &mut Review) {
    for item in &review.draft.enums {
        let mut taken: HashMap<String, (&str, Span)> = HashMap::new();
        for value in &item.values {
            let variant = symbol::camel(&value.name.to_ascii_lowercase());
            match taken.get(&variant) {
                Some((other, place)) if *other != value.name => {
                    let mistake = Diagnostic::error(
                        code::SYMBOL_CLASH,
                        format!("`{variant}` is the Rust name of two values"),
                    )
                    .label(value.name_span, "differs from the other only by underscores")
                    .also(*place, "the other value")
                    .help("rename one of the two");
                    review.report(mistake);
                }
                Some(_) => {}
                None => {
                    taken.insert(variant, (&value.name, value.name_span));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report};

    fn clash(text: &str) -> Vec<(&'static str, String)> {
        vec![("F0206", text.to_owned())]
    }

    const STRUCT: &str = "[[struct]]\nname = \"FileLock\"\ndoc = \"D.\"\n\
        fields = [{ name = \"a\", type = \"text\", doc = \"D.\" }]\n";

    #[test]
    fn a_function_and_a_type_cannot_share_a_name() {
        assert_eq!(
            report(&(STRUCT.to_owned() + &function("rt_file_lock", ""))),
            clash("\"rt_file_lock\"")
        );
    }

    #[test]
    fn generated_functions_take_part() {
        let items = STRUCT.to_owned()
            + &function("rt_f", "result = \"FileLock\"")
            + &function("rt_file_lock_free", "");
        assert_eq!(report(&items), clash("\"rt_file_lock_free\""));
        let items =
            function("rt_f", "result = \"(a: i64, b: i64)\"") + &function("rt_f_result", "");
        assert_eq!(report(&items), clash("\"rt_f_result\""));
    }

    #[test]
    fn the_base_takes_part() {
        assert_eq!(report(&function("rt_last_error_code", "")), clash("\"rt_last_error_code\""));
        assert_eq!(report(&STRUCT.replace("FileLock", "ListText")), clash("\"ListText\""));
    }

    #[test]
    fn constants_take_part() {
        let items = "[[enum]]\nname = \"Kind\"\ndoc = \"D.\"\nvalues = [{ name = \"LOCK\", value = 0, doc = \"D.\" }]\n\
                     [[handle]]\nname = \"Lock\"\ntag = 1\ndoc = \"D.\"\nrust = \"u8\"\nsample = \"1\"\n";
        assert_eq!(report(items), clash("\"LOCK\""));
        let values = "[{ name = \"A_1\", value = 0, doc = \"D.\" }, { name = \"A1\", value = 1, doc = \"D.\" }]";
        let items = format!("[[enum]]\nname = \"K\"\ndoc = \"D.\"\nvalues = {values}\n");
        assert_eq!(report(&items), clash("\"A1\""));
    }

    #[test]
    fn spread_parameters_take_part() {
        let params = |a: &str, b: &str| {
            format!(
                "params = [{{ name = \"a\", type = \"{a}\", doc = \"D.\" }}, \
                 {{ name = \"{b}\", type = \"u64\", doc = \"D.\" }}]"
            )
        };
        assert_eq!(report(&function("rt_f", &params("text", "a_len"))), clash("\"a_len\""));
        assert_eq!(report(&function("rt_f", &params("i64?", "a_present"))), clash("\"a_present\""));
        let result = format!("{}\nresult = \"(a: i64, b: i64)\"", params("i64", "out"));
        assert_eq!(report(&function("rt_f", &result)), clash("\"out\""));
        assert_eq!(report(&function("rt_f", &params("i64", "a_len"))), []);
    }
}
