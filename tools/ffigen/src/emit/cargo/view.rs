//! Model -> view of the Cargo package.

use super::name;
use crate::emit::text;
use crate::model::Draft;
use serde::Serialize;

/// All that `Cargo.toml` needs; strings are quoted.
#[derive(Debug, Serialize)]
pub struct View {
    package: String,
    description: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Serialize)]
struct Dependency {
    name: String,
    requirement: String,
}

/// The view of a module's package.
pub fn view(draft: &Draft) -> View {
    let dependency = |item: &crate::model::Dependency| Dependency {
        name: item.name.clone(),
        requirement: name::requirement(item),
    };
    View {
        package: name::string(&name::package(&draft.module.name)),
        description: name::string(&text::summary(&draft.module.doc)),
        dependencies: draft.module.dependencies.iter().map(dependency).collect(),
    }
}
