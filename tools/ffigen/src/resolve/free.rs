//! The functions that every spec has without declaring them: each thing that a caller can own gets
//! the function that frees it.

use diag::Span;

use crate::model::ty::Scalar;
use crate::model::{
    Access, Draft, Failure, Function, HandleId, Param, Role, StructId, Ty, c_type, symbol,
};

/// Notes which structs are results in lists: only those need a list type and its free function.
pub(super) fn mark_list_structs(draft: &mut Draft) {
    for index in 0..draft.functions.len() {
        if let Some(id) = list_element(&draft.functions[index].result) {
            draft.structs[id.0 as usize].used_in_list = true;
        }
    }
}

/// Adds the free functions: of handles, then of structs and their lists, in the order of declaration.
pub(super) fn add_functions(draft: &mut Draft) {
    let mut added = Vec::new();
    for (index, handle) in draft.handles.iter().enumerate() {
        let id = HandleId(index as u32);
        let kind = &handle.name;
        added.push(Free {
            name: symbol::handle_free(draft, id),
            span: handle.name_span,
            role: Role::FreeHandle(id),
            doc: format!(
                "Ends a `{kind}`. Zero is fine; a handle that was freed before or is of another kind is \
                 an error."
            ),
            param: ("handle", Ty::Handle(id, Access::Owned), format!("The `{kind}`, or 0.")),
        });
    }
    for (index, item) in draft.structs.iter().enumerate() {
        let id = StructId(index as u32);
        if is_direct_result(draft, id)
            && item.fields.iter().any(|field| c_type::is_owned(draft, &field.ty))
        {
            let c_name = symbol::struct_type(draft, id);
            added.push(Free {
                name: symbol::struct_free(draft, id),
                span: item.name_span,
                role: Role::FreeStruct(id),
                doc: format!("Frees what the fields of a `{c_name}` own and zeroes it. Freeing it again is fine."),
                param: ("value", Ty::Struct(id), format!("The `{c_name}` that a function filled in.")),
            });
        }
        if item.used_in_list {
            let c_name = symbol::struct_list_type(draft, id);
            added.push(Free {
                name: symbol::struct_list_free(draft, id),
                span: item.name_span,
                role: Role::FreeList(id),
                doc: format!(
                    "Frees a `{c_name}` with all that its items point to. Null is fine; freeing twice is \
                     an error."
                ),
                param: (
                    "value",
                    Ty::Owned(Box::new(Ty::List(Box::new(Ty::Struct(id))))),
                    "The list, as the function gave it.".to_owned(),
                ),
            });
        }
    }
    draft.functions.extend(added.into_iter().map(Free::into_function));
}

struct Free {
    name: String,
    span: Span,
    role: Role,
    doc: String,
    param: (&'static str, Ty, String),
}

impl Free {
    fn into_function(self) -> Function {
        let (name, ty, doc) = self.param;
        // Structs and lists are values in Simple, which frees them itself; a handle is ended by hand.
        let wrappers = match self.role {
            Role::FreeHandle(_) => vec![self.name.trim_start_matches("rt_").to_owned()],
            _ => Vec::new(),
        };
        Function {
            wrapper_spans: vec![self.span; wrappers.len()],
            wrappers,
            name: self.name,
            name_span: self.span,
            item_span: self.span,
            role: self.role,
            doc: self.doc,
            threads: None,
            params: vec![Param {
                name: name.to_owned(),
                name_span: self.span,
                ty,
                ty_span: self.span,
                doc,
            }],
            result: Ty::Scalar(Scalar::Bool),
            result_span: self.span,
            failure: Failure::Default,
            failure_span: self.span,
            errors: Vec::new(),
            example: None,
            body: None,
            body_lines: Vec::new(),
            keeps_error: false,
        }
    }
}

fn list_element(ty: &Ty) -> Option<StructId> {
    match ty {
        Ty::Option(inner) => list_element(inner),
        Ty::List(element) => match **element {
            Ty::Struct(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

fn is_direct_result(draft: &Draft, id: StructId) -> bool {
    draft.functions.iter().any(|function| function.result == Ty::Struct(id))
}
