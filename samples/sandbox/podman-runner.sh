#!/bin/sh
# Starts a program of orchestrate in a container of podman:
#   permissions: {runner: [/path/to/podman-runner.sh]}
# It needs podman 4 or later and jq. It was run with podman 4.3 and runc 1.1, as root.
# Its arguments are the description of the sandbox (docs/reference/sandbox.md, "Another runner"), the program, and the program's arguments.
set -eu
description=$1
shift
root=${XDG_RUNTIME_DIR:-/tmp}/orchestrate-root
mkdir -p "$root"
get() { printf '%s' "$description" | jq -r "$@"; }

# Links can't be mounted. Those at the top, such as /bin and /lib64, must exist before a shell can start, and are the same for all.
eval "$(get --arg root "$root" '.mounts[] | select(.kind == "link" and (.path | test("^/[^/]+$")))
  | "ln -sfn \(.target | @sh) \($root + .path | @sh)"')"

# A script in the container makes the others, opens the network and becomes the program.
before=$(get '
  (.mounts[] | select(.kind == "link" and (.path | test("^/[^/]+$") | not))
    | "mkdir -p \(.path | sub("/[^/]*$"; "/") | @sh) && ln -sfn \(.target | @sh) \(.path | @sh)"),
  (if .network then "\([.network.opener[] | @sh] | join(" ")) </dev/null || exit 96" else empty end)')

# A later mount covers an earlier one at the same path, which podman would refuse.
options=$(get '
  (if .network then "--network=none", "--volume=\(.network.socket):\(.network.path)" else "--network=host" end),
  (reduce .mounts[] as $mount ({}; .[$mount.path] = $mount) | .[] |
    if .kind == "read" then "--mount=type=bind,ro,src=\(.source),dst=\(.path)"
    elif .kind == "write" then "--mount=type=bind,src=\(.source),dst=\(.path)"
    elif .kind == "device" then "--device=\(.source):\(.path)"
    elif .kind == "empty" then "--mount=type=tmpfs,dst=\(.path),tmpfs-mode=\(.mode)"
    else empty end),
  (.environment[] | "--env=\(.)"),
  (.variables | to_entries[] | "--env=\(.key)=\(.value)")')

# podman maps no ids for root.
user=--userns=keep-id
[ "$(id -u)" != 0 ] || user=--userns=host
files=$(ulimit -H -n) # podman's default may be more than this process may set

# Each line is an option.
IFS='
'
set -f
# shellcheck disable=SC2086 # The lines are the words.
exec podman run --rm --interactive --init "$user" --cap-drop=all --security-opt=no-new-privileges \
  --ulimit="nofile=$files:$files" --ulimit=nproc=4096:4096 --workdir="$PWD" $options --rootfs "$root" /bin/sh -c "$before
exec \"\$@\"" sh "$@"
