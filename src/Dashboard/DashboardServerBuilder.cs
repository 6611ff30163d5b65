using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Dashboard.Access;
using Orchestrator.Dashboard.Api;
using Orchestrator.Dashboard.Pages;
using Orchestrator.Dashboard.Routes;

namespace Orchestrator.Dashboard;

/// <summary>Builds the web server for the dashboard pages and the API.</summary>
internal static class DashboardServerBuilder
{
    private const int MostConnections = 1000;
    private static readonly TimeSpan HeaderPatience = TimeSpan.FromSeconds(15);

    /// <summary>Builds the server. It listens after it is started.</summary>
    /// <param name="options">Address and token.</param>
    /// <param name="source">Provides data and executes commands.</param>
    /// <param name="loggers">Loggers of the server.</param>
    /// <param name="time">Clock.</param>
    /// <param name="more">Adds more endpoints, which the login also protects.</param>
    public static WebApplication Build(
        DashboardOptions options,
        IDashboardBackend source,
        ILoggerFactory loggers,
        TimeProvider time,
        Action<WebApplication>? more = null
    )
    {
        // Neither the files of a folder nor environment variables may configure the server.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "orchestrate" });
        builder.Services.AddSingleton<ILoggerFactory>(new FrameworkLogFilter(loggers));
        builder.Services.AddRoutingCore();
        // Compression is safe, because an attack on the size of responses needs requests with the session cookie, which is SameSite=Strict.
        builder.Services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = ResponseCompressionDefaults.MimeTypes.Append("image/svg+xml").Append(ProblemResponse.MediaType);
        });
        ApiDescription.AddTo(builder.Services);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = DashboardOptions.LargestBody;
                kestrel.Limits.MaxConcurrentConnections = MostConnections;
                kestrel.Limits.RequestHeadersTimeout = HeaderPatience;
                kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: HeaderPatience);
                kestrel.Listen(
                    options.Address,
                    listen =>
                    {
                        if (options.Certificate is { } certificate)
                        {
                            listen.UseHttps(certificate);
                        }
                    }
                );
            });
        if (options.Certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }
        var app = builder.Build();
        Add(app, options, source, loggers, time, more);
        return app;
    }

    private static void Add(
        WebApplication app,
        DashboardOptions options,
        IDashboardBackend source,
        ILoggerFactory loggers,
        TimeProvider time,
        Action<WebApplication>? more
    )
    {
        var sessions = new BrowserLoginSessionManager(options.Tokens, time);
        var reader = new QueryCoalescer(source, time);
        var renderer = new PageRenderer(app.Services, loggers);
        var answers = new SubmittedFormResultStore(time);
        var pages = new PageRoutes(reader, renderer, answers, options.Tokens, time);
        app.Use(next => new ProblemMiddleware(next, renderer).InvokeAsync);
        app.UseResponseCompression();
        app.Use(next => new FaultMiddleware(next, loggers.CreateLogger("Orchestrator.Dashboard")).InvokeAsync);
        app.Use(next => new AccessMiddleware(next, options, source, sessions).InvokeAsync);
        more?.Invoke(app);
        app.Use(next => new UnroutedMiddleware(next, context => pages.MissingAsync(context, context.Request.Path)).InvokeAsync);
        // Without this call, the framework would route requests before the middleware above.
        app.UseRouting();
        app.Use(next => new WebTokenScopeMiddleware(next).InvokeAsync);
        pages.AddTo(app);
        new RunPageRoutes(reader, pages, renderer, time).AddTo(app);
        new LogPageRoutes(reader, pages, renderer).AddTo(app);
        new RepositoryPageRoutes(reader, pages, renderer).AddTo(app);
        new NewRunRoutes(reader, pages, renderer, answers, time).AddTo(app);
        new FormRoutes(reader, pages, renderer, answers, sessions).AddTo(app);
        new ApiRoutes(reader, new ApiDescription(app.Services), time).AddTo(app);
        var events = new AllRunsEvents(reader, time);
        new ServerSentEventStreams(reader, source, events, time, app.Lifetime.ApplicationStopping).AddTo(app);
        app.UseWebSockets();
        new LegacyRoutes(reader, events, time, app.Lifetime.ApplicationStopping).AddTo(app);
        MapReference(app, pages, renderer);
        ApiReferencePage.AddTo(app);
        MapAsset(app, "style.css", "text/css; charset=utf-8");
        MapAsset(app, "log.css", "text/css; charset=utf-8");
        MapAsset(app, "page.js", "text/javascript; charset=utf-8");
        MapAsset(app, "icon.svg", "image/svg+xml");
        MapAsset(app, "icon-needs.svg", "image/svg+xml");
        MapAsset(app, "manifest.json", "application/manifest+json");
    }

    private static void MapReference(WebApplication app, PageRoutes pages, PageRenderer renderer) =>
        app.MapGet(
            "/docs",
            async context =>
                await RenderAsync(
                    context,
                    renderer.RenderAsync<ApiPage>(
                        new()
                        {
                            ["Frame"] = await pages.FrameAsync(context, "API", "docs"),
                            ["Routes"] =
                                (IReadOnlyList<ApiPage.ApiLine>)
                                    [
                                        .. RepositoryApiRouteTable.All.Select(route => new ApiPage.ApiLine(
                                            route.Method,
                                            route.Path,
                                            route.Summary,
                                            [.. route.Query.Concat(route.Body).Select(member => (member.Name, member.Description))]
                                        )),
                                    ],
                        }
                    )
                )
        );

    private static async Task RenderAsync(HttpContext context, Task<IResult> page) => await (await page).ExecuteAsync(context);

    private static void MapAsset(WebApplication app, string name, string type)
    {
        var content = EmbeddedAsset.Read(name);
        var tag = EntityTag.Of(content);
        app.MapGet(
            "/assets/" + name,
            async context =>
            {
                context.Response.Headers.CacheControl = "no-cache";
                if (EntityTag.IsKnown(context, tag))
                {
                    return;
                }
                context.Response.ContentType = type;
                await context.Response.Body.WriteAsync(content, context.RequestAborted);
            }
        );
    }
}
