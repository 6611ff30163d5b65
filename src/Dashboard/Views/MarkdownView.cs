using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Orchestrator.Dashboard.Views;

/// <summary>
/// Renders the Markdown of reports, which contain output from agents, as HTML. HTML tags are shown as text, no link leads to another host,
/// and no external content is loaded.
/// </summary>
internal static class MarkdownView
{
    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();

    /// <summary>Renders Markdown text as HTML.</summary>
    /// <param name="markdown">Untrusted Markdown.</param>
    public static string Render(string markdown)
    {
        var document = Markdown.Parse(DashboardValueFormatter.Block(markdown), _pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            // Links to other hosts or scripts are removed, because an agent could have written them. The text of the link remains.
            if (link.IsImage || !IsOwn(link.Url))
            {
                Unwrap(link);
            }
        }
        foreach (var link in document.Descendants<AutolinkInline>().ToList())
        {
            link.ReplaceBy(new LiteralInline(link.Url));
        }
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            // Headings are moved one level down, because the page itself has the only heading of the first level.
            heading.Level = Math.Min(6, heading.Level + 1);
        }
        foreach (var code in document.Descendants<CodeBlock>())
        {
            // Makes a wide block focusable, so that it can be scrolled with the keyboard.
            code.GetAttributes().AddProperty("tabindex", "0");
        }
        // An empty header cell becomes a data cell, because it describes no column.
        return document.ToHtml(_pipeline).Replace("<th></th>", "<td></td>", StringComparison.Ordinal);
    }

    private static bool IsOwn(string? url) => url is ['#', ..] or ['/', not '/', ..] && !url.Contains('\\', StringComparison.Ordinal);

    private static void Unwrap(LinkInline link)
    {
        while (link.FirstChild is { } child)
        {
            child.Remove();
            link.InsertBefore(child);
        }
        link.Remove();
    }
}
