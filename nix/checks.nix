# What `nix flake check` builds: the generator with its unit tests, what it makes of all specs, and the layout of Rust.
# All other tests are Bazel's.
{
  self,
  pkgs,
  ffigen,
}:
{
  inherit ffigen;

  # Its output is the generated tree, to be compared with that of another build of ffigen.
  generated = pkgs.runCommand "ffigen-generated" { nativeBuildInputs = [ ffigen ]; } ''
    ln -s ${../specs} specs
    ffigen generate specs/*.toml --out "$out"
  '';

  rustfmt =
    pkgs.runCommand "ffigen-rustfmt"
      {
        nativeBuildInputs = [
          pkgs.cargo
          pkgs.rustfmt
        ];
      }
      ''
        export HOME=$PWD
        cargo fmt --all --check --manifest-path ${self}/Cargo.toml
        touch "$out"
      '';
}
