namespace Temporalio.Client;

/// <summary>TLS to the server.</summary>
public class TlsOptions : ICloneable
{
    /// <summary>Whether TLS is off although an API key is given, which otherwise turns it on.</summary>
    public bool Disabled { get; set; }

    /// <summary>Certificate, PEM, of the authority that signed the server's; null: the system's authorities.</summary>
    public byte[]? ServerRootCACert { get; set; }

    /// <summary>Name the server's certificate must have; null: the target's host.</summary>
    public string? Domain { get; set; }

    /// <summary>The client's own certificate, PEM.</summary>
    public byte[]? ClientCert { get; set; }

    /// <summary>Key of <see cref="ClientCert" />, PEM.</summary>
    public byte[]? ClientPrivateKey { get; set; }

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Pings that keep a connection alive and notice a dead one.</summary>
public class KeepAliveOptions : ICloneable
{
    /// <summary>Time between pings. Default 30 seconds.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time without answer after which the connection counts as dead. Default 15 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How calls are retried that fail with a status that may pass.</summary>
public class RpcRetryOptions : ICloneable
{
    /// <summary>Wait before the first retry. Default 100 ms.</summary>
    public TimeSpan InitialInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Part of the wait that is random, up or down. Default 0.2.</summary>
    public float RandomizationFactor { get; set; } = 0.2F;

    /// <summary>Growth of the wait. Default 1.7.</summary>
    public float Multiplier { get; set; } = 1.7F;

    /// <summary>Longest wait. Default 5 seconds.</summary>
    public TimeSpan MaxInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time after which no retry begins. Default 10 seconds; null: no limit.</summary>
    public TimeSpan? MaxElapsedTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most retries. Default 10.</summary>
    public int MaxRetries { get; set; } = 10;

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>A proxy that is asked with <c>CONNECT</c>.</summary>
public class HttpConnectProxyOptions : ICloneable
{
    /// <summary>Without an address yet.</summary>
    public HttpConnectProxyOptions() { }

    /// <summary>With an address.</summary>
    public HttpConnectProxyOptions(string targetHost) => TargetHost = targetHost;

    /// <summary>Address as <c>host:port</c>.</summary>
    public string? TargetHost { get; set; }

    /// <summary>User and password, if the proxy wants them.</summary>
    public (string, string)? BasicAuth { get; set; }

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Calls in turn to all addresses of a server's name.</summary>
public class DnsLoadBalancingOptions : ICloneable
{
    /// <summary>How often the name is looked up again. Default 30 seconds.</summary>
    public TimeSpan ResolutionInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Compression of requests.</summary>
public abstract record GrpcCompression
{
    private GrpcCompression() { }

    /// <summary>Requests go out as they are.</summary>
    public sealed record None : GrpcCompression;

    /// <summary>Requests are compressed with gzip.</summary>
    public sealed record Gzip : GrpcCompression;
}
