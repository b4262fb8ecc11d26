"""Libraries for C from Rust crates that export C symbols."""

load("@bazel_skylib//rules:write_file.bzl", "write_file")
load("@rules_rust//rust:defs.bzl", "rust_shared_library", "rust_static_library")
load("//tools/bazel:glibc_floor.bzl", "GLIBC_FLOOR_DIR", "GLIBC_FLOOR_FLAGS")
load("//tools/bazel:rust.bzl", "EDITION")

def c_libraries(
        name,
        crates,
        static,
        shared = None,
        testonly = False,
        rustc_flags = [],
        visibility = ["//visibility:public"]):
    """A static and a shared library with all that some crates export.

    Each is linked from a root crate that only names the crates, so that a crate itself is compiled once.

    Args:
      name: The libraries are libNAME.a and libNAME.so.
      crates: Rust libraries.
      static: Name of the target of libNAME.a.
      shared: Name of the target of libNAME.so, or None for no shared library.
      testonly: As everywhere.
      rustc_flags: More flags for linking the shared library.
      visibility: As everywhere.
    """
    labels = [native.package_relative_label(crate) for crate in crates]
    aliases = {str(label): "crate_{}".format(index) for index, label in enumerate(labels)}
    write_file(
        name = static + "_root",
        testonly = testonly,
        out = static + "_root/lib.rs",
        content = ["//! Links the crates that export the library's symbols."] +
                  ["extern crate {} as _;".format(crate) for crate in aliases.values()] + [""],
    )
    common = {
        "aliases": aliases,
        "crate_name": name,
        "crate_root": static + "_root/lib.rs",
        "deps": crates,
        "edition": EDITION,
        "testonly": testonly,
        "visibility": visibility,
    }

    rust_static_library(
        name = static,
        srcs = [static + "_root"],
        **common
    )
    if shared:
        rust_shared_library(
            name = shared,
            srcs = [static + "_root"],
            compile_data = [GLIBC_FLOOR_DIR],
            # It loads with the glibc of older machines, too.
            rustc_flags = ["-Clink-arg=-Wl,-soname,lib{}.so".format(name)] + GLIBC_FLOOR_FLAGS + rustc_flags,
            **common
        )
