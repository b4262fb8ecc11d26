//! x
/// x
pub fn view(_d: &crate::model::Draft) -> String { String::new() }
