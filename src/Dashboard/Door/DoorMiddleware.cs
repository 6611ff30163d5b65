using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Dashboard.Pages;

namespace Orchestrator.Dashboard.Door;

/// <summary>Lets in who may come in, before anything else of a request is looked at: the name that it calls must be this server's, a change
/// must come from a page of this server, and the caller must be logged in or send the token. Programs that a run has started are never let
/// in.</summary>
/// <param name="next">What answers.</param>
/// <param name="options">Token and names.</param>
/// <param name="source">Knows which callers belong to a run.</param>
/// <param name="sessions">Who is logged in.</param>
internal sealed class DoorMiddleware(RequestDelegate next, DashboardOptions options, IDashboardSource source, LoginSessions sessions)
{
    /// <summary>Name of the session's cookie.</summary>
    public const string Cookie = "orchestrate";

    private const string Bearer = "Bearer ";

    // Nobody there could fill in a form.
    private static readonly string[] OfPrograms = ["/api", "/ws", "/metrics"];
    private static readonly string[] Public = ["/login", "/assets/style.css", "/assets/page.js", "/assets/icon.svg"];

    private readonly HostNames _names = new(options);

    /// <summary>Answers a request, or refuses it.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        Harden(context);
        var request = context.Request;
        if (!_names.Has(request.Host.Host))
        {
            await RefuseAsync(
                context,
                HttpStatusCode.MisdirectedRequest,
                "This server is not called so.",
                $"Call it by its address, or name '{new UntrustedText(request.Host.Host).Line}' with --host when it is started."
            );
            return;
        }
        if (IsStepOfRun(context))
        {
            await RefuseAsync(
                context,
                HttpStatusCode.Forbidden,
                "Agents, gates and what they start are not let in.",
                "An agent says how its task ended with 'orchestrate done', or what it needs with 'orchestrate blocked'."
            );
            return;
        }
        // A page of another port of this machine has our cookie sent along, and could read a socket.
        var isChange = (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) || request.Headers.Upgrade.Count > 0;
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Bearer, StringComparison.Ordinal))
        {
            switch (sessions.IsToken(header[Bearer.Length..]))
            {
                case null:
                    await RefuseAsync(
                        context,
                        HttpStatusCode.TooManyRequests,
                        "The token is wrong, as too many were in the last minute.",
                        "Try again in a minute: " + LoginPage.HowToLogIn
                    );
                    return;
                case false:
                    await RefuseAsync(context, HttpStatusCode.Unauthorized, "The token is wrong.", LoginPage.HowToLogIn);
                    return;
            }

            // No browser sends this header by itself.
            context.Items[typeof(LoginSession)] = new LoginSession(
                DeviceName.Of(request.Headers.UserAgent, context.Connection.RemoteIpAddress),
                "",
                DateTimeOffset.MaxValue
            );
            await next(context);
            return;
        }
        if (isChange && !IsOwnPage(request))
        {
            await RefuseAsync(
                context,
                HttpStatusCode.Forbidden,
                "A change must come from a page of this server (the Origin header says from where).",
                "A program sends the token instead: Authorization: Bearer TOKEN."
            );
            return;
        }
        var session = sessions.Find(request.Cookies[Cookie]);
        context.Items[typeof(LoginSession)] = session;
        if (session is null && !Public.Contains(request.Path.Value, StringComparer.Ordinal))
        {
            if (isChange || Array.Exists(OfPrograms, address => request.Path.StartsWithSegments(address, StringComparison.Ordinal)))
            {
                await RefuseAsync(context, HttpStatusCode.Unauthorized, "You are not logged in.", LoginPage.HowToLogIn);
                return;
            }
            context.Response.Redirect("/login?to=" + Uri.EscapeDataString(request.Path + request.QueryString));
            return;
        }
        await next(context);
    }

    /// <summary>Looked up once, when the first request of a connection comes: it reads the system's table of processes.</summary>
    private bool IsStepOfRun(HttpContext context)
    {
        var connection = context.Connection;
        if (connection is not { RemoteIpAddress: { } caller, LocalIpAddress: { } called })
        {
            return false;
        }
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(typeof(IDashboardSource), out var known))
        {
            return known is true;
        }
        var isStep = source.IsStepOfRun(new IPEndPoint(caller, connection.RemotePort), new IPEndPoint(called, connection.LocalPort));
        items?[typeof(IDashboardSource)] = isStep;
        return isStep;
    }

    /// <summary>The one who asks; only behind the door.</summary>
    public static LoginSession SessionOf(HttpContext context) => (LoginSession)context.Items[typeof(LoginSession)]!;

    private static bool IsOwnPage(HttpRequest request) =>
        Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
        && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
        && string.Equals(origin.Scheme, request.Scheme, StringComparison.OrdinalIgnoreCase);

    private static void Harden(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
            + "base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        // 'no-referrer' would make browsers send 'Origin: null' with our own forms.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = DashboardOptions.LargestBody;
        }
    }

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string what, string cure) =>
        Problem.Of((int)status, what, cure).ExecuteAsync(context);
}
