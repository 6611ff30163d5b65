using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Renders components to complete HTML documents. No state of a page is kept after the page has been sent.</summary>
/// <param name="services">Service provider for components, which use no services.</param>
/// <param name="loggers">Loggers for rendering.</param>
internal sealed class PageRenderer(IServiceProvider services, ILoggerFactory loggers)
{
    private readonly UnchangedPagePartFilter _parts = new();

    /// <summary>Renders a page as a response.</summary>
    /// <param name="parameters">Values of the page's parameters, by parameter name.</param>
    /// <param name="status">HTTP status.</param>
    public async Task<IResult> RenderAsync<TPage>(Dictionary<string, object?> parameters, int status = StatusCodes.Status200OK)
        where TPage : IComponent
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters))).ToHtmlString()
        );
        return new HtmlPageResult("<!doctype html>\n" + html, status, _parts);
    }
}
