using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Dashboard.Routes;

/// <summary>Renders components to complete HTML documents. No state of a page is kept after the page has been sent.</summary>
/// <param name="services">Service provider for components, which use no services.</param>
/// <param name="loggers">Loggers for rendering.</param>
internal sealed class PageRenderer(IServiceProvider services, ILoggerFactory loggers)
{
    /// <summary>
    /// Name of the header that contains a content key. A request names the version that the client has, and a response names the version
    /// that it sends. Pages of other sites can't make a browser send this header.
    /// </summary>
    public const string Base = "X-Base";

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

    private sealed record HtmlPageResult(string Html, int Status, UnchangedPagePartFilter Parts) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var (request, response) = (httpContext.Request, httpContext.Response);
            response.StatusCode = Status;
            var html = Html;
            if (request.Headers.TryGetValue(Base, out var known) && Status == StatusCodes.Status200OK)
            {
                var (key, reduced) = Parts.Reduce(Html, known.ToString());
                response.Headers[Base] = key;
                if (reduced is null)
                {
                    response.StatusCode = StatusCodes.Status304NotModified;
                    return;
                }
                html = reduced;
            }
            response.ContentType = "text/html; charset=utf-8";
            await response.WriteAsync(html, httpContext.RequestAborted);
        }
    }
}
