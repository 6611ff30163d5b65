using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Dashboard.Door;

/// <summary>The options of the page's server.</summary>
/// <param name="Address">Address and port; port 0: any free one.</param>
/// <param name="Token">What a person has to know to log in, and a program sends as <c>Authorization: Bearer</c>; at least 16
/// characters.</param>
public sealed record DashboardOptions(IPEndPoint Address, string Token)
{
    /// <summary>Bytes of the largest body of a request: a plan of ten thousand tasks has a third of it.</summary>
    public const int LargestBody = 8 * 1024 * 1024;

    /// <summary>For TLS; null: none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Names by which browsers may call it, beside loopback's and <see cref="Address"/>. A page of a stranger whose name leads to
    /// this address is refused.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];
}
