using System.Buffers;

namespace Orchestrator.Plans;

/// <summary>Parses words that describe a task's status.</summary>
public static class TaskStatusParser
{
    /// <summary>
    /// Characters that are ignored around the words of a status. A status that consists only of these characters, such as <c>[ ]</c>, means
    /// pending.
    /// </summary>
    private static readonly SearchValues<char> Unsaying = SearchValues.Create(" []()-–—_.⏳⌛☐⬜/");

    private static readonly Dictionary<string, PlanTaskStatus> Words = Table(
        (
            PlanTaskStatus.Pending,
            "pending, todo, to do, open, opened, reopened, new, draft, planned, ready, queued, waiting, not started, unstarted, backlog, "
                + "proposed, upcoming, scheduled, incomplete, not done, no, false, none, tbd, na"
        ),
        (
            PlanTaskStatus.InProgress,
            "in progress, executing, running, started, active, review, in review, wip, work in progress, doing, working, ongoing, "
                + "in development, testing, in testing, assigned, claimed"
        ),
        (
            PlanTaskStatus.Completed,
            "completed, complete, done, finished, verified, merged, closed, resolved, shipped, released, deployed, delivered, landed, "
                + "implemented, fixed, passed, success, succeeded, successful, x, yes, true"
        ),
        (PlanTaskStatus.Blocked, "blocked, on hold, paused, stuck"),
        (PlanTaskStatus.Failed, "failed, failure, error"),
        (
            PlanTaskStatus.Skipped,
            "skipped, cancelled, canceled, deferred, postponed, abandoned, dropped, obsolete, duplicate, rejected, wont do, wont fix, "
                + "wontfix, archived"
        )
    );

    private static Dictionary<string, PlanTaskStatus> Table(params (PlanTaskStatus Status, string Words)[] rows) =>
        rows.SelectMany(row => row.Words.Split(", ").Select(word => (word, row.Status)))
            .ToDictionary(row => row.word, row => row.Status, StringComparer.OrdinalIgnoreCase);

    /// <summary>All words that are known to describe a status.</summary>
    public static IReadOnlyCollection<string> Known => Words.Keys;

    /// <summary>Parses a status such as <c>**Completed**</c>, <c>✅ done</c> or <c>in_progress</c>, ignoring its decoration.</summary>
    public static bool TryParse(string text, out PlanTaskStatus status)
    {
        var plain = Plain(text);
        if (Words.TryGetValue(plain, out status) || (plain.Length == 0 && TryParseMark(text, out status)))
        {
            return true;
        }

        // In "Completed (2026-01-12)" and "Done: see notes", the rest is a remark.
        var end = plain.AsSpan().IndexOfAny("(:,;");
        return end > 0 && Words.TryGetValue(plain[..end].Trim(), out status);
    }

    // Symbols without a word: "✅", "[ ]", "—".
    private static bool TryParseMark(string text, out PlanTaskStatus status)
    {
        status =
            text.AsSpan().ContainsAny("✅✔☑✓") ? PlanTaskStatus.Completed
            : text.Contains("🚧", StringComparison.Ordinal) ? PlanTaskStatus.InProgress
            : PlanTaskStatus.Pending;
        return status != PlanTaskStatus.Pending || !text.AsSpan().ContainsAnyExcept(Unsaying);
    }

    private static string Plain(string text)
    {
        var plain = new System.Text.StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c) || c is '(' or ')' or ':' or ',' or ';')
            {
                plain.Append(c);
            }
            else if ((c is ' ' or '_' or '-') && plain.Length > 0 && plain[^1] != ' ')
            {
                plain.Append(' ');
            }
        }
        return plain.ToString().Trim();
    }
}
