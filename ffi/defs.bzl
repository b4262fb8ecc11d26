"""The public macros about FFI modules: ffi_crate for one module, ffi_runtime for all of them in one library.

The names of targets are a contract with whoever uses them, so their suffixes are constants.
"""

load("//ffi/private:abi_tests.bzl", "symbols_test")
load("//ffi/private:generate.bzl", "doc_index", "ffi_generate")
load("//ffi/private:header.bzl", "ffi_header", "umbrella_header")
load("//ffi/private:library.bzl", "c_libraries")
load("//ffi/private:rust.bzl", "generated_libraries")
load("//ffi/private:tests.bzl", "header_test", "module_tests")

# What NAME + suffix is. NAME itself is the Rust library.
SHARED = "_shared"  # libNAME.so
STATIC = "_static"  # libNAME.a
HEADER = "_h"  # The C header; a C target may also name it in its deps.
SIMPLE = "_spl"  # The Simple module.
MANIFEST = "_abi"  # The ABI manifest (JSON).
DOC = "_doc"  # The reference page (Markdown).
CARGO = "_cargo"  # Cargo.toml of the module as a Cargo package.
SOURCES = "_rs"  # The generated Rust.
CONFORMANCE = "_conformance"  # The Rust library whose next call can be made to panic; for tests only.
BASE = Label("//ffi/rt:ffi_base")

# What ffi_generate adds to a name, per kind of file.
SUFFIXES = struct(
    cargo = CARGO,
    conformance = CONFORMANCE + "_c",
    doc = DOC,
    header = HEADER + "_file",
    manifest = MANIFEST,
    simple = SIMPLE,
    sources = SOURCES,
)

def ffi_crate(
        name,
        spec,
        deps = [],
        conformance_deps = None,
        module = None,
        library_name = None,
        library = None,
        conformance_library = None,
        visibility = ["//visibility:public"]):
    """Generates, builds and tests one FFI module. The package holds its committed ABI baseline, abi.json.

    Tests: :NAME_abi_test (the manifest is as the baseline), :NAME_symbols_test (the library exports what the manifest
    says), :NAME_signatures_test (with these signatures), :NAME_header_test (clean C11 and C++17),
    :NAME_conformance_test (each function against bad input, from C).

    Args:
      name: "ffi_" and the module's name, e.g. "ffi_io".
      spec: The spec, e.g. "//specs:io.toml".
      deps: Crates that bodies of the spec use, e.g. ["@crates//:glob"].
      conformance_deps: The same for the conformance test, where they differ: a crate of this repository that uses
        `ffi_rt` is compiled once more, with "//ffi/rt:ffi_rt_conformance".
      module: The module's name as the spec gives it, e.g. "cranelift", where `name` does not say it.
      library_name: E.g. "simple_cranelift" for libsimple_cranelift.so and .a, where that is not `name`.
      library: For a module with `provider = "hand_written"`: the Rust library with its functions, e.g. ":ffi_rt".
      conformance_library: Likewise, compiled with the feature `conformance`, e.g. ":ffi_rt_conformance".
      visibility: Who may use the Rust library; what C programs use (header, libraries) is for everybody.
    """
    module = module or name.removeprefix("ffi_")
    is_base = native.package_relative_label(":" + name) == BASE
    base = [] if is_base else [BASE]
    baseline = native.glob(["abi.json"], allow_empty = True)
    native.exports_files(baseline)
    ffi_generate(
        name = name,
        baseline = baseline,
        hand_written = library != None,
        module = module,
        spec = spec,
        suffixes = SUFFIXES,
    )
    if library:
        native.alias(name = name, actual = library, visibility = visibility)
        native.alias(name = name + CONFORMANCE, actual = conformance_library, testonly = True)
    else:
        generated_libraries(name, name + SOURCES, name + CONFORMANCE, deps, conformance_deps, visibility)

    # `bazel build //ffi/io`, as the first line of each generated file says.
    native.alias(name = native.package_name().split("/")[-1], actual = name, visibility = visibility)
    c_libraries(name = library_name or name, crates = [name], shared = name + SHARED, static = name + STATIC)
    c_libraries(
        name = name + CONFORMANCE,
        testonly = True,
        crates = [name + CONFORMANCE],
        rustc_flags = ["-Cstrip=none"],
        shared = name + CONFORMANCE + SHARED,
        static = name + CONFORMANCE + STATIC,
        visibility = ["//visibility:private"],
    )
    ffi_header(
        name = name + HEADER,
        hdrs = [name + HEADER + "_file"],
        visibility = ["//visibility:public"],
        deps = [str(label) + HEADER for label in base],
    )
    module_tests(
        name = name,
        baseline = baseline,
        conformance = name + CONFORMANCE + "_c",
        debug_library = name + CONFORMANCE + SHARED,
        header = "rt_{}.h".format(module),
        headers = [name + HEADER],
        library = name + SHARED,
        manifests = [str(label) + MANIFEST for label in base] + [name + MANIFEST],
        static = name + STATIC,
        static_conformance = name + CONFORMANCE + STATIC,
    )

def ffi_runtime(name, crates, library_name):
    """All modules together, for programs that link one library: :NAME_shared, :NAME_static, :NAME_h,
    :NAME_spl, :NAME_abi, :NAME_doc and :NAME_index (the reference pages and their index).

    Args:
      name: Gives NAME.h, e.g. "rt".
      crates: Labels of ffi_crate targets, e.g. ["//ffi/io:ffi_io"]; their order is the order in the header.
      library_name: E.g. "simple_rt" for libsimple_rt.so.
    """
    modules = [BASE] + [native.package_relative_label(crate) for crate in crates]
    c_libraries(name = library_name, crates = modules, shared = name + SHARED, static = name + STATIC)
    umbrella_header(
        name = name + HEADER + "_file",
        out = name + ".h",
        includes = ["rt_{}.h".format(module.name.removeprefix("ffi_").removesuffix("_ffi")) for module in modules],
    )
    ffi_header(
        name = name + HEADER,
        hdrs = [name + HEADER + "_file"],
        visibility = ["//visibility:public"],
        deps = [str(module) + HEADER for module in modules],
    )
    for suffix in [SIMPLE, MANIFEST, DOC, CONFORMANCE + "_c"]:
        native.filegroup(
            name = name + suffix,
            srcs = [str(module) + suffix for module in modules],
            visibility = ["//visibility:public"],
        )
    doc_index(name = name + "_index", manifests = [str(module) + MANIFEST for module in modules])
    symbols_test(
        name = name + "_symbols_test",
        library = name + SHARED,
        manifests = [str(module) + MANIFEST for module in modules],
    )
    header_test(name = name + "_header_test", header = name + ".h", deps = [name + HEADER, name + STATIC])
