//! Every name that the Simple module adds to those of the ABI.

use crate::model::{Draft, EnumId, HandleId, symbol};

/// The constant that holds an enumeration's value: `FILE_KIND_REGULAR`.
pub fn constant(draft: &Draft, id: EnumId, index: usize) -> String {
    symbol::enum_value(draft, id, index).trim_start_matches("RT_").to_owned()
}

/// The constant that holds a handle kind's tag: `KIND_FILE_LOCK`.
pub fn kind(draft: &Draft, id: HandleId) -> String {
    symbol::kind_macro(draft, id).trim_start_matches("RT_").to_owned()
}
