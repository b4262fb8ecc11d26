//! A spec becomes a draft: names become ids, defaults are filled in, families are expanded, free functions are added.
//!
//! What has no meaning is reported here (unknown types, codes, placeholders, numbers that their
//! field cannot hold); whether something meaningful is also allowed is for `check` to say.
//!
//! Invariant: a draft always comes out; what could not be resolved is replaced by a harmless
//! stand-in, so that the rules can run and report the other mistakes too.

mod family;
mod free;
mod grammar;
mod parts;
mod types;

use diag::{Diagnostic, Span};

use crate::code;
use crate::model::{
    BOUND_END, BOUND_START, Dependency, Draft, Enum, EnumValue, ErrorCase, Failure, Field, FnId,
    Function, Handle, Module, Param, Provider, Record, RecordId, Role, Struct, StructId,
    StructOrigin, Text, Ty,
};
use crate::similar::similar;
use crate::spec::{self, Spec, Str};
use family::Expanded;
use types::{Place, Resolved, TypeNames};

/// What every module takes from the base spec.
#[derive(Debug, Clone, Default)]
pub struct Base {
    /// Error codes: name and number.
    pub codes: Vec<(String, i32)>,
    /// Functions that every library exports besides its own.
    pub symbols: Vec<String>,
}

impl Base {
    /// The base that a draft of base.toml gives.
    pub fn of(draft: &Draft) -> Base {
        let error = draft.enums.iter().find(|item| item.name == "Error");
        Base {
            codes: error.map_or_else(Vec::new, |item| {
                // Number 0 says that there was no error, so no function can list it.
                let values = item.values.iter().filter(|value| value.value != 0);
                values.map(|value| (value.name.clone(), value.value)).collect()
            }),
            symbols: draft.functions.iter().map(|function| function.name.clone()).collect(),
        }
    }
}

/// Resolves a spec. Without a base the spec is itself the base: its own enum `Error` gives the codes.
pub fn resolve(spec: &Spec, base: Option<&Base>) -> (Draft, Vec<Diagnostic>) {
    let mut resolver = Resolver {
        draft: Draft::default(),
        names: TypeNames::of(spec),
        codes: Vec::new(),
        diagnostics: Vec::new(),
    };
    resolver.module(spec);
    resolver.handles(spec);
    resolver.enums(spec);
    resolver.codes = match base {
        Some(base) => base.codes.clone(),
        None => Base::of(&resolver.draft).codes,
    };
    let errors = spec.module.errors.iter().filter_map(|pair| resolver.error_case(pair)).collect();
    resolver.draft.module.errors = errors;
    resolver.structs(spec);
    for item in &spec.functions {
        for expanded in family::expand(item, &mut resolver.diagnostics) {
            let id = FnId(resolver.draft.functions.len() as u32);
            let function = resolver.function(&expanded, item.name.span, id);
            resolver.draft.functions.push(function);
        }
    }
    free::mark_list_structs(&mut resolver.draft);
    free::add_functions(&mut resolver.draft);
    (resolver.draft, resolver.diagnostics)
}

struct Resolver {
    draft: Draft,
    names: TypeNames,
    codes: Vec<(String, i32)>,
    diagnostics: Vec<Diagnostic>,
}

fn text(value: &Str) -> Text {
    Text { text: value.text.clone(), span: value.span, exact: value.exact }
}

fn texts(values: Option<&Vec<Str>>) -> Vec<Text> {
    values.map_or_else(Vec::new, |values| values.iter().map(text).collect())
}

fn record(item: &spec::Record) -> Record {
    let id = |item: &spec::RecordId| RecordId {
        kind: text(&item.kind),
        params: texts(item.params.as_ref()),
        results: texts(item.results.as_ref()),
    };
    Record {
        origin: text(&item.origin),
        handles: texts(item.handles.as_ref()),
        files: texts(item.files.as_ref()),
        ids: item.ids.iter().map(id).collect(),
    }
}

/// Documentation as paragraphs: blanks around it come from the form of the TOML string, not from the author.
fn doc(value: &Str) -> String {
    value.text.trim().to_owned()
}

/// The documentation of a handle kind, which says so where its values belong to a thread.
fn handle_doc(item: &spec::Handle) -> String {
    match &item.bound {
        None => doc(&item.doc),
        Some(until) => format!(
            "{}\n{BOUND_START}{}{BOUND_END}that uses it gets HANDLE_BUSY. When that thread has ended, the next \
             thread that uses it becomes its owner.",
            doc(&item.doc),
            until.text.trim()
        ),
    }
}

