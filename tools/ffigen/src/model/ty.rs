//! The types that can cross the boundary, and the ids of the items they refer to.
//!
//! A type is a small tree; named items are ids into the arenas of [`crate::model::Draft`], so equal
//! types compare equal.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
    )*};
}

ids! {
    /// Index of a handle kind.
    HandleId,
    /// Index of a struct.
    StructId,
    /// Index of an enumeration.
    EnumId,
    /// Index of a function.
    FnId,
    /// Index of a function pointer type.
    CallbackId,
}

/// A number or truth value that crosses the boundary as itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `bool`: one byte, any non-zero byte is true.
    Bool,
    /// 8-bit signed.
    I8,
    /// 16-bit signed.
    I16,
    /// 32-bit signed.
    I32,
    /// 64-bit signed.
    I64,
    /// 8-bit unsigned.
    U8,
    /// 16-bit unsigned.
    U16,
    /// 32-bit unsigned.
    U32,
    /// 64-bit unsigned.
    U64,
    /// 32-bit IEEE 754.
    F32,
    /// 64-bit IEEE 754.
    F64,
}

impl Scalar {
    /// Every scalar with its spelling in a spec.
    pub const ALL: [(Scalar, &'static str); 11] = [
        (Scalar::Bool, "bool"),
        (Scalar::I8, "i8"),
        (Scalar::I16, "i16"),
        (Scalar::I32, "i32"),
        (Scalar::I64, "i64"),
        (Scalar::U8, "u8"),
        (Scalar::U16, "u16"),
        (Scalar::U32, "u32"),
        (Scalar::U64, "u64"),
        (Scalar::F32, "f32"),
        (Scalar::F64, "f64"),
    ];

    /// The spelling in a spec, which Rust and Simple share.
    pub fn spelling(self) -> &'static str {
        Self::ALL.iter().find(|(scalar, _)| *scalar == self).map_or("", |(_, name)| name)
    }

    /// Size, and alignment, in bytes.
    pub fn size_bytes(self) -> u64 {
        match self {
            Scalar::Bool | Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
            Scalar::I64 | Scalar::U64 | Scalar::F64 => 8,
        }
    }

    /// Whether it is `f32` or `f64`.
    pub fn is_float(self) -> bool {
        matches!(self, Scalar::F32 | Scalar::F64)
    }
}

/// How a parameter uses a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// `&Kind`: shared use for the call.
    Shared,
    /// `&mut Kind`: exclusive use for the call.
    Exclusive,
    /// `Kind`: a parameter is taken away from the caller, a result is new.
    Owned,
}

/// A type at the boundary.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ty {
    /// Nothing; results only.
    Unit,
    /// A number or truth value.
    Scalar(Scalar),
    /// UTF-8 text.
    Text,
    /// Bytes.
    Bytes,
    /// A list.
    List(Box<Ty>),
    /// A value or none.
    Option(Box<Ty>),
    /// A by-value struct, tuple results included.
    Struct(StructId),
    /// An enumeration.
    Enum(EnumId),
    /// A handle.
    Handle(HandleId, Access),
    /// A function pointer; parameters only.
    Callback(CallbackId),
    /// A by-value owned text, bytes or list as parameter; hand-written modules only.
    Owned(Box<Ty>),
}
