"""The calls of ffigen: one per spec, and one for the index over all reference pages."""

def ffi_generate(name, spec, module, hand_written, suffixes, baseline = [], visibility = ["//visibility:public"]):
    """One genrule that makes all files of a module, and a filegroup per kind of file.

    Args:
      name: Of the ffi_crate; generated files lie in a folder of this name.
      spec: Label of the spec.
      module: The module's name as the spec gives it.
      hand_written: Whether the spec says so; such a module has no generated Rust.
      suffixes: What is put to the name for the filegroup of each kind.
      baseline: A list with the committed manifest or, as long as there is none, an empty list.
      visibility: As everywhere.
    """
    kinds = {
        "conformance": ["test/{}_conformance.c".format(module)],
        "doc": ["doc/{}.md".format(module)],
        "header": ["c/rt_{}.h".format(module)],
        "manifest": ["abi/{}.json".format(module)],
        "simple": ["simple/{}.spl".format(module)],
    }
    if not hand_written:
        kinds["cargo"] = ["cargo/Cargo.toml"]
        kinds["sources"] = ["rust/lib.rs", "rust/types.rs", "rust/bodies.rs"]
    outputs = {kind: ["{}/{}".format(name, path) for path in paths] for kind, paths in kinds.items()}
    base = Label("//specs:base.toml")
    native.genrule(
        name = name + "_generate",
        srcs = [spec] + ([] if native.package_relative_label(spec) == base else [base]) + baseline,
        outs = [path for kind in sorted(outputs) for path in outputs[kind]],
        cmd = ("$(execpath {tool}) generate $(execpath {spec}) " +
               "--base $(execpath {base}) --out $(RULEDIR)/{name}").format(
            base = base,
            name = name,
            spec = spec,
            tool = Label("//tools/ffigen:generator"),
        ) + "".join([" --baseline $(execpath {})".format(file) for file in baseline]),
        message = "Generating",
        tools = [Label("//tools/ffigen:generator")],
    )
    for kind, paths in outputs.items():
        native.filegroup(
            name = name + getattr(suffixes, kind),
            srcs = paths,
            visibility = visibility,
        )

def doc_index(name, manifests):
    """The index over the reference pages of some modules.

    Args:
      name: The page is NAME/index.md.
      manifests: The modules' manifests; their order is that of the index.
    """
    ffigen = Label("//tools/ffigen:generator")
    native.genrule(
        name = name,
        srcs = manifests,
        outs = [name + "/index.md"],
        cmd = "$(execpath {}) index --out $@ $(SRCS)".format(ffigen),
        tools = [ffigen],
        visibility = ["//visibility:public"],
    )
