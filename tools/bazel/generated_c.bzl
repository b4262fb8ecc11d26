"""One macro per C program that a generator of its package writes from ABI manifests: random callers and the like."""

load("@rules_rust//rust:defs.bzl", "rust_binary", "rust_test")
load(":rust.bzl", "EDITION", "RUSTC_FLAGS", "rust_checks")

def generated_c(name, table, manifests, deps = [], has_unit_tests = False):
    """Writes NAME.c with the Rust program of this package, generate.rs and the modules beside it.

    It is run as `generate NAME.c TABLE MANIFEST..`.

    Gives:
      - NAME.c           the C source, for a program that includes the headers of this package
      - :generate        the generator; :generate_test, its unit tests, if it has some
      - :NAME_clippy_test, :NAME_fmt_test

    Args:
      name: Of the C source, e.g. "fuzz".
      table: What the generator knows beside the manifests, e.g. "kinds.txt".
      manifests: Targets of ABI manifests, e.g. ["//ffi:rt_abi"].
      deps: What the generator uses beside ffigen, anyhow and serde_json.
      has_unit_tests: Whether the generator has unit tests.
    """
    rust_binary(
        name = "generate",
        srcs = native.glob(["*.rs"]),
        crate_root = "generate.rs",
        edition = EDITION,
        rustc_flags = RUSTC_FLAGS,
        deps = deps + [
            "//tools/ffigen:ffigen_lib",
            "@crates//:anyhow",
            "@crates//:serde_json",
        ],
    )
    crates = ["generate"]
    if has_unit_tests:
        rust_test(
            name = "generate_test",
            size = "small",
            crate = ":generate",
            rustc_flags = RUSTC_FLAGS,
        )
        crates.append("generate_test")
    inputs = [table] + manifests
    native.genrule(
        name = name + "_c",
        srcs = inputs,
        outs = [name + ".c"],
        cmd = " ".join(["$(execpath :generate) $@"] + ["$(execpaths {})".format(input) for input in inputs]),
        tools = [":generate"],
    )
    rust_checks(name = name, crates = crates)
