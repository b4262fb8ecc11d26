"""The licences of the third-party crates that a library is linked from."""

CratesInfo = provider(
    doc = "Third-party crates and what they say about their licence.",
    fields = {"files": "Depset of their Cargo.toml, LICENSE and NOTICE files."},
)

# A crate's files, beside its code; see tools/bazel/vendor.
_NAMES = ["cargo.toml", "license", "licence", "copying", "notice", "unlicense", "copyright"]

def _is_about_licence(file):
    name = file.basename.lower()
    return name == _NAMES[0] or any([name.startswith(start) for start in _NAMES[1:]])

def _crates_aspect_impl(target, ctx):
    own = []
    if "crates__" in target.label.repo_name:
        own = [file for file in getattr(ctx.rule.files, "compile_data", []) if _is_about_licence(file)]
    deps = [dep for name in ["actual", "crates", "deps"] for dep in _list(getattr(ctx.rule.attr, name, []))]
    return [CratesInfo(files = depset(own, transitive = [dep[CratesInfo].files for dep in deps if CratesInfo in dep]))]

def _list(value):
    return value if type(value) == "list" else [value]

_crates_aspect = aspect(
    implementation = _crates_aspect_impl,
    doc = "What is linked; crates that only help to compile (procedural macros, build scripts) are no part of it.",
    attr_aspects = ["actual", "deps"],
)

def _third_party_licences_impl(ctx):
    files = depset(transitive = [library[CratesInfo].files for library in ctx.attr.libraries])
    args = ctx.actions.args()
    args.add(ctx.outputs.out)
    args.add_all(files)
    ctx.actions.run(
        arguments = [args],
        executable = ctx.executable._tool,
        inputs = files,
        mnemonic = "Licences",
        outputs = [ctx.outputs.out],
    )

third_party_licences = rule(
    implementation = _third_party_licences_impl,
    doc = "One text with every third-party crate in some libraries, its licence and the text of it.",
    attrs = {
        "libraries": attr.label_list(mandatory = True, aspects = [_crates_aspect]),
        "out": attr.output(mandatory = True),
        "_tool": attr.label(default = ":licences", executable = True, cfg = "exec"),
    },
)
