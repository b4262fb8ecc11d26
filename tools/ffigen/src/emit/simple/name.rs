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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Enum, EnumValue};

    #[test]
    fn constants_are_named_like_those_of_c_without_the_prefix() {
        let value = EnumValue {
            name: "NOT_FOUND".to_owned(),
            name_span: Default::default(),
            value: 30,
            value_span: Default::default(),
            doc: String::new(),
        };
        let item = Enum {
            name: "Error".to_owned(),
            name_span: Default::default(),
            doc: String::new(),
            values: vec![value],
        };
        let draft = Draft { enums: vec![item], ..Draft::default() };
        assert_eq!(constant(&draft, EnumId(0), 0), "ERROR_NOT_FOUND");
    }
}
