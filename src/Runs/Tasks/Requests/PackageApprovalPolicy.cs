using System.Text.RegularExpressions;
using Orchestrator.Gates.Packages;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>Determines from the settings whether agents may add a package freely, only with a user's approval, or not at all.</summary>
internal static class PackageApprovalPolicy
{
    /// <summary>Returns the pattern in the settings that forbids a package. Returns null if none does.</summary>
    public static string? ForbiddenBy(PackagePermissionSettings settings, PackageManagerCommandSyntax tool, string name) =>
        settings.Deny.FirstOrDefault(pattern => Matches(pattern, tool, name));

    /// <summary>True if the package can be added without a user's approval.</summary>
    public static bool IsAllowed(PackagePermissionSettings settings, PackageManagerCommandSyntax tool, string name) =>
        !settings.Ask.Any(pattern => Matches(pattern, tool, name)) && settings.Allow.Any(pattern => Matches(pattern, tool, name));

    /// <summary>
    /// True if a package name matches a pattern. In a pattern, <c>*</c> stands for any characters, and a prefix such as <c>npm:</c> limits
    /// the pattern to one ecosystem.
    /// </summary>
    private static bool Matches(string pattern, PackageManagerCommandSyntax tool, string name)
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
