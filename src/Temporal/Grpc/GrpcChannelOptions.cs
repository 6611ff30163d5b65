using System.Net;
using System.Net.Security;

namespace Temporal.Grpc;

/// <summary>How a <see cref="GrpcChannel"/> reaches its server.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>
    /// <c>HOST:PORT</c>, <c>http://HOST:PORT</c>, <c>https://HOST:PORT</c>, or <c>unix:PATH</c> for a Unix domain socket.
    /// </summary>
    public required string Address { get; init; }

    /// <summary>TLS settings. Null: TLS only for <c>https</c> addresses, with the machine's trusted roots.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>A ping after this time without traffic, also while no call is open; infinite for none.</summary>
    /// <value>30 s, the default of the official SDKs.</value>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection whose ping is not answered within this time is given up.</summary>
    /// <value>15 s, the default of the official SDKs.</value>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one attempt to connect may take.</summary>
    /// <value>10 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A proxy that is asked with <c>CONNECT</c>; null (the default) connects directly, whatever the environment says.</summary>
    public GrpcProxy? Proxy { get; init; }

    /// <summary>
    /// How often the server's name is looked up anew, so that connections go to all of its addresses in turn; null (the default): only when
    /// a connection is lost, to the first address that answers. Nothing happens with a proxy, which looks names up itself, or a socket.
    /// </summary>
    public TimeSpan? ResolutionInterval { get; init; }

    /// <summary>How the server's name is looked up.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> LookUp { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>Largest answer accepted, in bytes after decompression.</summary>
    /// <value>128 MiB, as the official SDKs.</value>
    public int MaxReceiveMessageSize { get; init; } = 128 * 1024 * 1024;

    /// <summary>The <c>user-agent</c> header.</summary>
    public string UserAgent { get; init; } = "orchestrator-grpc";
}

/// <summary>An HTTP proxy.</summary>
/// <param name="Host">Its name or address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Credentials">User and password, if it wants them.</param>
public sealed record GrpcProxy(string Host, int Port, (string User, string Password)? Credentials = null);

/// <summary>What one call asks for.</summary>
public sealed record GrpcCallOptions
{
    /// <summary>No limit, no metadata, uncompressed, on the connection of short calls.</summary>
    public static GrpcCallOptions Default { get; } = new();

    /// <summary>Time limit of the call, sent as <c>grpc-timeout</c> and kept by the client as well; null for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Metadata sent as headers: lower-case names; the values of names that end in <c>-bin</c> are base64 already.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>
    /// A call that waits on the server (a poll): it goes over a connection of its own kind, so that open polls never hold up other calls.
    /// </summary>
    public bool LongPoll { get; init; }

    /// <summary>Send the request gzip-compressed.</summary>
    public bool Compress { get; init; }
}
