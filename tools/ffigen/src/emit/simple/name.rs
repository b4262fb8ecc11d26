//! Every name that the Simple module adds to those of the ABI.

use crate::model::{Draft, EnumId, symbol};

/// The constant that holds an enumeration's value: `FILE_KIND_REGULAR`.
pub fn constant(draft: &Draft, id: EnumId, index: usize) -> String {
    symbol::enum_value(draft, id, index).trim_start_matches("RT_").to_owned()
}
