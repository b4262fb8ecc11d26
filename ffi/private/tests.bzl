"""The tests that each module gets."""

load("@bazel_skylib//rules:native_binary.bzl", "native_test")
load("@bazel_skylib//rules:write_file.bzl", "write_file")
load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")
load("//tools/bazel:glibc_floor.bzl", "GLIBC_FLOOR")

_STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic"]

# Rust's part is not instrumented, but both sanitizers watch the allocator, which it shares with C.
_SANITIZERS = ["-fsanitize=address,leak"]

def abi_test(name, manifest, baseline):
    """The manifest is as the baseline says. It needs no library, so it speaks up even where a change breaks the build.

    Args:
      name: Name of the test.
      manifest: The generated manifest.
      baseline: A list with the committed manifest or, as long as there is none, an empty list.
    """
    ffigen = Label("//tools/ffigen")
    _abi_check(name, [manifest], [ffigen] + baseline, [
        "--ffigen",
        "$(rootpath {})".format(ffigen),
        "--baseline",
        native.package_name() + "/abi.json",
    ])

def symbols_test(name, library, manifests, functions = None):
    """The library exports what the manifests say, no more and no fewer; no two of them clash; it loads with old glibcs.

    Args:
      name: Name of the test.
      library: The shared library.
      manifests: The manifests of all modules in the library.
      functions: A file that names the functions which are in the library, for one that does not have all; those of
        the module `base` always are.
    """
    args = ["--library", "$(rootpath {})".format(library), "--glibc", GLIBC_FLOOR]
    if functions:
        args += ["--functions", "$(rootpath {})".format(functions)]
    _abi_check(name, manifests, [library] + ([functions] if functions else []), args)

def _abi_check(name, manifests, data, args):
    for manifest in manifests:
        args = args + ["--manifest", "$(rootpath {})".format(manifest)]
    native_test(
        name = name,
        size = "small",
        src = Label("//tests/abi:abi_check"),
        out = name + ".bin",
        args = args,
        data = manifests + data,
    )

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
        copts = ["-std=c++17"] + _STRICT,
        deps = deps,
    )
    cc_test(
        name = name,
        size = "small",
        srcs = [name + ".c"],
        copts = ["-std=c11"] + _STRICT,
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
        copts = ["-std=c11", "-UNDEBUG", "-g", "-fno-omit-frame-pointer"] + _STRICT + _SANITIZERS,
        data = data,
        linkopts = _SANITIZERS + linkopts,
        linkstatic = True,
        deps = deps,
    )
