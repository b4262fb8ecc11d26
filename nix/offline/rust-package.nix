# rustPlatform.buildRustPackage: builds and tests a package with crates that Cargo.lock pins by checksum.
{
  cargo,
  mkDerivation,
  rustc,
}:
{
  pname,
  version,
  src,
  cargoLock,
  postPatch ? "",
  cargoBuildFlags ? [ ],
  cargoTestFlags ? [ ],
  meta ? { },
}:
let
  locked = (fromTOML (builtins.readFile cargoLock.lockFile)).package;
  # A crate of the workspace has no checksum.
  crates = builtins.filter (one: one ? checksum) locked;

  # Nix fetches it, from a folder that tools/nix/offline fills from cargo's cache, and compares the checksum.
  archive =
    one:
    import <nix/fetchurl.nix> {
      name = "crate-${one.name}-${one.version}.tar.gz";
      url = "file:///nix/offline/crates/${one.name}-${one.version}.crate";
      sha256 = one.checksum;
    };
  unpack = one: ''
    mkdir "$out/${one.name}-${one.version}"
    tar -xzf ${archive one} --strip-components=1 -C "$out/${one.name}-${one.version}"
    echo '{"files": {}, "package": "${one.checksum}"}' >"$out/${one.name}-${one.version}/.cargo-checksum.json"
  '';

  vendored = mkDerivation {
    name = "${pname}-crates";
    buildCommand = ''mkdir "$out"'' + "\n" + builtins.concatStringsSep "" (map unpack crates);
  };
in
mkDerivation {
  inherit
    pname
    version
    src
    meta
    ;
  nativeBuildInputs = [
    cargo
    rustc
  ];
  buildCommand = ''
    export HOME=$PWD CARGO_HOME=$PWD/cargo-home
    cp -r "$src" source
    chmod -R u+w source
    mkdir "$CARGO_HOME"
    printf '%s\n' '[source.crates-io]' 'replace-with = "vendored"' \
      '[source.vendored]' 'directory = "${vendored}"' >"$CARGO_HOME/config.toml"
    cd source
    ${postPatch}
    flags="--release --offline --locked -j ''${NIX_BUILD_CORES:-1}"
    cargo build $flags ${toString cargoBuildFlags}
    cargo test $flags ${toString cargoTestFlags}
    mkdir -p "$out/bin"
    find target/release -maxdepth 1 -type f -perm -u+x -exec cp -t "$out/bin" {} +
  '';
}
