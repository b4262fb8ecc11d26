"""The tests that each module gets."""

load("@bazel_skylib//rules:write_file.bzl", "write_file")
load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")
load("//tools/bazel:c.bzl", "SANITIZED", "SANITIZERS", "STRICT", "WARNINGS")
load(":abi_tests.bzl", "abi_test", "signatures_test", "symbols_test")

def module_tests(
        name,
        baseline,
        manifests,
        library,
        debug_library,
        header,
        headers,
        static,
        conformance,
        static_conformance):
    """The tests of one module, each named after it.

    Args:
      name: Of the ffi_crate.
      baseline: A list with the committed manifest or, as long as there is none, an empty list.
      manifests: The manifests of all modules in the library; that of the module is the last.
      library: The shared library.
      debug_library: A shared library of the same code with debug information.
      header: How a program includes the header, e.g. "rt_io.h".
      headers: A list with its target.
      static: The static library.
      conformance: The conformance program in C.
      static_conformance: The library that it is linked with.
    """
    abi_test(name + "_abi_test", manifests[-1], baseline)
    symbols_test(name + "_symbols_test", library, manifests)
    signatures_test(name + "_signatures_test", debug_library, manifests)
    header_test(name + "_header_test", header, headers + [static])
    conformance_test(name + "_conformance_test", [conformance], headers + [static_conformance])

def header_test(name, header, deps):
    """The header is clean under strict warnings as C11 and as C++17, twice in one file, and what it names can
    be linked.

    Args:
      name: Name of the test.
      header: How a program includes it, e.g. "rt_io.h".
      deps: The header's target and a library.
    """
    include = "#include \"{}\"".format(header)
    write_file(
        name = name + "_c",
        out = name + ".c",
        content = [
            include,
            include,
            "",
            "int included_as_cpp(void);",
            "int main(void) { return included_as_cpp(); }",
            "",
        ],
    )
    write_file(
        name = name + "_cpp",
        out = name + "_cpp.cc",
        content = [
            include,
            include,
            "",
            "extern \"C\" int included_as_cpp(void);",
            "int included_as_cpp(void) { return 0; }",
            "",
        ],
    )
    cc_library(
        name = name + "_cpp_lib",
        testonly = True,
        srcs = [name + "_cpp.cc"],
        copts = ["-std=c++17"] + WARNINGS,
        deps = deps,
    )
    cc_test(
        name = name,
        size = "small",
        srcs = [name + ".c"],
        copts = STRICT,
        linkstatic = True,
        deps = [name + "_cpp_lib"] + deps,
    )

def conformance_test(name, srcs, deps, data = [], args = [], linkopts = []):
    """A C program under the address and leak sanitizers.

    Args:
      name: Name of the test.
      srcs: C files; exit code 0 means passed.
      deps: Headers and libraries.
      data: Files that it reads at run time.
      args: Arguments, e.g. the functions to test.
      linkopts: More for the linker.
    """
    cc_test(
        name = name,
        size = "medium",
        srcs = srcs,
        args = args,
        # Bazel's -c opt would turn `assert` off.
        copts = SANITIZED + ["-UNDEBUG"],
        data = data,
        linkopts = SANITIZERS + linkopts,
        linkstatic = True,
        deps = deps,
    )
