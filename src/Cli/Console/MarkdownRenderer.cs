using System.Text;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Orchestrator.Cli.Console;

/// <summary>Renders Markdown as lines of a screen, with formatted headings, lists and tables.</summary>
internal static class MarkdownRenderer
{
    private const string Code = "    ";
    private const string Between = "  ";
    private const int LeastColumn = 8;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    /// <summary>Renders a document.</summary>
    /// <param name="markdown">The document.</param>
    /// <param name="width">Columns of the screen.</param>
    public static IEnumerable<ScreenLine> Of(string markdown, int width) =>
        OfBlocks(Markdown.Parse(markdown, Pipeline), width, isTight: false);

    private static IEnumerable<ScreenLine> OfBlocks(IEnumerable<Block> blocks, int width, bool isTight)
    {
        var isFirst = true;
        foreach (var block in blocks)
        {
            var lines = OfBlock(block, width).ToList();
            if (lines.Count == 0)
            {
                continue;
            }
            if (!isFirst && !isTight)
            {
                yield return "";
            }
            isFirst = false;
            foreach (var line in lines)
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<ScreenLine> OfBlock(Block block, int width) =>
        block switch
        {
            HeadingBlock heading => TextWrapper.Of(TextOf(heading.Inline), width).Select(row => new ScreenLine(row, TextTone.Strong)),
            ParagraphBlock paragraph => TextWrapper.Of(TextOf(paragraph.Inline), width).Select(row => (ScreenLine)row),
            ListBlock list => OfList(list, width),
            QuoteBlock quote => Indented(OfBlocks(quote, width - UntrustedText.Mark.Length, isTight: false), UntrustedText.Mark),
            Table table => OfTable(table, width),
            ThematicBreakBlock => [new ScreenLine(new string('─', width), TextTone.Faint)],
            // Code blocks with commands to copy and program output are neither wrapped nor cut.
            LeafBlock leaf => Indented(leaf.Lines.ToString().TrimEnd('\n').Split('\n').Select(line => (ScreenLine)line), Code),
            ContainerBlock container => OfBlocks(container, width, isTight: false),
            _ => [],
        };

    private static IEnumerable<ScreenLine> OfList(ListBlock list, int width)
    {
        var number = int.TryParse(list.OrderedStart, System.Globalization.CultureInfo.InvariantCulture, out var start) ? start : 1;
        foreach (var item in list.OfType<ContainerBlock>())
        {
            var sign = list.IsOrdered ? $"{number++}. " : "- ";
            foreach (var (row, line) in OfBlocks(item, width - sign.Length, isTight: !list.IsLoose).Index())
            {
                yield return Shifted(line, row == 0 ? sign : new string(' ', sign.Length));
            }
        }
    }

    private static IEnumerable<ScreenLine> OfTable(Table table, int width)
    {
        var rows = table
            .OfType<TableRow>()
            .Select(row => (row.IsHeader, Cells: row.OfType<TableCell>().Select(cell => TextOf(cell)).ToArray()))
            .ToList();
        var columns = Fitting([.. Natural(rows.Select(row => row.Cells))], width);
        foreach (var (isHeader, cells) in rows)
        {
            var wrapped = cells.Take(columns.Length).Select((cell, i) => TextWrapper.Fitting(cell, columns[i]).ToArray()).ToArray();
            for (var row = 0; row < wrapped.Select(cell => cell.Length).DefaultIfEmpty().Max(); row++)
            {
                var line = string.Join(
                    Between,
                    wrapped.Select((cell, i) => TextCellWidth.Pad(row < cell.Length ? cell[row] : "", columns[i]))
                );
                yield return new ScreenLine(line.TrimEnd(), isHeader ? TextTone.Strong : TextTone.Plain);
            }
        }
    }

    private static IEnumerable<int> Natural(IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        return Enumerable
            .Range(0, all.Select(row => row.Length).DefaultIfEmpty().Max())
            .Select(column => Math.Max(1, all.Where(row => column < row.Length).Max(row => TextCellWidth.Of(row[column]))));
    }

    // The widest column is narrowed first.
    private static int[] Fitting(int[] columns, int width)
    {
        var room = width - Between.Length * (columns.Length - 1);
        while (columns.Sum() > room && columns.Max() > LeastColumn)
        {
            columns[Array.IndexOf(columns, columns.Max())]--;
        }
        return columns;
    }

    private static IEnumerable<ScreenLine> Indented(IEnumerable<ScreenLine> lines, string before) =>
        lines.Select(line => Shifted(line, before));

    private static ScreenLine Shifted(ScreenLine line, string before) =>
        line with
        {
            Text = line.Text.Length == 0 ? before.TrimEnd() : before + line.Text,
            Start = before.Length + line.Start,
        };

    private static string TextOf(ContainerBlock block) =>
        string.Join(' ', block.Descendants<LeafBlock>().Select(leaf => leaf.Inline is null ? leaf.Lines.ToString() : TextOf(leaf.Inline)));

    private static string TextOf(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        foreach (var inline in inlines ?? Enumerable.Empty<Inline>())
        {
            _ = inline switch
            {
                LiteralInline literal => text.Append(literal.Content.AsSpan()),
                CodeInline code => text.Append(code.Content),
                LineBreakInline => text.Append(' '),
                AutolinkInline link => text.Append(link.Url),
                HtmlEntityInline entity => text.Append(entity.Transcoded.AsSpan()),
                HtmlInline html => text.Append(html.Tag),
                LinkInline link when TextOf((ContainerInline)link) is var words => text.Append(
                    link.Url is { Length: > 0 } url && url != words ? $"{words} ({url})" : words
                ),
                ContainerInline inner => text.Append(TextOf(inner)),
                _ => text,
            };
        }
        return text.ToString();
    }
}
