using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>The words for the order and the state of a phase, in its file and above a column of the table.</summary>
internal static class PhaseKeys
{
    public const string Status = "status";

    public const string DependsOn = "depends_on";

    /// <summary>The words, with those of other tools.</summary>
    public static readonly KeyTable Keys = new KeyTable("status", "depends_on dependencies depends").WithOrderAndState(DependsOn);

    /// <summary>The state in a value behind another tool's word; null where there is none.</summary>
    /// <param name="key">The key that the word means.</param>
    /// <param name="value">What the file says.</param>
    public static string? State(string key, string value)
    {
        var plain = Inline.Plain(value);
        return key == Status ? (StatusWord.TryParse(plain, out _) ? plain : null)
            : CompletedFlag.Parse(plain) is { } isDone ? (isDone ? "completed" : "pending")
            : StatusWord.TryParse(plain, out var status) && status is PlanTaskStatus.Completed or PlanTaskStatus.Pending ? plain
            : null;
    }

    /// <summary>The warning for another tool's word.</summary>
    public static PlanFault Synonym(string file, int line, string word, string key)
    {
        var usual = key == DependsOn ? "Depends On" : "Status";
        return PlanFault.Warning(
            file,
            "other-key",
            $"'{word}' is read as '{usual}'.",
            $"Write '{usual}', which is the usual word.",
            line: line
        );
    }
}
