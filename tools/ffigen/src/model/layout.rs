//! Size, alignment and field offsets of everything that crosses the boundary, computed once.
//!
//! Pointers, lengths and `size_t` are 8 bytes: 64-bit targets only, which the header and the Rust crate both assert.

use super::{Draft, StructId, Ty};

/// Size and alignment in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Size in bytes, a multiple of the alignment.
    pub size_bytes: u64,
    /// Alignment in bytes, a power of two.
    pub align_bytes: u64,
}

/// The layout of a struct with the offset of each field in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StructLayout {
    /// Of the whole struct.
    pub layout: Layout,
    /// One offset per field, in declaration order.
    pub offsets_bytes: Vec<u64>,
}

const POINTER_AND_LENGTH: Layout = Layout { size_bytes: 16, align_bytes: 8 };

/// The layout of a type as a C result or struct field.
pub fn of_ty(draft: &Draft, ty: &Ty) -> Layout {
    match ty {
        Ty::Unit => Layout { size_bytes: 0, align_bytes: 1 },
        Ty::Scalar(scalar) => {
            Layout { size_bytes: scalar.size_bytes(), align_bytes: scalar.size_bytes() }
        }
        Ty::Text | Ty::Bytes | Ty::List(_) => POINTER_AND_LENGTH,
        Ty::Enum(_) => Layout { size_bytes: 4, align_bytes: 4 },
        Ty::Handle(..) | Ty::Callback(_) => Layout { size_bytes: 8, align_bytes: 8 },
        Ty::Owned(inner) => of_ty(draft, inner),
        Ty::Struct(id) => of_struct(draft, *id).layout,
        Ty::Option(inner) => match **inner {
            Ty::Scalar(scalar) => {
                // { bool present; T value; }
                let align = scalar.size_bytes();
                Layout { size_bytes: 2 * align, align_bytes: align }
            }
            _ => of_ty(draft, inner),
        },
    }
}

/// The layout of a struct under the C rules: fields in order, each at the next multiple of its alignment.
pub fn of_struct(draft: &Draft, id: StructId) -> StructLayout {
    let mut end = 0;
    let mut align_bytes = 1;
    let mut offsets_bytes = Vec::new();
    for field in &draft.strukt(id).fields {
        let field = of_ty(draft, &field.ty);
        let offset = round_up(end, field.align_bytes);
        offsets_bytes.push(offset);
        end = offset + field.size_bytes;
        align_bytes = align_bytes.max(field.align_bytes);
    }
    let layout = Layout { size_bytes: round_up(end, align_bytes), align_bytes };
    StructLayout { layout, offsets_bytes }
}

fn round_up(value: u64, align: u64) -> u64 {
    value.div_ceil(align) * align
}

#[cfg(test)]
mod tests {
    use super::super::ty::Scalar;
    use super::super::{Field, Struct, StructOrigin};
    use super::*;

    fn strukt(fields: &[Ty]) -> (Draft, StructId) {
        let field = |ty: &Ty| Field {
            name: "field".to_owned(),
            name_span: Default::default(),
            ty: ty.clone(),
            ty_span: Default::default(),
            doc: String::new(),
        };
        let item = Struct {
            name: "Sample".to_owned(),
            name_span: Default::default(),
            doc: String::new(),
            origin: StructOrigin::Declared,
            is_tuple: false,
            fields: fields.iter().map(field).collect(),
            used_in_list: false,
        };
        (Draft { structs: vec![item], ..Draft::default() }, StructId(0))
    }

    fn layout(fields: &[Ty]) -> (u64, u64, Vec<u64>) {
        let (draft, id) = strukt(fields);
        let StructLayout { layout, offsets_bytes } = of_struct(&draft, id);
        (layout.size_bytes, layout.align_bytes, offsets_bytes)
    }

    const BOOL: Ty = Ty::Scalar(Scalar::Bool);
    const I16: Ty = Ty::Scalar(Scalar::I16);
    const I32: Ty = Ty::Scalar(Scalar::I32);
    const F64: Ty = Ty::Scalar(Scalar::F64);

    #[test]
    fn fields_stand_at_multiples_of_their_alignment() {
        assert_eq!(layout(&[BOOL, I32, BOOL, F64]), (24, 8, vec![0, 4, 8, 16]));
        assert_eq!(layout(&[BOOL, I16, BOOL]), (6, 2, vec![0, 2, 4]));
        assert_eq!(layout(&[BOOL, Ty::Text, I32]), (32, 8, vec![0, 8, 24]));
    }

    #[test]
    fn an_optional_scalar_is_a_flag_and_a_value() {
        let option = |ty: Ty| Ty::Option(Box::new(ty));
        assert_eq!(layout(&[option(BOOL), option(I32), option(F64)]), (32, 8, vec![0, 4, 16]));
        assert_eq!(layout(&[option(Ty::Text)]), (16, 8, vec![0]));
    }

    #[test]
    fn no_field_means_no_bytes() {
        assert_eq!(layout(&[]), (0, 1, vec![]));
    }
}
