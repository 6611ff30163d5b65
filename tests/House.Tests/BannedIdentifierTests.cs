using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>
/// Keeps names in the product's code free of the banned terms in <c>docs/glossary.md</c>.
/// </summary>
public sealed partial class BannedIdentifierTests
{
    [Fact]
    public void Names_OfTheProduct_HaveNoBannedTerm()
    {
        var banned = Glossary
            .Banned.Where(term => term.Scope == Glossary.Identifier)
            .Select(term => (Words: WordsOf(term.Term), term.Instead))
            .ToList();
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in ProjectFiles.ProductSources().SelectMany(file => NamesIn(File.ReadAllText(file))).Distinct())
        {
            foreach (var term in banned.Where(one => Contains(WordsOf(name), one.Words)))
            {
                found[name] = $"{name}: use {term.Instead}";
            }
        }

        Assert.Empty(found.Values);
    }

    [Theory]
    [InlineData("_headStartOf", "HeadStart", true)]
    [InlineData("HeadStarts", "HeadStart", false)]
    [InlineData("StartHead", "HeadStart", false)]
    [InlineData("IsDoomed", "Doomed", true)]
    [InlineData("Desktop", "Desk", false)]
    public void Contains_TermOfSeveralWords_IsFoundWordByWord(string name, string term, bool contains) =>
        Assert.Equal(contains, Contains(WordsOf(name), WordsOf(term)));

    [Fact]
    public void NamesIn_CommentsAndTexts_AreLeftOut() =>
        Assert.Equal(["var", "a", "b"], NamesIn("// Desk\nvar a = b; // Doomed\nvar b = \"Aside\";").Distinct());

    private static bool Contains(string[] words, string[] term) =>
        Enumerable
            .Range(0, Math.Max(0, words.Length - term.Length + 1))
            .Any(at => words.AsSpan(at, term.Length).SequenceEqual(term, StringComparer.OrdinalIgnoreCase));

    private static string[] WordsOf(string name) => [.. Word().Matches(name).Select(match => match.Value)];

    private static IEnumerable<string> NamesIn(string source) => Name().Matches(NoCode().Replace(source, " ")).Select(match => match.Value);

    [GeneratedRegex("[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")]
    private static partial Regex Word();

    [GeneratedRegex(@"\b[A-Za-z_]\w*")]
    private static partial Regex Name();

    /// <summary>Comments, raw texts, texts and characters.</summary>
    [GeneratedRegex("//.*|\"{3,}[\\s\\S]*?\"{3,}|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])'")]
    private static partial Regex NoCode();
}
