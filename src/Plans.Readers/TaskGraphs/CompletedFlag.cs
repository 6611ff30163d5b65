using System.Globalization;

namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads whether a task is done where a file says so beside or in place of its status.</summary>
internal static class CompletedFlag
{
    /// <summary>True or false as the file says, or null where it says neither; another value is a fault.</summary>
    /// <param name="fields">The fields of the task.</param>
    /// <param name="other">How severe another value is.</param>
    public static bool? Read(Fields fields, FaultSeverity other)
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
            $"true or false is expected here, not {Values.Shown(node)}.",
            "Write 'status: completed' for a task that is done."
        );
        return null;
    }

    /// <summary>The meaning of a text: a switch, or the time at which a task was done; null for any other.</summary>
    public static bool? Parse(string text) =>
        Switches.Read(text)
        ?? (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) ? true : null);
}
