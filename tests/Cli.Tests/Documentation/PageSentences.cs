using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>The sentences of a page: those of its paragraphs and lists, and each row of a table as one. Headings and code are left
/// out.</summary>
internal static partial class PageSentences
{
    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder()
        .UseYamlFrontMatter()
        .UsePipeTables()
        .UsePreciseSourceLocation()
        .Build();

    /// <summary>All of them, in their order, each on one line as it is written in the page.</summary>
    public static IReadOnlyList<string> Of(string markdown) =>
        [
            .. Markdown
                .Parse(markdown, _pipeline)
                .Descendants<Block>()
                .SelectMany(block =>
                    block switch
                    {
                        TableRow { IsHeader: false } row => [Row(row, markdown)],
                        ParagraphBlock { Parent: not TableCell } paragraph => Split(TextOf(paragraph, markdown)),
                        _ => [],
                    }
                ),
        ];

    private static string Row(TableRow row, string markdown) =>
        string.Join(" | ", row.OfType<TableCell>().Select(cell => TextOf(cell, markdown).Trim('|', ' ')));

    private static string TextOf(Block block, string markdown) =>
        Space().Replace(markdown.Substring(block.Span.Start, block.Span.Length), " ").Trim();

    // A full stop in a span of code ends no sentence: spans are put aside while the text is split.
    private static IEnumerable<string> Split(string text)
    {
        var spans = new List<string>();
        var plain = Code()
            .Replace(
                text,
                match =>
                {
                    spans.Add(match.Value);
                    return $"`{spans.Count - 1}`";
                }
            );
        return End().Split(plain).Select(sentence => Number().Replace(sentence, match => spans[int.Parse(match.Groups["number"].Value)]));
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"(?<ticks>`+).+?\k<ticks>(?!`)")]
    private static partial Regex Code();

    [GeneratedRegex(@"`(?<number>\d+)`")]
    private static partial Regex Number();

    // What follows a full stop, behind closing marks if there are any, and begins with a capital or with code.
    [GeneratedRegex(@"(?<=[.?!][*)""]*) (?=[*(""\[]*[A-Z`])")]
    private static partial Regex End();
}
