using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Pages;

/// <summary>
/// Shows the lines of a log with their numbers. Color codes become CSS classes from <c>log.css</c>, and invisible characters become
/// symbols.
/// </summary>
/// <remarks>A component in code, because markup would add white space, which a log shows.</remarks>
public sealed class LogLinesComponent : ComponentBase
{
    // Lines are sent in groups, so that a page that follows the log receives only the group that has changed.
    private const int GroupSize = 50;

    /// <summary>Lines of the log, in order.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<LogLine> Lines { get; set; }

    /// <summary>Returns the address of a line on the page that shows the whole log. Null if the lines are already shown there.</summary>
    [Parameter]
    public Func<LogLine, string>? Link { get; set; }

    /// <summary>True if the Tab key stops at each line number.</summary>
    [Parameter]
    public bool HasStops { get; set; }

    /// <summary>
    /// Prefix of the log's HTML ids, needed in a document that shows several logs. Line numbers then have no links. Empty if there is only
    /// one log.
    /// </summary>
    [Parameter]
    public string Key { get; set; } = "";

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        foreach (var group in DashboardValueFormatter.LastLines(Lines).GroupBy(line => (line.Number - 1) / GroupSize))
        {
            builder.AddMarkupContent(0, UpdatablePagePartMarkers.Begin);
            builder.OpenElement(1, "span");
            builder.AddAttribute(2, "id", string.Create(CultureInfo.InvariantCulture, $"{Key}lines-{group.Key}"));
            foreach (var line in group)
            {
                builder.OpenElement(14, "span");
                builder.AddAttribute(15, "class", "line");
                AddNumber(builder, line);
                AddText(builder, line.Text);
                builder.CloseElement();
            }
            builder.CloseElement();
            builder.AddMarkupContent(20, UpdatablePagePartMarkers.End);
        }
    }

    private void AddNumber(RenderTreeBuilder builder, LogLine line)
    {
        var number = line.Number.ToString(CultureInfo.InvariantCulture);
        builder.OpenElement(3, Key.Length > 0 ? "span" : "a");
        builder.AddAttribute(4, "class", "line-number");
        if (Key.Length == 0)
        {
            builder.AddAttribute(5, "href", Link?.Invoke(line) ?? "#L" + number);
            builder.AddAttribute(6, "id", Link is null ? "L" + number : null);
            // With two thousand Tab stops, keyboard users could not reach the rest of the page.
            builder.AddAttribute(7, "tabindex", HasStops ? null : "-1");
        }
        builder.AddContent(9, number);
        builder.CloseElement();
    }

    // Adjacent parts without a style are joined, so that a line without colors is one text node.
    private static void AddText(RenderTreeBuilder builder, string line)
    {
        var plain = new StringBuilder();
        foreach (var run in AnsiText.Read(line))
        {
            if (run.Css.Length == 0)
            {
                plain.Append(run.Text);
                continue;
            }
            AddPlain();
            builder.OpenElement(11, "span");
            builder.AddAttribute(12, "class", run.Css);
            builder.AddContent(13, DashboardValueFormatter.Block(run.Text));
            builder.CloseElement();
        }
        plain.Append('\n');
        AddPlain();

        void AddPlain()
        {
            builder.AddContent(10, DashboardValueFormatter.Block(plain.ToString()));
            plain.Clear();
        }
    }
}
