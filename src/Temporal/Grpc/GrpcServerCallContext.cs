using System.Net;
using Microsoft.AspNetCore.Http;

namespace Temporal.Grpc;

/// <summary>One call as its handler sees it.</summary>
public sealed class GrpcServerCallContext : IDisposable
{
    private readonly HttpContext _http;
    private readonly long _started;
    private CancellationTokenSource? _source;
    private Action? _undelivered;

    internal GrpcServerCallContext(HttpContext http, string method)
    {
        _http = http;
        _started = Environment.TickCount64;
        Method = method;
        Timeout = GrpcEncoding.DecodeTimeout(http.Request.Headers["grpc-timeout"]);
    }

    /// <summary><c>/package.Service/Method</c>.</summary>
    public string Method { get; }

    /// <summary>The time limit that the client set, counted from the arrival of the call; null for none.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>What is left of <see cref="Timeout"/>; null without limit, never negative.</summary>
    public TimeSpan? Remaining =>
        Timeout is { } timeout
            ? TimeSpan.FromMilliseconds(Math.Max(0, timeout.TotalMilliseconds - (Environment.TickCount64 - _started)))
            : null;

    /// <summary>Cancelled when the client gives up, its time limit passes, or its connection is lost.</summary>
    public CancellationToken CancellationToken
    {
        get
        {
            if (Timeout is null)
            {
                return _http.RequestAborted;
            }

            if (_source is null)
            {
                _source = CancellationTokenSource.CreateLinkedTokenSource(_http.RequestAborted);
                _source.CancelAfter(Remaining!.Value);
            }

            return _source.Token;
        }
    }

    /// <summary>The client's address; null on a Unix domain socket.</summary>
    public IPAddress? RemoteAddress => _http.Connection.RemoteIpAddress;

    /// <summary>
    /// The id of the user whose program calls over TCP from this machine; null where it can't be known. Looked up once for a connection.
    /// </summary>
    public uint? PeerUserId => _http.Features.Get<ConnectionPeer>()?.UserId;

    /// <summary>A header (metadata) of the request; null when it is absent.</summary>
    public string? Header(string name) => _http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>Sets what is done when the answer can't be handed to the client any more: it went away, or writing failed.</summary>
    public void WhenUndelivered(Action action) => _undelivered = action;

    /// <inheritdoc/>
    public void Dispose() => _source?.Dispose();

    internal bool DeadlinePassed => Timeout is not null && Remaining == TimeSpan.Zero;

    // Only then is it worth a message of its own to learn whether the client is still there before the status goes out.
    internal bool MustBeDelivered => _undelivered is not null;

    internal void Undelivered() => Interlocked.Exchange(ref _undelivered, null)?.Invoke();
}
