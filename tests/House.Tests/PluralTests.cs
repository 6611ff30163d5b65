using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Sentences count by <c>Plural</c> alone: a number before a noun that is written by hand is "1 tasks" sooner or later.</summary>
public sealed partial class PluralTests
{
    /// <summary>Nouns that a sentence counts. Those that are verbs too are taken for nouns behind a number only.</summary>
    private const string Nouns =
        "accounts|agents|assertions|attempts|branches|budgets|bytes|cells|characters|comments|commits|conflicts|cores|"
        + "dependencies|entries|errors|events|failures|faults|features|files|findings|folders|gates|hosts|hours|hunks|items|"
        + "jobs|lines|machines|measurements|messages|minutes|moments|notices|packages|pairs|paths|phases|places|problems|"
        + "processes|prompts|questions|ranges|records|refs|remediations|repositories|requests|results|retries|reviewers|"
        + "rounds|schedules|seconds|settings|slots|steps|submodules|subtasks|tasks|tests|things|times|tokens|turns|versions|"
        + "warnings|waves|words|workers|worktrees";

    private const string AlsoVerbs = "answers|calls|changes|checks|merges|names|nights|plans|reports|runs|sessions|starts";

    [Theory]
    [InlineData("$\"{count} tasks\"", true)]
    [InlineData("$\"It took {run.Starts.Count} agent starts.\"", true)]
    [InlineData("$\"{night.Left} more gates\"", true)]
    [InlineData("$\"{merged} of {all.Count} tasks\"", true)]
    [InlineData("$\"{n} {(n == 1 ? \"round\" : \"rounds\")}\"", true)]
    [InlineData("$\"{what}{(count == 1 ? \"\" : \"s\")}\"", true)]
    [InlineData("count == 1 ? \"needs a person\" : \"need a person\"", true)]
    [InlineData("$\"{Plural.Of(count, \"task\")} of {run.Id}\"", false)]
    [InlineData("$\"at most {MostTasks} tasks\"", false)]
    [InlineData("$\"{name} starts runs again.\"", false)]
    [InlineData("is { Count: > 0 } files", false)]
    [InlineData("parts.Count == 1 ? \"questions\" : parts[1]", false)]
    public void Sentence_ThatCounts_IsFound(string source, bool isFound) => Assert.Equal(isFound, Find(source).Any());

    [Fact]
    public void Sentences_ThatCount_DoSoByPlural() =>
        Assert.Empty(
            from file in ProjectFiles.ProductSources()
            // The embedded engine says what Temporal's server says.
            where !file.Contains("/Temporal.Server/", StringComparison.Ordinal) && Path.GetFileName(file) != "Plural.cs"
            from found in Find(File.ReadAllText(file))
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)}: {found}: use Plural"
        );

    private static IEnumerable<string> Find(string source)
    {
        var counted =
            from line in source.Split('\n')
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            let begin = line.IndexOf("$\"", StringComparison.Ordinal)
            where begin >= 0
            from found in Counted().Matches(line[begin..])
            where !Constant().IsMatch(found.Groups["hole"].Value)
            select found.Value;
        var chosen =
            from found in Chosen().Matches(Indentation().Replace(source, " "))
            where IsPlural(found.Groups["one"].Value, found.Groups["many"].Value)
            select found.Value;
        return counted.Concat(chosen);
    }

    private static bool IsPlural(string one, string many) =>
        (one.Length == 0 && many == "s")
        || Word()
            .Matches(one)
            .Select(word => word.Value)
            .SelectMany(_ => Word().Matches(many).Select(word => word.Value), (a, b) => (a, b))
            .Any(pair =>
                pair.b == pair.a + "s"
                || pair.b == pair.a + "es"
                || pair.a == pair.b + "s"
                || (pair.a.EndsWith('y') && pair.b == pair.a[..^1] + "ies")
                || pair is ("is", "are") or ("was", "were") or ("has", "have") or ("does", "do") or ("once", "times")
            );

    [GeneratedRegex(
        "\\{(?<hole>(?:[^{}\"]|\"[^\"]*\"|\\{[^{}]*\\})+)\\} (?:"
            + "(?:more|agent|ended|free|hidden|new|of its|of the|open|other|past|uncommitted|unread) (?:"
            + Nouns
            + "|"
            + AlsoVerbs
            + ")"
            + "|(?:"
            + Nouns
            + ")"
            + "|(?<=(?:Count|Length|Number\\([^)]*\\))\\} )(?:"
            + AlsoVerbs
            + "))\\b"
    )]
    private static partial Regex Counted();

    /// <summary>A limit of ours, which is more than one, or a pattern that stands behind a sentence.</summary>
    [GeneratedRegex(@"^\s*$|^(?:\w+\.)*(?:Number\()?(?:Most|Max|Longest|Largest|Least)\w*\)?(?::.*)?$")]
    private static partial Regex Constant();

    [GeneratedRegex("(?:== 1|!= 1|> 1|is 1) \\? \\$?\"(?<one>[^\"]*)\" : \\$?\"(?<many>[^\"]*)\"")]
    private static partial Regex Chosen();

    [GeneratedRegex(@"\n\s+")]
    private static partial Regex Indentation();

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Word();
}
