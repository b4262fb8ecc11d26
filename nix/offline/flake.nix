# A stand-in for nixpkgs: the names that our flake uses, with tools of this machine behind them.
#
# It lets a real Nix evaluate and build our flake where nixpkgs is out of reach. tools/nix/README.md says what that
# proves. Its functions do what nixpkgs documents of the functions with the same names, as far as we use them.
{
  description = "Stand-in for nixpkgs with tools of this machine";

  outputs =
    _:
    let
      lib = import ./lib.nix;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs systems (system: import ./packages.nix { inherit lib system; });
    };
}
