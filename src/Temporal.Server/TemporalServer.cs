using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporal.Server.Hosting;

namespace Temporal.Server;

/// <summary>A Temporal-compatible server in this process. It listens once <see cref="StartAsync"/> has completed.</summary>
public sealed class TemporalServer : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(800);

    private readonly TemporalServerOptions _options;
    private readonly ILoggerFactory _loggers;
    private ServerComposition? _parts;
    private GrpcHost? _grpc;

    /// <summary>Creates the server without opening anything.</summary>
    /// <exception cref="InvalidOperationException">The options contradict each other or would allow unauthenticated access over the
    /// network.</exception>
    public TemporalServer(TemporalServerOptions options, ILoggerFactory? loggers = null)
    {
        options.Validate();
        _options = options;
        _loggers = loggers ?? NullLoggerFactory.Instance;
    }

    /// <summary>
    /// Addresses at which the server listens, in the form that clients accept: <c>http://127.0.0.1:7233</c>, <c>unix:PATH</c>. Empty
    /// before the start.
    /// </summary>
    public IReadOnlyList<string> Addresses => _grpc?.Addresses ?? [];

    internal ServerComposition Parts => _parts ?? throw new InvalidOperationException("the server is not started");

    /// <summary>Opens the database, recovers the state that the previous server left, and starts listening.</summary>
    /// <exception cref="InvalidOperationException">The file belongs to another program or a newer release.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        _parts = new ServerComposition(_options, _loggers, () => Addresses.Count > 0 ? Addresses[0] : "");
        try
        {
            var endpoints = new List<GrpcListenAddress>();
            if (_options.SocketPath is { } path)
            {
                RemoveStale(path);
                endpoints.Add(new GrpcListenAddress { SocketPath = path });
            }

            if (_options.Address is { } address)
            {
                endpoints.Add(new GrpcListenAddress { Address = address, Certificate = _options.Certificate });
            }

            _grpc = new GrpcHost(
                _parts.Table,
                new CallerAuthorization(_options.ApiKey, _options.AllowAnyUser, _options.Address is not null),
                endpoints,
                _loggers
            );
            await _parts.PrepareAsync();
            _parts.Start();
            await _grpc.StartAsync(cancellationToken);
            if (_options.SocketPath is { } socket && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Deletes closed runs whose retention has expired and returns free pages of the file to the disk. Runs immediately instead of waiting
    /// for the next periodic sweep.
    /// </summary>
    /// <returns>Number of deleted runs.</returns>
    public Task<int> DeleteExpiredAsync() => Parts.Retention.DeleteExpiredAsync();

    /// <summary>
    /// Ends open polls with an empty response, gives running calls a short time to finish, flushes queued writes, and closes. The method is
    /// idempotent.
    /// </summary>
    public async Task StopAsync()
    {
        _parts?.Stopping();
        if (Interlocked.Exchange(ref _grpc, null) is { } grpc)
        {
            using var grace = new CancellationTokenSource(Grace);
            await grpc.StopAsync(grace.Token);
            await grpc.DisposeAsync();
        }

        Interlocked.Exchange(ref _parts, null)?.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>
    /// Removes a socket file that no process listens on. A killed process leaves such a file behind, and binding to its path would then
    /// fail.
    /// </summary>
    private static void RemoveStale(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }

        throw new InvalidOperationException($"another server listens on {path}");
    }
}
