using System.Text.RegularExpressions;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>
/// Options at the end of a gate's line in a phase file, such as <c>(exclusive: NAME)</c>, <c>(cache: false)</c>, <c>(clean: true)</c>,
/// <c>(needs: GATE)</c> and <c>(covers: GLOB)</c>. Several options are separated by commas.
/// </summary>
internal sealed partial record MasterPlanPhaseGateOptions
{
    /// <summary>Name shared by gates that must run one at a time on a host, or null if there is none.</summary>
    public string? Exclusive { get; private init; }

    /// <summary>False to run the gate each time, or null if not specified.</summary>
    public bool? Cache { get; private init; }

    /// <summary>True to start the gate without the outputs of earlier gates.</summary>
    public bool Clean { get; private init; }

    /// <summary>Names of the gates whose outputs this gate uses.</summary>
    public IReadOnlyList<string> Needs { get; private init; } = [];

    /// <summary>Globs of the files that can change the gate's result; empty for all files.</summary>
    public IReadOnlyList<string> Covers { get; private init; } = [];

    /// <summary>Errors in the options, each with a suggested fix.</summary>
    public IReadOnlyList<(string Message, string Fix)> Faults { get; private init; } = [];

    /// <summary>Removes and parses the options at the end of a line.</summary>
    public static (string Line, MasterPlanPhaseGateOptions Marks) SplitLine(string text)
    {
        var marks = new MasterPlanPhaseGateOptions();
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

    private MasterPlanPhaseGateOptions With(string name, string value) =>
        name switch
        {
            "exclusive" when ExclusiveGateNameValidator.IsValid(value) => this with { Exclusive = value },
            "exclusive" => WithFault($"'{value}' is not a valid name for an exclusive gate.", ExclusiveGateNameValidator.Rule),
            "cache" when value is "true" or "false" => this with { Cache = value == "true" },
            "cache" => WithFault($"'cache' must be true or false, not '{value}'.", "Write '(cache: false)', or omit 'cache'."),
            "clean" when value is "true" or "false" => this with { Clean = value == "true" },
            "clean" => WithFault($"'clean' must be true or false, not '{value}'.", "Write '(clean: true)', or omit 'clean'."),
            "needs" when value.Length > 0 => this with { Needs = [.. Needs, value] },
            "needs" => WithFault(
                "'needs' does not name a gate.",
                "Write '(needs: GATE)', where GATE is the command or the type of a gate in this phase."
            ),
            "covers" when RepositoryPath.TryNormalize(value, out var glob, out _) => this with { Covers = [.. Covers, glob] },
            "covers" => WithFault(
                $"'{value}' is not a valid glob for files in the repository.",
                "Write '(covers: GLOB)', such as '(covers: backend/**)'."
            ),
            _ => WithFault(
                $"A gate does not accept the option '{name}' in parentheses.",
                "Write '(exclusive: NAME)', '(cache: false)', '(clean: true)', '(needs: GATE)', '(covers: GLOB)', "
                    + "or several separated by commas."
            ),
        };

    private MasterPlanPhaseGateOptions WithFault(string message, string fix) => this with { Faults = [.. Faults, (message, fix)] };

    [GeneratedRegex(@"\((?<marks>\s*(exclusive|cache|clean|needs|covers)\s*:[^)]*)\)\s*\.?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Marked();
}
