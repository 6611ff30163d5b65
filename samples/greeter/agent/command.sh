echo "changing greet.sh"
cat > greet.sh <<'END'
#!/bin/sh
# greet.sh [--lang CODE] [--bye] NAME
set -eu
GREETER_HOME=$(cd "$(dirname "$0")" && pwd)
. "$GREETER_HOME/lib/hello.sh"
. "$GREETER_HOME/lib/goodbye.sh"

language=en
say=say_hello
while [ $# -gt 1 ]; do
  case "$1" in
    --lang) language=$2; shift 2 ;;
    --bye) say=say_goodbye; shift ;;
    *) echo "greet: unknown option $1" >&2; exit 2 ;;
  esac
done
"$say" "$language" "${1:-you}"
END
