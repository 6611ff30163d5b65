using System.Globalization;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>
/// Reads a task's priority, which is a number or one of the words that backlogs use. Any other value is ignored with a warning.
/// </summary>
internal static class TaskPriorityReader
{
    private const int Largest = 100;

    private static readonly IReadOnlyDictionary<string, int> Words = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase)
    {
        ["critical"] = 75,
        ["high"] = 50,
        [BacklogPriority.Medium] = 0,
        ["low"] = -50,
    };

    /// <summary>Returns the priority, or null if the task has none or the priority is unknown.</summary>
    public static int? Bind(YamlOrJsonMappingReader fields)
    {
        if (fields.Node("priority") is not { } node)
        {
            return null;
        }
        var text = node is ScalarNode scalar ? scalar.Text.Trim() : "";
        if (Words.TryGetValue(text, out var word))
        {
            return word;
        }
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= Largest)
        {
            return number;
        }
        fields.Faults.Warning(
            "unknown-priority",
            node,
            fields.Join("priority"),
            $"The priority '{text}' is unknown and is ignored.",
            $"Use one of {string.Join(", ", Words.Keys)}, or a number from -{Largest} to {Largest}."
        );
        return null;
    }
}
