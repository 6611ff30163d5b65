using System.Security.Cryptography;
using Orchestrator.Gates.Secrets;
using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>Words of notices. Text of agents, repositories and programs loses what looks like a secret, and stays in its line.</summary>
internal static class NoticeWords
{
    private const int LongestText = 600;
    private const int LongestCommand = 300;
    private const int MostCommands = 4;

    /// <summary>A fact in words.</summary>
    public static NoticeItem Item(RunNotice notice) =>
        new(
            notice.Key,
            notice.Kind,
            notice.Task,
            Clean(notice.Text, LongestText),
            [.. notice.Ways.Take(MostCommands).Select(way => Clean(way.Command, LongestCommand))]
        );

    /// <summary>A message about one or more facts of a run.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="repository">Path of its repository.</param>
    /// <param name="items">The facts; at least one.</param>
    /// <param name="time">Now.</param>
    /// <param name="isQuiet">Without a sound.</param>
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

    /// <summary>The same message without facts that a target does not want, or that are over.</summary>
    public static Notice With(Notice notice, IReadOnlyList<NoticeItem> items) =>
        notice with
        {
            Items = items,
            Title = Title(notice.Run, notice.Repository, items),
        };

    /// <summary>The message of <c>notify test</c>.</summary>
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
                    $"Notices to '{Clean(target, LongestText)}' arrive. What a run asks for looks like this, with the command "
                        + "that answers it:",
                    ["orchestrate status"]
                ),
            ],
            Time = time,
        };

    /// <summary>A text in one line, without secrets.</summary>
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

    // The same facts have the same id, also where a book was lost.
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
