using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Keys for the order and status of a phase, in the phase file and in column headings of the table.</summary>
internal static class PhaseFieldNames
{
    public const string Status = "status";

    public const string DependsOn = "depends_on";

    /// <summary>Accepted keys, including those of other tools.</summary>
    public static readonly YamlOrJsonKeySynonymTable Keys = new YamlOrJsonKeySynonymTable(
        "status",
        "depends_on dependencies depends"
    ).WithOrderAndState(DependsOn);

    /// <summary>Converts the value of another tool's key to a status, or returns null if the value is not a status.</summary>
    /// <param name="key">Canonical key for the word.</param>
    /// <param name="value">Value in the file.</param>
    public static string? State(string key, string value)
    {
        var plain = InlineMarkdownParser.Plain(value);
        return key == Status ? (TaskStatusParser.TryParse(plain, out _) ? plain : null)
            : PlanTaskCompletedFieldReader.Parse(plain) is { } isDone ? (isDone ? "completed" : "pending")
            : TaskStatusParser.TryParse(plain, out var status) && status is PlanTaskStatus.Completed or PlanTaskStatus.Pending ? plain
            : null;
    }

    /// <summary>Creates the warning about another tool's key.</summary>
    public static PlanFault Synonym(string file, int line, string word, string key)
    {
        var usual = key == DependsOn ? "Depends On" : "Status";
        return PlanFault.Warning(file, "other-key", $"'{word}' is read as '{usual}'.", $"Use the usual word '{usual}'.", line: line);
    }
}
