using System.Text;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>
/// Maps each claim of a page to tests. <c>Claims/PAGE.txt</c> has each sentence of the page, and below it one line. That line is <c>=
/// Class.Method, ...</c> with the tests that fail if the sentence is not true, <c>- reason</c> if it claims nothing, or <c>! reason</c> if
/// no test covers it yet. At most <see cref="MostUnplayed"/> sentences may have no test. A new or changed sentence needs such a line;
/// <c>APPROVE_DOCS=1</c> rewrites the file with <c>?</c> below these sentences, and fails until a line replaces it. The line of the most
/// similar former sentence follows the <c>?</c>.
/// </summary>
public sealed class ClaimTests
{
    // Sentences of all pages that no test plays; a new one needs a test.
    private const int MostUnplayed = 2;
    private const string Folder = "tests/Cli.Tests/Documentation/Claims";

    private static readonly string[] _pages =
    [
        "first-plan",
        "overnight",
        "unattended-runs",
        "landing",
        "gates",
        "green-gates",
        "flaky-tests",
        "shared-resources",
        "blocked",
        "temporal",
        "temporal-server",
        "temporal-tests",
    ];

    /// <summary>The pages whose every sentence is looked at.</summary>
    public static TheoryData<string> Pages { get; } = [.. _pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_EverySentence_IsPlayedByATestOrClaimsNothing(string page)
    {
        var file = RepositoryFiles.Path($"{Folder}/{page}.txt");
        var entries = File.Exists(file) ? Entries(File.ReadAllLines(file)) : [];
        var sentences = PageSentences.Of(DocumentFiles.Read(DocumentFiles.Named($"{page}.md")));
        if (Environment.GetEnvironmentVariable("APPROVE_DOCS") == "1")
        {
            File.WriteAllText(file, Written(sentences, entries));
            entries = Entries(File.ReadAllLines(file));
        }

        var faults = sentences.Except(entries.Select(entry => entry.Sentence)).Select(sentence => $"not in the list: {sentence}").ToList();
        faults.AddRange(entries.Select(entry => entry.Sentence).Except(sentences).Select(sentence => $"not in the page: {sentence}"));
        foreach (var (sentence, proof) in entries)
        {
            if (proof.StartsWith("= ", StringComparison.Ordinal))
            {
                faults.AddRange(
                    proof[2..]
                        .Split(", ")
                        .Where(test => !TestNames.All.Contains(test))
                        .Select(test => $"there is no test {test}: {sentence}")
                );
            }
            else if (proof is not (['-' or '!', ' ', ..] and { Length: >= 5 }))
            {
                faults.Add($"neither tests nor a reason: {sentence}");
            }
        }
        Assert.True(faults.Count == 0, $"{Folder}/{page}.txt:\n{string.Join('\n', faults)}");
    }

    [Fact]
    public void Pages_SentencesThatNoTestPlays_AreAsManyAsWereCounted()
    {
        var unplayed = _pages
            .SelectMany(page => Entries(File.ReadAllLines(RepositoryFiles.Path($"{Folder}/{page}.txt"))))
            .Count(entry => entry.Proof.StartsWith('!'));

        Assert.Equal(MostUnplayed, unplayed);
    }

    [Fact]
    public void Sentences_OfAPage_AreThoseOfParagraphsListsAndRows()
    {
        var sentences = PageSentences.Of(
            """
            # Heading

            One `a. B`. Two (in
            brackets.) `c` is *three*.

            - A point: with more.

            | head | head |
            |---|---|
            | cell `x` | Cell. More |

            ```sh
            code
            ```
            """
        );

        Assert.Equal(["One `a. B`.", "Two (in brackets.)", "`c` is *three*.", "A point: with more.", "cell `x` | Cell. More"], sentences);
    }

    private static List<(string Sentence, string Proof)> Entries(string[] lines) =>
        [.. lines.Where(line => line.Length > 0).Chunk(2).Select(pair => (pair[0], pair.Length > 1 ? pair[1].Trim() : ""))];

    private static string Written(IReadOnlyList<string> sentences, List<(string Sentence, string Proof)> entries)
    {
        var known = entries.DistinctBy(entry => entry.Sentence).ToDictionary(entry => entry.Sentence, entry => entry.Proof);
        var gone = known.Where(entry => !sentences.Contains(entry.Key)).ToList();
        return sentences
            .Distinct()
            .Aggregate(new StringBuilder(), (text, sentence) => text.Append($"{sentence}\n  {ProofOf(sentence)}\n"))
            .ToString();

        string ProofOf(string sentence) =>
            known.GetValueOrDefault(sentence)
            ?? $"? {gone.OrderByDescending(entry => CommonWords(entry.Key, sentence)).FirstOrDefault().Value}".TrimEnd();
    }

    private static int CommonWords(string one, string other) => one.Split(' ').Intersect(other.Split(' ')).Count();
}
