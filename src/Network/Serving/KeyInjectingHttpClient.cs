using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Processes;

namespace Orchestrator.Network;

/// <summary>HTTP client for the services whose keys the proxy holds for a sandbox. Keys are kept only in memory.</summary>
internal sealed class KeyInjectingHttpClient : IDisposable
{
    private const string Bearer = "Bearer ";
    private const string Authorization = "authorization";
    private const long LargestAuthorities = 4 << 20;

    /// <summary>Names of headers that contain a credential. If a request has any of them, each must contain a placeholder.</summary>
    private static readonly string[] s_credentials = [Authorization, "x-api-key", "x-goog-api-key", "api-key"];

    private readonly List<EndpointWithApiKey> _services;
    private readonly UpstreamDialer _dialer;
    private readonly HttpMessageInvoker _invoker;

    private KeyInjectingHttpClient(List<EndpointWithApiKey> services, IReadOnlyList<string> authorities, UpstreamDialer dialer)
    {
        _services = services;
        _dialer = dialer;
        var own = AuthoritiesIn(authorities);
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        };
        if (own.Count > 0)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                errors == SslPolicyErrors.None
                || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsIssuedBy(own, certificate, chain));
        }
        _invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>Creates the client for a registration request, or returns null if the request has no keys.</summary>
    /// <param name="request">The registration.</param>
    /// <param name="dialer">Connects to hosts.</param>
    /// <exception cref="FormatException">The address of a service is malformed. The message contains no key.</exception>
    public static KeyInjectingHttpClient? Of(SandboxRegistrationRequest request, UpstreamDialer dialer) =>
        request.Keys.Count == 0
            ? null
            : new KeyInjectingHttpClient([.. request.Keys.Select(EndpointWithApiKey.Of)], request.Authorities, dialer);

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    /// <summary>Finds the service that a request is for, and replaces the placeholder with the service's key.</summary>
    /// <returns>Service, signature to renew, and headers; or null if the request has no credential or one that is not a placeholder of
    /// this sandbox.</returns>
    public (EndpointWithApiKey Service, AmazonSignature? Signature, IReadOnlyList<(string Name, string Value)> Headers)? Find(
        HttpRequestHead head
    )
    {
        List<EndpointWithApiKey> found = [];
        AmazonSignature? signature = null;
        List<(string, string)> headers = [];
        foreach (var (name, value) in head.Forwarded)
        {
            if (!s_credentials.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                headers.Add((name, value));
                continue;
            }
            var isAuthorization = name.Equals(Authorization, StringComparison.OrdinalIgnoreCase);
            if (isAuthorization && AmazonSignature.TryParse(value) is { } signed)
            {
                if (FindByPlaceholder(signed.KeyId) is not { Identity: not null } signing)
                {
                    return null;
                }
                found.Add(signing);
                signature = signed;
                continue;
            }
            var scheme = isAuthorization ? Bearer : "";
            if (
                !value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                || FindByPlaceholder(value[scheme.Length..].Trim()) is not { Identity: null } service
            )
            {
                return null;
            }
            found.Add(service);
            headers.Add((name, scheme + service.Key));
        }
        return found.Count == 0 || found.Exists(service => service.Address != found[0].Address) ? null : (found[0], signature, headers);
    }

    /// <summary>Sends a request to the service. The caller can read the response while it arrives.</summary>
    /// <exception cref="HttpRequestException">The service was not reached, or ended the connection before its response.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop) => _invoker.SendAsync(request, stop);

    private EndpointWithApiKey? FindByPlaceholder(string credential)
    {
        var bytes = Encoding.Latin1.GetBytes(credential);
        return _services.Find(service => CryptographicOperations.FixedTimeEquals(bytes, Encoding.Latin1.GetBytes(service.Placeholder)));
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var (name, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var service = _services.First(one => one.Address.IdnHost == name && one.Address.Port == port);
        var (verdict, socket) = await _dialer.DialAsync(service.Policy, service.Host, port, stop);
        if (socket is null)
        {
            throw new ServiceUnreachableException(verdict);
        }
        service.DialedAddress = (socket.RemoteEndPoint as IPEndPoint)?.Address.ToString();
        return new NetworkStream(socket, ownsSocket: true);
    }

    // As in Node, a file that can't be read is ignored.
    private static X509Certificate2Collection AuthoritiesIn(IReadOnlyList<string> files)
    {
        X509Certificate2Collection found = [];
        foreach (var file in files)
        {
            try
            {
                if (RegularFileReader.TryRead(file, LargestAuthorities) is { } content)
                {
                    found.ImportFromPem(Encoding.UTF8.GetString(content));
                }
            }
            catch (Exception unread) when (unread is CryptographicException or UnauthorizedAccessException or IOException)
            {
                continue;
            }
        }
        return found;
    }

    private static bool IsIssuedBy(X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? sent)
    {
        if (certificate is null)
        {
            return false;
        }
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in sent?.ChainElements.Skip(1) ?? [])
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }
        using X509Certificate2 own = new(certificate);
        return chain.Build(own);
    }
}

/// <summary>A service with its key.</summary>
/// <param name="Placeholder">Text that the sandbox has in place of the key.</param>
/// <param name="Key">The key.</param>
/// <param name="Address">Address of the service.</param>
/// <param name="Host">Host of the service.</param>
internal sealed record EndpointWithApiKey(string Placeholder, string Key, Uri Address, RequestedHost Host)
{
    /// <summary>Connection policy that allows only the service's host and port, whatever the host's IP address is.</summary>
    public NetworkPolicy Policy { get; } = new(NetworkMode.Listed, [new NetworkAllowRule(Host, IsWildcard: false, Address.Port)]);

    /// <summary>IP address that was dialed most recently for the service, or null if none was dialed.</summary>
    public string? DialedAddress { get; set; }

    /// <summary>Identity under which requests are signed with the key, or null if requests contain the key itself.</summary>
    public AmazonSigningIdentity? Identity { get; init; }

    /// <summary>Creates a service from its key.</summary>
    /// <exception cref="FormatException">The address of the service is malformed.</exception>
    public static EndpointWithApiKey Of(ProxyInjectedApiKey key) =>
        ProxyInjectedApiKey.AddressOf(key.Service) is { } address && RequestedHost.TryParse(address.IdnHost) is { } host
            ? new EndpointWithApiKey(key.Placeholder, key.Key, address, host) { Identity = key.Identity }
            : throw new FormatException("The address of a model service must be an https:// or http:// URL without a user or query.");

    /// <summary>Returns the address for a request target, or null if the target's path leads outside the path of the service.</summary>
    /// <param name="target">Path and query as sent by the program.</param>
    public Uri? AddressOf(string target)
    {
        var root = Address.AbsolutePath.TrimEnd('/');
        return
            Uri.TryCreate(Address.GetLeftPart(UriPartial.Authority) + root + target, UriKind.Absolute, out var address)
            && address.Authority == Address.Authority
            && address is { UserInfo: "", Fragment: "" }
            && address.AbsolutePath.StartsWith(root + "/", StringComparison.Ordinal)
            ? address
            : null;
    }

    /// <summary>Returns only the address, because the placeholder and the key are secrets.</summary>
    public override string ToString() => Address.ToString();
}

/// <summary>Thrown if a service can't be reached.</summary>
internal sealed class ServiceUnreachableException(NetworkVerdict verdict) : IOException("The service could not be reached.")
{
    /// <summary>Decision that explains the failure.</summary>
    public NetworkVerdict Verdict => verdict;
}
