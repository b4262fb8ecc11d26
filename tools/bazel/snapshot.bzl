"""Snapshots: one macro for a suite that compares with them, one rule for the target that accepts new ones.

A suite is one program (see tests/src/snapshot.rs). As a test it compares and writes nothing; `bazel run`
of the accepting target starts the same program on the workspace itself.
"""

load("@rules_rust//rust:defs.bzl", "rust_test")
load(":rust.bzl", "EDITION", "RUSTC_FLAGS")

def snapshot_suite(name, src, data = [], deps = []):
    """A test that compares what it makes with stored snapshots.

    Args:
      name: Name of the test, e.g. "ffigen_test".
      src: Its program, with a main function of its own that calls tests::snapshot::run, e.g. "ffigen.rs".
      data: What it reads: inputs and snapshots.
      deps: Crates.
    """
    rust_test(
        name = name,
        size = "small",
        srcs = [src],
        crate_root = src,
        data = data + [Label("//:.config/insta.yaml")],
        edition = EDITION,
        rustc_flags = RUSTC_FLAGS,
        use_libtest_harness = False,
        visibility = ["//snapshots:__pkg__"],
        deps = deps,
    )

def _accept_impl(ctx):
    script = ctx.actions.declare_file(ctx.label.name)
    lines = [
        "#!/usr/bin/env bash",
        "# Runs each suite on the workspace in the mode that writes snapshots.",
        "set -euo pipefail",
        ": \"${{BUILD_WORKSPACE_DIRECTORY:?start this with: bazel run {}}}\"".format(ctx.label),
        "export SNAPSHOTS=accept",
        "status=0",
    ]
    lines += ["./{} || status=$?".format(suite.short_path) for suite in ctx.files.suites]
    lines.append("exit $status")
    ctx.actions.write(script, "\n".join(lines) + "\n", is_executable = True)
    runfiles = [suite[DefaultInfo].default_runfiles for suite in ctx.attr.suites]
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(files = ctx.files.suites).merge_all(runfiles),
    )]

snapshot_accept = rule(
    implementation = _accept_impl,
    doc = "`bazel run` of it accepts what the suites make: writes their snapshots, removes those without a case.",
    attrs = {
        "suites": attr.label_list(mandatory = True, doc = "Targets of snapshot_suite."),
    },
    executable = True,
)
