//! The template environment: every template by `include_str!`, and the settings that make a mistake in one loud.
//!
//! Templates decide nothing (invariant I3): views hold finished strings, booleans and lists. An undefined name, an
//! unknown template or a bad tag is therefore a bug in ffigen and panics.

use std::sync::OnceLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        /// Every template with its name below `templates/`.
        const TEMPLATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../templates/", $name)))),*];
    };
}

templates! {
    "c/base.h.j2",
    "c/base_types.h.j2",
    "c/enum.h.j2",
    "c/function.h.j2",
    "c/handle.h.j2",
    "c/header.h.j2",
    "c/struct.h.j2",
    "cargo/Cargo.toml.j2",
    "conformance/assert.c.j2",
    "conformance/elsewhere.c.j2",
    "conformance/example.c.j2",
    "conformance/function.c.j2",
    "conformance/main.c.j2",
    "conformance/prelude.c.j2",
    "conformance/program.c.j2",
    "conformance/twice.c.j2",
    "doc/enum.md.j2",
    "doc/function.md.j2",
    "doc/index.md.j2",
    "doc/page.md.j2",
    "doc/struct.md.j2",
    "rust/bodies.rs.j2",
    "rust/element.rs.j2",
    "rust/enum.rs.j2",
    "rust/free.rs.j2",
    "rust/lib.rs.j2",
    "rust/new.rs.j2",
    "rust/owned_struct.rs.j2",
    "rust/read.rs.j2",
    "rust/recorded.rs.j2",
    "rust/shim.rs.j2",
    "rust/struct.rs.j2",
    "rust/types.rs.j2",
    "rust/versions.rs.j2",
    "simple/constant.spl.j2",
    "simple/module.spl.j2",
    "simple/struct.spl.j2",
    "simple/wrapper.spl.j2",
    "workspace/Cargo.toml.j2",
    "workspace/README.md.j2",
    "workspace/THIRD-PARTY.md.j2",
    "workspace/conformance.rs.j2",
    "workspace/conformance_lib.rs.j2",
    "workspace/minimal.toml.j2",
    "workspace/minimal_build.rs.j2",
    "workspace/root.toml.j2",
    "workspace/umbrella.rs.j2",
}

/// Renders one template with a view.
pub fn render<View: Serialize>(name: &str, view: &View) -> String {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    let rendered = ENVIRONMENT
        .get_or_init(environment)
        .get_template(name)
        .and_then(|template| template.render(Value::from(Serde(view))));
    rendered.unwrap_or_else(|error| panic!("template `{name}`: {error:#}"))
}

/// The environment with every template. It is made once per process: parsing templates costs more
/// than rendering a small module.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .unwrap_or_else(|error| panic!("template syntax: {error:#}"));
    environment.set_syntax(syntax);
    for (path, text) in TEMPLATES {
        environment
            .add_template(path, text)
            .unwrap_or_else(|error| panic!("template `{path}`: {error:#}"));
    }
    environment
}
