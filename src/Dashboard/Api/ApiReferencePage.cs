using Scalar.AspNetCore;

namespace Orchestrator.Dashboard.Api;

/// <summary>Searchable page for the API description, on which users can try requests. The page uses Scalar. Its script comes with the
/// package, is served locally and contacts no other host.</summary>
internal static class ApiReferencePage
{
    /// <summary>Path of the page.</summary>
    public const string Path = "/docs/reference";

    private const string Script = "/assets/scalar.js";

    // The script is compressed, as it is stored in the package.
    private const string Resource = "ScalarStaticAssets.scalar.js";

    // Scalar's own colors for small text and methods have too little contrast (WCAG 2 requires 4.5 to 1).
    private const string Contrast =
        ".light-mode { --scalar-color-3: #636363; --scalar-color-green: #00693f; --scalar-color-orange: #a13d00; "
        + "--scalar-color-red: #b3001b; --scalar-color-blue: #0061b8 } .dark-mode { --scalar-color-3: #9a9a9a }";

    // The page contains only the API description and no content of runs. Features of Scalar that send data or offer an account are
    // disabled.
    private const string Html = $$"""
        <!doctype html>
        <html lang="en">
        <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>API reference · orchestrate</title>
            <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
        </head>
        <body>
            <noscript>This page requires JavaScript; <a href="/docs">the list of addresses</a> does not.</noscript>
            <script id="api-reference" data-url="{{ApiRoutes.Root}}/openapi.json" data-configuration='{"withDefaultFonts": false,
                "telemetry": false, "agent": {"disabled": true}, "hideClientButton": true, "showDeveloperTools": "never",
                "customCss": "{{Contrast}}"}'></script>
            <script src="{{Script}}"></script>
        </body>
        </html>
        """;

    /// <summary>Adds the routes of the page and its script to the web server.</summary>
    public static void AddTo(IEndpointRouteBuilder routes)
    {
        var assembly = typeof(ScalarOptions).Assembly;
        var tag = $"\"scalar-{assembly.GetName().Version}\"";
        routes.MapGet(
            Path,
            async context =>
            {
                // Scalar creates elements with style attributes. Scripts are still allowed only from this server.
                context.Response.Headers.ContentSecurityPolicy = context
                    .Response.Headers.ContentSecurityPolicy.ToString()
                    .Replace("style-src 'self'", "style-src 'self' 'unsafe-inline'", StringComparison.Ordinal);
                context.Response.ContentType = "text/html; charset=utf-8";
                await context.Response.WriteAsync(Html, context.RequestAborted);
            }
        );
        routes.MapGet(
            Script,
            async context =>
            {
                context.Response.Headers.CacheControl = "no-cache";
                if (EntityTag.IsKnown(context, tag))
                {
                    return;
                }
                context.Response.ContentType = "text/javascript; charset=utf-8";
                context.Response.Headers.ContentEncoding = "gzip";
                await using var script = assembly.GetManifestResourceStream(Resource)!;
                await script.CopyToAsync(context.Response.Body, context.RequestAborted);
            }
        );
    }
}