impl Resolver {
    fn module(&mut self, spec: &Spec) {
        let module = &spec.module;
        self.draft.module = Module {
            name: module.name.text.clone(),
            name_span: module.name.span,
            doc: doc(&module.doc),
            provider: self.provider(module.provider.as_ref()),
            errors: Vec::new(),
            items: module.items.as_ref().map(text),
            item_lines: Vec::new(),
            dependencies: spec
                .dependencies
                .iter()
                .map(|entry| Dependency {
                    name: entry.name.text.clone(),
                    requirement: entry.version.text.clone(),
                    features: entry.features.iter().map(|feature| feature.text.clone()).collect(),
                    default_features: entry.default_features.unwrap_or(true),
                    span: entry.version.span,
                })
                .collect(),
            abi_hash: 0,
            record: spec.record.as_ref().map(record),
            predecessors: Vec::new(),
        };
    }

    fn provider(&mut self, value: Option<&Str>) -> Provider {
        let Some(value) = value else { return Provider::default() };
        match value.text.as_str() {
            "generated" => Provider::Generated,
            "hand_written" => Provider::HandWritten,
            other => {
                let meant = similar(other, ["generated", "hand_written"]);
                let help = match meant {
                    Some(meant) => format!("write `{meant}`"),
                    None => "write `generated` (the default) or `hand_written`".to_owned(),
                };
                let mistake =
                    Diagnostic::error(code::UNKNOWN_VALUE, format!("unknown provider `{other}`"))
                        .label(value.span, "neither `generated` nor `hand_written`")
                        .help(help);
                self.diagnostics.push(mistake);
                Provider::default()
            }
        }
    }

    fn handles(&mut self, spec: &Spec) {
        for item in &spec.handles {
            let tag = item.tag.value;
            if !(1..=4095).contains(&tag) {
                let mistake = Diagnostic::error(
                    code::BAD_TAG,
                    format!("tag {tag} of handle `{}` is out of range", item.name.text),
                )
                .label(item.tag.span, "a tag is 1..=4095: handle values hold it in 12 bits")
                .help(
                    "take a free number of this module's range; specs/README.md lists the ranges",
                );
                self.diagnostics.push(mistake);
            }
            self.draft.handles.push(Handle {
                name: item.name.text.clone(),
                name_span: item.name.span,
                doc: handle_doc(item),
                tag: u16::try_from(tag).unwrap_or(0),
                tag_span: item.tag.span,
                rust: item.rust.as_ref().map(text).unwrap_or_default(),
                sample: text(&item.sample),
                bound: item.bound.as_ref().map(text),
            });
        }
    }

    fn enums(&mut self, spec: &Spec) {
        for item in &spec.enums {
            let mut values = Vec::with_capacity(item.values.len());
            for value in &item.values {
                let number = value.value.value.clamp(i32::MIN.into(), i32::MAX.into());
                if number != value.value.value {
                    let title = format!(
                        "value {} of `{}` is out of range",
                        value.value.value, value.name.text
                    );
                    let mistake = Diagnostic::error(code::ENUM_VALUE, title)
                        .label(value.value.span, "an enum is an `int32_t` at the boundary")
                        .help(format!("take a number from {} to {}", i32::MIN, i32::MAX));
                    self.diagnostics.push(mistake);
                }
                values.push(EnumValue {
                    name: value.name.text.clone(),
                    name_span: value.name.span,
                    value: number as i32,
                    value_span: value.value.span,
                    doc: doc(&value.doc),
                });
            }
            self.draft.enums.push(Enum {
                name: item.name.text.clone(),
                name_span: item.name.span,
                doc: doc(&item.doc),
                values,
            });
        }
    }

    fn structs(&mut self, spec: &Spec) {
        for item in &spec.structs {
            let fields = item
                .fields
                .iter()
                .map(|field| {
                    let resolved = self.ty(&field.ty, Place::Elsewhere);
                    Field {
                        name: field.name.text.clone(),
                        name_span: field.name.span,
                        ty: resolved.ty,
                        ty_span: resolved.span,
                        doc: doc(&field.doc),
                    }
                })
                .collect();
            self.draft.structs.push(Struct {
                name: item.name.text.clone(),
                name_span: item.name.span,
                doc: doc(&item.doc),
                origin: StructOrigin::Declared,
                is_tuple: item.tuple.unwrap_or(false),
                fields,
                used_in_list: false,
            });
        }
    }

