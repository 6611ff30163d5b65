using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Pages;

/// <summary>Shows the last lines of a log: colors as classes of <c>log.css</c>, and invisible characters as symbols.</summary>
/// <remarks>A component in code, because markup would add white space, which a log shows.</remarks>
public sealed class LogText : ComponentBase
{
    /// <summary>Lines of the log, as the agent printed them.</summary>
    [Parameter, EditorRequired]
    public required IEnumerable<string> Lines { get; set; }

    /// <summary>Maximum number of lines, counted from the end.</summary>
    [Parameter, EditorRequired]
    public required int Most { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        // Neighbors without a style are joined, so that a log without colors is one text.
        var plain = new StringBuilder();
        foreach (var run in PageFormatter.LastLines(Lines, Most).SelectMany((line, i) => AnsiText.Read(i == 0 ? line : "\n" + line)))
        {
            if (run.Css.Length == 0)
            {
                plain.Append(run.Text);
                continue;
            }
            AddPlain();
            builder.OpenElement(1, "span");
            builder.AddAttribute(2, "class", run.Css);
            builder.AddContent(3, PageFormatter.Block(run.Text));
            builder.CloseElement();
        }
        AddPlain();

        void AddPlain()
        {
            builder.AddContent(0, PageFormatter.Block(plain.ToString()));
            plain.Clear();
        }
    }
}
