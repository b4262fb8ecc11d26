//! How Simple spells identifiers, types and signatures: what the Simple module and the reference page share.

use crate::model::ty::Ty;
use crate::model::{Draft, Function, Param, Role, Struct, StructId, StructOrigin};

/// Words that are no identifiers in Simple.
const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "const", "continue", "elif", "else",
    "enum", "export", "extern", "false", "fn", "for", "from", "if", "impl", "import", "in", "is",
    "let", "loop", "match", "mut", "nil", "not", "or", "pass", "pub", "return", "self", "static",
    "struct", "trait", "true", "type", "use", "val", "var", "while", "with", "yield",
];

/// An identifier: a keyword gets an underscore behind it.
pub fn ident(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// A type in an extern or wrapper. Handles and enumerations are numbers, an optional handle one of which 0 is none.
pub fn ty(draft: &Draft, ty: &Ty) -> String {
    match ty {
        Ty::Unit => "()".to_owned(),
        Ty::Scalar(scalar) => scalar.spelling().to_owned(),
        Ty::Text => "text".to_owned(),
        Ty::Bytes => "[u8]".to_owned(),
        Ty::List(item) => format!("[{}]", self::ty(draft, item)),
        Ty::Option(inner) if matches!(**inner, Ty::Handle(..)) => self::ty(draft, inner),
        Ty::Option(inner) => format!("{}?", self::ty(draft, inner)),
        Ty::Struct(id) => strukt(draft, *id),
        Ty::Enum(_) => "i32".to_owned(),
        Ty::Handle(..) => "i64".to_owned(),
        Ty::Callback(id) => {
            let callback = draft.callback(*id);
            let params: Vec<String> =
                callback.params.iter().map(|param| self::ty(draft, param)).collect();
            format!("fn({}){}", params.join(", "), result(draft, &callback.result))
        }
        Ty::Owned(inner) => self::ty(draft, inner),
    }
}

/// ` -> T`, or nothing for a function that gives nothing.
pub fn result(draft: &Draft, ty: &Ty) -> String {
    match ty {
        Ty::Unit => String::new(),
        ty => format!(" -> {}", self::ty(draft, ty)),
    }
}

fn strukt(draft: &Draft, id: StructId) -> String {
    let item = draft.strukt(id);
    if !is_tuple(item) {
        return item.name.clone();
    }
    let fields: Vec<String> = item.fields.iter().map(|field| ty(draft, &field.ty)).collect();
    format!("({})", fields.join(", "))
}

/// Whether a struct is spelled as a tuple: one that the spec says so of, or the tuple result of a function.
pub fn is_tuple(item: &Struct) -> bool {
    item.is_tuple || matches!(item.origin, StructOrigin::ResultOf(_))
}

/// Whether Simple code may call a function itself: not one that frees what belongs to the language.
pub fn is_callable(function: &Function) -> bool {
    let frees_a_value = matches!(function.role, Role::FreeStruct(_) | Role::FreeList(_));
    !frees_a_value && !function.params.iter().any(|param| matches!(param.ty, Ty::Owned(_)))
}

/// Parameters with their types, joined.
pub fn params(draft: &Draft, function: &Function) -> String {
    let param = |param: &Param| format!("{}: {}", ident(&param.name), ty(draft, &param.ty));
    function.params.iter().map(param).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HandleId;
    use crate::model::ty::Access;

    #[test]
    fn keywords_get_an_underscore() {
        assert_eq!(ident("type"), "type_");
        assert_eq!(ident("path"), "path");
    }

    #[test]
    fn types_are_spelled_in_simple() {
        let draft = Draft::default();
        let list = Ty::List(Box::new(Ty::Text));
        assert_eq!(ty(&draft, &list), "[text]");
        assert_eq!(ty(&draft, &Ty::Bytes), "[u8]");
        assert_eq!(ty(&draft, &Ty::Option(Box::new(list))), "[text]?");
        let handle = Ty::Handle(HandleId(0), Access::Shared);
        assert_eq!(ty(&draft, &Ty::Option(Box::new(handle))), "i64");
        assert_eq!(result(&draft, &Ty::Unit), "");
    }
}
