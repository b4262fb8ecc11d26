//! Type names to ids: the tree that `grammar` read becomes a `Ty` of the model.
//!
//! Only what has no meaning is refused here: unknown names, borrows of things that are no handle,
//! tuples where no struct can be made of them. Which meaningful type may stand where is a rule in
//! `check`.

use std::collections::HashMap;
use std::ops::Range;

use diag::{Diagnostic, Span};

use super::grammar::{self, Expr, Kind, TupleField};
use super::tuple_struct;
use crate::code;
use crate::model::ty::Scalar;
use crate::model::{
    Access, Callback, CallbackId, Draft, EnumId, Field, FnId, HandleId, StructId, Ty, symbol,
};
use crate::similar::similar;
use crate::spec::{Spec, Str};

/// Where a type stands, as far as it changes what it means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// The result of a function, where a tuple becomes a struct named after it.
    Result {
        /// The function's id.
        function: FnId,
        /// The function's name.
        name: &'a str,
    },
    /// A parameter or field.
    Elsewhere,
}

/// A type and its place in the file.
pub(super) struct Resolved {
    /// The type.
    pub(super) ty: Ty,
    /// Where it stands.
    pub(super) span: Span,
    /// Whether this is what the author wrote, not a stand-in.
    pub(super) is_known: bool,
}

/// Every type name of a spec.
pub(super) struct TypeNames {
    names: HashMap<String, Named>,
    /// The names in the order of the file, with their places: candidates for did-you-mean.
    order: Vec<(String, Span)>,
}

#[derive(Debug, Clone, Copy)]
enum Named {
    Ty(Simple),
    Handle(HandleId),
    Struct(StructId),
    Enum(EnumId),
}

#[derive(Debug, Clone, Copy)]
enum Simple {
    Scalar(Scalar),
    Text,
    Bytes,
}

/// Why a text means no type.
pub(super) struct Mistake {
    /// The message.
    pub(super) diagnostic: Diagnostic,
    /// The name that nobody knows, if that is why.
    pub(super) unknown: Option<String>,
}

impl From<Diagnostic> for Box<Mistake> {
    fn from(diagnostic: Diagnostic) -> Self {
        Box::new(Mistake { diagnostic, unknown: None })
    }
}

impl TypeNames {
    /// The names that a spec declares, and the primitives.
    pub(super) fn of(spec: &Spec) -> TypeNames {
        let mut names = HashMap::new();
        let mut order = Vec::new();
        for (scalar, name) in Scalar::ALL {
            names.insert(name.to_owned(), Named::Ty(Simple::Scalar(scalar)));
        }
        names.insert("text".to_owned(), Named::Ty(Simple::Text));
        names.insert("bytes".to_owned(), Named::Ty(Simple::Bytes));
        let mut add = |name: &Str, named| {
            order.push((name.text.clone(), name.span));
            // Of two items with one name the first counts; `check` reports the other.
            names.entry(name.text.clone()).or_insert(named);
        };
        for (index, item) in spec.handles.iter().enumerate() {
            add(&item.name, Named::Handle(HandleId(index as u32)));
        }
        for (index, item) in spec.structs.iter().enumerate() {
            add(&item.name, Named::Struct(StructId(index as u32)));
        }
        for (index, item) in spec.enums.iter().enumerate() {
            add(&item.name, Named::Enum(EnumId(index as u32)));
        }
        // A name in another form than `UpperCamel` is one mistake, reported at its declaration; what refers to it in
        // the right form finds it.
        for (name, _) in &order {
            if let Some(named) = names.get(name).copied() {
                names.entry(symbol::camel(name)).or_insert(named);
            }
        }
        TypeNames { names, order }
    }

    /// The type that a `type` or `result` key means.
    pub(super) fn resolve(
        &self,
        value: &Str,
        place: Place,
        draft: &mut Draft,
    ) -> Result<Resolved, Box<Mistake>> {
        let context = Context { names: self, value };
        let expr = grammar::parse(&value.text).map_err(|mistake| {
            Diagnostic::error(code::BAD_TYPE, format!("`{}` is no type", shorten(&value.text)))
                .label(context.span(&mistake.range), mistake.what)
                .help(mistake.help)
        })?;
        let span = context.span(&expr.range);
        let ty = match (&expr.kind, place) {
            (Kind::Tuple(fields), Place::Result { function, name }) => {
                let fields = context.tuple_fields(fields, draft)?;
                let name =
                    format!("{}Result", symbol::camel(name.strip_prefix("rt_").unwrap_or(name)));
                Ty::Struct(tuple_struct(draft, function, name, span, fields))
            }
            _ => context.ty(&expr, draft)?,
        };
        Ok(Resolved { ty, span, is_known: true })
    }
}

/// A type's text is wide enough for a title up to here.
fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    text.chars().take(57).chain("...".chars()).collect()
}

struct Context<'a> {
    names: &'a TypeNames,
    value: &'a Str,
}

