using System.Security.Cryptography;
using Orchestrator.Gates.Secrets;
using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>Formats notices. Text of agents, repositories and programs is kept on one line, and apparent secrets are removed.</summary>
internal static class NoticeFormatter
{
    private const int LongestText = 600;
    private const int LongestCommand = 300;
    private const int MostCommands = 4;

    /// <summary>Formats one fact of a run for a notice.</summary>
    public static NoticeItem Item(RunNotice notice) =>
        new(
            notice.Key,
            notice.Kind,
            notice.Task,
            Clean(notice.Text, LongestText),
            [.. notice.Ways.Take(MostCommands).Select(way => Clean(way.Command, LongestCommand))]
        );

    /// <summary>Creates a message about one or more facts of a run.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="repository">Path of the run's repository.</param>
    /// <param name="items">The facts; at least one.</param>
    /// <param name="time">The current time.</param>
    /// <param name="isQuiet">True to deliver it silently.</param>
    public static Notice Message(string run, string repository, IReadOnlyList<NoticeItem> items, DateTimeOffset time, bool isQuiet) =>
        new()
        {
            Id = IdOf(run, items),
            Title = Title(run, repository, items),
            Items = items,
            Run = run,
            Repository = Clean(repository, LongestText),
            Time = time,
            IsQuiet = isQuiet,
        };

    /// <summary>Returns the message with only these items, without facts that a target does not subscribe to or that are
    /// obsolete.</summary>
    public static Notice With(Notice notice, IReadOnlyList<NoticeItem> items) =>
        notice with
        {
            Items = items,
            Title = Title(notice.Run, notice.Repository, items),
        };

    /// <summary>Creates the message of <c>notify test</c>.</summary>
    public static Notice Test(string target, DateTimeOffset time) =>
        new()
        {
            Id = $"test-{time.ToUnixTimeMilliseconds()}",
            Title = "orchestrate: a test",
            Items =
            [
                new NoticeItem(
                    "test",
                    NoticeKinds.NeedsPerson,
                    null,
                    $"Notices to '{Clean(target, LongestText)}' arrive. A request from a run looks like this, with the command "
                        + "that answers it:",
                    ["orchestrate status"]
                ),
            ],
            Time = time,
        };

    /// <summary>Returns a text on one line without secrets.</summary>
    public static string Clean(string text, int longest)
    {
        var line = new UntrustedText(SecretScanner.Redact(text)).Line;
        if (line.Length <= longest)
        {
            return line;
        }
        var end = char.IsHighSurrogate(line[longest - 2]) ? longest - 2 : longest - 1;
        return $"{line[..end]}…";
    }

    // The same facts have the same id, even if a notice record was lost.
    private static string IdOf(string run, IReadOnlyList<NoticeItem> items)
    {
        var keys = string.Join('\n', items.Select(item => item.Key).Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{run}\n{keys}")))[..24];
    }

    private static string Title(string run, string repository, IReadOnlyList<NoticeItem> items)
    {
        var name = $"{Clean(Path.GetFileName(repository.TrimEnd('/')), 60)}: {run}";
        var waiting = items.Count(item => item.Commands.Count > 0);
        return items switch
        {
            _ when waiting > 1 => $"{name} needs attention ({Plural.Of(waiting, "thing")})",
            _ when items.FirstOrDefault(item => item.Commands.Count > 0) is { } one => one.Kind switch
            {
                NoticeKinds.Budget => $"{name} has reached a limit",
                NoticeKinds.AccountParked => $"{name} waits for an account",
                NoticeKinds.ScheduleMissed => $"{name} did not run",
                _ => $"{name} needs attention",
            },
            [{ Kind: NoticeKinds.RunDone }] => $"{name} has ended",
            [{ Kind: NoticeKinds.TaskFailed, Task: { } task }] => $"{name}: {Clean(task, 60)} failed",
            [{ Kind: NoticeKinds.TaskDone, Task: { } task }] => $"{name}: {Clean(task, 60)} is merged",
            [{ Kind: NoticeKinds.AccountParked }] => $"{name} waits for an account",
            _ when items.Any(item => item.Kind == NoticeKinds.RunDone) => $"{name} has ended",
            _ => $"{name}: {Plural.Of(items.Count, "thing")} happened",
        };
    }
}
