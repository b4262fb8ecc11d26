"""The Rust toolchain of this machine as a Bazel toolchain.

rules_rust would download Rust. Instead, the toolchain that rust-toolchain.toml names is taken from where this
machine has it: $RUST_SYSROOT (given by bazelw), or the `rustc` on PATH (Nix shell, rustup, distribution). All
of its files are inputs of the actions that use it, hence another compiler gives other action keys, wherever
it is installed.
"""

_BUILD = """\
# Made by tools/bazel/rust_sysroot.bzl from:
{identity}
load("@rules_rust//rust:toolchain.bzl", "rust_stdlib_filegroup", "rust_toolchain", "rustfmt_toolchain")

package(default_visibility = ["//visibility:public"])

filegroup(
    name = "rustc_lib",
    srcs = glob([
        "bin/*.so",
        "lib/*.so*",
        "lib/rustlib/{triple}/codegen-backends/*.so",
        "lib/rustlib/{triple}/bin/rust-lld",
        "lib/rustlib/{triple}/lib/*.so",
    ], allow_empty = True),
)

rust_stdlib_filegroup(
    name = "rust_std",
    srcs = glob([
        "lib/rustlib/{triple}/lib/*.rlib",
        "lib/rustlib/{triple}/lib/*.rmeta",
        "lib/rustlib/{triple}/lib/*.so",
        "lib/rustlib/{triple}/lib/*.a",
        "lib/rustlib/{triple}/lib/self-contained/**",
    ], allow_empty = True),
)

rust_toolchain(
    name = "rust",
    binary_ext = "",
    cargo = "bin/cargo",
    cargo_clippy = "bin/cargo-clippy",
    clippy_driver = "bin/clippy-driver",
    default_edition = "2024",
    dylib_ext = ".so",
    exec_triple = "{triple}",
    rust_doc = "bin/rustdoc",
    rust_std = ":rust_std",
    rustc = "bin/rustc",
    rustc_lib = ":rustc_lib",
    rustfmt = "bin/rustfmt",
    staticlib_ext = ".a",
    stdlib_linkflags = ["-lpthread", "-ldl"],
    target_triple = "{triple}",
)

toolchain(
    name = "rust_toolchain",
    exec_compatible_with = {constraints},
    target_compatible_with = {constraints},
    toolchain = ":rust",
    toolchain_type = "@rules_rust//rust:toolchain_type",
)

rustfmt_toolchain(
    name = "rustfmt",
    rustc = "bin/rustc",
    rustc_lib = ":rustc_lib",
    rustfmt = "bin/rustfmt",
)

toolchain(
    name = "rustfmt_toolchain",
    exec_compatible_with = {constraints},
    target_compatible_with = {constraints},
    toolchain = ":rustfmt",
    toolchain_type = "@rules_rust//rust/rustfmt:toolchain_type",
)

# For tests that need what rules_rust does not offer, such as the sanitizers' runtimes.
exports_files(glob(["bin/*"]))
"""

_ADVICE = "\nWith rustup: rustup toolchain install {} --profile default"

_CPUS = {"aarch64": "aarch64", "x86_64": "x86_64"}

def _channel(rctx):
    for line in rctx.read(rctx.attr._toolchain_file).splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "channel":
            return value.strip().strip("\"")
    fail("rust-toolchain.toml names no channel")

def _sysroot(rctx, want):
    advice = _ADVICE.format(want)
    sysroot = rctx.getenv("RUST_SYSROOT")
    if sysroot:
        return rctx.path(sysroot)
    rustc = rctx.which("rustc")
    if not rustc:
        fail("There is no rustc on PATH; Rust {} is needed.{}".format(want, advice))

    # In the project's directory, where rustup reads rust-toolchain.toml.
    project = rctx.path(rctx.attr._toolchain_file).dirname
    result = rctx.execute([rustc, "--print", "sysroot"], working_directory = str(project))
    if result.return_code != 0:
        fail("rustc does not run: {}{}".format(result.stderr, advice))
    return rctx.path(result.stdout.strip())

def _rust_sysroot_impl(rctx):
    want = _channel(rctx)
    sysroot = _sysroot(rctx, want)
    result = rctx.execute([sysroot.get_child("bin").get_child("rustc"), "-vV"])
    if result.return_code != 0:
        fail("{}/bin/rustc does not run: {}".format(sysroot, result.stderr))
    facts = dict([line.split(": ", 1) for line in result.stdout.splitlines() if ": " in line])
    if facts["release"] != want:
        wrong = "rust-toolchain.toml asks for Rust {}, but {} is {}."
        fail(wrong.format(want, sysroot, facts["release"]) + _ADVICE.format(want))
    cpu = facts["host"].split("-")[0]
    if cpu not in _CPUS or not facts["host"].endswith("-unknown-linux-gnu"):
        fail("This project is built on x86_64 and aarch64 Linux with glibc, not on {}.".format(facts["host"]))
    for directory in ["bin", "lib"]:
        rctx.symlink(sysroot.get_child(directory), directory)
    rctx.file("BUILD.bazel", _BUILD.format(
        constraints = ["@platforms//cpu:" + _CPUS[cpu], "@platforms//os:linux"],
        identity = "\n".join(["#   " + line for line in result.stdout.splitlines()]),
        triple = facts["host"],
    ))

rust_sysroot = repository_rule(
    implementation = _rust_sysroot_impl,
    doc = "Declares the toolchain that rust-toolchain.toml names, found on this machine.",
    attrs = {
        "_toolchain_file": attr.label(default = "//:rust-toolchain.toml", allow_single_file = True),
    },
    environ = ["RUST_SYSROOT", "PATH"],
    local = False,
)
