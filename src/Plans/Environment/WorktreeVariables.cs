using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Expands values of <c>worktrees.env</c>, which contain placeholders for a worktree's resources. <c>{port}</c> is the first
/// port, <c>{port+N}</c> a further port, <c>{worktree}</c> the worktree's name, and <c>{tmp}</c> its temporary folder. <c>{{word}}</c>
/// yields a literal <c>{word}</c>. Other braces are literal.</summary>
public static partial class WorktreeVariables
{
    /// <summary>Number of ports per worktree.</summary>
    public const int Ports = 20;

    /// <summary>Prefix of variables that the orchestrator sets for every worktree.</summary>
    private const string OurPrefix = "ORCHESTRATOR_";

    /// <summary>
    /// Returns the reason why a variable name is invalid, phrased to follow the name in a sentence, or null if the name is valid.
    /// </summary>
    public static string? FaultOfName(string name) =>
        !VariableName().IsMatch(name) ? "is not a valid variable name; use letters, digits and '_', and do not start with a digit"
        : name.StartsWith(OurPrefix, StringComparison.Ordinal) ? $"begins with {OurPrefix}, which only the orchestrator sets"
        : null;

    /// <summary>Returns the first unknown placeholder with its braces, or null if all placeholders are known.</summary>
    public static string? UnknownPlace(string text) =>
        Place().Matches(text).Select(match => match.Value).FirstOrDefault(place => Fill(place, 0, "", "") is null);

    /// <summary>Replaces all placeholders in a text.</summary>
    /// <exception cref="ArgumentException">The text has an unknown placeholder.</exception>
    public static string FillAll(string text, int firstPort, string worktree, string temporaryFolder) =>
        Place()
            .Replace(
                text,
                match =>
                    Fill(match.Value, firstPort, worktree, temporaryFolder)
                    ?? throw new ArgumentException($"'{match.Value}' in '{text}' is an unknown placeholder.", nameof(text))
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
