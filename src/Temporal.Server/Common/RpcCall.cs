using System.Net;
using Microsoft.AspNetCore.Http;

namespace Temporal.Server.Common;

/// <summary>One call as its handler sees it.</summary>
internal sealed class RpcCall(ServerCallContext context)
{
    private readonly HttpContext _http = context.GetHttpContext();
    private Action? _undelivered;

    /// <summary>The rest of the time limit that the client set; null for none, never negative.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            if (context.Deadline == DateTime.MaxValue)
            {
                return null;
            }

            var left = context.Deadline - DateTime.UtcNow;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Cancelled when the client gives up, its time limit passes, or its connection is lost.</summary>
    public CancellationToken CancellationToken => context.CancellationToken;

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

    /// <summary>The answer did not reach the client.</summary>
    internal void Undelivered() => Interlocked.Exchange(ref _undelivered, null)?.Invoke();
}
