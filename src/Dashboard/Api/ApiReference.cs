using Scalar.AspNetCore;

namespace Orchestrator.Dashboard.Api;

/// <summary>The API's description as a page that is searched and tried out, by Scalar, whose script the package brings along: it is served
/// from here and asks no other host.</summary>
internal static class ApiReference
{
    /// <summary>The address of the page.</summary>
    public const string Path = "/docs/reference";

    private const string Script = "/assets/scalar.js";

    // As the package holds it, compressed.
    private const string Resource = "ScalarStaticAssets.scalar.js";

    // Its own colours of small text and of methods are too weak to be read by everybody (WCAG 2, 4.5 to 1).
    private const string Contrast =
        ".light-mode { --scalar-color-3: #636363; --scalar-color-green: #00693f; --scalar-color-orange: #a13d00; "
        + "--scalar-color-red: #b3001b; --scalar-color-blue: #0061b8 } .dark-mode { --scalar-color-3: #9a9a9a }";

    // Its text is our own description alone, without a word of a run. Nothing is sent anywhere, and no account is offered.
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
            <noscript>This page needs script; <a href="/docs">the list of addresses</a> does not.</noscript>
            <script id="api-reference" data-url="{{ApiRoutes.Root}}/openapi.json" data-configuration='{"withDefaultFonts": false,
                "telemetry": false, "agent": {"disabled": true}, "hideClientButton": true, "showDeveloperTools": "never",
                "customCss": "{{Contrast}}"}'></script>
            <script src="{{Script}}"></script>
        </body>
        </html>
        """;

    /// <summary>Adds the page and its script.</summary>
    public static void AddTo(IEndpointRouteBuilder routes)
    {
        var assembly = typeof(ScalarOptions).Assembly;
        var tag = $"\"scalar-{assembly.GetName().Version}\"";
        routes.MapGet(
            Path,
            async context =>
            {
                // Scalar makes elements with style; script is allowed from here alone all the same.
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
