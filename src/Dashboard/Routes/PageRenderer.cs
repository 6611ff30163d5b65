using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Renders components to whole HTML documents. Nothing of a page lives on after it was sent.</summary>
/// <param name="services">Services of components; they use none.</param>
/// <param name="loggers">Where rendering logs.</param>
internal sealed class PageRenderer(IServiceProvider services, ILoggerFactory loggers)
{
    /// <summary>A page as an answer.</summary>
    /// <param name="parameters">Facts that it shows, by the names of its parameters.</param>
    /// <param name="status">The HTTP status.</param>
    public async Task<IResult> RenderAsync<TPage>(Dictionary<string, object?> parameters, int status = StatusCodes.Status200OK)
        where TPage : IComponent
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters))).ToHtmlString()
        );
        return Results.Content("<!doctype html>\n" + html, "text/html; charset=utf-8", statusCode: status);
    }
}
