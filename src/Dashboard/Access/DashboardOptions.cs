using System.Net;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.App.Access;

namespace Orchestrator.Dashboard.Access;

/// <summary>Options of the web server.</summary>
/// <param name="Address">Address and port; port 0 selects any free port.</param>
/// <param name="Tokens">Tokens with which users log in, and which programs send as <c>Authorization: Bearer</c>.</param>
public sealed record DashboardOptions(IPEndPoint Address, WebTokenStore Tokens)
{
    /// <summary>Maximum size of a request body in bytes. A plan of ten thousand tasks needs a third of this size.</summary>
    public const int LargestBody = 8 * 1024 * 1024;

    /// <summary>Certificate for TLS, or null to serve without TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// Additional host names under which browsers may reach the server, besides those of loopback and <see cref="Address"/>. Requests with
    /// any other host name are refused, which prevents DNS rebinding.
    /// </summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];
}
