"""The version and the lint levels in Cargo.toml, so that cargo and Bazel cannot disagree."""

def _lints_impl(rctx):
    flags = []
    in_package = False
    prefix = None
    version = None
    for line in rctx.read(rctx.attr._manifest).splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[]")
            in_package = section == "workspace.package"
            tool = section.removeprefix("workspace.lints.")
            prefix = None if tool == section else "" if tool == "rust" else tool + "::"
        elif in_package and line.startswith("version"):
            version = line.partition("=")[2].strip().strip("\"")
        elif prefix != None and line and not line.startswith("#"):
            lint, _, level = line.partition("=")
            level = level.strip().strip("\"")
            if level not in ["allow", "warn", "deny", "forbid"]:
                fail("Cargo.toml: write the level of the lint `{}` as \"warn\" or \"deny\"".format(lint.strip()))
            flags.append("--{}={}{}".format(level, prefix, lint.strip()))
    rctx.file("BUILD.bazel", "")
    if not version:
        fail("Cargo.toml: [workspace.package] has no version")
    rctx.file("lints.bzl", "LINT_FLAGS = {}\nVERSION = {}\n".format(repr(flags), repr(version)))

lints = repository_rule(
    implementation = _lints_impl,
    doc = "Offers LINT_FLAGS and VERSION, read from Cargo.toml.",
    attrs = {
        "_manifest": attr.label(default = "//:Cargo.toml", allow_single_file = True),
    },
)
