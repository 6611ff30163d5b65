using System.Text.RegularExpressions;
using Orchestrator.Packages;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>Checks whether agents may have a package: by the settings, else a person is asked.</summary>
internal static class DependencyPolicy
{
    /// <summary>The pattern that forbids a package; null: none does.</summary>
    public static string? ForbiddenBy(DependencySettings settings, PackageTool tool, string name) =>
        settings.Deny.FirstOrDefault(pattern => Matches(pattern, tool, name));

    /// <summary>No approval is needed.</summary>
    public static bool IsAllowed(DependencySettings settings, PackageTool tool, string name) =>
        !settings.Ask.Any(pattern => Matches(pattern, tool, name)) && settings.Allow.Any(pattern => Matches(pattern, tool, name));

    /// <summary>A name with <c>*</c> for any characters, preceded by the ecosystem where it is for one only.</summary>
    private static bool Matches(string pattern, PackageTool tool, string name)
    {
        var colon = pattern.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && pattern[..colon] != tool.Prefix)
        {
            return false;
        }
        var form = "^" + Regex.Escape(tool.Normalize(pattern[(colon + 1)..])).Replace("\\*", ".*", StringComparison.Ordinal) + "$";
        return Regex.IsMatch(tool.Normalize(name), form, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }
}
