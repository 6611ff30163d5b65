using Markdig;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>Parses inline Markdown, that is, markup within a line.</summary>
internal static class InlineMarkdownParser
{
    // Longer text is not parsed. It is too long for a hand-written cell or item, and unclosed marks cost the library time and stack depth.
    private const int Longest = 4000;

    private static readonly MarkdownPipeline Pipeline = CreatePipeline();

    /// <summary>
    /// Returns the text without markup. Links are replaced with their link text; emphasis, code marks and escapes are removed.
    /// </summary>
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

                                // Unclosed brackets and emphasis marks are text.
                                DelimiterInline open => open.ToLiteral(),
                                _ => "",
                            }
                        )
                )
                .Trim();

    /// <summary>Returns the target of the first link, without anchor and title, or null if there is no link.</summary>
    public static string? LinkTarget(string text) =>
        Parts<LinkInline>(text).FirstOrDefault()?.Url is { } url ? Uri.UnescapeDataString(url.Split('#')[0]) : null;

    /// <summary>Returns the contents of all code spans, which are enclosed in backticks.</summary>
    public static IReadOnlyList<string> CodeSpans(string text) =>
        [.. Parts<CodeInline>(text).Select(code => code.Content.Trim()).Where(code => code.Length > 0)];

    private static IEnumerable<T> Parts<T>(string text)
        where T : MarkdownObject => text.Length > Longest ? [] : Markdown.Parse(text, Pipeline).Descendants<T>();

    // Only inline markup is parsed. A list or heading mark at the start is text, and so is anything that resembles HTML.
    private static MarkdownPipeline CreatePipeline()
    {
        var builder = new MarkdownPipelineBuilder { MaximumNestingDepth = int.MaxValue };
        builder.BlockParsers.Clear();
        builder.BlockParsers.Add(new SingleParagraphParser());
        builder.InlineParsers.TryRemove<HtmlEntityParser>();
        builder.InlineParsers.TryRemove<AutolinkInlineParser>();
        return builder.Build();
    }

    /// <summary>Parses the whole text as one paragraph, whatever its first characters are.</summary>
    private sealed class SingleParagraphParser : BlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor)
        {
            processor.NewBlocks.Push(new ParagraphBlock(this));
            return BlockState.Continue;
        }

        public override BlockState TryContinue(BlockProcessor processor, Block block) => BlockState.Continue;
    }
}
