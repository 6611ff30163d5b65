using System.Collections.Concurrent;
using System.Text.Json;
using Orchestrator.Processes;

namespace Orchestrator.Network;

/// <summary>
/// Proxy process of a user, which provides all sandboxes with their only network access. The proxy outlives runs, as agents do, and ends
/// when no sandbox is left.
/// </summary>
/// <param name="folder">Absolute path of its folder, which only its user can open.</param>
/// <param name="resolve">Resolves names.</param>
/// <param name="time">Clock.</param>
/// <param name="report">Receives error messages.</param>
public sealed class NetworkProxy(string folder, HostResolver resolve, TimeProvider time, Action<string> report)
{
    /// <summary>Name of the hidden command that runs the proxy.</summary>
    public const string Command = "network-proxy";

    private const int LongestRequest = 256 * 1024;
    private const int LongestPath = 107; // sun_path of unix(7)
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Task, bool> _work = [];
    private long _used = time.GetTimestamp();

    /// <summary>Resolves host names in the same way as other programs on this machine.</summary>
    public static HostResolver OfMachine { get; } = (name, stop) => Dns.GetHostAddressesAsync(name, stop);

    // These names contain the version of the protocol, so that a proxy of another release can serve its sandboxes to their end.
    internal static string SocketIn(string folder) => Checked(Path.Combine(folder, "proxy3.sock"));

    private static string LockIn(string folder) => Path.Combine(folder, "proxy3.lock");

    /// <summary>Returns the path of the file with the proxy's <see cref="ProcessIdentity"/>.</summary>
    internal static string ProcessIn(string folder) => Path.Combine(folder, "proxy3.pid");

    /// <summary>
    /// Serves sandboxes until none has been registered for a minute, or until none is registered and the proxy's folder no longer exists.
    /// </summary>
    /// <param name="stop">Ends the proxy, and the network of its sandboxes, at once.</param>
    /// <returns>False if another process serves this folder.</returns>
    public async Task<bool> ServeAsync(CancellationToken stop)
    {
        PrivateFolder.Make(folder);
        using var held = InterProcessFileLock.TryTake(LockIn(folder));
        if (held is null)
        {
            return false;
        }
        DurableFile.Write(ProcessIn(folder), ProcessIdentity.Current.ToString());
        foreach (var left in Directory.GetFiles(folder, "s3-*.sock").Append(SocketIn(folder)))
        {
            File.Delete(left);
        }
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var idle = WatchAsync(end);
        using (Socket control = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            control.Bind(new UnixDomainSocketEndPoint(SocketIn(folder)));
            control.Listen();
            while (!end.IsCancellationRequested)
            {
                try
                {
                    Track(AnswerAsync(await control.AcceptAsync(end.Token), end.Token));
                }
                catch (OperationCanceledException)
                {
                    break;
                }
                catch (SocketException refused)
                {
                    report($"A caller could not be accepted: {refused.Message}");
                    await Task.Delay(BetweenLooks, time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        if (Directory.Exists(folder))
        {
            File.Delete(SocketIn(folder));
        }
        await idle;
        await Task.WhenAll(_work.Keys);
        return true;
    }

    private static string Checked(string path) =>
        Encoding.UTF8.GetByteCount(path) <= LongestPath
            ? path
            : throw new IOException(
                $"The socket path {path} is longer than {LongestPath} bytes, the limit of the system. Set XDG_STATE_HOME to a shorter path."
            );

    private async Task WatchAsync(CancellationTokenSource end)
    {
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(BetweenLooks, time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Without its folder no client can find the proxy any more.
            if (_work.IsEmpty && (!Directory.Exists(folder) || time.GetElapsedTime(Interlocked.Read(ref _used)) > IdleLimit))
            {
                await end.CancelAsync();
            }
        }
    }

    private void Track(Task work)
    {
        _work[work] = true;
        _ = work.ContinueWith(
            done =>
            {
                Interlocked.Exchange(ref _used, time.GetTimestamp());
                _work.TryRemove(done, out _);
                if (done.Exception is { } fault)
                {
                    report($"A sandbox lost its network: {fault.InnerException}");
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    private async Task AnswerAsync(Socket caller, CancellationToken stop)
    {
        using (caller)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(RequestLimit);
            try
            {
                var request = await ReadLineAsync(caller, limit.Token);
                var answer = PeerProcess.IsTrusted(caller)
                    ? Register(request, stop)
                    : new SandboxRegistrationResponse(null, "The caller is another user's process, or runs in a sandbox.");
                var line = JsonSerializer.SerializeToUtf8Bytes(answer, NetworkJsonContext.Default.SandboxRegistrationResponse);
                await SocketPump.SendAsync(caller, line, limit.Token);
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException)
            {
                // The caller has ended or sent nothing. It retries if it needs to.
            }
        }
    }

    private SandboxRegistrationResponse Register(byte[] line, CancellationToken stop)
    {
        try
        {
            var request =
                JsonSerializer.Deserialize(line, NetworkJsonContext.Default.SandboxRegistrationRequest)
                ?? throw new JsonException("The sandbox's registration request contains only JSON null.");
            var policy = NetworkPolicy.Of(request.Mode, request.Allow);
            var path = Checked(Path.Combine(folder, $"s3-{Guid.NewGuid():N}"[..15] + ".sock"));
            SandboxConnectionLog log = new(request.LogFile, time, report);
            log.Begin(new SandboxConnectionLogHeader(request.Id, time.GetUtcNow(), request.Labels, request.Mode, request.Allow));
            UpstreamDialer dialer = new(resolve) { Upstream = request.Route() };
            SandboxProxyServer registration = new(policy, path, log, dialer, time) { Keys = KeyInjectingHttpClient.Of(request, dialer) };
            Track(registration.ServeAsync(registration.Listen(), stop));
            return new SandboxRegistrationResponse(path, null);
        }
        catch (Exception refused) when (refused is JsonException or FormatException or SocketException or IOException)
        {
            return new SandboxRegistrationResponse(null, refused.Message);
        }
    }

    private static async Task<byte[]> ReadLineAsync(Socket caller, CancellationToken stop)
    {
        var buffer = new byte[4096];
        for (var count = 0; ; )
        {
            if (count == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length < LongestRequest ? buffer.Length * 2 : throw new SocketException());
            }
            var read = await caller.ReceiveAsync(buffer.AsMemory(count), stop);
            count += read;
            if (read == 0 || buffer[count - 1] == (byte)'\n')
            {
                return buffer[..count];
            }
        }
    }
}
