using System.Globalization;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>
/// Reads the flag that marks a task as done. A plan can contain the flag in addition to the task's status, or instead of the status.
/// </summary>
internal static class PlanTaskCompletedFieldReader
{
    /// <summary>Reads the flag. Returns null if it is missing or invalid, and reports an invalid value.</summary>
    /// <param name="fields">Fields of the task.</param>
    /// <param name="other">Severity of the fault for an invalid value.</param>
    public static bool? Read(YamlOrJsonMappingReader fields, FaultSeverity other)
    {
        if (fields.Node(KeySynonyms.CompletedKey) is not { } node)
        {
            return null;
        }
        if (node is ScalarNode { Text: var text } && Parse(text) is { } said)
        {
            return said;
        }
        fields.Faults.Add(
            "wrong-type",
            other,
            node.Line,
            node.Column,
            fields.Join(fields.Key(KeySynonyms.CompletedKey)!.Text).ToString(),
            $"true or false is expected here, not {YamlOrJsonValueReader.FormatNode(node)}.",
            "Write 'status: completed' for a task that is done."
        );
        return null;
    }

    /// <summary>Parses a Boolean value or a completion time, which counts as true. Returns null for any other text.</summary>
    public static bool? Parse(string text) =>
        BooleanParser.Read(text)
        ?? (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) ? true : null);
}
