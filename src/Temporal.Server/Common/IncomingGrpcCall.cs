using System.Net;
using Microsoft.AspNetCore.Http;

namespace Temporal.Server.Common;

/// <summary>Gives the handler of an RPC access to the call's deadline, cancellation, headers and caller.</summary>
internal sealed class IncomingGrpcCall(ServerCallContext context)
{
    private readonly HttpContext _http = context.GetHttpContext();
    private Action? _undelivered;

    /// <summary>Time left until the client's deadline, never negative, or null if the client set no deadline.</summary>
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

    /// <summary>Token that is canceled when the client cancels the call, its deadline passes, or its connection is lost.</summary>
    public CancellationToken CancellationToken => context.CancellationToken;

    /// <summary>The client's address, or null on a Unix domain socket.</summary>
    public IPAddress? RemoteAddress => _http.Connection.RemoteIpAddress;

    /// <summary>
    /// Id of the user whose program calls over TCP from this machine, or null if it can't be determined. Resolved once per connection.
    /// </summary>
    public uint? PeerUserId => _http.Features.Get<ConnectionPeer>()?.UserId;

    /// <summary>Returns a request header (metadata), or null if it is absent.</summary>
    public string? Header(string name) => _http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>Sets an action that runs if the response can't be delivered because the client disconnected or writing failed.</summary>
    public void WhenUndelivered(Action action) => _undelivered = action;

    /// <summary>Runs the action for an undelivered response, at most once.</summary>
    internal void Undelivered() => Interlocked.Exchange(ref _undelivered, null)?.Invoke();
}
