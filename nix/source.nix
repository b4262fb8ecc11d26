# What ffigen is built from: the generator, the files that `ffigen workspace` takes along, and the manifest of every
# member of the workspace, because cargo reads them all.
{ lib, workspace }:
lib.fileset.toSource {
  root = ../.;
  fileset = lib.fileset.unions (
    [
      ../Cargo.lock
      ../Cargo.toml
      ../LICENSE
      ../compiler/cranelift/core
      ../ffi
      ../lib/diag
      ../specs/base.toml
      ../third_party/workspace
      ../tools/ffigen
      ../tools/sources
    ]
    ++ map (member: ../. + "/${member}/Cargo.toml") workspace.members
  );
}
