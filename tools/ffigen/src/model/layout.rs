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
        Ty::Scalar(scalar) => Layout { size_bytes: scalar.size_bytes(), align_bytes: scalar.size_bytes() },
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
