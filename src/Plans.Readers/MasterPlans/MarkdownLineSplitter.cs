using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Orchestrator.Plans.Readers.MasterPlans;

/// <summary>A line of a Markdown file.</summary>
/// <param name="Number">Line number, starting at 1.</param>
/// <param name="Text">Text without the line end. Comments are replaced with spaces, so that columns do not change.</param>
/// <param name="IsCode">True if the line is inside a code fence.</param>
/// <param name="Section">Text of the nearest heading above, without heading marks.</param>
/// <param name="Level">Level of the heading, starting at 1, or 0 if the line is no heading.</param>
internal readonly record struct MarkdownLine(int Number, string Text, bool IsCode, string Section, int Level)
{
    /// <summary>Text of the heading, without heading marks.</summary>
    public string Heading => Text.TrimStart('#').Trim().TrimEnd('#').Trim();
}

/// <summary>Splits Markdown into lines, removes front matter and comments, and marks the lines inside code fences.</summary>
internal static class MarkdownLineSplitter
{
    private static readonly MarkdownPipeline Pipeline = CreatePipeline();

    private enum MarkdownLineKind
    {
        Text,
        Code,

        /// <summary>Front matter, or the first or last line of a code fence.</summary>
        None,
    }

    /// <summary>Returns the lines, except front matter and the lines that open or close a code fence.</summary>
    public static IReadOnlyList<MarkdownLine> Lines(string text)
    {
        int[] starts = [0, .. text.Index().Where(c => c.Item == '\n').Select(c => c.Index + 1)];
        var kinds = new MarkdownLineKind[starts.Length];
        var levels = new int[starts.Length];
        var kept = text.ToCharArray();
        foreach (var part in Markdown.Parse(text, Pipeline).Descendants())
        {
            var first = LineAt(starts, part.Span.Start);
            switch (part)
            {
                case YamlFrontMatterBlock:
                    Array.Fill(kinds, MarkdownLineKind.None, first, LineAt(starts, part.Span.End) - first + 1);
                    break;
                case FencedCodeBlock fenced:
                    var last = LineAt(starts, fenced.Span.End);
                    Array.Fill(kinds, MarkdownLineKind.Code, first, last - first + 1);
                    kinds[first] = MarkdownLineKind.None;
                    kinds[last] = fenced.ClosingFencedCharCount > 0 || last == first ? MarkdownLineKind.None : MarkdownLineKind.Code;
                    break;
                case HeadingBlock heading:
                    levels[first] = heading.Level;
                    break;
                case HtmlBlock { Type: HtmlBlockType.Comment }:
                case HtmlInline:
                    Blank(kept, text, part.Span);
                    break;
                default:
                    break;
            }
        }
        var lines = new List<MarkdownLine>(starts.Length);
        var section = "";
        for (var i = 0; i < starts.Length; i++)
        {
            var end = i + 1 < starts.Length ? starts[i + 1] - 1 : kept.Length;
            var line = new MarkdownLine(
                i + 1,
                new string(kept, starts[i], end - starts[i]).TrimEnd('\r'),
                kinds[i] == MarkdownLineKind.Code,
                section,
                levels[i]
            );
            if (line.Level > 0)
            {
                line = line with { Section = section = InlineMarkdownParser.Plain(line.Text.TrimStart(' ', '#').TrimEnd().TrimEnd('#')) };
            }
            if (kinds[i] != MarkdownLineKind.None)
            {
                lines.Add(line);
            }
        }
        return lines;
    }

    // Indented text is treated as a list and not as code, because that is more common. Dashes below a text are treated as a rule and not as
    // a heading. Within lines, only comments are parsed.
    private static MarkdownPipeline CreatePipeline()
    {
        var builder = new MarkdownPipelineBuilder { PreciseSourceLocation = true };
        builder.UseYamlFrontMatter();
        builder.BlockParsers.TryRemove<IndentedCodeBlockParser>();
        builder.BlockParsers.TryRemove<QuoteBlockParser>();
        builder.BlockParsers.Replace<ListBlockParser>(new DepthLimitedListParser());
        builder.BlockParsers.Replace<ParagraphBlockParser>(new ParagraphBlockParser { ParseSetextHeadings = false });
        builder.InlineParsers.TryRemove<LinkInlineParser>();
        builder.InlineParsers.TryRemove<EmphasisInlineParser>();
        return builder.Build();
    }

    private static int LineAt(int[] starts, int offset) =>
        Array.BinarySearch(starts, offset) is >= 0 and var at ? at : ~Array.BinarySearch(starts, offset) - 1;

    private static void Blank(char[] kept, string text, SourceSpan span)
    {
        for (
            var at = span.Start;
            at <= span.End && text.IndexOf("<!--", at, span.End + 1 - at, StringComparison.Ordinal) is >= 0 and var start;

        )
        {
            var stop = text.IndexOf("-->", start, span.End + 1 - start, StringComparison.Ordinal);
            at = stop < 0 ? span.End + 1 : stop + 3;
            for (var i = start; i < at; i++)
            {
                kept[i] = kept[i] is '\n' or '\r' ? kept[i] : ' ';
            }
        }
    }

    /// <summary>Limits the nesting of lists. Without a limit, the Markdown library fails on very deep nesting.</summary>
    private sealed class DepthLimitedListParser : ListBlockParser
    {
        private const int Deepest = 40;

        public override BlockState TryOpen(BlockProcessor processor)
        {
            var depth = 0;
            for (var block = processor.CurrentContainer; block is not null; block = block.Parent)
            {
                depth++;
            }
            return depth > Deepest ? BlockState.None : base.TryOpen(processor);
        }
    }
}
