# The packages of the stand-in, for one system.
#
# Invariant: a package has the version that it says. Rust's is tested (tools/nix/offline), and Bazel is none at all.
{ lib, system }:
let
  rustVersion = "1.95.0";
  bazelVersion = "7.6.0";

  # Made available inside Nix's sandbox by tools/nix/offline: links to tools of this machine.
  hostTools = "/nix/offline/tools";

  # One derivation: a script that bash runs with the inputs on PATH.
  # `nix develop` asks for this shape: it wants a builder that is called bash, `outputs`, and `stdenv`, whose setup file
  # it sources.
  mkDerivation =
    {
      name ? "${args.pname}-${args.version}",
      nativeBuildInputs ? [ ],
      buildCommand,
      env ? { },
      ...
    }@args:
    let
      forEvaluation = [
        "env"
        "meta"
        "passthru"
      ];
      variables = {
        inherit
          name
          system
          nativeBuildInputs
          buildCommand
          ;
        outputs = [ "out" ];
        stdenv = ./stdenv;
        builder = "/bin/bash";
        args = [
          "-euc"
          ''source "$stdenv/setup"; eval "$buildCommand"''
        ];
      };
    in
    builtins.derivation (builtins.removeAttrs args forEvaluation // env // variables)
    // {
      meta = args.meta or { };
    }
    // args.passthru or { };

  runCommand =
    name: attributes: buildCommand:
    mkDerivation (attributes // { inherit name buildCommand; });

  # Programs of this machine. One that it lacks is known by name all the same, and says so when it is started.
  tools =
    {
      name,
      version,
      programs,
      passthru ? { },
    }:
    runCommand "${name}-${version}"
      {
        meta.mainProgram = builtins.head programs;
        passthru = {
          inherit version;
        }
        // passthru;
      }
      ''
        mkdir -p "$out/bin"
        for program in ${toString programs}; do
          printf '%s\n' '#!/bin/sh' \
            "[ -x ${hostTools}/$program ] && exec ${hostTools}/$program \"\$@\"" \
            "echo \"stand-in: this machine has no $program\" >&2; exit 127" >"$out/bin/$program"
          chmod +x "$out/bin/$program"
        done
      '';

  tool =
    program:
    tools {
      name = program;
      version = "stand-in";
      programs = [ program ];
    };

  rustTools =
    name: programs:
    tools {
      inherit name programs;
      version = rustVersion;
    };

  # As in nixpkgs, rustc is a script around the compiler that adds a sysroot unless it is given one.
  unwrappedRustc = runCommand "rustc-unwrapped-${rustVersion}" { } ''
    mkdir -p "$out"
    cp -r ${
      rustTools "rustc" [
        "rustc"
        "rustdoc"
      ]
    }/bin "$out/bin"
    ln -s ${hostTools}/rust-lib "$out/lib"
  '';
  wrappedRustc =
    {
      sysroot ? unwrappedRustc,
    }:
    runCommand "rustc-${rustVersion}"
      {
        passthru = {
          version = rustVersion;
          unwrapped = unwrappedRustc;
          override = wrappedRustc;
        };
      }
      ''
        mkdir -p "$out/bin"
        for program in rustc rustdoc; do
          printf '%s\n' '#!/bin/sh' \
            'case " $* " in *" --sysroot"*) sysroot= ;; *) sysroot="--sysroot ${sysroot}" ;; esac' \
            "exec ${unwrappedRustc}/bin/$program \$sysroot \"\$@\"" >"$out/bin/$program"
          chmod +x "$out/bin/$program"
        done
      '';
  rustc = wrappedRustc { };
  cargo = rustTools "cargo" [ "cargo" ];

  symlinkJoin =
    { name, paths }:
    runCommand name { } ''
      mkdir -p "$out"
      for path in ${toString paths}; do cp -rs "$path/." "$out/" && chmod -R u+w "$out"; done
    '';

  mkShell =
    {
      packages ? [ ],
      ...
    }@args:
    mkDerivation (
      builtins.removeAttrs args [ "packages" ]
      // {
        name = "nix-shell";
        nativeBuildInputs = packages ++ [ compiler ];
        buildCommand = ''export -p >"$out"'';
      }
    );

  compiler = tools {
    name = "cc";
    version = "stand-in";
    programs = [
      "cc"
      "gcc"
      "c++"
      "g++"
    ];
  };
in
{
  inherit
    cargo
    lib
    mkShell
    runCommand
    rustc
    symlinkJoin
    ;
  # `nix develop` takes its interactive shell from here.
  bashInteractive = tool "bash";
  "bazel_${builtins.head (builtins.splitVersion bazelVersion)}" = import ./bazel.nix {
    inherit runCommand;
    version = bazelVersion;
  };
  buildifier = tool "buildifier";
  cargo-insta = tool "cargo-insta";
  clippy = rustTools "clippy" [
    "cargo-clippy"
    "clippy-driver"
  ];
  nixfmt-tree = tool "nixfmt-tree";
  python3 = tool "python3";
  rust-analyzer = tool "rust-analyzer";
  rustPlatform = {
    buildRustPackage = import ./rust-package.nix { inherit cargo mkDerivation rustc; };
    rustLibSrc = "${hostTools}/rust-src";
  };
  rustfmt = rustTools "rustfmt" [
    "rustfmt"
    "cargo-fmt"
  ];
}