    fn function(&mut self, expanded: &Expanded, item_span: Span, id: FnId) -> Function {
        let item = expanded.function.as_ref();
        let params = item
            .params
            .iter()
            .map(|param| {
                let resolved = self.type_of(expanded, &param.ty, Place::Elsewhere);
                Param {
                    name: param.name.text.clone(),
                    name_span: param.name.span,
                    ty: resolved.ty,
                    ty_span: resolved.span,
                    doc: doc(&param.doc),
                }
            })
            .collect();
        let result = match &item.result {
            Some(result) => {
                let place = Place::Result { function: id, name: &item.name.text };
                self.type_of(expanded, result, place)
            }
            None => Resolved { ty: Ty::Unit, span: item.name.span, is_known: true },
        };
        if result.is_known {
            parts::document(&mut self.draft, item, id, &mut self.diagnostics);
        }
        let failure = match &item.failure {
            // The value cannot be held against a type that nobody knows.
            Some(failure) if result.is_known => match failure.value {
                spec::Failure::Int(value) => Failure::Int(value),
                spec::Failure::Float(value) => Failure::Float(value),
            },
            _ => Failure::Default,
        };
        let (wrappers, wrapper_spans) = wrappers(item);
        Function {
            name: item.name.text.clone(),
            name_span: item.name.span,
            item_span,
            role: Role::Declared,
            doc: doc(&item.doc),
            threads: item.threads.as_ref().map(doc),
            params,
            result: result.ty,
            result_span: result.span,
            failure,
            failure_span: item.failure.map_or(item.name.span, |failure| failure.span),
            errors: item.errors.iter().filter_map(|pair| self.error_case(pair)).collect(),
            wrappers,
            wrapper_spans,
            example: Some(text(&item.example)),
            body: item.body.as_ref().map(text),
            body_lines: Vec::new(),
            keeps_error: item.keeps_error.is_some_and(|keeps| keeps.value),
        }
    }

    fn error_case(&mut self, pair: &spec::Pair) -> Option<ErrorCase> {
        let name = &pair.key.text;
        if let Some((_, number)) = self.codes.iter().find(|(known, _)| known == name) {
            return Some(ErrorCase {
                code: name.clone(),
                number: *number,
                span: pair.key.span,
                when: doc(&pair.value),
            });
        }
        let mistake =
            Diagnostic::error(code::UNKNOWN_ERROR, format!("unknown error code `{name}`"))
                .label(pair.key.span, "the enum `Error` of base.toml has no such value");
        let help = match similar(name, self.codes.iter().map(|(known, _)| known.as_str())) {
            Some(meant) => format!("write `{meant}`"),
            None => "take the code of base.toml that fits best".to_owned(),
        };
        self.diagnostics.push(mistake.help(help));
        None
    }

    fn ty(&mut self, value: &Str, place: Place) -> Resolved {
        self.names.resolve(value, place, &mut self.draft).unwrap_or_else(|mistake| {
            self.diagnostics.push(mistake.diagnostic);
            stand_in(value)
        })
    }

    /// The type of a parameter or result, which a family may have made: a name that nobody knows is shown where its
    /// member gives it.
    fn type_of(&mut self, expanded: &Expanded, value: &Str, place: Place) -> Resolved {
        if expanded.is_incomplete(value) {
            return stand_in(value);
        }
        self.names.resolve(value, place, &mut self.draft).unwrap_or_else(|mut mistake| {
            let given = mistake.unknown.as_ref().and_then(|name| expanded.value(name));
            if let Some(given) = given {
                let label = &mut mistake.diagnostic.primary;
                let pattern = std::mem::replace(&mut label.span, given);
                mistake.diagnostic =
                    mistake.diagnostic.also(pattern, "the type that it is part of");
            }
            self.diagnostics.push(mistake.diagnostic);
            stand_in(value)
        })
    }
}

/// A scalar fits every place, so no rule speaks about it again.
fn stand_in(value: &Str) -> Resolved {
    let ty = Ty::Scalar(crate::model::ty::Scalar::I64);
    Resolved { ty, span: value.span, is_known: false }
}

/// The wrapper names, as written or by default, with their places.
fn wrappers(item: &spec::Function) -> (Vec<String>, Vec<Span>) {
    match &item.wrappers {
        Some(wrappers) => {
            wrappers.iter().map(|wrapper| (wrapper.text.clone(), wrapper.span)).unzip()
        }
        None => {
            let name = item.name.text.strip_prefix("rt_").unwrap_or(&item.name.text);
            (vec![name.to_owned()], vec![item.name.span])
        }
    }
}

/// The struct that a tuple result becomes.
fn tuple_struct(
    draft: &mut Draft,
    function: FnId,
    name: String,
    span: Span,
    fields: Vec<Field>,
) -> StructId {
    let id = StructId(draft.structs.len() as u32);
    draft.structs.push(Struct {
        name,
        name_span: span,
        doc: String::new(),
        origin: StructOrigin::ResultOf(function),
        is_tuple: true,
        fields,
        used_in_list: false,
    });
    id
}
