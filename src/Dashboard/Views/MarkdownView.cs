using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Orchestrator.Dashboard.Views;

/// <summary>Renders Markdown of reports, which contain output from agents, to HTML. HTML in the text is shown as text, links lead to no
/// other host, and nothing is loaded.</summary>
internal static class MarkdownView
{
    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();

    /// <summary>Renders a text.</summary>
    /// <param name="markdown">Untrusted Markdown.</param>
    public static string Render(string markdown)
    {
        var document = Markdown.Parse(PageFormatter.Block(markdown), _pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            // An address of another host, or a script, could be an agent's. Its text stays.
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
            // The page has the only heading of the first level.
            heading.Level = Math.Min(6, heading.Level + 1);
        }
        foreach (var code in document.Descendants<CodeBlock>())
        {
            // A wide block scrolls by the keyboard as well.
            code.GetAttributes().AddProperty("tabindex", "0");
        }
        // A heading without words is none.
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
