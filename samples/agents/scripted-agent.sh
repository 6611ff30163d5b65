#!/bin/sh
# A coding agent without a model: does what lines of the task's prompt say, so that a run can be tried without account and money.
#   write PATH: TEXT               writes a line to a file (further such lines for the same file are added)
#   append PATH: TEXT              adds a line to a file
#   wait SECONDS                   takes a while
#   attempt N write PATH: TEXT     any of these, but only in the task's Nth attempt (to see remediation)
# A line may begin with "- ". All other text is for people. Reads the prompt on stdin; exit 1 when no line is for it.
set -eu
did=0
written=' '

put() { # put PATH TEXT
    case $1 in
    /* | ../* | */../* | *' '*) echo "scripted-agent: will not write '$1'" >&2; exit 1 ;;
    esac
    mkdir -p -- "$(dirname -- "$1")"
    printf '%s\n' "$2" >>"$1"
    echo "wrote $1"
}

while IFS= read -r line || [ -n "$line" ]; do
    line=${line#"${line%%[! ]*}"}
    line=${line#- }
    case $line in
    "attempt ${ORCHESTRATOR_ATTEMPT:-1} "*) line=${line#attempt * } ;;
    esac
    case $line in
    'write '*': '*)
        rest=${line#write }
        path=${rest%%: *}
        case $written in
        *" $path "*) ;;
        *) written="$written$path "; rm -f -- "$path" ;;
        esac
        put "$path" "${rest#*: }"
        did=1
        ;;
    'append '*': '*)
        rest=${line#append }
        put "${rest%%: *}" "${rest#*: }"
        did=1
        ;;
    'wait '[0-9]*)
        seconds=${line#wait }
        echo "waiting $seconds s"
        sleep "${seconds%%[!0-9.]*}"
        did=1
        ;;
    esac
done

[ "$did" = 1 ] || { echo "scripted-agent: the prompt has no line 'write PATH: TEXT'" >&2; exit 1; }
echo "task ${ORCHESTRATOR_TASK:-?} is done"
