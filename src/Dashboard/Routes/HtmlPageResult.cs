namespace Orchestrator.Dashboard.Routes;

/// <summary>Response that contains a rendered page.</summary>
/// <param name="Html">The whole page.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Parts">Removes the parts of the page that the client already has.</param>
internal sealed record HtmlPageResult(string Html, int Status, UnchangedPagePartFilter Parts) : IResult
{
    /// <summary>
    /// Name of the header that contains a content key. In a request, the key identifies the client's version; in a response, the version
    /// that is sent. Pages of other sites can't make a browser send this header.
    /// </summary>
    public const string Base = "X-Base";

    /// <inheritdoc/>
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
