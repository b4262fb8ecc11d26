# The functions of nixpkgs' `lib` that our flake calls.
let
  isUnder = folder: path: path == folder || isPrefix "${folder}/" path;
  isPrefix = start: text: builtins.substring 0 (builtins.stringLength start) text == start;
in
{
  genAttrs =
    names: f:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );

  getExe = package: "${package}/bin/${package.meta.mainProgram}";

  # A file set is here the list of its paths. As in nixpkgs, a path that is not there is a mistake, not an empty set.
  fileset = {
    unions =
      let
        paths =
          part:
          if builtins.isList part then
            part
          else if builtins.pathExists part then
            [ part ]
          else
            throw "lib.fileset.unions: there is no ${toString part}";
      in
      builtins.concatMap paths;

    toSource =
      { root, fileset }:
      let
        wanted = map toString fileset;
      in
      builtins.path {
        name = "source";
        path = root;
        # A folder on the way to what is wanted has to be entered.
        filter = path: _: builtins.any (one: isUnder one path || isUnder path one) wanted;
      };
  };
}
