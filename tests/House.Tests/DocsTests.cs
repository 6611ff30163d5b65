using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>
/// Checks the pages below <c>docs</c> by the rules in <c>CONTRIBUTING.md</c>. <c>docs-exceptions.txt</c> counts the faults of pages that
/// still break one; the numbers may only shrink. <c>APPROVE_DOCS=1</c> writes smaller numbers.
/// </summary>
public sealed partial class DocsTests
{
    private const string Exceptions = "tests/House.Tests/docs-exceptions.txt";
    private const int MostWords = 25;
    private const int LongestHowTo = 400;

    private static readonly string[] Kinds = ["tutorial", "how-to", "reference", "explanation"];

    [Fact]
    public void Pages_FrontMatter_NamesTheKindOfTheirFolder() =>
        Assert.Empty(
            from page in Pages()
            let kind = Path.GetFileName(Path.GetDirectoryName(RepositoryFiles.Path(page)))
            where !Kinds.Contains(kind) || !Read(page).StartsWith($"---\nkind: {kind}\n---\n", StringComparison.Ordinal)
            select $"{page} does not begin with 'kind: {kind}' as front matter"
        );

    [Fact]
    public void Pages_Faults_AreNoMoreThanTheExceptionsAllow()
    {
        var allowed = File.ReadAllLines(RepositoryFiles.Path(Exceptions))
            .Where(line => line is [not '#', ..])
            .Select(line => line.Split(' '))
            .ToDictionary(parts => (parts[0], parts[1]), parts => int.Parse(parts[2]));
        var found = (
            from page in (string[])["README.md", "docs/README.md", "docs/glossary.md", .. Pages()]
            from fault in Faults(page)
            group fault.What by (page, fault.Rule)
        ).ToDictionary(group => group.Key, group => group.ToList());

        if (Environment.GetEnvironmentVariable("APPROVE_DOCS") == "1")
        {
            var header = File.ReadAllLines(RepositoryFiles.Path(Exceptions)).TakeWhile(line => line.StartsWith('#'));
            var smaller = allowed
                .Select(entry => (entry.Key, Count: Math.Min(entry.Value, found.GetValueOrDefault(entry.Key)?.Count ?? 0)))
                .Where(entry => entry.Count > 0)
                .Select(entry => $"{entry.Key.Item1} {entry.Key.Item2} {entry.Count}")
                .Order(StringComparer.Ordinal);
            File.WriteAllLines(RepositoryFiles.Path(Exceptions), [.. header, .. smaller]);
            return;
        }

        var faults =
            from entry in found
            let most = allowed.GetValueOrDefault(entry.Key)
            where entry.Value.Count > most
            select $"{entry.Key.page}: {entry.Key.Rule} {entry.Value.Count}, allowed {most}:\n{string.Join('\n', entry.Value)}";
        var shrunk =
            from entry in allowed
            let count = found.GetValueOrDefault(entry.Key)?.Count ?? 0
            where count < entry.Value
            select $"{Exceptions}: {entry.Key.Item1} {entry.Key.Item2} is {count} now, lower it from {entry.Value}";
        var text = string.Join("\n\n", faults.Concat(shrunk));
        Assert.True(text.Length == 0, text);
    }

    [Fact]
    public void Glossary_BannedTerms_ArePhrasesOrPartsOfIdentifiers()
    {
        var banned = Glossary.Banned;

        Assert.NotEmpty(banned);
        Assert.All(banned, term => Assert.Matches(term.Scope == Glossary.Text ? "^[a-z']+( [a-z']+)+$" : "^([A-Z][a-z]+)+$", term.Term));
        Assert.Equal(banned.Count, banned.Select(term => term.Term).Distinct().Count());
    }

    [Fact]
    public void Sentences_OfAText_LeaveOutTablesCodeAndFrontMatter() =>
        Assert.Equal(
            ["A point with code and a link.", "Another one.", "Last.", "One?"],
            Sentences(
                "---\nkind: x\n---\n\n# Title\n\n- A point with `some. Code` and\n  a [link](x.md). Another one.\n\n| a | b |\n\n"
                    + "```\nx\n```\n\nLast. One?\n"
            )
        );

    /// <summary>The pages of all kinds: the table of contents and the glossary stand above them.</summary>
    private static IEnumerable<string> Pages() =>
        Directory
            .EnumerateFiles(RepositoryFiles.Path("docs"), "*.md", SearchOption.AllDirectories)
            .Select(page => Path.GetRelativePath(RepositoryFiles.Root, page))
            .Where(page => Path.GetFileName(page) is not ("README.md" or "glossary.md"))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<(string Rule, string What)> Faults(string page)
    {
        var text = Read(page);
        foreach (var sentence in Sentences(text).Where(sentence => Words(sentence) > MostWords))
        {
            yield return ("long-sentence", sentence);
        }
        if (page.StartsWith("docs/how-to/", StringComparison.Ordinal))
        {
            var words = Sentences(text).Sum(Words);
            if (words >= LongestHowTo)
            {
                yield return ("long-page", $"{words} words outside of tables and code");
            }
            if (!CommandsFirst().IsMatch(text))
            {
                yield return ("late-commands", "a how-to begins with its commands, right below the title");
            }
        }
        if (page == "docs/glossary.md")
        {
            yield break;
        }
        var plain = Code().Replace(Fence().Replace(text, ""), "");
        foreach (var (phrase, _, instead) in Glossary.Banned.Where(term => term.Scope == Glossary.Text))
        {
            foreach (
                var found in Regex
                    .Matches(
                        plain,
                        $@"\b{Regex.Escape(phrase).Replace(@"\ ", @"\s+", StringComparison.Ordinal)}\b",
                        RegexOptions.IgnoreCase
                    )
                    .Cast<Match>()
            )
            {
                yield return ("banned-term", $"'{found.Value}': write '{instead}'");
            }
        }
    }

    private static string Read(string page) => File.ReadAllText(RepositoryFiles.Path(page));

    private static int Words(string sentence) => sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>The sentences outside of tables, headings and code; a span of code counts as one word.</summary>
    private static IEnumerable<string> Sentences(string text)
    {
        var lines = Fence().Replace(FrontMatter().Replace(text, ""), "").Split('\n');
        var plain = string.Join('\n', lines.Select(line => line is ['|' or '#' or '<', ..] ? "" : line));
        return from block in BlockEnd().Split(plain)
            let words = Link().Replace(Code().Replace(Space().Replace(block, " "), "code"), "$1").Trim()
            where words.Length > 0
            from sentence in SentenceEnd().Split(words)
            select sentence;
    }

    [GeneratedRegex(@"\A---\n.*?\n---\n", RegexOptions.Singleline)]
    private static partial Regex FrontMatter();

    [GeneratedRegex(@"^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(`+).+?\1", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )|(?<=\A|\n)\s*(?:[-*]|\d+\.) ")]
    private static partial Regex BlockEnd();

    [GeneratedRegex(@"(?<=[.?!][*)""]*) (?=[*(""\[]*[A-Z]|code)")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\A---\n.*?\n---\n\n# [^\n]+\n\n```", RegexOptions.Singleline)]
    private static partial Regex CommandsFirst();
}
