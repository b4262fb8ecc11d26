# What nixpkgs' Bazel is to a script that looks for a Bazel: its version, its launcher's way to refuse another one, and
# no more. It prints how it was started.
{ runCommand, version }:
runCommand "bazel-${version}"
  {
    meta.mainProgram = "bazel";
    passthru = { inherit version; };
  }
  ''
    mkdir -p "$out/bin"
    cat >"$out/bin/bazel" <<'END'
    #!/bin/bash
    wanted=''${USE_BAZEL_VERSION:-$(cat .bazelversion 2>/dev/null)}
    if [ "''${wanted:-${version}}" != ${version} ]; then
      echo "ERROR: Bazel $wanted is wanted, and there is only ${version}"
      exit 1
    fi
    if [ "$*" = --version ]; then
      echo "bazel ${version}"
      exit
    fi
    echo "stand-in for Bazel ${version}: $*"
    for argument; do
      case $argument in --bazelrc=*) cat "''${argument#*=}" ;; esac
    done
    END
    chmod +x "$out/bin/bazel"
  ''
