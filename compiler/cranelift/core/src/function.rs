//! Function contexts: one function while it is built, and when it is finished.

use crate::declarations::Declarations;
use cranelift_codegen::ir;
use std::sync::Arc;

/// A function whose building is over and whose checks have passed; what a module compiles.
///
/// References to other functions and to data are `ExternalName::User` whose `UserExternalName` has
/// the namespaces and indices of [`Declarations`]. Source locations are those that the caller set.
pub struct FinishedFunction {
    /// The symbol that the caller named.
    pub name: String,
    /// The function.
    pub func: ir::Function,
    /// The module it was built for; `None` if it was built for none.
    pub declarations: Option<Arc<Declarations>>,
}
