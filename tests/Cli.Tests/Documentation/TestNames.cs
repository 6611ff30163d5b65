using System.Text.RegularExpressions;
using Orchestrator.TestKit;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>The tests of all projects, by what stands in their sources, since a test host has its own project alone.</summary>
internal static partial class TestNames
{
    private static readonly Lazy<IReadOnlySet<string>> _all = new(Find);

    /// <summary><c>Class.Method</c> of each.</summary>
    public static IReadOnlySet<string> All => _all.Value;

    private static IReadOnlySet<string> Find() =>
        Directory
            .EnumerateFiles(RepositoryFiles.Path("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Select(File.ReadAllText)
            .SelectMany(text =>
                Class().Match(text) is { Success: true } found
                    ? Test().Matches(text).Select(match => $"{found.Groups["name"].Value}.{match.Groups["name"].Value}")
                    : []
            )
            .ToHashSet();

    [GeneratedRegex(@"^public (sealed |abstract )?(partial )?class (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Class();

    [GeneratedRegex(
        @"^    \[\w*(Fact|Theory)(Attribute)?\b[^\n]*\]\n(^    [\[(""].*\n|^     .*\n|^    \)\]\n)*"
            + @"^    public (async )?[\w.<>]+ (?<name>\w+)\(",
        RegexOptions.Multiline
    )]
    private static partial Regex Test();
}
