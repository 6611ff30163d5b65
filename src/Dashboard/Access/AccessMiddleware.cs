using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Dashboard.Pages;

namespace Orchestrator.Dashboard.Access;

/// <summary>
/// Authorizes each request before further processing. The host name must belong to this server, and the caller must be logged in or send a
/// token. Without a token, changes must come from the server's own pages. Programs that a run has started are always refused.
/// </summary>
/// <param name="next">Handles authorized requests.</param>
/// <param name="options">Token and host names.</param>
/// <param name="source">Identifies callers that belong to a run.</param>
/// <param name="sessions">Logged-in browsers.</param>
internal sealed class AccessMiddleware(
    RequestDelegate next,
    DashboardOptions options,
    IDashboardBackend source,
    BrowserLoginSessionManager sessions
)
{
    /// <summary>Name of the session cookie.</summary>
    public const string Cookie = "orchestrate";

    private const string Bearer = "Bearer ";

    private static readonly string[] Public =
    [
        "/login",
        "/assets/style.css",
        "/assets/page.js",
        "/assets/icon.svg",
        "/assets/manifest.json",
    ];

    // Other names that resolve to this server are not accepted (DNS rebinding).
    private readonly HashSet<string> _hostNames = new(
        ["localhost", "127.0.0.1", "[::1]", NameOf(options.Address.Address), .. options.HostNames],
        StringComparer.OrdinalIgnoreCase
    );

    private readonly bool _isOfAnyAddress =
        IPAddress.Any.Equals(options.Address.Address) || IPAddress.IPv6Any.Equals(options.Address.Address);

    /// <summary>Passes an authorized request to the next middleware, or refuses the request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        AddSecurityHeaders(context);
        var request = context.Request;
        if (!IsOwnName(request.Host.Host))
        {
            await RefuseAsync(
                context,
                HttpStatusCode.MisdirectedRequest,
                "The request uses a host name that this server does not accept.",
                $"Use the server's address, or start the server with --host '{new UntrustedText(request.Host.Host).Line}'."
            );
            return;
        }
        if (IsStepOfRun(context))
        {
            await RefuseAsync(
                context,
                HttpStatusCode.Forbidden,
                "Agents, gates and their processes have no access to this server.",
                "An agent reports its result with 'orchestrate done', and anything it needs in order to continue with "
                    + "'orchestrate blocked'."
            );
            return;
        }
        // The origin is also checked for web sockets. Browsers send the cookie with requests from pages on other ports of this machine, and
        // such a page could read a web socket.
        var isChange = (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) || request.Headers.Upgrade.Count > 0;
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Bearer, StringComparison.Ordinal))
        {
            await EnterByTokenAsync(context, header[Bearer.Length..]);
            return;
        }
        if (isChange && !IsOwnPage(request))
        {
            await RefuseAsync(
                context,
                HttpStatusCode.Forbidden,
                "A change must come from a page of this server, as shown by the Origin header.",
                "A program must send the token instead: Authorization: Bearer TOKEN."
            );
            return;
        }
        var session = sessions.Find(request.Cookies[Cookie]);
        context.Items[typeof(LoginSession)] = session;
        if (session is null && !Public.Contains(request.Path.Value, StringComparer.Ordinal))
        {
            // Programs get no login form, because they can't fill it in.
            if (isChange || UnroutedMiddleware.IsOfPrograms(request.Path))
            {
                await RefuseAsync(context, HttpStatusCode.Unauthorized, "You are not logged in.", LoginPage.HowToLogIn);
                return;
            }
            context.Response.Redirect("/login?to=" + Uri.EscapeDataString(request.Path + request.QueryString));
            return;
        }
        await next(context);
    }

    private bool IsOwnName(string host) => _hostNames.Contains(host) || (_isOfAnyAddress && IPAddress.TryParse(host.Trim('[', ']'), out _));

    private static string NameOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";

    private async Task EnterByTokenAsync(HttpContext context, string text)
    {
        var device = BrowserNameAndIpAddressFormatter.Of(context.Request.Headers.UserAgent, context.Connection.RemoteIpAddress);
        var (token, isSlowed) = sessions.Check(text, device);
        if (token is null)
        {
            await RefuseTokenAsync(context, isSlowed);
            return;
        }
        // A page of another site can't make a browser send this header.
        context.Items[typeof(LoginSession)] = BrowserLoginSessionManager.Of(token, device);
        await next(context);
    }

    /// <summary>
    /// True if the caller is a process that belongs to a run. Checked only for the first request of a connection, because the check reads
    /// the system's process table.
    /// </summary>
    private bool IsStepOfRun(HttpContext context)
    {
        var connection = context.Connection;
        if (connection is not { RemoteIpAddress: { } caller, LocalIpAddress: { } called })
        {
            return false;
        }
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(typeof(IDashboardBackend), out var known))
        {
            return known is true;
        }
        var isStep = source.IsStepOfRun(new IPEndPoint(caller, connection.RemotePort), new IPEndPoint(called, connection.LocalPort));
        items?[typeof(IDashboardBackend)] = isStep;
        return isStep;
    }

    /// <summary>Returns the caller's login session. Valid only after authorization.</summary>
    public static LoginSession SessionOf(HttpContext context) => (LoginSession)context.Items[typeof(LoginSession)]!;

    private static bool IsOwnPage(HttpRequest request) =>
        Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
        && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
        && string.Equals(origin.Scheme, request.Scheme, StringComparison.OrdinalIgnoreCase);

    private static void AddSecurityHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
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

    private static Task RefuseTokenAsync(HttpContext context, bool isSlowed)
    {
        if (isSlowed)
        {
            context.Response.Headers.RetryAfter = "60";
        }
        return isSlowed
            ? RefuseAsync(
                context,
                HttpStatusCode.TooManyRequests,
                "The token is wrong, and there were too many wrong tokens in the last minute.",
                "Try again in a minute: " + LoginPage.HowToLogIn
            )
            : RefuseAsync(context, HttpStatusCode.Unauthorized, "The token is wrong.", LoginPage.HowToLogIn);
    }

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string what, string cure) =>
        ProblemResponse.Of((int)status, what, cure).ExecuteAsync(context);
}
