using Temporalio.Runtime;

namespace Temporalio.Client;

/// <summary>Where the server is and how to speak to it.</summary>
public class TemporalConnectionOptions : ICloneable
{
    /// <summary>Without an address yet.</summary>
    public TemporalConnectionOptions() { }

    /// <summary>With an address.</summary>
    public TemporalConnectionOptions(string targetHost) => TargetHost = targetHost;

    /// <summary>Address as <c>host:port</c>, or <c>unix:PATH</c> for a Unix socket. Required.</summary>
    public string? TargetHost { get; set; }

    /// <summary>TLS; null: off, unless <see cref="ApiKey" /> is given and nobody has set this to null.</summary>
    public TlsOptions? Tls
    {
        get;
        set
        {
            field = value;
            TlsIsSaid = true;
        }
    }

    /// <summary>Whether <see cref="Tls" /> was set, be it to null, which keeps an <see cref="ApiKey" /> from turning TLS on.</summary>
    internal bool TlsIsSaid { get; private set; }

    /// <summary>How failed calls are retried; null: the defaults.</summary>
    public RpcRetryOptions? RpcRetry { get; set; }

    /// <summary>Pings; null: none.</summary>
    public KeepAliveOptions? KeepAlive { get; set; } = new();

    /// <summary>
    /// Whether calls go to all addresses of the target's name in turn; null: to the first that answers. Not looked at with
    /// <see cref="HttpConnectProxy" /> and where the target is an address.
    /// </summary>
    public DnsLoadBalancingOptions? DnsLoadBalancing { get; set; }

    /// <summary>Proxy; null: none. The system's proxy settings are never used.</summary>
    public HttpConnectProxyOptions? HttpConnectProxy { get; set; }

    /// <summary>Compression of requests; null: gzip for requests worth it.</summary>
    public GrpcCompression? GrpcCompression { get; set; }

    /// <summary>
    /// From which size on a warning is logged about values that are sent, to the loggers of the first client on the connection. Default: as
    /// <see cref="PayloadLimitsOptions" /> says.
    /// </summary>
    public PayloadLimitsOptions PayloadLimits { get; set; } = new();

    /// <summary>Headers of every call.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>>? RpcMetadata { get; set; }

    /// <summary>Binary headers of every call; their names end with <c>-bin</c>.</summary>
    public IReadOnlyCollection<KeyValuePair<string, byte[]>>? RpcBinaryMetadata { get; set; }

    /// <summary>Key that is sent as <c>Authorization: Bearer</c>, unless <see cref="RpcMetadata" /> has that header.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Where metrics and log messages go, also those of workers; null: <see cref="TemporalRuntime.Default" />.</summary>
    public TemporalRuntime? Runtime { get; set; }

    /// <summary>Name of this process at the server. Default <c>pid@host</c>.</summary>
    public string? Identity { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (TemporalConnectionOptions)MemberwiseClone();
        copy.Tls = (TlsOptions?)Tls?.Clone();
        copy.TlsIsSaid = TlsIsSaid;
        copy.RpcRetry = (RpcRetryOptions?)RpcRetry?.Clone();
        copy.DnsLoadBalancing = (DnsLoadBalancingOptions?)DnsLoadBalancing?.Clone();
        copy.KeepAlive = (KeepAliveOptions?)KeepAlive?.Clone();
        copy.PayloadLimits = (PayloadLimitsOptions)PayloadLimits.Clone();
        copy.HttpConnectProxy = (HttpConnectProxyOptions?)HttpConnectProxy?.Clone();
        return copy;
    }
}
