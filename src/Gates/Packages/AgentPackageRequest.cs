using Orchestrator.Git.Program;

namespace Orchestrator.Gates.Packages;

/// <summary>
/// Package that an agent has requested. The request is parsed strictly, so that no part of it can be a program option, an address or a
/// path.
/// </summary>
/// <param name="Version">Requested versions, such as <c>&gt;=2.0</c>, or empty for any.</param>
/// <param name="Extras">Requested parts, namely extras of a Python package or features of a crate.</param>
public sealed partial record AgentPackageRequest(string Name, string Version, IReadOnlyList<string> Extras)
{
    /// <summary>Maximum length of a request, in characters.</summary>
    private const int Longest = 300;

    /// <summary>True if the package is requested only for development, such as for tests.</summary>
    public bool IsForDevelopment { get; init; }

    /// <summary>Parses a request, or returns null if it is invalid.</summary>
    /// <param name="text">Request such as <c>pandas&gt;=2.0</c>, <c>left-pad@^1.3</c>, <c>serde[derive]@1</c>.</param>
    /// <param name="tool">Package manager of the request.</param>
    /// <param name="problem">Message for the agent that explains why the request is invalid. Empty if the request is valid.</param>
    public static AgentPackageRequest? TryRead(string text, PackageManagerCommandSyntax tool, out string problem)
    {
        problem = "";
        var match = text.Length <= Longest ? Form().Match(text.Trim()) : Match.Empty;
        var version = match.Groups["version"].Value.Trim();
        if (match.Success && tool.NameForm.IsMatch(match.Groups["name"].Value) && tool.VersionForm.IsMatch(version))
        {
            return new AgentPackageRequest(
                match.Groups["name"].Value,
                version,
                [.. match.Groups["extras"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]
            );
        }
        problem =
            $"'{FileNameEncoding.Show(text)}' is not a valid package name for {tool.Registry}, so nothing was installed. "
            + $"Name a package like this: {tool.Example}. "
            + "For anything else (an address, a path, a system program, access to something), ask a "
            + "question.";
        return null;
    }

    /// <summary>Returns the versions that the request allows.</summary>
    /// <param name="tool">Package manager of the request.</param>
    public VersionRange Range(PackageManagerCommandSyntax tool) => VersionRange.Read(Version, tool.BareVersion);

    /// <summary>Formats the package and its version as in a request, such as <c>left-pad@^1.3</c>.</summary>
    public override string ToString() =>
        Name
        + (Extras.Count == 0 ? "" : $"[{string.Join(',', Extras)}]")
        + (Version.Length > 0 && (char.IsAsciiLetterOrDigit(Version[0]) || Version[0] is '^' or '~' and not '=') ? "@" : "")
        + Version
        + (IsForDevelopment ? " (dev)" : "");

    [GeneratedRegex(
        @"^(?<name>@?[A-Za-z0-9][A-Za-z0-9._~/-]*)(?:\[(?<extras>[A-Za-z0-9,._ -]*)\])?\s*(?:@\s*)?(?<version>[0-9A-Za-z.*+!^~<>=|, -]*)$",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
    )]
    private static partial Regex Form();
}
