using System.Globalization;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads a flag that marks a task as done, beside or in place of its status.</summary>
internal static class CompletedFlag
{
    /// <summary>Reads the flag, or returns null if it is missing or invalid. An invalid value is reported.</summary>
    /// <param name="fields">Fields of the task.</param>
    /// <param name="other">Severity of an invalid value.</param>
    public static bool? Read(MappingFields fields, FaultSeverity other)
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
            $"true or false is expected here, not {NodeValues.Shown(node)}.",
            "Write 'status: completed' for a task that is done."
        );
        return null;
    }

    /// <summary>Parses a truth value, or a completion time, which counts as true. Returns null for other texts.</summary>
    public static bool? Parse(string text) =>
        Switches.Read(text)
        ?? (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) ? true : null);
}
