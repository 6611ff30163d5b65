using System.Text.RegularExpressions;
using Orchestrator.TestKit;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>The pages that users read, and what stands in them.</summary>
internal static partial class DocumentFiles
{
    /// <summary>All of them, relative to the repository.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "README.md",
        .. Directory
            .EnumerateFiles(RepositoryFiles.Path("docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryFiles.Root, file))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The page with a file name, whatever kind of page it is.</summary>
    public static string Named(string name) =>
        All.Single(page => page.StartsWith("docs/", StringComparison.Ordinal) && Path.GetFileName(page) == name);

    public static string Read(string file) => File.ReadAllText(RepositoryFiles.Path(file));

    /// <summary>The text of one page with code left out.</summary>
    public static string Prose(string file) => HighlightedCodeSpan().Replace(Fence().Replace(Read(file), ""), "");

    /// <summary>The inline code of a page, outside code blocks.</summary>
    public static IEnumerable<string> CodeSpans(string file) =>
        HighlightedCodeSpan().Matches(Fence().Replace(Read(file), "")).Select(match => match.Groups["code"].Value);

    /// <summary>The blocks of code in one language.</summary>
    public static IEnumerable<string> Blocks(string file, string language) =>
        Blocks(file).Where(block => block.Language == language).Select(block => block.Code);

    /// <summary>All blocks of code, in their order.</summary>
    public static IEnumerable<(string Language, string Code)> Blocks(string file) =>
        Fence().Matches(Read(file)).Select(match => (match.Groups["language"].Value, match.Groups["code"].Value));

    /// <summary>The anchors of a page, as they are made of its headings.</summary>
    public static IReadOnlySet<string> Anchors(string file) =>
        Heading()
            .Matches(Fence().Replace(Read(file), ""))
            .Select(match => NoAnchor().Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'))
            .ToHashSet();

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(?<ticks>`+)(?<code>.+?)\k<ticks>(?!`)", RegexOptions.Singleline)]
    private static partial Regex HighlightedCodeSpan();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
