#!/bin/sh
# Keeps one start of an agent, with nobody there. What the files mean: README.md of src/Agents.
#   supervise run   FOLDER WORKTREE TICK TIME_LIMIT ORPHAN_LIMIT
#   supervise stop  FOLDER REASON
# Times are whole seconds of awake time: they are counted in naps, so neither a suspended machine nor a moved clock uses them up.

# Whoever started us may have been told to ignore Ctrl-C (signal 2, the second bit from the right); that must not pass to the agent.
# The inner shell keeps env from taking a program with "=" in its path for a variable.
begin() {
    while read -r fact ignored && [ "$fact" != SigIgn: ]; do :; done </proc/self/status
    case $ignored in
    *[2367abefABEF]) env --default-signal=INT,TERM true 2>/dev/null && exec env --default-signal=INT,TERM sh -c 'exec "$@"' sh "$@" ;;
    esac
    exec "$@"
}

verb=$1 folder=$2
cd -- "$folder" || exit 1

# Written aside and renamed, so that a reader never sees half of it.
put() { printf '%s\n' "$2" >"$1.new" && mv -f -- "$1.new" "$1"; }

# The kernel's line about a process, into $facts; a name may break it into several.
look() {
    facts=
    { while IFS= read -r part || [ -n "$part" ]; do facts="$facts$part "; done <"/proc/$1/stat"; } 2>/dev/null
    [ -n "$facts" ]
}

# Process id, start time and boot: the fields after the name, which may hold anything, begin with the state (field 3).
identity() {
    look "$1" && read -r boot </proc/sys/kernel/random/boot_id || return 1
    set -f -- "$1" ${facts##*) }; set +f
    [ "$2" != Z ] && [ "$2" != X ] && printf '%s %s %s' "$1" "${21}" "$boot"
}

# The very process that the file names still runs.
alive() {
    [ -r "$1" ] && read -r line <"$1" && [ "$(identity "${line%% *}")" = "$line" ]
}

# Sends a signal to everything that was born of the agent, wherever it went: it all inherited the name of this folder. False if there is nothing.
send() {
    found=$(grep -lszFx -- "ORCHESTRATOR_START=$folder" /proc/[0-9]*/environ 2>/dev/null)
    for file in $found; do
        process=${file#/proc/}
        kill -s "$1" "${process%/environ}" 2>/dev/null
    done
    [ -n "$found" ]
}

# Ends all of that.
sweep() {
    for try in 1 2 3 4 5 6 7 8 9 10; do
        send KILL || return 0
        sleep 0.1
    done
    echo "still there after SIGKILL: $found"
}

# Asks the agent's process group as Ctrl-C would, then more firmly, then kills. Each step has 5 seconds.
stop() {
    [ -e stop ] || put stop "$1"
    # An agent that is just being started sees the file above, or names itself in a moment.
    naps=0
    while [ ! -e pid ] && [ "$naps" -lt 50 ] && alive supervisor; do
        naps=$((naps + 1))
        sleep 0.1
    done
    alive pid || { sweep; return; }
    # What is stopped to hold it to its cores would not hear the signals.
    [ ! -e throttled ] || send CONT
    read -r agent rest <pid
    for signal in INT TERM KILL; do
        # Its group at this moment; the supervisor is usually in it and survives all but SIGKILL.
        look "$agent" || break
        set -f -- ${facts##*) }; set +f
        if [ "$signal" = KILL ]; then target=$agent; else target=-$3; fi
        kill -s "$signal" -- "$target" 2>/dev/null
        naps=0
        while [ "$naps" -lt 50 ] && alive pid; do
            naps=$((naps + 1))
            sleep 0.1
        done
        alive pid || break
    done
    sweep
}

watch() {
    trap '' INT TERM HUP
    # The nap has inherited the deafness above, so only SIGKILL wakes it.
    trap 'kill -KILL "$nap" 2>/dev/null; exit 0' USR1
    elapsed=0 unattended=0 seen= woken=
    while :; do
        sleep "$tick" & nap=$!
        wait "$nap"
        elapsed=$((elapsed + tick)) unattended=$((unattended + tick))
        echo "$elapsed" >elapsed
        lease=
        [ -r lease ] && read -r lease <lease
        [ "$lease" = "$seen" ] || { unattended=0; seen=$lease; }
        # A follower renews its lease every 10 seconds. One that was killed may have left the agent stopped.
        [ "$unattended" -lt 20 ] || [ ! -e throttled ] || [ "$woken" = "$lease" ] || { woken=$lease; send CONT; }
        kill -0 "$$" 2>/dev/null || alive pid || exit 0
        if [ "$elapsed" -ge "$limit" ]; then
            stop time
        elif [ "$unattended" -ge "$orphan" ]; then
            stop orphan
        fi
    done
}

case $verb in
stop)
    stop "$3"
    exit 0
    ;;
run) ;;
*) exit 2 ;;
esac

work=$3 tick=$4 limit=$5 orphan=$6
# Whoever makes this folder owns the start. Another supervisor of the same start ends here.
mkdir started || exit 0
trap : INT TERM HUP
put supervisor "$(identity "$$")"
watch & watcher=$!

# In the foreground, because a shell makes what it sends to the background deaf to SIGINT.
(
    unset ORCHESTRATOR_SUPERVISOR ORCHESTRATOR_CHILD
    export ORCHESTRATOR_START="$folder"
    read -r self rest </proc/self/stat
    put pid "$(identity "$self")"
    exec <prompt >stdout 2>stderr
    # Sets the program, and what calls it to the words of this shell. They are not in our own command line, which people read. Where the
    # program reads another file than the prompt, that is its standard input from here on.
    . ./call
    command -v -- "$program" >/dev/null || put unstartable "$program"
    [ ! -e stop ] || exit 143
    cd -- "$work" || exit 125
    begin "$@"
)
# At once, so that a supervisor killed from here on loses nothing; then to the disk, because it was paid for.
code=$?
put exit "$code" || {
    # The disk is full. As long as this process lives nobody takes the agent for one that died, which would be paid for again.
    kill -USR1 "$watcher" 2>/dev/null
    until { put full "$code" && put exit "$code"; } 2>/dev/null; do
        [ -e started ] || exit 0
        sleep 1
    done
}
kill -USR1 "$watcher" 2>/dev/null
sweep
sync stdout exit 2>/dev/null
wait "$watcher" 2>/dev/null
