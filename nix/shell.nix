# The shell of `nix develop`.
#
# nixpkgs packages each Rust tool by itself, but a Bazel toolchain is one directory with all of them, which bazelw
# and tools/bazel/rust_sysroot.bzl ask rustc for. So they are joined, and this rustc names the joined directory.
{ pkgs, bazelMajor }:
let
  bazel = pkgs."bazel_${bazelMajor}";
  sysroot = pkgs.symlinkJoin {
    name = "rust-sysroot-${pkgs.rustc.version}";
    paths = [
      pkgs.rustc.unwrapped
      pkgs.cargo
      pkgs.clippy
      pkgs.rustfmt
    ];
  };
in
pkgs.mkShell {
  # The C compiler is that of mkShell's stdenv.
  packages = [
    (pkgs.rustc.override { inherit sysroot; })
    bazel
    pkgs.buildifier
    pkgs.cargo
    pkgs.cargo-insta
    pkgs.clippy
    pkgs.python3 # tools/bazel/vendor is written in it.
    pkgs.rust-analyzer
    pkgs.rustfmt
  ];
  env = {
    # This Bazel and no other, also on a machine whose own Bazel would suit bazelw.
    BAZELW_BAZEL = "${bazel}/bin/bazel";
    # Bazel's launcher refuses a .bazelversion that is not its own to the last digit; here the major version counts.
    USE_BAZEL_VERSION = bazel.version;
    RUST_SRC_PATH = pkgs.rustPlatform.rustLibSrc;
  };
}
