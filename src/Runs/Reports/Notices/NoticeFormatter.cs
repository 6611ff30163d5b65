using System.Security.Cryptography;
using Orchestrator.Gates.Secrets;
using Orchestrator.Notifications;

namespace Orchestrator.Runs.Reports.Notices;

/// <summary>Formats notices. Text from agents, repositories and programs is reduced to one line, and likely secrets are removed.</summary>
internal static class NoticeFormatter
{
    private const int LongestText = 600;
    private const int LongestCommand = 300;
    private const int MostCommands = 4;

    /// <summary>Formats one fact about a run as an item of a notice.</summary>
    public static NoticeEventDescription Item(RunNotice notice) =>
        new(
            notice.Key,
            notice.Kind,
            notice.Task,
            Clean(notice.Text, LongestText),
            [.. notice.Ways.Take(MostCommands).Select(way => Clean(way.Command, LongestCommand))]
        );

    /// <summary>Creates a message about one or more facts.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="repository">Absolute path of the run's repository.</param>
    /// <param name="items">The facts to report, at least one.</param>
    /// <param name="time">The current time.</param>
    /// <param name="isQuiet">True to deliver the message without a sound.</param>
    public static Notice Message(
        string run,
        string repository,
        IReadOnlyList<NoticeEventDescription> items,
        DateTimeOffset time,
        bool isQuiet
    ) =>
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

    /// <summary>
    /// Returns a copy of a message with only the given items. The caller omits items that are obsolete or to which the target does not
    /// subscribe.
    /// </summary>
    public static Notice With(Notice notice, IReadOnlyList<NoticeEventDescription> items) =>
        notice with
        {
            Items = items,
            Title = Title(notice.Run, notice.Repository, items),
        };

    /// <summary>Creates the message that <c>notify test</c> sends.</summary>
    public static Notice Test(string target, DateTimeOffset time) =>
        new()
        {
            Id = $"test-{time.ToUnixTimeMilliseconds()}",
            Title = "orchestrate: a test",
            Items =
            [
                new NoticeEventDescription(
                    "test",
                    NoticeKinds.NeedsPerson,
                    null,
                    $"Notices to '{Clean(target, LongestText)}' are delivered. A request from a run looks like this, with the command "
                        + "that answers it:",
                    ["orchestrate status"]
                ),
            ],
            Time = time,
        };

    /// <summary>Reduces a text to one line, without secrets and with a maximum length.</summary>
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

    // The id depends only on the facts, so it is the same after a notice record was lost.
    private static string IdOf(string run, IReadOnlyList<NoticeEventDescription> items)
    {
        var keys = string.Join('\n', items.Select(item => item.Key).Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{run}\n{keys}")))[..24];
    }

    private static string Title(string run, string repository, IReadOnlyList<NoticeEventDescription> items)
    {
        var name = $"{Clean(Path.GetFileName(repository.TrimEnd('/')), 60)}: {run}";
        var waiting = items.Count(item => item.Commands.Count > 0);
        return items switch
        {
            _ when waiting > 1 => $"{name} needs attention ({Plural.Of(waiting, "thing")})",
            _ when items.FirstOrDefault(item => item.Commands.Count > 0) is { } one => one.Kind switch
            {
                NoticeKinds.Budget => $"{name} has reached a limit",
                NoticeKinds.AccountParked => $"{name} is waiting for an account",
                NoticeKinds.ScheduleMissed => $"{name} did not run",
                _ => $"{name} needs attention",
            },
            [{ Kind: NoticeKinds.RunDone }] => $"{name} has ended",
            [{ Kind: NoticeKinds.TaskFailed, Task: { } task }] => $"{name}: {Clean(task, 60)} failed",
            [{ Kind: NoticeKinds.TaskDone, Task: { } task }] => $"{name}: {Clean(task, 60)} is merged",
            [{ Kind: NoticeKinds.AccountParked }] => $"{name} is waiting for an account",
            _ when items.Any(item => item.Kind == NoticeKinds.RunDone) => $"{name} has ended",
            _ => $"{name}: {Plural.Of(items.Count, "thing")} happened",
        };
    }
}
