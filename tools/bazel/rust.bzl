"""One macro per Rust crate (edition, lints, clippy, rustfmt, tests), so that a crate's BUILD file is one call."""

load("@bazel_skylib//rules:build_test.bzl", "build_test")
load("@lints//:lints.bzl", "LINT_FLAGS", "VERSION")
load("@rules_rust//rust:defs.bzl", "rust_binary", "rust_clippy", "rust_library", "rust_test", "rustfmt_test")
load(":glibc_floor.bzl", "GLIBC_FLOOR_DIR", "GLIBC_FLOOR_PROGRAM_FLAGS")

# The edition of [workspace.package] in Cargo.toml; tidy holds the two equal.
EDITION = "2024"

# A crate in one piece, so that the small functions between a shim and its body are inlined.
_CODEGEN_FLAGS = ["-Ccodegen-units=1"]

# What Cargo.toml asks for under [workspace.lints]. Warnings of rustc itself are errors only in the clippy test.
RUSTC_FLAGS = LINT_FLAGS + _CODEGEN_FLAGS

# For generated Rust, whose documentation is its reference page and its header.
GENERATED_RUSTC_FLAGS = [flag for flag in RUSTC_FLAGS if not flag.endswith("=missing_docs")]

# For tests that read back how something was compiled; nothing that is shipped has it.
DEBUG_INFO = ["-Cdebuginfo=2", "-Cstrip=none"]

def rust_crate(
        name,
        deps = [],
        main_deps = [],
        test_deps = [],
        compile_data = [],
        data = [],
        rustc_env = {},
        binary_rustc_flags = [],
        test_data = [],
        test_env = {},
        integration_tests = {},
        portable = False,
        visibility = None):
    """Builds and checks the crate of this package, whose sources are src/**/*.rs.

    Gives:
      - :NAME            the library; if there is a src/main.rs, the executable, and the library is :NAME_lib
      - :NAME_test       the unit tests of the library
      - :TEST_test       per tests/TEST.rs, if there is such a folder
      - :NAME_clippy_test, :NAME_fmt_test

    Args:
      name: The crate's name, e.g. "diag".
      deps: What src/ uses: "//lib/diag", "@crates//:serde".
      main_deps: What only src/main.rs uses besides.
      test_deps: What only the tests use besides, e.g. ["@crates//:tempfile"].
      compile_data: Files that include_str! reads, e.g. glob(["templates/**"]).
      data: Files that the executable reads at run time.
      rustc_env: What env! of the executable finds, e.g. {"LIBRARY": "$(rootpath //ffi:rt_shared)"} for one of `data`.
      binary_rustc_flags: Of the executable alone, e.g. ["-Clto=fat"] where its speed is worth a minute of linking.
      test_data: Files that the tests read at run time.
      test_env: Environment of the tests, e.g. {"INSTA_UPDATE": "no"}.
      integration_tests: Per tests/TEST.rs attributes that differ, e.g. {"corpus": {"use_libtest_harness": False}}.
      portable: The executable also runs with the glibc of older machines, see glibc_floor.bzl; for what is shipped.
      visibility: Who may use the crate.
    """
    main = native.glob(["src/main.rs"], allow_empty = True)
    library = name + "_lib" if main else name
    common = {"edition": EDITION, "rustc_flags": RUSTC_FLAGS, "version": VERSION}
    rust_library(
        name = library,
        # Modules of main.rs alone lie in src/ too; rustc reads what a root names.
        srcs = native.glob(["src/**/*.rs"], exclude = ["src/main.rs"]),
        compile_data = compile_data + native.glob(["README.md"], allow_empty = True),
        crate_name = name,
        visibility = visibility,
        deps = deps,
        **common
    )
    crates = [library]
    if main:
        floor_flags = GLIBC_FLOOR_PROGRAM_FLAGS if portable else []
        rust_binary(
            name = name,
            srcs = native.glob(["src/**/*.rs"], exclude = ["src/lib.rs"]),
            crate_root = "src/main.rs",
            # The library and the executable have one name under cargo, so they have here.
            crate_name = name,
            compile_data = [GLIBC_FLOOR_DIR] if portable else [],
            data = data,
            rustc_env = rustc_env,
            visibility = visibility,
            deps = deps + main_deps + [library],
            **(common | {"rustc_flags": RUSTC_FLAGS + binary_rustc_flags + floor_flags})
        )
        crates.append(name)
    rust_test(
        name = name + "_test",
        size = "small",
        compile_data = compile_data,
        crate = library,
        data = test_data,
        env = test_env,
        rustc_flags = RUSTC_FLAGS,
        deps = test_deps,
    )
    crates.append(name + "_test")
    for source in native.glob(["tests/*.rs"], allow_empty = True):
        test = source.removeprefix("tests/").removesuffix(".rs")
        attributes = common | {"data": test_data, "env": test_env} | integration_tests.get(test, {})
        rust_test(
            name = test + "_test",
            srcs = [source] + native.glob(["tests/{}/**/*.rs".format(test)], allow_empty = True),
            crate_root = source,
            deps = deps + test_deps + [library],
            **attributes
        )
        crates.append(test + "_test")
    rust_checks(name = name, crates = crates)

def rust_checks(name, crates):
    """Tests that clippy and rustfmt have nothing to say; part of rust_crate, and for Rust targets outside of it.

    Args:
      name: Gives :NAME_clippy_test and :NAME_fmt_test.
      crates: Rust targets of this package.
    """
    rust_clippy(
        name = name + "_clippy",
        testonly = True,
        tags = ["manual"],
        deps = crates,
    )
    build_test(
        name = name + "_clippy_test",
        targets = [name + "_clippy"],
    )
    rustfmt_test(
        name = name + "_fmt_test",
        targets = crates,
    )
