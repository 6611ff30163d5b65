using System.Text.RegularExpressions;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Marks of a gate at the end of its line in a phase file: <c>(exclusive: NAME)</c>, <c>(cache: false)</c>, or both with a
/// comma.</summary>
internal sealed partial record GateMarks
{
    /// <summary>The name under which the gate runs alone on the machine.</summary>
    public string? Exclusive { get; private init; }

    /// <summary>False: it is run each time.</summary>
    public bool? Cache { get; private init; }

    /// <summary>Faults, each with its cure.</summary>
    public IReadOnlyList<(string Message, string Fix)> Faults { get; private init; } = [];

    /// <summary>Removes the marks from the end of a line.</summary>
    public static (string Line, GateMarks Marks) Take(string text)
    {
        var marks = new GateMarks();
        while (Marked().Match(text) is { Success: true } found)
        {
            text = text[..found.Index].TrimEnd();
            foreach (var mark in found.Groups["marks"].Value.Split(','))
            {
                marks = marks.With(mark.Split(':', 2)[0].Trim(), mark.Split(':', 2)[^1].Trim());
            }
        }
        return (text, marks);
    }

    private GateMarks With(string name, string value) =>
        name switch
        {
            "exclusive" when ExclusiveName.IsValid(value) => this with { Exclusive = value },
            "exclusive" => Wrong($"'{value}' can't be what a gate has for itself.", ExclusiveName.Rule),
            "cache" when value is "true" or "false" => this with { Cache = value == "true" },
            "cache" => Wrong($"'{value}' does not say whether what has passed counts again.", "Write '(cache: false)', or leave it out."),
            _ => Wrong($"A gate has no '{name}' in parentheses.", "Write '(exclusive: NAME)', '(cache: false)', or both with a comma."),
        };

    private GateMarks Wrong(string message, string fix) => this with { Faults = [.. Faults, (message, fix)] };

    [GeneratedRegex(@"\((?<marks>\s*(exclusive|cache)\s*:[^)]*)\)\s*\.?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Marked();
}