impl Context<'_> {
    /// A range of the text as a span of the file: exact if the file holds the text byte by byte.
    fn span(&self, range: &Range<usize>) -> Span {
        match self.value.exact {
            Some(base) => Span::new(base + range.start, base + range.end),
            None => self.value.span,
        }
    }

    fn tuple_fields(
        &self,
        fields: &[TupleField],
        draft: &mut Draft,
    ) -> Result<Vec<Field>, Box<Mistake>> {
        fields
            .iter()
            .map(|field| {
                Ok(Field {
                    name: field.name.clone(),
                    name_span: self.span(&field.name_range),
                    ty: self.ty(&field.ty, draft)?,
                    ty_span: self.span(&field.ty.range),
                    doc: String::new(),
                })
            })
            .collect()
    }

    fn ty(&self, expr: &Expr, draft: &mut Draft) -> Result<Ty, Box<Mistake>> {
        Ok(match &expr.kind {
            Kind::Name(name) => match self.named(name, expr)? {
                Named::Ty(Simple::Scalar(scalar)) => Ty::Scalar(scalar),
                Named::Ty(Simple::Text) => Ty::Text,
                Named::Ty(Simple::Bytes) => Ty::Bytes,
                Named::Handle(id) => Ty::Handle(id, Access::Owned),
                Named::Struct(id) => Ty::Struct(id),
                Named::Enum(id) => Ty::Enum(id),
            },
            Kind::List(element) => Ty::List(Box::new(self.ty(element, draft)?)),
            Kind::Option(inner) => Ty::Option(Box::new(self.ty(inner, draft)?)),
            Kind::Shared(inner) => self.borrow(expr, inner, Access::Shared)?,
            Kind::Exclusive(inner) => self.borrow(expr, inner, Access::Exclusive)?,
            Kind::Owned(inner) => Ty::Owned(Box::new(self.ty(inner, draft)?)),
            Kind::Tuple(_) => return Err(self.misplaced_tuple(expr)),
            Kind::Callback(params, result) => {
                let params =
                    params.iter().map(|param| self.ty(param, draft)).collect::<Result<_, _>>()?;
                let result = match result {
                    Some(result) => self.ty(result, draft)?,
                    None => Ty::Unit,
                };
                Ty::Callback(callback_id(draft, Callback { params, result }))
            }
        })
    }

    fn named(&self, name: &str, expr: &Expr) -> Result<Named, Box<Mistake>> {
        if let Some(named) = self.names.names.get(name) {
            return Ok(*named);
        }
        let mut mistake = Diagnostic::error(code::UNKNOWN_TYPE, format!("unknown type `{name}`"))
            .label(self.span(&expr.range), "no handle, struct, enum, or primitive has this name");
        let declared = self.names.order.iter().map(|(known, _)| known.as_str());
        let primitives =
            Scalar::ALL.into_iter().map(|(_, spelling)| spelling).chain(["text", "bytes"]);
        if let Some(meant) = foreign(name).or_else(|| similar(name, declared.chain(primitives))) {
            if let Some((_, span)) = self.names.order.iter().find(|(known, _)| known == meant) {
                mistake = mistake.also(*span, "a type with a similar name is declared here");
            }
            mistake = mistake.help(format!("write `{meant}`"));
        } else if matches!(name, "void" | "unit" | "nil" | "None" | "none") {
            mistake = mistake.help("leave `result` out of a function that gives nothing");
        } else if !name.starts_with(|ch: char| ch.is_uppercase()) {
            mistake = mistake.help(
                "the types that need no declaration are `bool`, `i8` to `i64`, `u8` to `u64`, `f32`, `f64`, `text` \
                 and `bytes`",
            );
        } else {
            mistake = mistake.help(format!(
                "declare it with `[[struct]]`, `[[enum]]` or `[[handle]]` and `name = \"{name}\"`"
            ));
        }
        Err(Box::new(Mistake { diagnostic: mistake, unknown: Some(name.to_owned()) }))
    }

    fn borrow(&self, expr: &Expr, inner: &Expr, access: Access) -> Result<Ty, Box<Mistake>> {
        if let Kind::Name(name) = &inner.kind
            && let Named::Handle(id) = self.named(name, inner)?
        {
            return Ok(Ty::Handle(id, access));
        }
        let written = self.value.text.get(inner.range.clone()).unwrap_or_default();
        let mistake = Diagnostic::error(
            code::NOT_A_HANDLE,
            format!("`{written}` is borrowed but is no handle"),
        )
        .label(self.span(&expr.range), "only a handle is written with `&`")
        .help(format!("write `{written}`: every parameter is borrowed for the call anyway"));
        Err(mistake.into())
    }

    fn misplaced_tuple(&self, expr: &Expr) -> Box<Mistake> {
        let mistake =
            Diagnostic::error(code::BAD_PLACE, "a tuple stands where only a plain type can")
                .label(self.span(&expr.range), "a tuple can only be the whole result of a function")
                .help("declare a `[[struct]]` with `tuple = true` and write its name here");
        mistake.into()
    }
}

fn callback_id(draft: &mut Draft, callback: Callback) -> CallbackId {
    let known = draft
        .callbacks
        .iter()
        .position(|other| other.params == callback.params && other.result == callback.result);
    let index = known.unwrap_or_else(|| {
        draft.callbacks.push(callback);
        draft.callbacks.len() - 1
    });
    CallbackId(index as u32)
}

/// What is meant by a type name of another language.
fn foreign(name: &str) -> Option<&'static str> {
    Some(match name {
        "String" | "str" | "string" | "Text" | "char" => "text",
        "Bytes" | "Blob" | "blob" | "buffer" => "bytes",
        "int" | "Int" | "integer" | "long" | "isize" | "int64_t" | "ssize_t" => "i64",
        "uint" | "usize" | "size_t" | "uint64_t" => "u64",
        "int32_t" => "i32",
        "uint32_t" => "u32",
        "byte" | "uint8_t" => "u8",
        "float" => "f32",
        "double" | "Float" | "Double" => "f64",
        "boolean" | "Bool" | "Boolean" => "bool",
        _ => return None,
    })
}
