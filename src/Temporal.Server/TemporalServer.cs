using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporal.Server.Hosting;

namespace Temporal.Server;

/// <summary>A Temporal-compatible server in this process. It listens when <see cref="StartAsync"/> has ended.</summary>
public sealed class TemporalServer : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(800);

    private readonly TemporalServerOptions _options;
    private readonly ILoggerFactory _loggers;
    private ServerParts? _parts;
    private GrpcHost? _grpc;

    /// <summary>Makes the server; nothing is opened yet.</summary>
    /// <exception cref="InvalidOperationException">The options contradict each other, or leave a network address open to
    /// strangers.</exception>
    public TemporalServer(TemporalServerOptions options, ILoggerFactory? loggers = null)
    {
        options.Validate();
        _options = options;
        _loggers = loggers ?? NullLoggerFactory.Instance;
    }

    /// <summary>The addresses at which the server listens, as clients take them: <c>http://127.0.0.1:7233</c>, <c>unix:PATH</c>. Empty
    /// before the start.</summary>
    public IReadOnlyList<string> Addresses => _grpc?.Addresses ?? [];

    internal ServerParts Parts => _parts ?? throw new InvalidOperationException("the server is not started");

    /// <summary>Opens the database, takes up what the last server left, and listens.</summary>
    /// <exception cref="InvalidOperationException">The file belongs to another program or a newer release.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        _parts = new ServerParts(_options, _loggers, () => Addresses.Count > 0 ? Addresses[0] : "");
        try
        {
            var endpoints = new List<GrpcEndpoint>();
            if (_options.SocketPath is { } path)
            {
                RemoveStale(path);
                endpoints.Add(new GrpcEndpoint { SocketPath = path });
            }

            if (_options.Address is { } address)
            {
                endpoints.Add(new GrpcEndpoint { Address = address, Certificate = _options.Certificate });
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
    /// Deletes closed runs whose retention has passed and gives the file's free room back to the disk, now instead of in the next minutes.
    /// </summary>
    /// <returns>How many runs were deleted.</returns>
    public Task<int> SweepAsync() => Parts.Retention.SweepAsync();

    /// <summary>Answers open polls empty, lets calls end for a moment, writes what is queued, and closes. Safe to call again.</summary>
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

    /// <summary>A socket file outlives a killed process; one that nobody answers on is in the way.</summary>
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
