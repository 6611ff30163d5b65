using Markdig;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Markdown inside a line.</summary>
internal static class Inline
{
    // Longer text is not parsed: no person wrote it into a cell or a list, and unclosed marks cost the library time and depth.
    private const int Longest = 4000;

    private static readonly MarkdownPipeline Pipeline = CreatePipeline();

    /// <summary>The text without markup: links by their text, no emphasis, no code marks, no escapes.</summary>
    public static string Plain(string text) =>
        text.Length > Longest
            ? text.Trim()
            : string.Concat(
                    Parts<MarkdownObject>(text)
                        .Select(part =>
                            part switch
                            {
                                LiteralInline literal => literal.Content.ToString(),
                                CodeInline code => code.Content,
                                LineBreakInline => " ",

                                // An unclosed bracket or mark.
                                DelimiterInline open => open.ToLiteral(),
                                _ => "",
                            }
                        )
                )
                .Trim();

    /// <summary>The target of the first link, without its anchor or title; null when there is none.</summary>
    public static string? LinkTarget(string text) =>
        Parts<LinkInline>(text).FirstOrDefault()?.Url is { } url ? Uri.UnescapeDataString(url.Split('#')[0]) : null;

    /// <summary>All texts between backticks.</summary>
    public static IReadOnlyList<string> CodeSpans(string text) =>
        [.. Parts<CodeInline>(text).Select(code => code.Content.Trim()).Where(code => code.Length > 0)];

    private static IEnumerable<T> Parts<T>(string text)
        where T : MarkdownObject => text.Length > Longest ? [] : Markdown.Parse(text, Pipeline).Descendants<T>();

    // Only inline markup: the beginning may look like a list or a heading, and what looks like HTML is text.
    private static MarkdownPipeline CreatePipeline()
    {
        var builder = new MarkdownPipelineBuilder { MaximumNestingDepth = int.MaxValue };
        builder.BlockParsers.Clear();
        builder.BlockParsers.Add(new WholeTextParser());
        builder.InlineParsers.TryRemove<HtmlEntityParser>();
        builder.InlineParsers.TryRemove<AutolinkInlineParser>();
        return builder.Build();
    }

    /// <summary>The whole text is one paragraph, whatever it begins with.</summary>
    private sealed class WholeTextParser : BlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor)
        {
            processor.NewBlocks.Push(new ParagraphBlock(this));
            return BlockState.Continue;
        }

        public override BlockState TryContinue(BlockProcessor processor, Block block) => BlockState.Continue;
    }
}
