# The development shell, ffigen as a package, and checks that need no Bazel, all from the nixpkgs of flake.lock.
# tools/nix/README.md says how to use it, and how it is checked where nixpkgs is out of reach.
{
  description = "ffigen, and a shell with everything that builds this repository";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (builtins) readFile;
      inherit (nixpkgs) lib;

      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      forAllSystems = f: lib.genAttrs systems (system: f system (packagesOf system));

      # Each version is written once, in the file that its own tool reads. A nixpkgs that has another is refused.
      inherit (fromTOML (readFile ./Cargo.toml)) workspace;
      rustVersion = (fromTOML (readFile ./rust-toolchain.toml)).toolchain.channel;
      bazelMajor = builtins.head (builtins.splitVersion (readFile ./.bazelversion));
      packagesOf =
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
        in
        if pkgs.rustc.version == rustVersion then
          pkgs
        else
          throw "rust-toolchain.toml asks for Rust ${rustVersion}, nixpkgs has ${pkgs.rustc.version}";

      source = import ./nix/source.nix { inherit lib workspace; };
    in
    {
      packages = forAllSystems (
        system: pkgs: {
          default = self.packages.${system}.ffigen;
          ffigen = pkgs.rustPlatform.buildRustPackage {
            pname = "ffigen";
            inherit (workspace.package) version;
            src = source;
            cargoLock.lockFile = ./Cargo.lock;
            # A member has to have something to build, even if it is not built.
            postPatch = ''
              for member in ${toString workspace.members}; do mkdir -p $member/src; touch $member/src/lib.rs; done
            '';
            cargoBuildFlags = [ "--package=ffigen" ];
            cargoTestFlags = [
              "--package=ffigen"
              "--package=diag"
            ];
            meta = {
              description = "Generates Rust, C and Simple code from a spec of a C ABI";
              mainProgram = "ffigen";
            };
          };
        }
      );

      apps = forAllSystems (
        system: _: {
          default = self.apps.${system}.ffigen;
          ffigen = {
            type = "app";
            program = lib.getExe self.packages.${system}.ffigen;
            meta.description = "The generator: nix run .#ffigen -- --help";
          };
        }
      );

      devShells = forAllSystems (
        _: pkgs: { default = import ./nix/shell.nix { inherit pkgs bazelMajor; }; }
      );

      checks = forAllSystems (
        system: pkgs:
        import ./nix/checks.nix {
          inherit self pkgs;
          inherit (self.packages.${system}) ffigen;
        }
      );

      formatter = forAllSystems (_: pkgs: pkgs.nixfmt-tree);
    };
}
