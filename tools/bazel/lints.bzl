"""The lint levels of [workspace.lints] in Cargo.toml as flags of rustc, so that cargo and Bazel cannot disagree."""

def _lints_impl(rctx):
    flags = []
    prefix = None
    for line in rctx.read(rctx.attr._manifest).splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[]")
            tool = section.removeprefix("workspace.lints.")
            prefix = None if tool == section else "" if tool == "rust" else tool + "::"
        elif prefix != None and line and not line.startswith("#"):
            lint, _, level = line.partition("=")
            level = level.strip().strip("\"")
            if level not in ["allow", "warn", "deny", "forbid"]:
                fail("Cargo.toml: write the level of the lint `{}` as \"warn\" or \"deny\"".format(lint.strip()))
            flags.append("--{}={}{}".format(level, prefix, lint.strip()))
    rctx.file("BUILD.bazel", "")
    rctx.file("lints.bzl", "LINT_FLAGS = {}\n".format(repr(flags)))

lints = repository_rule(
    implementation = _lints_impl,
    doc = "Offers LINT_FLAGS, read from Cargo.toml.",
    attrs = {
        "_manifest": attr.label(default = "//:Cargo.toml", allow_single_file = True),
    },
)
