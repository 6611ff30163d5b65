using System.Globalization;

namespace Orchestrator.Processes;

/// <summary>Record of a crash of a supervised program.</summary>
/// <param name="Time">Time of the crash in UTC.</param>
/// <param name="ExitCode">128 plus the number of the signal, as in shells.</param>
/// <param name="IsLast">True if the program was not restarted, because it crashed too often within an hour.</param>
public sealed record SupervisedProgramCrashRecord(DateTimeOffset Time, int ExitCode, bool IsLast);

/// <summary>
/// Supervises a program that must keep running. After a crash or a kill, for example because memory ran out, the supervisor starts another
/// command in its place. Restarts are delayed by 1, 2, 4, 8, 16 and 32 seconds, and there are at most six per hour. A program that exits by
/// itself or is ended by SIGINT or SIGTERM is not restarted. The supervisor is a small shell script that needs little memory.
/// </summary>
public static class CrashSupervisor
{
    /// <summary>Maximum number of restarts of a program within an hour.</summary>
    public const int MostRestarts = 6;

    // All values are arguments, and only "${1}" to "${n}" are evaluated. Signals that can't be handled: 4, 6, 7, 8, 9, 11.
    private const string Script = """
        record=$1 name=$2 most=$3 count=$4; shift 4
        words= i=1
        while [ "$i" -le "$count" ]; do words="$words \"\${$i}\""; i=$((i + 1)); done
        child= ended= times=
        trap 'ended=1; [ -z "$child" ] || kill -s TERM "$child" 2>/dev/null' TERM INT
        trap '' HUP
        hold() {
          "$@" &
          child=$!
          wait "$child"; code=$?
          while [ -n "$ended" ] && kill -s 0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
          child=
        }
        eval "hold $words"
        shift "$count"
        while :; do
          case $code in 132|134|135|136|137|139) ;; *) exit "$code" ;; esac
          [ -z "$ended" ] || exit "$code"
          now=$(date +%s) kept= n=0
          for t in $times; do if [ "$t" -gt $((now - 3600)) ]; then kept="$kept $t" n=$((n + 1)); fi; done
          if [ "$n" -ge "$most" ]; then
            echo "$now $code last" >> "$record"
            echo "$name died again (exit code $code). It was restarted $n times within the hour and will not be restarted again."
            exit "$code"
          fi
          times="$kept $now" pause=1 i=0
          while [ "$i" -lt "$n" ]; do pause=$((pause * 2)) i=$((i + 1)); done
          echo "$now $code" >> "$record"
          echo "$name died unexpectedly (exit code $code)." \
                "It will be restarted in $pause s (restart $((n + 1)) of at most $most within the hour)."
          sleep "$pause" & wait $!
          [ -z "$ended" ] || exit "$code"
          hold "$@"
        done
        """;

    /// <summary>Returns a command that runs a program under a supervisor. The supervisor forwards SIGINT and SIGTERM to the program as
    /// SIGTERM.</summary>
    /// <param name="command">Command that is started first.</param>
    /// <param name="again">Program and arguments to start after a crash.</param>
    /// <param name="name">Name of the program in the log.</param>
    /// <param name="record">File to which a line is added for each crash (see <see cref="Read"/>).</param>
    public static DetachedProcessOptions CreateCommand(
        DetachedProcessOptions command,
        IReadOnlyList<string> again,
        string name,
        string record
    )
    {
        string[] first = [command.FileName, .. command.Arguments];
        return command with
        {
            FileName = "/bin/sh",
            Arguments =
            [
                "-c",
                Script,
                "orchestrate-supervisor",
                Path.GetFullPath(record),
                name,
                MostRestarts.ToString(CultureInfo.InvariantCulture),
                first.Length.ToString(CultureInfo.InvariantCulture),
                .. first,
                .. again,
            ],
        };
    }

    /// <summary>Returns the crashes in a record file, oldest first. An incomplete line is ignored.</summary>
    public static IReadOnlyList<SupervisedProgramCrashRecord> Read(string record) =>
        [
            .. (DurableFile.TryRead(record) ?? "")
                .Split('\n')
                .Select(line => line.Split(' '))
                .Where(words =>
                    words.Length >= 2
                    && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                    && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                )
                .Select(words => new SupervisedProgramCrashRecord(
                    DateTimeOffset.FromUnixTimeSeconds(long.Parse(words[0], CultureInfo.InvariantCulture)),
                    int.Parse(words[1], CultureInfo.InvariantCulture),
                    words is [_, _, "last", ..]
                )),
        ];
}
