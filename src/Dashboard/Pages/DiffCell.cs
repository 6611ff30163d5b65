using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Pages;

/// <summary>Shows a line of a diff with its line numbers.</summary>
/// <remarks>A component in code, because markup would add white space, which code shows.</remarks>
public sealed class DiffCell : ComponentBase
{
    /// <summary>The line to show, or null for an empty cell beside a line that exists only in the other version.</summary>
    [Parameter, EditorRequired]
    public required DiffLine? Line { get; set; }

    /// <summary>
    /// Line numbers to show, each with the address of the page about the line's origin. The number 0 leaves the space empty.
    /// </summary>
    [Parameter]
    public IReadOnlyList<(int Number, string? Link)> Numbers { get; set; } = [];

    /// <summary>Address of the screen with a form for a comment, or null if the line can't be commented on.</summary>
    [Parameter]
    public string? CommentLink { get; set; }

    /// <summary>True if any line in the view can be commented on. Lines without a comment link then leave space for one.</summary>
    [Parameter]
    public bool CanComment { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        var isCode = Line?.Look is "added" or "removed" or "same";
        builder.OpenElement(0, "span");
        builder.AddAttribute(
            1,
            "class",
            Line is null ? "none"
                : isCode ? Line.Look
                : $"{Line.Look} both"
        );
        if (isCode)
        {
            foreach (var (number, link) in Numbers)
            {
                AddNumber(builder, number, link);
            }
            AddComment(builder);
        }
        foreach (var part in Line?.Parts ?? [])
        {
            if (part.Look is null)
            {
                builder.AddContent(20, part.Text);
                continue;
            }
            builder.OpenElement(21, "span");
            builder.AddAttribute(22, "class", part.Look);
            builder.AddContent(23, part.Text);
            builder.CloseElement();
        }
        builder.CloseElement();
    }

    private static void AddNumber(RenderTreeBuilder builder, int number, string? link)
    {
        builder.OpenElement(2, link is null ? "span" : "a");
        builder.AddAttribute(3, "class", "place-in-file");
        if (link is not null)
        {
            builder.AddAttribute(4, "href", link);
            builder.AddAttribute(5, "aria-label", string.Create(CultureInfo.InvariantCulture, $"Origin of line {number}"));
        }
        builder.AddContent(6, number > 0 ? number.ToString(CultureInfo.InvariantCulture) : "");
        builder.CloseElement();
    }

    private void AddComment(RenderTreeBuilder builder)
    {
        if (!CanComment)
        {
            return;
        }
        builder.OpenElement(7, CommentLink is null ? "span" : "a");
        builder.AddAttribute(8, "class", "say");
        if (CommentLink is not null)
        {
            builder.AddAttribute(9, "href", CommentLink);
            builder.AddAttribute(10, "data-soft", "");
            builder.AddAttribute(11, "aria-label", string.Create(CultureInfo.InvariantCulture, $"Comment on line {Line!.Number}"));
            builder.AddContent(12, "+");
        }
        builder.CloseElement();
    }
}
