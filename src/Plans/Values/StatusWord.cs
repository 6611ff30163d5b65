namespace Orchestrator.Plans;

/// <summary>Words for a task's status.</summary>
public static class StatusWord
{
    private static readonly Dictionary<string, PlanTaskStatus> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["pending"] = PlanTaskStatus.Pending,
        ["todo"] = PlanTaskStatus.Pending,
        ["to do"] = PlanTaskStatus.Pending,
        ["open"] = PlanTaskStatus.Pending,
        ["new"] = PlanTaskStatus.Pending,
        ["draft"] = PlanTaskStatus.Pending,
        ["planned"] = PlanTaskStatus.Pending,
        ["ready"] = PlanTaskStatus.Pending,
        ["queued"] = PlanTaskStatus.Pending,
        ["waiting"] = PlanTaskStatus.Pending,
        ["not started"] = PlanTaskStatus.Pending,
        ["in progress"] = PlanTaskStatus.InProgress,
        ["executing"] = PlanTaskStatus.InProgress,
        ["running"] = PlanTaskStatus.InProgress,
        ["started"] = PlanTaskStatus.InProgress,
        ["active"] = PlanTaskStatus.InProgress,
        ["review"] = PlanTaskStatus.InProgress,
        ["completed"] = PlanTaskStatus.Completed,
        ["complete"] = PlanTaskStatus.Completed,
        ["done"] = PlanTaskStatus.Completed,
        ["finished"] = PlanTaskStatus.Completed,
        ["verified"] = PlanTaskStatus.Completed,
        ["merged"] = PlanTaskStatus.Completed,
        ["blocked"] = PlanTaskStatus.Blocked,
        ["on hold"] = PlanTaskStatus.Blocked,
        ["failed"] = PlanTaskStatus.Failed,
        ["skipped"] = PlanTaskStatus.Skipped,
        ["cancelled"] = PlanTaskStatus.Skipped,
        ["canceled"] = PlanTaskStatus.Skipped,
        ["deferred"] = PlanTaskStatus.Skipped,
    };

    /// <summary>All known words.</summary>
    public static IReadOnlyCollection<string> Known => Words.Keys;

    /// <summary>Parses a status in any decoration: <c>**Completed**</c>, <c>✅ done</c>, <c>in_progress</c>.</summary>
    public static bool TryParse(string text, out PlanTaskStatus status)
    {
        var plain = Plain(text);
        if (Words.TryGetValue(plain, out status))
        {
            return true;
        }

        // "Completed (2026-01-12)", "Done - see notes": what follows is a remark.
        var end = plain.AsSpan().IndexOfAny("(:,;");
        return end > 0 && Words.TryGetValue(plain[..end].Trim(), out status);
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
