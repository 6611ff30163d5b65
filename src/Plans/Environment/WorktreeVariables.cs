using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>The values of <c>worktrees.env</c>: texts with places for what a worktree has for itself. <c>{port}</c> is its first port,
/// <c>{port+N}</c> one of the further ones, <c>{worktree}</c> its name, <c>{tmp}</c> its temporary folder; <c>{{word}}</c> stands for
/// <c>{word}</c> itself. Other braces are what they are. Pure.</summary>
public static partial class WorktreeVariables
{
    /// <summary>How many ports a worktree has.</summary>
    public const int Ports = 20;

    /// <summary>Variables that are facts of ours, and set for every worktree.</summary>
    private const string OurPrefix = "ORCHESTRATOR_";

    /// <summary>Why a name can't be that of a variable, as the end of a sentence that begins with the name; null where it can.</summary>
    public static string? FaultOfName(string name) =>
        !VariableName().IsMatch(name) ? "is no name of a variable: letters, digits and '_', not a digit first"
        : name.StartsWith(OurPrefix, StringComparison.Ordinal) ? $"begins with {OurPrefix}: those are set by the orchestrator"
        : null;

    /// <summary>The first word in braces that stands for nothing, with its braces; null where there is none.</summary>
    public static string? UnknownPlace(string text) =>
        Place().Matches(text).Select(match => match.Value).FirstOrDefault(place => Fill(place, 0, "", "") is null);

    /// <summary>The text with its places filled.</summary>
    /// <exception cref="ArgumentException">It has one that stands for nothing.</exception>
    public static string FillAll(string text, int firstPort, string worktree, string temporaryFolder) =>
        Place()
            .Replace(
                text,
                match =>
                    Fill(match.Value, firstPort, worktree, temporaryFolder)
                    ?? throw new ArgumentException($"'{match.Value}' in '{text}' stands for nothing.", nameof(text))
            );

    private static string? Fill(string place, int firstPort, string worktree, string temporaryFolder) =>
        place switch
        {
            "{port}" => firstPort.ToString(CultureInfo.InvariantCulture),
            "{worktree}" => worktree,
            "{tmp}" => temporaryFolder,
            _ when place.StartsWith("{{", StringComparison.Ordinal) => place[1..^1],
            _ when place.StartsWith("{port+", StringComparison.Ordinal)
                    && int.TryParse(place.AsSpan(6, place.Length - 7), NumberStyles.None, CultureInfo.InvariantCulture, out var further)
                    && further < Ports => (firstPort + further).ToString(CultureInfo.InvariantCulture),
            _ => null,
        };

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();

    [GeneratedRegex(@"\{\{[^{}]*\}\}|\{[A-Za-z_][A-Za-z0-9_+]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
