#!/bin/sh
# Starts a program of orchestrate in a container of podman:
#   permissions: {runner: [/path/to/podman-runner.sh]}
# Untried: it was written from podman's manual. It needs podman 4 or later and jq.
# Its arguments are the description of the sandbox (docs/reference/sandbox.md, "Another runner"), the program, and the program's arguments.
set -eu
description=$1
shift
root=${XDG_RUNTIME_DIR:-/tmp}/orchestrate-root
mkdir -p "$root"
get() { printf '%s' "$description" | jq -r "$1"; }

# Links can't be mounted: a script in the container makes them, opens the network and becomes the program.
before=$(get '
  (.mounts[] | select(.kind == "link")
    | "mkdir -p \(.path | sub("/[^/]*$"; "/") | @sh) && ln -sfn \(.target | @sh) \(.path | @sh)"),
  (if .network then "\([.network.opener[] | @sh] | join(" ")) </dev/null || exit 96" else empty end)')

options=$(get '
  (if .network then "--network=none", "--volume=\(.network.socket):\(.network.path)" else "--network=host" end),
  (.mounts[] |
    if .kind == "read" then "--mount=type=bind,ro,src=\(.source),dst=\(.path)"
    elif .kind == "write" then "--mount=type=bind,src=\(.source),dst=\(.path)"
    elif .kind == "device" then "--device=\(.source):\(.path)"
    elif .kind == "empty" then "--mount=type=tmpfs,dst=\(.path),tmpfs-mode=\(.mode)"
    else empty end),
  (.environment[] | "--env=\(.)"),
  (.variables | to_entries[] | "--env=\(.key)=\(.value)")')

# Each line is an option.
IFS='
'
set -f
# shellcheck disable=SC2086 # The lines are the words.
exec podman run --rm --interactive --init --userns=keep-id --cap-drop=all --security-opt=no-new-privileges \
  --workdir="$PWD" $options --rootfs "$root" /bin/sh -c "$before
exec \"\$@\"" sh "$@"
