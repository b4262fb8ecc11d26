"""The Rust libraries of a module."""

load("@rules_rust//rust:defs.bzl", "rust_library")
load("//tools/bazel:rust.bzl", "DEBUG_INFO", "EDITION", "GENERATED_RUSTC_FLAGS")

def generated_libraries(name, sources, conformance, deps, conformance_deps, visibility):
    """Compiles the generated crate: as users get it, and over the runtime whose next call can be made to panic.

    Args:
      name: Of the ffi_crate, and of its Rust library.
      sources: The generated Rust.
      conformance: Name of the library for the conformance test.
      deps: Crates that bodies of the spec use.
      conformance_deps: The same for `conformance`, where they differ, or None.
      visibility: Who may use the Rust library.
    """
    conformance_deps = deps if conformance_deps == None else conformance_deps
    for library, all_deps in [
        (name, deps + ["//ffi/rt:ffi_rt"]),
        (conformance, conformance_deps + ["//ffi/rt:ffi_rt_conformance"]),
    ]:
        rust_library(
            name = library,
            testonly = library == conformance,
            srcs = [sources],
            crate_name = name,
            crate_root = name + "/rust/lib.rs",
            edition = EDITION,
            # What is tested only can also be asked how it was compiled.
            rustc_flags = GENERATED_RUSTC_FLAGS + (DEBUG_INFO if library == conformance else []),
            visibility = visibility,
            deps = all_deps,
        )
