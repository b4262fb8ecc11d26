"""The Cargo workspace of all modules."""

def _cargo_workspace_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add("workspace")
    args.add_all("--out", [out], expand_directories = False)
    args.add("--base", ctx.file._base)
    args.add_all(ctx.files.baselines, before_each = "--baseline")
    args.add_all(ctx.files.specs)
    ctx.actions.run(
        arguments = [args],
        executable = ctx.executable._ffigen,
        inputs = ctx.files.specs + ctx.files.baselines + [ctx.file._base],
        mnemonic = "Workspace",
        outputs = [out],
    )
    return [DefaultInfo(files = depset([out]))]

cargo_workspace = rule(
    implementation = _cargo_workspace_impl,
    doc = "A directory with a Cargo workspace: what `ffigen workspace` makes of some specs.",
    attrs = {
        "baselines": attr.label_list(allow_files = [".json"], doc = "The committed manifest of each module."),
        "specs": attr.label_list(allow_files = [".toml"], mandatory = True),
        "_base": attr.label(default = "//specs:base.toml", allow_single_file = True),
        # The one that is tested and shipped; for the platform of the build, it would be linked once more.
        "_ffigen": attr.label(default = "//tools/ffigen", executable = True, cfg = "target"),
    },
)
