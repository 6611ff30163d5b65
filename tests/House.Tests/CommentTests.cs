using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>A comment must be understood with this repository alone.</summary>
public sealed partial class CommentTests
{
    [Fact]
    public void Comments_OfSources_CiteNoPageOfTheDesign()
    {
        var cites =
            from file in ProjectFiles.Sources()
            from line in File.ReadLines(file).Index()
            from cited in Cited().Matches(line.Item).Select(m => m.Value)
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)}:{line.Index + 1}: {cited}";

        Assert.Empty(cites);
    }

    [Fact]
    public void Summaries_OfSources_HaveASubjectOfTheirOwn()
    {
        var found =
            from file in ProjectFiles.Sources()
            from line in File.ReadLines(file).Index()
            where NoSubject().IsMatch(line.Item)
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)}:{line.Index + 1}";

        Assert.Empty(found);
    }

    [Fact]
    public void Summaries_OfTheProduct_SayOfWhomTheySpeak()
    {
        var found =
            from file in ProjectFiles.ProductSources()
            from line in File.ReadLines(file).Index()
            where Pronoun().IsMatch(line.Item)
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)}:{line.Index + 1}: {line.Item.Trim()}";

        Assert.Empty(found);
    }

    /// <summary>A summary is a noun phrase or a verb in the third person, never a clause.</summary>
    [Fact]
    public void Summaries_OfSources_BeginWithNoQuestionWord()
    {
        var found =
            from file in ProjectFiles.Sources()
            from summary in QuestionWord().Matches(File.ReadAllText(file))
            select $"{Path.GetRelativePath(RepositoryFiles.Root, file)}: {summary.Value}";

        Assert.Empty(found);
    }

    [GeneratedRegex(@"<summary>\s*(///\s*)?(What|How|Who|Whoever|Whose|Whether|Where|That (which|what))\b.*")]
    private static partial Regex QuestionWord();

    /// <summary>A beginning that speaks of something which stands elsewhere: a member is read alone, in an editor's tooltip.</summary>
    [GeneratedRegex("<summary>(It|Its|They|Those)\\b")]
    private static partial Regex Pronoun();

    /// <summary>A beginning that refers to the summary above it.</summary>
    [GeneratedRegex(@"<summary>The same([.,;]| (for|with|as|of|in|by|to|beside|without|after|wherever|where|on|from)\b)")]
    private static partial Regex NoSubject();

    /// <summary>The design's pages, by name or in words.</summary>
    [GeneratedRegex(
        @"(?<=^\s*//.*)(\b(architecture|packages|product|temporal|workflows|git|style-anchors|claude-cli[\w-]*)\.md\b|\b[Tt]he "
            + @"design('s)?( \w+)? page\b)"
    )]
    private static partial Regex Cited();
}
