"""The minimal runtime: a hand-written provider of some functions of generated modules."""

load("@bazel_skylib//rules:build_test.bzl", "build_test")
load("@bazel_skylib//rules:write_file.bzl", "write_file")
load("@rules_rust//rust:defs.bzl", "rust_library", "rust_shared_library", "rust_static_library")
load("//ffi/private:header.bzl", "ffi_header", "umbrella_header")
load("//ffi/private:abi_tests.bzl", "symbols_test")
load("//ffi/private:tests.bzl", "conformance_test")
load("//tools/bazel:glibc_floor.bzl", "GLIBC_FLOOR_DIR")
load("//tools/bazel:rust.bzl", "EDITION", "RUSTC_FLAGS")

# For size, and without unwinding: the linker then drops all that only panics would need.
_SMALL = ["-Copt-level=s", "-Ccodegen-units=1", "-Cpanic=abort"]

# The functions of other modules are not there. An example that calls one fails when it runs.
_PARTIAL = ["-Wl,--unresolved-symbols=ignore-all", "-no-pie"]

# The version symbols of manifests, those of the predecessors included; see "Versions" in ARCHITECTURE.md.
_VERSIONS = r"""
function version(hash) {
    printf "\n#[unsafe(no_mangle)]\nextern \"C\" fn rt_abi_%s_%s() -> u64 {\n    0x%s\n}\n", module, hash, current
}
/^  "module":/ { split($$0, part, "\""); module = part[4] }
/^  "abi_hash":/ { split($$0, part, "\""); current = part[4]; version(current) }
/^  "predecessors":/ { is_inside = 1; next }
is_inside && /]/ { is_inside = 0 }
is_inside { split($$0, part, "\""); version(part[2]) }
"""

def minimal_runtime(name, srcs, compile_data, crate_name, root, functions, modules, deps):
    """:NAME_shared, :NAME_static and :NAME_h, and the tests that hold them to the specs.

    Args:
      name: The libraries are libNAME.so and libNAME.a, the umbrella header NAME.h.
      srcs: Sources of the crate.
      compile_data: Files that it includes.
      crate_name: Its name.
      root: The root of the libraries, without the versions of the modules.
      functions: The names of the functions.
      modules: The modules that these are functions of, e.g. ["io"].
      deps: What the crate uses.
    """
    packages = ["//ffi/rt:ffi_base"] + ["//ffi/{0}:ffi_{0}".format(module) for module in modules]
    manifests = [package + "_abi" for package in packages]
    write_file(name = name + "_functions", out = name + "_functions.txt", content = functions + [""])
    native.genrule(
        name = name + "_root",
        srcs = [root] + manifests,
        outs = [name + "_root/lib.rs"],
        cmd = "{{ cat $(execpath {}) && awk '{}' {}; }} > $@".format(
            root,
            _VERSIONS,
            " ".join(["$(execpath {})".format(manifest) for manifest in manifests]),
        ),
    )
    _libraries(name, srcs, compile_data, crate_name, deps)
    umbrella_header(
        name = name + "_h_file",
        out = name + ".h",
        includes = ["rt_{}.h".format(module) for module in ["base"] + modules],
    )
    ffi_header(
        name = name + "_h",
        hdrs = [name + "_h_file"],
        visibility = ["//visibility:public"],
        deps = [package + "_h" for package in packages],
    )
    symbols_test(
        name = "symbols_test",
        functions = name + "_functions.txt",
        library = name + "_shared",
        manifests = manifests,
    )
    _signatures_test("signatures_test", manifests, name + "_functions.txt", name + "_crate")
    for module, package in zip(["base"] + modules, packages):
        conformance_test(
            name = module + "_conformance_test",
            srcs = [package + "_conformance_c"] + ([] if module == "base" else ["stand_in.c"]),
            args = [] if module == "base" else functions,
            linkopts = [] if module == "base" else _PARTIAL,
            deps = [package + "_h", name + "_conformance_static"],
        )

def _libraries(name, srcs, compile_data, crate_name, deps):
    """The crate built for size, and what is linked from it; once more for the conformance tests."""
    for suffix, testonly, features in [("", False, []), ("_conformance", True, ["conformance"])]:
        crate = name + suffix + "_crate"
        rust_library(
            name = crate,
            testonly = testonly,
            srcs = srcs,
            compile_data = compile_data,
            crate_features = features,
            crate_name = crate_name,
            edition = EDITION,
            rustc_flags = RUSTC_FLAGS + _SMALL,
            deps = deps,
        )
        rust_static_library(
            name = name + suffix + "_static",
            testonly = testonly,
            srcs = [name + "_root"],
            crate_name = name + suffix,
            edition = EDITION,
            rustc_flags = _SMALL,
            visibility = ["//visibility:public"],
            deps = [crate],
        )
    rust_shared_library(
        name = name + "_shared",
        srcs = [name + "_root"],
        compile_data = [GLIBC_FLOOR_DIR],
        crate_name = name,
        edition = EDITION,
        rustc_flags = _SMALL + ["-Cstrip=symbols"] + ["-Clink-arg=" + arg for arg in [
            "-L$(execpath {})".format(GLIBC_FLOOR_DIR),
            "-lc",
            "-lpthread",
            "-Wl,--no-undefined",
            "-Wl,-soname,lib{}.so".format(name),
            "-Wl,-z,nodelete",
        ]],
        visibility = ["//visibility:public"],
        deps = [name + "_crate"],
    )

def _signatures_test(name, manifests, functions, crate):
    """The crate's functions have the signatures of the manifests: it compiles beside assertions made from those."""
    tool = Label("//tests/abi:signatures")
    native.genrule(
        name = name + "_rs",
        testonly = True,
        srcs = manifests + [functions],
        outs = [name + "/lib.rs"],
        cmd = "$(execpath {}) $(execpath {}) {} > $@".format(
            tool,
            functions,
            " ".join(["$(execpath {})".format(manifest) for manifest in manifests]),
        ),
        tools = [tool],
    )
    rust_library(
        name = name + "_lib",
        testonly = True,
        srcs = [name + "_rs"],
        edition = EDITION,
        deps = [crate],
    )
    build_test(name = name, targets = [name + "_lib"])
