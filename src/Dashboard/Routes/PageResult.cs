namespace Orchestrator.Dashboard.Routes;

/// <summary>Rendered page as a response.</summary>
/// <param name="Html">The whole page.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Parts">Leaves out parts that the reader has.</param>
internal sealed record PageResult(string Html, int Status, PartStore Parts) : IResult
{
    /// <summary>Name of the header by which a page names the content that it has, and an answer its own. Browsers send it with no request
    /// of another site.</summary>
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
